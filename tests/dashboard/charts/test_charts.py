"""Figures of the start and train pages: what they hold, and that titles in them are harmless."""

import re
from dataclasses import replace

import numpy as np
import pytest

from core.model.events import Epoch, Started, Step
from dashboard.charts import data, training
from dashboard.charts.data import TALL, Bars, picture
from dashboard.train.curve import Curve

STARTED = Started(10, 800, 200, 8, 0, 1.05, 0.88)
EPOCHS = tuple(Epoch(n, 0.5, 0.9, 1.0 - 0.1 * n, 0.6, 0.9, 1.0 - 0.05 * n, 0.7) for n in (1, 2, 3))


def test_every_figure_has_a_title_and_axes_with_units(bundled):
    for figure in (training.compared_curves([training.Named("a", Curve(STARTED, (), EPOCHS))], unit="stars"),):
        assert figure.layout.title.text
        assert figure.layout.xaxis.title.text
        assert figure.layout.yaxis.title.text


def test_the_ratings_histogram_counts_every_rating(bundled):
    bars = data.ratings_histogram(bundled)
    assert bars.counts.sum() == 100_004
    assert bars.names[:3] == ["0.5", "1", "1.5"]
    assert bars.notes[-1] == "5 stars: 15,095 ratings (15.1%)"


def test_bins_that_double_hold_every_movie_once():
    bars = data.counts_histogram(np.array([1, 1, 2, 3, 4, 8]), title="", nouns="movies")
    assert bars.names == ["1", "2", "4", "8"]
    assert bars.counts.tolist() == [2, 2, 1, 1]
    assert bars.notes[1] == "2 to 3 ratings: 2 movies (33.3%)"


def test_a_picture_of_bars_is_as_high_as_what_it_counts_and_holds_no_markup_of_others():
    bars = Bars("<b>", "<i>", "<u>", ["<s>", "b"], np.array([1, 4]), ["<img>", '"'])
    html = picture(bars, "<p>")
    assert re.findall(r"border-top:([0-9.]+)px", html) == [f"{TALL / 4:.1f}", f"{TALL:.1f}"]
    assert not re.search(r"<(b|i|u|s|img|p)>", html) and 'title="&quot;"' in html


def values(rows, line, part="epoch"):
    return list(rows[(rows["line"] == line) & (rows["part"] == part)]["value"])


def test_a_curve_holds_training_validation_and_the_loss_within_epochs_as_rmse():
    rows = training.curve_rows(Curve(STARTED, (Step(0.5, 0.81), Step(0.1, 9.0)), EPOCHS), STARTED)
    assert values(rows, "Validation") == [0.95, 0.9, 0.85]
    assert values(rows, "Training") == [0.9, 0.8, 0.7]
    assert values(rows, "Within epochs", "within") == pytest.approx([0.9])  # the other is far above all
    assert not values(rows, "Validation", "kept")


def test_the_reference_lines_carry_their_numbers():
    rows = training.curve_rows(Curve(None), STARTED)
    assert list(rows["line"]) == ["always guess the mean: 1.050", "averages only, no embedding: 0.880"]
    rows = training.curve_rows(Curve(None), replace(STARTED, slopes_rmse=0.8634))
    assert list(rows["line"])[2:] == ["consensus and popularity: 0.863"]


def test_the_chart_itself_does_not_depend_on_how_far_the_training_is():
    first = training.curve_rows(Curve(STARTED, (), EPOCHS[:1]), STARTED)
    later = training.curve_rows(Curve(STARTED, (), EPOCHS), STARTED)
    assert list(first.columns) == list(later.columns)
    assert training.curve_spec(10) == training.curve_spec(10)


def test_the_curve_has_a_title_and_axes_with_units():
    spec = training.curve_spec(10)
    assert spec["title"]
    assert {axis: spec["encoding"][axis]["title"] for axis in "xy"} == {
        "x": "Epoch",
        "y": "RMSE (stars, lower is better)",
    }


def test_every_part_of_the_rows_is_drawn():
    behind = training.Named("earlier", Curve(STARTED, (), EPOCHS))
    rows = training.curve_rows(
        Curve(STARTED, (Step(0.5, 1.0),), EPOCHS, kept_epoch=2), replace(STARTED, slopes_rmse=0.86), behind
    )
    layers = training.curve_spec(3, finished=True, behind=True)["layer"]
    assert {layer["transform"][0]["filter"]["equal"] for layer in layers} == set(rows["part"])


def test_the_kept_epoch_is_marked():
    rows = training.curve_rows(Curve(STARTED, (), EPOCHS, kept_epoch=2), STARTED)
    assert values(rows, "Validation", "kept") == [0.9]


def test_an_exploded_loss_is_left_out():
    wild = (*EPOCHS, replace(EPOCHS[0], epoch=4, rmse=float("nan"), val_rmse=1e9))
    rows = training.curve_rows(Curve(STARTED, (Step(0.1, 1e12),), wild), STARTED)
    assert rows["value"].max() < 4


def test_the_rating_table_shows_gaps_as_gaps(small):
    (cells,) = data.rating_matrix(small, small.item_table["title"].tolist()).data
    assert np.isnan(cells.z).sum() == 6 * 5 - len(small)
    assert np.nansum(cells.z) == small.rating.sum()


@pytest.mark.parametrize(("within", "behind"), [(True, False), (False, False), (False, True)])
def test_the_legend_of_the_curve_names_what_is_drawn(within, behind):
    legend = training.curve_spec(3, within=within, behind=behind)["layer"][-1]["encoding"]["color"]["legend"]["values"]
    assert ("Within epochs" in legend, "Earlier model" in legend) == (within, behind)
    assert {"Validation", "Training"} <= set(legend)
