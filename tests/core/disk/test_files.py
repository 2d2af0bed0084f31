"""Whose temporary files are swept: those of processes that have ended, and no others, whatever their process ids."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.disk import processes
from core.disk.files import sweep, temporary

ROOT = Path(__file__).parents[3]
WRITER = """
import pathlib, sys
from core.disk.files import temporary
fresh = temporary(pathlib.Path(sys.argv[1]))
fresh.mkdir()
print(fresh.name, flush=True)
input()
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has something half written in `tmp_path` and goes on."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def written(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_what_a_living_process_writes_is_not_swept_and_what_it_leaves_is(tmp_path: Path, writer: subprocess.Popen[str]):
    name = written(writer)
    assert sweep(tmp_path) == ()
    os.kill(writer.pid, signal.SIGSTOP)
    assert sweep(tmp_path) == (), "a process that stands still lives"
    writer.kill()
    os.waitid(os.P_PID, writer.pid, os.WEXITED | os.WNOWAIT)  # it is dead, its status unread
    assert sweep(tmp_path) == (name,)
    assert not list(tmp_path.glob(".tmp-*"))


def test_a_process_id_that_means_nobody_here_says_nothing(
    tmp_path: Path, writer: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
):
    """As from another container: its living process has a number that this system does not know."""
    theirs = tmp_path / written(writer)
    (token,) = (path.name for path in (tmp_path / "home" / "processes").iterdir() if path.name in theirs.name)
    foreign = token.replace(str(writer.pid), "4194399", 1)
    (tmp_path / "home" / "processes" / token).rename(tmp_path / "home" / "processes" / foreign)
    theirs = theirs.rename(tmp_path / theirs.name.replace(token, foreign))
    assert sweep(tmp_path) == ()
    assert theirs.exists()


def test_a_process_id_that_was_given_again_protects_nothing(tmp_path: Path):
    mine = temporary(tmp_path)
    mine.touch()
    earlier = tmp_path / f".tmp-{os.getpid()}-{'0' * 16}-abcd0123"
    earlier.touch()
    assert sweep(tmp_path) == (earlier.name,)
    assert mine.exists()


def test_a_token_is_kept_for_life_and_no_file_of_the_dead_stays(home: Path):
    mine = processes.token()
    assert mine == processes.token()
    assert mine.startswith(f"{os.getpid()}-")
    program = "import os; from core.disk import processes; print(processes.token(), flush=True); os._exit(0)"
    died = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert processes.is_alive(died.stdout.strip())
    processes.forget_dead()
    assert not processes.is_alive(died.stdout.strip())
    assert [path.name for path in (home / "processes").iterdir()] == [mine]
    ended = subprocess.run([sys.executable, "-c", program.replace("os._exit(0)", "")], cwd=ROOT, check=True)
    assert ended.returncode == 0
    assert [path.name for path in (home / "processes").iterdir()] == [mine], "who ends in peace leaves nothing"


def test_a_home_that_was_wiped_gives_a_new_token(home: Path):
    first = processes.token()
    (home / "processes" / first).unlink()
    second = processes.token()
    assert first != second
    processes.forget_dead()
    assert processes.is_alive(second)
