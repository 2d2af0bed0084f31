"""A home that cannot be worked in is told before work starts; what the dead left anywhere in it goes."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from core.disk import upkeep
from core.disk.files import remove, sweep
from core.errors import UsageError

ROOT = Path(__file__).parents[3]
DEAD = f"4194399-{'0' * 16}-abcd0123"
NOBODY = 65_534


def test_a_home_that_can_be_used_is_made_and_nothing_is_left_of_the_attempt(home: Path):
    upkeep.check_usable()
    assert [path.name for path in home.iterdir()] == ["processes"]


@pytest.mark.parametrize("way", ["under a file", "a file", "under a device", "too long", "runs is a file", "a loop"])
def test_what_is_no_folder_is_refused_by_name(home: Path, monkeypatch: pytest.MonkeyPatch, way: str):
    home.mkdir()
    places = {
        "under a file": home / "file" / "deep" / "home",
        "a file": home / "file",
        "under a device": Path("/dev/null/x"),
        "too long": home / ("x" * 300),
        "runs is a file": home,
        "a loop": home / "loop",
    }
    (home / "file").touch()
    (home / "runs").touch()
    (home / "loop").symlink_to("loop")
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(places[way]))
    with pytest.raises(UsageError, match=r"cannot be written to \(.*EMBEDDING_EXPLORER_HOME") as caught:
        upkeep.check_usable()
    assert str(places[way]) in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a call as somebody else")
def test_a_home_of_somebody_else_is_refused_before_any_work(home: Path):
    (home / "runs").mkdir(parents=True)
    temporary = Path(tempfile.gettempdir())
    for folder in (home, *home.parents):
        if temporary in folder.parents:
            folder.chmod(0o755)
    calls = [["train"], ["import", "/etc/hostname"], ["rename", "x", "y"], ["delete", "0" * 16]]
    program = (
        "import os, sys; from core.cli import imports, main, parser, stored, train as t\n"  # while all may be read
        f"os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        f"t._fit = lambda *a: sys.exit('it trains'); print([main(call) for call in {calls!r}])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "[2, 2, 2, 2]\n", done.stderr
    for line in done.stderr.splitlines():
        assert line.startswith(f"error: USAGE: {home} cannot be written to (Permission denied)")
    assert [path.name for path in home.rglob("*")] == ["runs"]


def test_leftovers_go_wherever_a_rename_was_killed(home: Path):
    places = [
        ".",
        "datasets",
        "datasets/mine",
        "runs",
        "runs/.set-aside/one",
        "studies/one",
        "jobs/00000001",
        "uploads",
    ]
    for place in places:
        (home / place).mkdir(parents=True, exist_ok=True)
        (home / place / f".tmp-{DEAD}").write_text("half")
        (home / place / "whole").touch()
    assert len(upkeep.sweep_home()) == len(places)
    assert list(home.rglob(".tmp-*")) == []
    assert len(list(home.rglob("whole"))) == len(places)
    assert upkeep.sweep_home() == ()


def test_a_link_goes_and_what_it_leads_to_stays(tmp_path: Path):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    (elsewhere / "inside").mkdir(parents=True)
    folder.mkdir()
    names = [f".tmp-{DEAD[:-1]}{number}" for number in range(4)]
    for name, target in zip(names, (elsewhere, Path("nowhere"), Path(names[2]), elsewhere / "inside"), strict=True):
        (folder / name).symlink_to(target)
    assert sweep(folder) == tuple(names)
    assert list(folder.iterdir()) == []
    assert (elsewhere / "inside").is_dir()


def test_one_leftover_that_cannot_be_removed_keeps_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    names = [f".tmp-{DEAD[:-1]}{number}" for number in range(3)]
    for name in names:
        (tmp_path / name).mkdir()

    def refusing(path: Path) -> None:
        if path.name == names[1]:
            raise PermissionError(1, "Operation not permitted", str(path))
        remove(path)

    monkeypatch.setattr("core.disk.files.remove", refusing)
    assert sweep(tmp_path) == (names[0], names[2])


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_whatever_lies_among_the_processes_stops_no_sweep(home: Path, tmp_path: Path, make):
    (home / "processes").mkdir(parents=True)
    for name in (f"1-{'a' * 16}", "notes-of-mine"):
        make(home / "processes" / name)
    (tmp_path / f".tmp-{DEAD}").touch()
    assert sweep(tmp_path) == (f".tmp-{DEAD}",)
    assert os.path.lexists(home / "processes" / "notes-of-mine")
