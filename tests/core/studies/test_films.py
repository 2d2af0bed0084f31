from dataclasses import replace

import numpy as np
import pytest

from core.analysis.components.predictions import predicted_components
from core.analysis.gauge import centered_on
from core.data.splits import split
from core.model.families import run_config
from core.model.scoring import require_bilinear
from core.store.runs import RunStore
from core.studies.films import FILM, FilmSettings, film_of, train_filmed
from core.training.camera import Camera
from core.training.trainer import fit
from tests.families import planted_ratings, settings

QUICK = run_config(model="variational", embedding_dim=3, steps=30)


@pytest.fixture(scope="module")
def planted():
    """The small data of `families`, whose programs are compiled already."""
    return planted_ratings()


def short(model, **changes):
    """A training of two epochs as `families` trains."""
    return run_config(**settings(model) | {"epochs": 2} | changes)


def filmed(config, ratings, camera=None):
    return train_filmed(config, ratings, on_event=lambda event: None, should_stop=lambda: False, camera=camera)


def film(run):
    return film_of(FILM.load(run.run_id, FilmSettings()))


def test_the_last_frame_is_the_map_of_the_run(bundled):
    run = filmed(QUICK, bundled)
    shown, parts = film(run), split(bundled, QUICK)
    found = predicted_components(centered_on(require_bilinear(run.scorer), bundled, parts))
    places = found.scores[shown.rows, :2]
    np.testing.assert_allclose(shown.places[-1], places, atol=2 * np.ptp(places) / 2**16 + 1e-6)
    assert (shown.at[0], shown.at[-1], len(shown.at)) == (0, 6, 31)
    assert run.run_id in RunStore()


def test_a_filmed_run_is_the_same_to_the_last_bit(planted):
    plain, run = fit(QUICK, planted), filmed(QUICK, planted)
    for name, array in plain.scorer.arrays.items():
        np.testing.assert_array_equal(run.scorer.arrays[name], array)


@pytest.mark.parametrize("model", ["dot_with_bias", "simple_dot", "neural", "bias_only"])
def test_every_family_is_filmed_up_to_the_epoch_it_keeps(planted, model):
    run = filmed(short(model), planted)
    shown = film(run)
    assert shown.at[0] == 0
    assert shown.at[-1] == run.outcome.kept_epoch
    assert shown.places.shape == (len(shown.at), len(shown.rows), 2)
    assert (np.ptp(shown.places[-1], axis=0) > 0).all()


def test_a_frame_is_what_a_training_that_ends_there_has(planted):
    config = short("dot_with_bias", restore_best=False)
    cameras = [Camera(), Camera()]
    runs = [
        fit(config.model_copy(update={"epochs": epochs}), planted, camera=camera)
        for epochs, camera in zip((1, 2), cameras, strict=True)
    ]
    frame = next(numbers for at, numbers in cameras[1].frames if at == 1)
    np.testing.assert_array_equal(frame, runs[0].scorer.item_embedding[cameras[1].rows].astype(np.float16))


def test_a_run_without_a_film_gets_the_same_one(planted):
    run = filmed(QUICK, planted)
    before = film(run)
    made = film_of(FILM.compute(_work(run, planted), FilmSettings()))
    np.testing.assert_array_equal(made.places, before.places)


def test_a_kept_run_of_an_early_epoch_ends_the_film_there(planted):
    from core.studies.films import _develop

    camera = Camera()
    run = fit(short("dot_with_bias"), planted, camera=camera)
    early = replace(run, outcome=replace(run.outcome, kept_epoch=1))
    assert _develop(early, planted, camera).arrays["at"].max() == 1


def _work(run, ratings):
    from core.studies.study import Work

    return Work(run, ratings)
