"""The pool when it starts after another, cannot start workers, stops, or its disk is full."""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.disk import processes
from core.errors import DiskFullError
from core.jobs import queue
from core.jobs.pool import Pool
from core.store.runs import RunStore
from tests.core.jobs.tiny import COMMAND, tiny_run
from tests.core.jobs.tinyjobs import PATIENCE, ROOT, ask, ended, measuring, wait_for

pytestmark = pytest.mark.usefixtures("tiny_kinds")


def test_a_worker_that_cannot_start_is_not_tried_all_the_time(tmp_path: Path):
    counter = tmp_path / "starts"
    program = f"open({str(counter)!r}, 'a').write('x')"
    with Pool(1, command=(sys.executable, "-c", program)) as pool:
        assert not pool.wait_ready(1)
    assert 1 <= len(counter.read_text()) <= 3


def test_stopping_ends_the_workers_and_says_so_in_their_jobs():
    with Pool(2, command=COMMAND) as pool:
        assert pool.wait_ready(PATIENCE)
        running, waiting = [ask(seed, steps=600, seconds=60) for seed in (0, 1)], ask(2)
        wait_for(lambda: all(measuring(job) for job in running))
        pids = pool.pids
        began = time.monotonic()
    assert time.monotonic() - began < 3
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert list(queue.folder().glob(".tmp-*")) == [], "nor is anything left of their temporary folders"
    for job in running:
        assert queue.get(job.job_id).code == "WORKER_DIED"
        assert "server was stopped" in queue.get(job.job_id).message
    assert queue.get(waiting.job_id).state == "queued"
    with Pool(1, command=COMMAND):
        assert ended(waiting).state == "done"


def test_a_start_clears_up_what_a_dead_server_left(tmp_path: Path):
    runs = RunStore()
    runs.publish(tiny_run(9))
    program = (
        "import sys, pathlib; from core.disk.files import temporary\n"
        "for folder in sys.argv[1:]: temporary(pathlib.Path(folder)).mkdir(parents=True)"
    )
    subprocess.run([sys.executable, "-c", program, runs.folder, queue.folder()], cwd=ROOT, check=True)
    assert len([*runs.folder.glob(".tmp-*"), *queue.folder().glob(".tmp-*")]) == 2
    with Pool(0, command=COMMAND):
        wait_for(lambda: [*runs.folder.glob(".tmp-*"), *queue.folder().glob(".tmp-*")] == [])
    assert runs.load(tiny_run(9).run_id).config.seed == 9


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home on a disk of 3 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if not mount or subprocess.run([mount, "-t", "tmpfs", "-o", "size=3m", "none", disk], check=False).returncode:
        pytest.skip("only a superuser can mount a small disk")
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(disk))
    yield disk
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path))
    processes.token()  # this process lets go of its file on the disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_fails_the_job_and_nothing_else(small_disk: Path):
    filler = small_disk / "filler"
    with Pool(1, command=COMMAND) as pool:
        kept = ended(ask(0))
        before = {path.name: path.read_bytes() for path in (RunStore().folder / kept.key).iterdir()}
        too_big = ended(ask(1, items=400_000))
        assert (too_big.state, too_big.code) == ("failed", "DISK_FULL")
        assert "Delete runs" in too_big.message

        running = ask(2, steps=100, seconds=5)
        wait_for(lambda: measuring(running))
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        assert shutil.disk_usage(small_disk).free < 65_536
        full = ended(running)
        assert (full.state, full.code) == ("failed", "DISK_FULL")
        assert full.seconds > 0, "its own worker could still say so"
        with pytest.raises(DiskFullError):
            ask(3)

        filler.unlink()
        assert ended(ask(3)).state == "done"
        assert len(pool.pids) == 1
    assert {path.name: path.read_bytes() for path in (RunStore().folder / kept.key).iterdir()} == before
    assert [*RunStore().folder.glob(".tmp-*"), *queue.folder().glob(".tmp-*")] == []
