"""A lock is held alone, waits no longer than told, and says what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.disk.files import locked
from core.errors import BusyError, CanceledError

ROOT = Path(__file__).parents[3]


def test_a_lock_that_another_process_holds_is_busy_and_free_when_that_process_is_killed(tmp_path: Path):
    path = tmp_path / "new" / "list.lock"
    program = (
        "import sys, pathlib; from core.disk.files import locked\n"
        "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=r"list\.lock for 0\.05 s; wait .* try again"), locked(path, seconds=0.05):
            pass
        holder.kill()
    with locked(path, seconds=5):
        pass


def test_a_lock_is_held_alone_by_one_thread(tmp_path: Path):
    with locked(tmp_path / "x.lock"), pytest.raises(BusyError), locked(tmp_path / "x.lock", seconds=0):
        pass


def test_a_lock_is_free_after_an_error_which_goes_on(tmp_path: Path):
    with pytest.raises(KeyError), locked(tmp_path / "x.lock"):
        raise KeyError
    with locked(tmp_path / "x.lock", seconds=0):
        pass


def test_who_waits_for_a_lock_can_be_stopped(tmp_path: Path):
    answers = iter([False, False, True, True])
    waiting = locked(tmp_path / "x.lock", seconds=60, should_stop=lambda: next(answers))
    with locked(tmp_path / "x.lock"), pytest.raises(CanceledError, match="stopped"), waiting:
        pass
