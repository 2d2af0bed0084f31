"""What tests of jobs, pools and the store share: jobs without TensorFlow, live workers, an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.jobs.pool import Pool
from core.store.runs import RunStore
from tests.core.jobs.tiny import COMMAND
from tests.core.jobs.tinyjobs import PATIENCE, know_tiny_kinds


@pytest.fixture
def tiny_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of job that need no TensorFlow: "tiny" trains, "aside" is other work, "steering" waits for others."""
    know_tiny_kinds(monkeypatch)


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
