"""What tests of jobs, pools and the store share: jobs without TensorFlow, live workers, an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.jobs.kinds import KINDS
from core.jobs.pool import Pool
from core.store.runs import RunStore
from tests.core.jobs.tiny import ASIDE, COMMAND, STEERING, TINY
from tests.core.jobs.tinyjobs import PATIENCE


@pytest.fixture
def tiny_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of job that need no TensorFlow: "tiny" trains, "aside" is other work, "steering" waits for others."""
    monkeypatch.setitem(KINDS, "tiny", TINY)
    monkeypatch.setitem(KINDS, "aside", ASIDE)
    monkeypatch.setitem(KINDS, "steering", STEERING)


@pytest.fixture
def pool(tiny_kinds: None) -> Iterator[Pool]:
    """One worker, ready."""
    with Pool(1, command=COMMAND) as started:
        assert started.wait_ready(PATIENCE)
        yield started


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """A store without a run."""
    return RunStore(tmp_path / "runs")
