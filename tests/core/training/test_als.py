"""Alternating least squares: each half is the exact solution, and what is minimized never rises."""

import os
from itertools import pairwise

import numpy as np
import pytest

from core.config import run_id
from core.data.ratings import Ratings
from core.errors import CanceledError, EngineMissingError, LimitError, NotAllowedError, NotApplicableError
from core.jobs import queue
from core.model.families import run_config
from core.studies.retraining import check_trainable
from core.training import budget, spark_session
from core.training.als import Side
from core.training.progress import Progress
from core.training.trainer import fit
from tests.conftest import run_on
from tests.families import planted_ratings

CMFREC = 0.871
"""Validation RMSE of cmfrec 3.5.1 (CMF, its defaults) on the very rows of split 0 of the bundled ratings."""


@pytest.fixture(scope="module")
def planted() -> Ratings:
    return planted_ratings()


@pytest.mark.parametrize("longest", [3, 12])
def test_a_row_is_solved_for_exactly_whether_its_ratings_are_fewer_than_its_numbers_or_more(longest: int):
    chance, dim, penalty = np.random.default_rng(0), 5, 0.3
    row = np.repeat([0, 2], [longest, longest - 1])  # row 1 has no rating, and row 2 is filled up in the block
    other, left = chance.integers(0, 9, len(row)).astype(np.int32), chance.normal(size=len(row)).astype(np.float32)
    vectors = chance.normal(size=(9, dim)).astype(np.float32)
    side = Side.of(row, other, left, size=3, dim=dim)
    (block,) = side.blocks
    assert block.tolist() == [0, 2]
    found, squares, weighed = side.solved(block, np.vstack([vectors, np.zeros((1, dim), np.float32)]), penalty)
    for number, one in zip(block, found, strict=True):
        seen, wanted = vectors[other[row == number]].astype(float), left[row == number]
        weight = penalty * len(wanted)
        np.testing.assert_allclose(
            one, np.linalg.solve(seen.T @ seen + weight * np.eye(dim), seen.T @ wanted), atol=1e-5
        )
        squares -= np.square(wanted - seen @ one).sum()
        weighed -= weight * np.square(one).sum()
    assert (squares, weighed) == (pytest.approx(0, abs=1e-5), pytest.approx(0, abs=1e-5))


def test_what_is_minimized_never_rises_and_does_not_depend_on_the_threads(planted, monkeypatch):
    config = run_config(model="als", embedding_dim=4, vector_penalty=0.02, epochs=6)
    run = fit(config, planted)
    losses = [epoch.loss for epoch in run.history]
    assert all(after <= before + 1e-6 for before, after in pairwise(losses))
    assert run.outcome.guess_error < run.started.averages_rmse - 0.2  # the planted taste is found
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    monkeypatch.setattr("core.training.als.AT_ONCE", 2**19)
    again = fit(config, planted)
    for name, array in run.scorer.arrays.items():
        np.testing.assert_array_equal(array, again.scorer.arrays[name])


def test_a_stop_is_heard_and_the_epochs_before_it_are_told(planted):
    done = []
    with pytest.raises(CanceledError) as stopped:
        fit(
            run_config(model="als", embedding_dim=2),
            planted,
            on_event=done.append,
            should_stop=lambda: len(done) > 2,
        )
    assert len(stopped.value.history) == 2


def test_on_the_bundled_ratings_it_is_within_a_hundredth_of_cmfrec(bundled):
    found = fit(run_config(model="als"), bundled).outcome.guess_error
    assert found == pytest.approx(CMFREC, abs=0.01)


def test_the_engine_names_another_run_and_its_absence_none():
    here, there = run_config(model="als"), run_config(model="als", engine="spark")
    assert run_id(here, "0") == run_id(run_config(model="als", engine="here", table=""), "0") != run_id(there, "0")
    with pytest.raises(LimitError, match="read by Spark alone"):
        run_config(model="als", table="s3a://bucket/ratings")


def test_another_engine_is_for_the_command_line_and_is_not_started_by_studies(planted):
    config = run_config(model="als", engine="spark", embedding_dim=2)
    with pytest.raises(NotApplicableError, match="trained by another engine"):
        check_trainable(run_on(planted, config))
    with pytest.raises(NotAllowedError, match="command line"):
        queue.submit_training(config, planted, by=queue.Visitor("somebody"))
    assert budget.epoch_seconds(config, 10**8, 10**8, 10**9) == 0


def test_no_time_is_refused_that_a_gpu_may_not_need(monkeypatch):
    config = run_config(batch_size=32)
    with pytest.raises(LimitError, match="in batches of 32"):
        budget.check_size(config, 50_000, 20_000, 2_000_000)
    monkeypatch.setattr(budget, "on_gpu", lambda: True)
    budget.check_size(config, 50_000, 20_000, 2_000_000)


@pytest.mark.parametrize(
    ("spec", "said", "words"), [(None, "", "PySpark"), (1, "", "no Java"), (1, "11.0.2", "Java 11")]
)
def test_what_spark_needs_is_said_where_it_is_missing(monkeypatch, spec, said, words):
    class Told:
        stderr = f'openjdk version "{said}"' if said else ""

    monkeypatch.setattr(spark_session.importlib.util, "find_spec", lambda name: spec)
    monkeypatch.setattr(spark_session.shutil, "which", lambda name, path=None: "java")
    monkeypatch.setattr(spark_session.subprocess, "run", lambda *_, **__: Told)
    with (
        pytest.raises(EngineMissingError, match=f"{words}.*--engine here"),
        spark_session.session(Progress(print, lambda: False)),
    ):
        pass
