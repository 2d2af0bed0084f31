"""The store and damaged runs, a full disk and what dead processes left: what is whole is kept, the rest is told of."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from core.access import COMMAND_LINE
from core.disk import checksums, files
from core.errors import CorruptRunError, DiskFullError
from core.model.run import Run
from core.store import run_files
from core.store.runs import RunStore
from tests.core.equal import assert_equal
from tests.core.jobs.tiny import tiny_run


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_a_damaged_run_does_not_block_a_new_one(store: RunStore):
    run = tiny_run()
    (store.publish(run) / "user_bias.npy").unlink()
    store.publish(run)
    assert_equal(store.load(run.run_id), run)
    assert [aside.reason for aside in store.set_aside()] == ["user_bias.npy is missing"]


def test_any_flipped_byte_is_noticed(tmp_path: Path):
    run = tiny_run()
    names = sorted(path.name for path in RunStore(tmp_path / "whole").publish(run).iterdir())
    rng = np.random.default_rng(0)
    for case, name in enumerate(names * 12):
        store = RunStore(tmp_path / str(case))
        path = store.publish(run) / name
        data = bytearray(path.read_bytes())
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
        path.write_bytes(data)
        with pytest.raises(CorruptRunError):
            store.load(run.run_id)
        assert store.list() == []
        aside = store.set_aside()
        assert len(aside) == 1
        assert aside[0].name == run.run_id
        assert (aside[0].path / name).read_bytes() == bytes(data), "what was set aside is kept as it was"


@pytest.mark.parametrize("name", ["manifest.json", "history.json", "item_embedding.npy"])
@pytest.mark.parametrize("how", ["cut", "empty", "gone", "folder"])
def test_half_written_runs_are_set_aside_and_reported(store: RunStore, name: str, how: str):
    run = tiny_run()
    path = store.publish(run) / name
    data = path.read_bytes()
    path.unlink()
    if how == "folder":
        path.mkdir()
    elif how != "gone":
        path.write_bytes(data[: len(data) // 2] if how == "cut" else b"")
    with pytest.raises(CorruptRunError, match=name):
        store.load(run.run_id)
    assert store.get(run.run_id) is None
    assert [(aside.name, name in aside.reason) for aside in store.set_aside()] == [(run.run_id, True)]


def test_the_list_sets_aside_what_it_cannot_read(store: RunStore):
    good, bad = tiny_run(0), tiny_run(1)
    store.publish(good)
    (store.publish(bad) / "manifest.json").write_text("{")
    assert [run.run_id for run in store.list()] == [good.run_id]
    assert [aside.name for aside in store.set_aside()] == [bad.run_id]


def rewritten(store: RunStore, run: Run, **changes: object) -> None:
    """Publish a run, then change its manifest as another program could, with a valid checksum."""
    path = store.publish(run) / "manifest.json"
    body = json.loads(path.read_text()) | changes
    del body["checksum"]
    path.write_text(json.dumps(body | {"checksum": checksums.checksum(body)}))


def test_a_newer_format_is_set_aside_by_its_number(store: RunStore):
    rewritten(store, tiny_run(), schema_version=run_files.SCHEMA_VERSION + 1)
    with pytest.raises(CorruptRunError, match="format 2, this version of the program reads 1"):
        store.load(tiny_run().run_id)


def test_shapes_must_fit_the_manifest(store: RunStore):
    rewritten(store, tiny_run(), dataset=asdict(tiny_run(items=7).dataset))
    with pytest.raises(CorruptRunError, match=r"item_embedding is float32 \(6, 3\), float32 \(7, 3\) was expected"):
        store.load(tiny_run().run_id)


def test_a_run_under_another_name_is_set_aside(store: RunStore):
    place = store.publish(tiny_run())
    place.rename(store.folder / ("0" * 16))
    with pytest.raises(CorruptRunError, match=tiny_run().run_id):
        store.load("0" * 16)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused_on_the_way_in(store: RunStore, number: float):
    run = tiny_run()
    run.scorer.user_bias[1] = number
    with pytest.raises(ValueError, match="user_bias holds numbers that are not finite"):
        store.publish(run)
    assert list(store.folder.iterdir()) == []


def test_numbers_that_are_not_finite_are_refused_on_the_way_out(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    run = tiny_run()
    run.scorer.user_bias[1] = np.nan
    with monkeypatch.context() as patch:
        patch.setattr(run_files, "_misfit", lambda *_: None)
        store.publish(run)
    with pytest.raises(CorruptRunError, match="not finite"):
        store.load(run.run_id)


def test_a_second_damaged_run_gets_a_place_of_its_own(store: RunStore):
    run = tiny_run()
    for _ in range(3):
        (store.publish(run) / "history.json").unlink()
        assert store.get(run.run_id) is None
    assert [aside.path.name for aside in store.set_aside()] == [f"{run.run_id}-{n}" for n in (1, 2, 3)]


def _calls_to_the_disk(monkeypatch: pytest.MonkeyPatch, fail_at: int | None) -> list[str]:
    """Count every call that may meet a full disk; the one numbered `fail_at` does."""
    made: list[str] = []

    def limited(name, function):
        def call(*args, **kwargs):
            made.append(name)
            if len(made) - 1 == fail_at:
                raise OSError(errno.ENOSPC, "No space left on device")
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(os, "fsync", limited("fsync", os.fsync))
    monkeypatch.setattr(Path, "mkdir", limited("mkdir", Path.mkdir))
    monkeypatch.setattr(Path, "rename", limited("rename", Path.rename))
    monkeypatch.setattr(checksums.HashingFile, "write", limited("write", checksums.HashingFile.write))
    monkeypatch.setattr(checksums, "to_disk", limited("flush", checksums.to_disk))
    return made


def test_a_full_disk_at_any_write_leaves_older_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = RunStore(tmp_path / "runs")
    store.publish(tiny_run(0))  # the first write of a process makes calls of its own
    with monkeypatch.context() as patch:
        made = _calls_to_the_disk(patch, None)
        RunStore(tmp_path / "dry").publish(tiny_run(1))
    assert {"mkdir", "write", "flush", "fsync", "rename"} == set(made)
    before = contents(store.folder)
    last_rename = len(made) - 1 - made[::-1].index("rename")
    for number in range(len(made)):
        with monkeypatch.context() as patch:
            _calls_to_the_disk(patch, number)
            with pytest.raises(DiskFullError, match=r"Delete runs you no longer need"):
                store.publish(tiny_run(1))
        if number > last_rename:  # it is in its place; only the promise to outlive a power cut failed
            assert_equal(store.load(tiny_run(1).run_id), tiny_run(1))
            store.delete(tiny_run(1).run_id, by=COMMAND_LINE)
        assert contents(store.folder) == before, f"call {number}, {made[number]}"
        assert [path.name for path in store.folder.glob("*") if path.name != ".lock"] == [tiny_run(0).run_id]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_the_array_writer_keeps_the_number_of_the_systems_error():
    with Path("/dev/full").open("wb", buffering=0) as file:
        out = checksums.HashingFile(file)
        with pytest.raises(OSError, match="No space left") as caught:
            np.lib.format.write_array(out, np.zeros((1000, 64), np.float32), allow_pickle=False)
    assert files.is_disk_full(caught.value)


def test_only_dead_processes_are_swept(store: RunStore):
    store.publish(tiny_run())
    alive = files.temporary(store.folder)
    alive.mkdir()
    imports = "from pathlib import Path; from core.disk.files import temporary"
    program = f"{imports}; temporary(Path({str(store.folder)!r})).mkdir()"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])
    reused = store.folder / f".tmp-{os.getpid()}-1.0-abcd0123"  # this pid, another start: an earlier process
    reused.mkdir()
    foreign = store.folder / ".tmp-notes"
    foreign.mkdir()
    removed = store.sweep()
    assert len(removed) == 2
    assert reused.name in removed
    assert alive.exists()
    assert foreign.exists()
    assert_equal(store.load(tiny_run().run_id), tiny_run())
