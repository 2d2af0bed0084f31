"""Figures of the start and train pages: what they hold, and that titles in them are harmless."""

from dataclasses import replace

import numpy as np
import pytest

from core.run import Epoch, Started, Step
from dashboard.charts import data, training
from dashboard.curve import Curve

STARTED = Started(10, 800, 200, 8, 0, 1.05, 0.88)
EPOCHS = tuple(Epoch(n, 0.5, 0.9, 1.0 - 0.1 * n, 0.6, 0.9, 1.0 - 0.05 * n, 0.7) for n in (1, 2, 3))


def named(figure):
    return {trace.name: trace for trace in figure.data}


def test_every_figure_has_a_title_and_axes_with_units(bundled):
    for figure in (
        data.ratings_histogram(bundled),
        data.counts_histogram(bundled.item_count, title="How often", noun="movie"),
        training.learning_curve(Curve(STARTED, (), EPOCHS), STARTED),
        training.compared_curves([training.Named("a", Curve(STARTED, (), EPOCHS))]),
    ):
        assert figure.layout.title.text
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text


def test_the_ratings_histogram_counts_every_rating(bundled):
    (bars,) = data.ratings_histogram(bundled).data
    assert sum(bars.y) == 100_004
    assert list(bars.x)[:3] == ["0.5", "1", "1.5"]


def test_bins_that_double_hold_every_movie_once():
    (bars,) = data.counts_histogram(np.array([1, 1, 2, 3, 4, 8]), title="", noun="movie").data
    assert list(bars.x) == ["1", "2", "4", "8"]
    assert list(bars.y) == [2, 2, 1, 1]
    assert bars.customdata[1][0] == "2 to 3"


def test_a_curve_shows_training_validation_and_the_loss_within_epochs_as_rmse():
    figure = training.learning_curve(Curve(STARTED, (Step(0.5, 1.44),), EPOCHS), STARTED)
    traces = named(figure)
    assert list(traces["Validation"].y) == [0.95, 0.9, 0.85]
    assert traces["Training loss within epochs"].y[0] == pytest.approx(1.2)
    assert "Kept" not in traces


def test_zoom_survives_an_update():
    first = training.learning_curve(Curve(STARTED, (), EPOCHS[:1]), STARTED)
    later = training.learning_curve(Curve(STARTED, (), EPOCHS), STARTED)
    assert first.layout.uirevision == later.layout.uirevision
    assert first.layout.xaxis.range == later.layout.xaxis.range


def test_the_kept_epoch_is_marked():
    figure = training.learning_curve(Curve(STARTED, (), EPOCHS, kept_epoch=2), STARTED)
    assert (named(figure)["Kept"].x[0], named(figure)["Kept"].y[0]) == (2, 0.9)


def test_an_exploded_loss_does_not_stretch_the_axis():
    wild = (*EPOCHS, replace(EPOCHS[0], epoch=4, rmse=float("nan"), val_rmse=1e9))
    low, high = training.learning_curve(Curve(STARTED, (), wild), STARTED).layout.yaxis.range
    assert 0 < low < high < 4


def test_well_known_movies_on_the_map_do_not_crowd():
    places = np.array([[0, 0], [0.01, 0.01], [1, 1], [0.5, 0.5]])
    assert data.spread_out(places, np.array([9, 8, 7, 1]), 3) == [0, 2, 3]


def test_titles_are_harmless_on_the_map():
    places = np.array([[0.0, 0.0], [1.0, 1.0]])
    figure = data.small_map(places, ["<b>%{x}</b>", "Fine (1999)"], np.array([2, 1]), noun="movie")
    assert figure.data[0].customdata[0] == "&lt;b&gt;%\u200b{x}&lt;/b&gt;"
    assert figure.data[1].text[1] == "Fine"


def test_the_rating_table_shows_gaps_as_gaps(small):
    (cells,) = data.rating_matrix(small).data
    assert np.isnan(cells.z).sum() == 6 * 5 - len(small)
    assert np.nansum(cells.z) == small.rating.sum()
