"""Twins without taste: trained, told of, shown as runs, and looked at by studies of maps and groups."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.splits import split
from core.errors import CanceledError, LimitError, NotApplicableError
from core.model.families import run_config
from core.store import study_store
from core.studies.clusters import CLUSTERS, ClusterSettings
from core.studies.maps import MAP, MapStudySettings
from core.studies.study import Work
from core.studies.twins import TWINS, TwinSettings, is_twin, looked_at, real_id, shown_twin, twin_id
from core.training import trainer
from core.training.twin import twin_config, without_taste
from tests.conftest import run_on
from tests.core.studies.tiny import planted, trained

TWO = TwinSettings(twins=2)


def test_on_ratings_without_taste_no_component_is_proven():
    ratings = planted()
    run = trained(ratings)
    shares: list[float] = []
    found = TWINS.make(run, ratings, TWO, on_progress=shares.append)
    assert found.facts["proven"] == [0, 0]
    assert found.arrays["strength"].shape == (2, run.config.dimensions)
    assert found.arrays["strength"].max() < 0.01
    assert found.facts["val_rmse"] == pytest.approx(found.facts["averages_rmse"], abs=0.01)
    assert found.facts["seeds"] == [1, 2] and found.facts["val_rmse"][0] != found.facts["val_rmse"][1]
    assert shares == sorted(shares) and shares[-1] == 1


def test_the_shown_twin_is_a_run_that_learned_from_its_own_ratings():
    ratings = planted()
    run = trained(ratings)
    twin, learned_from = shown_twin(run, ratings, TWINS.make(run, ratings, TWO))
    assert (twin.run_id, is_twin(twin.run_id), real_id(twin.run_id)) == (twin_id(run.run_id), True, run.run_id)
    assert not is_twin(run.run_id)
    expected = trainer.fit(twin_config(run, seed=1), without_taste(ratings, seed=1))
    for name, array in expected.scorer.arrays.items():
        np.testing.assert_array_equal(twin.scorer.arrays[name], array)
    assert (twin.outcome.val_rmse, twin.outcome.val_mae) == (expected.outcome.val_rmse, expected.outcome.val_mae)
    np.testing.assert_array_equal(learned_from.rating, without_taste(ratings, seed=1).rating)
    np.testing.assert_array_equal(split(learned_from, twin.config).train, split(ratings, run.config).train)


def test_a_stopped_or_damaged_study_of_twins_is_not_there():
    ratings = planted()
    run = trained(ratings)
    with pytest.raises(CanceledError):
        TWINS.make(run, ratings, TWO, should_stop=lambda: True)
    assert TWINS.latest(run.run_id) is None
    TWINS.make(run, ratings, TWO)
    (place,) = study_store.folder(run.run_id).glob("twins-*")
    (place / "strength.npy").write_bytes(b"")
    assert TWINS.load(run.run_id, TWO) is None
    with pytest.raises(LimitError, match="no twin yet"):
        looked_at(Work(run, ratings), MapStudySettings(twin=True))


def test_twins_of_what_has_no_components_are_refused(small):
    with pytest.raises(NotApplicableError):
        TWINS.check_run(run_on(small, run_config(model="neural")), TWO)


def test_a_map_and_groups_of_the_twin_are_the_twins():
    ratings = planted()
    run = trained(ratings)
    of_map, of_groups = MapStudySettings(min_ratings=2, twin=True), ClusterSettings(min_ratings=2, twin=True)
    for study, settings in ((MAP, of_map), (CLUSTERS, of_groups)):
        with pytest.raises(LimitError, match=f"twins {run.run_id}"):
            study.check_run(run, settings)
    stored = TWINS.make(run, ratings, TWO)
    twin, learned_from = shown_twin(run, ratings, stored)
    for study, settings in ((MAP, of_map), (CLUSTERS, of_groups)):
        study.check_run(run, settings)
        found = study.make(run, ratings, settings)
        expected = study.compute(Work(twin, learned_from), settings.model_copy(update={"twin": False}))
        for name, array in expected.arrays.items():
            np.testing.assert_array_equal(found.arrays[name], array)
        assert study.latest(run.run_id) == settings


def test_what_is_stored_about_runs_keeps_its_name():
    some = "0" * 16
    assert MAP.key(some, MapStudySettings(method="tsne", perplexity=5)) == f"{some}-map-82b89c111b2ec321"
    assert CLUSTERS.key(some, ClusterSettings()) == f"{some}-clusters-5932efaccd7d5b29"
    for study, settings in ((MAP, MapStudySettings(twin=True)), (CLUSTERS, ClusterSettings(twin=True))):
        assert study.parse(settings.model_dump()) == settings
        assert study.key(some, settings) != study.key(some, settings.model_copy(update={"twin": False}))


def test_a_twin_is_trained_as_long_as_the_run_was():
    run = run_on(planted(), run_config(model="dot_with_bias", epochs=30, patience=3))
    run = replace(run, outcome=replace(run.outcome, epochs=9, kept_epoch=6))
    config = twin_config(run, seed=4)
    assert (config.epochs, config.patience, config.restore_best) == (6, 6, False)
    assert (config.seed, config.split_seed) == (run.config.seed + 4, run.config.split_seed)
