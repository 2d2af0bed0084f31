"""A lock that a stopped process holds ends in words, not in waiting."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.access import COMMAND_LINE
from core.errors import BusyError
from core.store import runs
from core.store.runs import RunStore
from core.studies import component_names, saved_axes
from core.studies.component_names import Name
from core.studies.saved_axes import OwnAxis
from tests.core.equal import assert_equal
from tests.core.jobs.tiny import tiny_run

HOLD = """
import sys, time
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stored run, and a process that holds the store's lock and was stopped."""
    monkeypatch.setattr(runs, "LOCK_SECONDS", 0.1)
    RunStore().publish(tiny_run())
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home / "runs" / ".lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        process.send_signal(signal.SIGSTOP)
        yield
        process.kill()


@pytest.mark.usefixtures("stopped")
def test_a_stopped_process_with_the_lock_hangs_nobody(home: Path) -> None:
    run = tiny_run()
    name = Name("low", "high", np.array([1.0, 0.0, 0.0]), 0, False, 0)
    calls = (
        lambda: RunStore().delete(run.run_id, by=COMMAND_LINE),
        lambda: component_names.set_name(run.run_id, name, by=COMMAND_LINE),
        lambda: saved_axes.save(run.run_id, OwnAxis(("a",), ("b",)), by=COMMAND_LINE),
        lambda: saved_axes.delete(run.run_id, "0" * 8, by=COMMAND_LINE),
    )
    for call in calls:
        with pytest.raises(BusyError, match=r"\.lock for 0\.1 s; .* try again"):
            call()
    assert_equal(RunStore().load(run.run_id), run)
    assert not (home / "studies").exists()


@pytest.mark.usefixtures("stopped")
def test_a_damaged_run_stays_where_it_is_until_the_lock_is_free(home: Path) -> None:
    good, bad = tiny_run(0), tiny_run(1)
    (RunStore().publish(bad) / "manifest.json").write_text("{")
    assert [run.run_id for run in RunStore().list()] == [good.run_id]
    with pytest.raises(BusyError):
        RunStore().load(bad.run_id)
    with pytest.raises(BusyError):
        RunStore().publish(bad)
    assert (home / "runs" / bad.run_id).is_dir()
    assert [aside.path for aside in RunStore().set_aside()] == [home / "runs" / bad.run_id], "told, and not moved"
