"""The process that reads own ratings: the same as reading here, and its limits are told as errors."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.data.own import isolation
from core.data.own.files import MOST_BYTES, read
from core.data.own.isolation import read_isolated
from core.errors import MissingColumnError, TooLargeError
from core.settings import ImportLimits
from tests.core.data.own.test_matching import CASE


def test_another_process_reads_the_same_and_writes_nothing(home: Path):
    content = CASE.read_bytes()
    assert read_isolated(content) == read(content)
    assert not home.exists()


def test_its_errors_come_back_with_their_code():
    with pytest.raises(MissingColumnError, match="no column"):
        read_isolated(b"nothing\nto be read\n")


def test_what_is_too_large_never_gets_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subprocess, "run", None)
    with pytest.raises(TooLargeError, match="bytes"):
        read_isolated(b"x" * (MOST_BYTES + 1))


def test_too_much_time_and_a_crash_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setattr(isolation, "LIMITS", ImportLimits(max_seconds=1))
    with pytest.raises(TooLargeError, match="takes more than"):
        read_isolated(b"Heat,4\n")
    slow.write_text("#!/bin/sh\nkill -SEGV $$\n")
    with pytest.raises(isolation.BadFormatError, match="signal 11"):
        read_isolated(b"Heat,4\n")
    slow.write_text("#!/bin/sh\necho a fault >&2\nexit 1\n")
    with pytest.raises(RuntimeError, match="a fault"):
        read_isolated(b"Heat,4\n")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
def test_too_much_memory_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    greedy = "from core.data.own import isolation, files\nimport sys\n"
    greedy += "isolation.read = lambda content: bytearray(4 * 2**30)\nisolation.work(sys.stdin.buffer, sys.stdout)\n"
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **more: run([command[0], "-c", greedy], **more))
    with pytest.raises(TooLargeError, match="MiB of memory"):
        read_isolated(b"Heat,4\n")
