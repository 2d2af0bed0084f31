"""The store keeps what it was given, or says that it does not have it."""

import errno
import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from core import files, runfolder, vouched
from core.errors import CorruptRunError, DiskFullError, UnknownRunError
from core.run import Run, Weights
from core.store import RunStore
from tests.core.tiny import tiny_run


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def assert_equal(left: Run, right: Run) -> None:
    for name in ("run_id", "config", "dataset", "started", "history", "steps", "outcome", "created_at", "versions"):
        assert getattr(left, name) == getattr(right, name), name
    for name in ("user_embedding", "item_embedding", "user_bias", "item_bias"):
        a, b = getattr(left.weights, name), getattr(right.weights, name)
        assert (a is None) == (b is None), name
        assert a is None or (a.dtype == b.dtype and a.tobytes() == b.tobytes()), name


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_a_run_comes_back_bit_for_bit(store: RunStore):
    run = tiny_run()
    assert store.publish(run) == store.folder / run.run_id
    assert_equal(store.load(run.run_id), run)
    assert run.run_id in store
    assert sorted(path.name for path in store.folder.iterdir()) == [run.run_id]


def test_a_model_without_biases_comes_back_without_them(store: RunStore):
    run = tiny_run()
    plain = Run(
        **{**run.__dict__, "weights": type(run.weights)(run.weights.user_embedding, run.weights.item_embedding)}
    )
    store.publish(plain)
    assert_equal(store.load(run.run_id), plain)


def test_nothing_in_a_run_is_pickled(store: RunStore):
    place = store.publish(tiny_run())
    assert {path.suffix for path in place.iterdir()} == {".npy", ".json"}
    for path in place.glob("*.npy"):
        np.load(path, allow_pickle=False)


def test_a_run_already_there_wins(store: RunStore):
    run = tiny_run()
    place = store.publish(run)
    before = place.stat().st_ino
    store.publish(replace(run, created_at="2027-01-01T00:00:00+00:00"))
    assert place.stat().st_ino == before
    assert store.load(run.run_id).created_at == run.created_at


def test_a_damaged_run_does_not_block_a_new_one(store: RunStore):
    run = tiny_run()
    (store.publish(run) / "user_bias.npy").unlink()
    store.publish(run)
    assert_equal(store.load(run.run_id), run)
    assert [aside.reason for aside in store.set_aside()] == ["user_bias.npy is missing"]


def test_the_list_reads_manifests_and_gives_the_newest_first(store: RunStore):
    for seed in range(3):
        store.publish(replace(tiny_run(seed), created_at=f"2026-01-0{seed + 1}T00:00:00+00:00"))
    listed = store.list()
    assert [run.config.seed for run in listed] == [2, 1, 0]
    assert listed[0].outcome == tiny_run(2).outcome
    assert listed[0].dataset == tiny_run(2).dataset
    expected = sum(
        path.stat().st_size for path in (store.folder / listed[0].run_id).glob("*") if "manifest" not in path.name
    )
    assert listed[0].size == expected


def test_an_empty_home_lists_nothing(store: RunStore):
    assert store.list() == []
    assert store.set_aside() == ()
    assert store.sweep() == ()


def test_a_deleted_run_is_unknown(store: RunStore):
    run = tiny_run()
    store.publish(run)
    store.delete(run.run_id)
    assert run.run_id not in store
    with pytest.raises(UnknownRunError):
        store.load(run.run_id)
    with pytest.raises(UnknownRunError):
        store.delete(run.run_id)
    assert store.get(run.run_id) is None
    assert store.set_aside() == ()


NO_RUN_IDS = [
    "",
    ".",
    "..",
    "../../../etc",
    "/etc/passwd",
    "..%2f..%2fetc%2f..",
    "0123456789ABCDEF",
    "0123456789abcde",
    "0123456789abcdef0",
    "0123456789abcdef\n",
    "0123456789abcde\0",
    "\u0660" * 16,  # Arabic digits
]


@pytest.mark.parametrize("bad", NO_RUN_IDS)
def test_what_is_no_run_id_never_becomes_a_path(store: RunStore, bad: str):
    for call in (store.load, store.delete, store.__contains__):
        with pytest.raises(UnknownRunError, match="16 digits"):
            call(bad)
    assert store.get(bad) is None
    assert not store.folder.exists()


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
        assert aside[0].run_id == run.run_id
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
    assert [(aside.run_id, name in aside.reason) for aside in store.set_aside()] == [(run.run_id, True)]


def test_the_list_sets_aside_what_it_cannot_read(store: RunStore):
    good, bad = tiny_run(0), tiny_run(1)
    store.publish(good)
    (store.publish(bad) / "manifest.json").write_text("{")
    assert [run.run_id for run in store.list()] == [good.run_id]
    assert [aside.run_id for aside in store.set_aside()] == [bad.run_id]


def rewritten(store: RunStore, run: Run, **changes: object) -> None:
    """Publish a run, then change its manifest as another program could, with a valid checksum."""
    path = store.publish(run) / "manifest.json"
    body = json.loads(path.read_text()) | changes
    del body["checksum"]
    path.write_text(json.dumps(body | {"checksum": vouched.checksum(body)}))


def test_a_newer_format_is_set_aside_by_its_number(store: RunStore):
    rewritten(store, tiny_run(), schema_version=runfolder.SCHEMA_VERSION + 1)
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
    run.weights.user_bias[1] = number
    with pytest.raises(ValueError, match="user_bias holds numbers that are not finite"):
        store.publish(run)
    assert list(store.folder.iterdir()) == []


def test_numbers_that_are_not_finite_are_refused_on_the_way_out(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    run = tiny_run()
    run.weights.user_bias[1] = np.nan
    with monkeypatch.context() as patch:
        patch.setattr(runfolder, "_misfit", lambda *_: None)
        store.publish(run)
    with pytest.raises(CorruptRunError, match="not finite"):
        store.load(run.run_id)


def test_a_second_damaged_run_gets_a_place_of_its_own(store: RunStore):
    run = tiny_run()
    for _ in range(3):
        (store.publish(run) / "history.json").unlink()
        assert store.get(run.run_id) is None
    assert [aside.path.name for aside in store.set_aside()] == [f"{run.run_id}-{n}" for n in (1, 2, 3)]


def _publish_when_told(folder: Path, barrier: "multiprocessing.synchronize.Barrier") -> None:
    barrier.wait()
    for seed in range(20):
        RunStore(folder).publish(tiny_run(seed))


def test_two_processes_may_publish_the_same_runs_at_once(store: RunStore):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    both = [context.Process(target=_publish_when_told, args=(store.folder, barrier)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
        assert process.exitcode == 0
    for seed in range(20):
        assert_equal(store.load(tiny_run(seed).run_id), tiny_run(seed))
    assert len(list(store.folder.glob("*"))) == 20
    assert store.set_aside() == ()


def test_loading_while_somebody_deletes_and_publishes_never_reports_damage(store: RunStore):
    run, stop, wrong = tiny_run(), threading.Event(), []

    def churn() -> None:
        while not stop.is_set():
            store.publish(run)
            store.delete(run.run_id)

    def read() -> None:
        while not stop.is_set():
            try:
                store.load(run.run_id)
            except UnknownRunError:
                continue
            except CorruptRunError as error:
                wrong.append(error)

    threads = [threading.Thread(target=work) for work in (churn, read, read)]
    for thread in threads:
        thread.start()
    stop.wait(1.5)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert store.set_aside() == ()


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
    monkeypatch.setattr(vouched.HashingFile, "write", limited("write", vouched.HashingFile.write))
    monkeypatch.setattr(vouched, "to_disk", limited("flush", vouched.to_disk))
    return made


def test_a_full_disk_at_any_write_leaves_older_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        made = _calls_to_the_disk(patch, None)
        RunStore(tmp_path / "dry").publish(tiny_run(1))
    assert {"mkdir", "write", "flush", "fsync", "rename"} == set(made)
    store = RunStore(tmp_path / "runs")
    store.publish(tiny_run(0))
    before = contents(store.folder)
    last_rename = len(made) - 1 - made[::-1].index("rename")
    for number in range(len(made)):
        with monkeypatch.context() as patch:
            _calls_to_the_disk(patch, number)
            with pytest.raises(DiskFullError, match=r"Delete runs you no longer need"):
                store.publish(tiny_run(1))
        if number > last_rename:  # it is in its place; only the promise to outlive a power cut failed
            assert_equal(store.load(tiny_run(1).run_id), tiny_run(1))
            store.delete(tiny_run(1).run_id)
        assert contents(store.folder) == before, f"call {number}, {made[number]}"
        assert [path.name for path in store.folder.glob("*") if path.name != ".lock"] == [tiny_run(0).run_id]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_the_array_writer_keeps_the_number_of_the_systems_error():
    with Path("/dev/full").open("wb", buffering=0) as file:
        out = vouched.HashingFile(file)
        with pytest.raises(OSError, match="No space left") as caught:
            np.lib.format.write_array(out, np.zeros((1000, 64), np.float32), allow_pickle=False)
    assert files.is_disk_full(caught.value)


def test_only_dead_processes_are_swept(store: RunStore):
    store.publish(tiny_run())
    alive = files.temporary(store.folder)
    alive.mkdir()
    program = (
        f"from pathlib import Path; from core.files import temporary; temporary(Path({str(store.folder)!r})).mkdir()"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
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


def test_a_cache_hit_of_the_bundled_size_takes_no_time(store: RunStore):
    run = tiny_run()
    rng = np.random.default_rng(0)
    config = run.config.model_copy(update={"embedding_dim": 64})
    dataset = replace(run.dataset, users=671, items=9066)
    shapes = ((671, 64), (9066, 64), (671,), (9066,))
    weights = Weights(*(rng.normal(size=shape).astype(np.float32) for shape in shapes))
    store.publish(replace(run, config=config, dataset=dataset, weights=weights))
    times = []
    for _ in range(5):
        began = time.perf_counter()
        store.load(run.run_id)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.1
