"""A pool beside another, one that waits, and one that was never started; how many workers one has."""

import os
from pathlib import Path

import pytest

from core import settings
from core.errors import LimitError
from core.jobs import queue
from core.jobs.pool import POLL_SECONDS, Pool
from tests.core.jobs.tiny import COMMAND
from tests.core.jobs.tinyjobs import PATIENCE, ask, ended


@pytest.fixture(autouse=True)
def _room(tiny_kinds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One owner may ask for many jobs."""
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "50")


def test_workers_wait_for_the_grace_to_end_unless_a_job_waits():
    with Pool(1, grace_seconds=3600, command=COMMAND) as patient:
        assert not patient.wait_ready(3 * POLL_SECONDS), "nobody asked, so the processor is left alone"
        assert patient.pids == ()
        ended(ask())
    with Pool(1, grace_seconds=2 * POLL_SECONDS, command=COMMAND) as patient:
        assert patient.wait_ready(PATIENCE), "without a job they start when the grace is over"


def test_two_pools_on_one_home_run_every_job_once(tmp_path: Path):
    with Pool(1, command=COMMAND) as one, Pool(1, command=COMMAND) as two:
        assert one.wait_ready(PATIENCE)
        assert two.wait_ready(PATIENCE)
        asked = [ask(seed, owner=str(seed % 3)) for seed in range(24)]
        for job in asked:
            assert ended(job).state == "done"
    for job in asked:
        assert [line["type"] for line in queue.measurements(job.job_id)].count("started") == 1
    assert sorted(job.turn for job in queue.jobs()) == list(range(1, 25))


def test_the_number_of_workers_is_configurable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_WORKERS", "3")
    assert settings.workers() == 3
    monkeypatch.setenv("EMBEDDING_EXPLORER_WORKERS", "none")
    with pytest.raises(LimitError, match="EMBEDDING_EXPLORER_WORKERS"):
        settings.workers()
    monkeypatch.delenv("EMBEDDING_EXPLORER_WORKERS")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert (settings.workers(), settings.workers(alone=True)) == (1, 2)


def test_a_pool_that_was_never_started_can_be_stopped():
    never = Pool(1, command=COMMAND)
    never.stop()
    assert never.pids == ()
