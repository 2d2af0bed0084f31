"""Two containers share one home: neither sweeps the other's files nor ends its jobs while both live."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CONTAINER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts")
PROGRAM = """
import os, pathlib, socket, sys
from core.access import COMMAND_LINE
from core.disk import files, upkeep
from core.jobs import queue
socket.sethostname("same-name")
folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for order in sys.stdin:
    match order.split():
        case ["work"]:
            files.temporary(folder).mkdir()
            spec = {"upload": "", "mapping": {}, "options": {}}
            job = queue.submit("import", spec, key=str(os.urandom(4)), by=COMMAND_LINE)
            queue.claim(job.job_id)
            print(os.getpid(), flush=True)
        case ["look"]:
            swept = upkeep.sweep_home() + files.sweep(folder)
            print(len(swept), *[job.state for job in queue.jobs()], flush=True)
"""


def _can_unshare() -> bool:
    return (
        bool(shutil.which("unshare"))
        and subprocess.run([*CONTAINER, "true"], check=False, capture_output=True).returncode == 0
    )


class Container:
    """A process that sees no other's number, and has the host name of all."""

    def __init__(self, folder: Path) -> None:
        command = [*CONTAINER, sys.executable, "-c", PROGRAM, str(folder)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def ask(self, order: str) -> list[str]:
        """What it answers to an order."""
        assert self.process.stdin
        assert self.process.stdout
        print(order, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().split()


@pytest.fixture
def containers(tmp_path: Path) -> Iterator[list[Container]]:
    """Two on one home."""
    if not _can_unshare():
        pytest.skip("this system lets nobody make namespaces")
    both = [Container(tmp_path / "shared") for _ in range(2)]
    yield both
    for container in both:
        container.process.kill()
        container.process.communicate()


def test_two_containers_on_one_home_leave_each_other_alone(containers: list[Container]):
    one, other = containers
    assert one.ask("work") == other.ask("work") == ["1"], "both are number 1 in their own worlds"
    assert one.ask("look") == other.ask("look") == ["0", "running", "running"]
    one.process.kill()
    one.process.communicate()
    assert other.ask("look") == ["1", "running", "running"], "the dead one's file goes; its job has a lease to run out"
