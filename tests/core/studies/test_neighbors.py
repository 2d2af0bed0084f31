"""Neighbors that hold: pairs that stay close in other trainings, against those of models without taste."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.neighbors.of_one import neighbors
from core.analysis.neighbors.support import support
from core.data.ratings import Ratings
from core.errors import CanceledError, LimitError, NotApplicableError
from core.model.families import run_config
from core.model.run import Run
from core.store.runs import RunStore
from core.studies.neighbors import (
    NEIGHBORS,
    PREDICTIONS,
    VECTORS,
    NeighborSettings,
    places,
    support_of,
    thresholds_of,
)
from core.training import trainer
from tests.conftest import run_on, with_item_matrix
from tests.core.studies.tiny import N_ITEMS, planted, trained

THREE = NeighborSettings(trainings=3, min_ratings=5)


@pytest.fixture
def ratings() -> Ratings:
    return planted()


@pytest.fixture
def run(ratings: Ratings) -> Run:
    """A run of three kinds of items in ten dimensions, in the store."""
    rng = np.random.default_rng(1)
    kinds = rng.normal(size=(3, 10))[np.arange(N_ITEMS) % 3]
    made = with_item_matrix(run_on(ratings, dim=10), kinds + rng.normal(scale=0.2, size=kinds.shape))
    RunStore().publish(made)
    return made


@pytest.fixture
def retrained(run: Run, ratings: Ratings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, int, int]]:
    """Trainings find the run's vectors again, turned and a little off; on other ratings, chance. What was asked."""
    asked = []

    def fit(config, data, *, on_event, should_stop):
        own = np.array_equal(data.rating, ratings.rating)
        asked.append((own, config.split_seed, config.seed))
        rng = np.random.default_rng((own, config.split_seed))
        turn = np.linalg.qr(rng.normal(size=(10, 10)))[0]
        arrays = dict(run.scorer.arrays)
        for name in ("item_embedding", "user_embedding"):
            before = arrays[name] if own else rng.normal(scale=0.2, size=arrays[name].shape)
            arrays[name] = (before @ turn + rng.normal(scale=0.05, size=before.shape)).astype(np.float32)
        return replace(run, config=config, scorer=replace(run.scorer, arrays=arrays))

    monkeypatch.setattr(trainer, "fit", fit)
    return asked


def test_neighbors_that_other_trainings_find_again_hold(run: Run, ratings: Ratings, retrained):
    found = NEIGHBORS.make(run, ratings, THREE)
    for measure in (VECTORS, PREDICTIONS):
        assert found.facts[measure]["marked"][1] > 0.7
        assert found.facts[measure]["likely"] < found.facts[measure]["sure"]
    near = neighbors(run.scorer.item_embedding, 3, top=4)
    similarity = support_of(found, 3, near.index, VECTORS)
    assert (similarity < near.similarity).all()  # by the floor, more so where vectors are short
    assert thresholds_of(found, VECTORS).marks(similarity).max() > 0


def test_both_are_trained_on_the_same_splits_from_other_starts(run: Run, ratings: Ratings, retrained):
    found = NEIGHBORS.make(run, ratings, THREE)
    assert retrained == [
        *((True, number, number) for number in (1, 2, 3)),
        *((False, number, number + 1) for number in (0, 1, 2, 3)),
    ]
    assert found.arrays["matrix"].shape == (3, N_ITEMS, 10)
    assert found.arrays["matrix"].dtype == np.float32


def test_support_is_that_of_the_analysis(run: Run, ratings: Ratings, retrained):
    found = NEIGHBORS.make(run, ratings, THREE)
    near = np.array([7, 1, 30])
    others = list(found.arrays["matrix"])
    floor = found.facts[VECTORS]["floor"]
    expected = support(others[0], others, np.array([2]), near[None], floor=floor)[0]
    np.testing.assert_allclose(support_of(found, 2, near, VECTORS), expected, atol=1e-6)
    own = places(run, ratings)
    scores = own.by(PREDICTIONS).astype(np.float64)
    taste = scores @ scores.T
    users = run.scorer.user_embedding - np.average(
        run.scorer.user_embedding, axis=0, weights=np.bincount(*_training(run, ratings))
    )
    guesses = users @ (run.scorer.item_embedding - own.mean).T
    weight = np.bincount(*_training(run, ratings))
    np.testing.assert_allclose(taste, (guesses * weight[:, None]).T @ guesses / weight.sum(), atol=1e-4)


def _training(run: Run, ratings: Ratings) -> tuple[np.ndarray, None, int]:
    from core.data.splits import split

    return ratings.user_index[split(ratings, run.config).train], None, len(ratings.users)


def test_a_real_model_is_studied_without_a_trace_among_the_runs(ratings: Ratings):
    run = trained(ratings)
    shares: list[float] = []
    found = NEIGHBORS.make(run, ratings, THREE, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert found.arrays["rows"].tolist() == list(range(N_ITEMS))
    assert found.facts[PREDICTIONS]["floor"] >= 0
    assert [summary.run_id for summary in RunStore().list()] == [run.run_id]


def test_a_stopped_study_leaves_nothing(run: Run, ratings: Ratings, retrained):
    with pytest.raises(CanceledError):
        NEIGHBORS.make(run, ratings, THREE, should_stop=lambda: len(retrained) > 2)
    assert len(retrained) == 3
    assert not NEIGHBORS.exists(run.run_id, THREE)


def test_what_cannot_be_trained_on_other_splits_or_kept_is_refused(run: Run, small: Ratings):
    for config, error, words in (
        (run_config(model="dot_with_bias", split_kind="temporal"), LimitError, "split_kind random"),
        (run_config(model="neural"), NotApplicableError, "sum"),
    ):
        with pytest.raises(error, match=words):
            NEIGHBORS.check_run(run_on(small, config), THREE)
    large = replace(run, dataset=replace(run.dataset, items=900_000))
    with pytest.raises(LimitError, match="3 matrices of 900,000 vectors take 103 MiB"):
        NEIGHBORS.check_run(large, THREE)


def test_too_few_items_are_refused_before_anything_is_trained(run: Run, ratings: Ratings, retrained):
    with pytest.raises(LimitError, match="lower that number"):
        NEIGHBORS.make(run, ratings, NeighborSettings(min_ratings=1000))
    assert retrained == []
