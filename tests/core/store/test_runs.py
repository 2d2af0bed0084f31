"""The store keeps what it was given, or says that it does not have it."""

import multiprocessing
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.access import COMMAND_LINE
from core.errors import CorruptRunError, UnknownRunError
from core.model.families import run_config
from core.model.scale import Scale
from core.model.simple_dot import SimpleDot
from core.store.runs import RunStore
from tests.core.equal import assert_equal
from tests.core.jobs.tiny import tiny_run


def test_a_run_comes_back_bit_for_bit(store: RunStore):
    run = tiny_run()
    assert store.publish(run) == store.folder / run.run_id
    assert_equal(store.load(run.run_id), run)
    assert run.run_id in store
    assert sorted(path.name for path in store.folder.iterdir()) == [run.run_id]


def test_a_model_without_biases_comes_back_without_them(store: RunStore):
    run = tiny_run()
    vectors = {name: array for name, array in run.scorer.arrays.items() if "embedding" in name}
    config = run_config(model="simple_dot", embedding_dim=3)
    plain = replace(run, config=config, scorer=SimpleDot(vectors, Scale(0.5, 5.0, sigmoid=False)))
    store.publish(plain)
    assert_equal(store.load(run.run_id), plain)
    assert set(store.load(run.run_id).scorer.arrays) == {"user_embedding", "item_embedding"}


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


def test_the_runs_that_learned_from_a_dataset_are_known_by_its_content(store: RunStore):
    for seed, digest in enumerate(("a" * 64, "b" * 64, "a" * 64)):
        run = tiny_run(seed)
        store.publish(
            replace(run, dataset=replace(run.dataset, digest=digest), created_at=f"2026-01-0{seed + 1}T00:00:00+00:00")
        )
    assert [run.config.seed for run in store.learned_from("a" * 64)] == [2, 0]
    assert store.learned_from("c" * 64) == ()


def test_an_empty_home_lists_nothing(store: RunStore):
    assert store.list() == []
    assert store.set_aside() == ()
    assert store.sweep() == ()


def test_a_deleted_run_is_unknown(store: RunStore):
    run = tiny_run()
    store.publish(run)
    store.delete(run.run_id, by=COMMAND_LINE)
    assert run.run_id not in store
    with pytest.raises(UnknownRunError):
        store.load(run.run_id)
    with pytest.raises(UnknownRunError):
        store.delete(run.run_id, by=COMMAND_LINE)
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
    for call in (store.load, partial(store.delete, by=COMMAND_LINE), store.__contains__):
        with pytest.raises(UnknownRunError, match="16 digits"):
            call(bad)
    assert store.get(bad) is None
    assert not store.folder.exists()


def _publish_when_told(folder: Path, barrier: "multiprocessing.synchronize.Barrier") -> None:
    barrier.wait()
    for seed in range(20):
        RunStore(folder).publish(tiny_run(seed))


def test_two_processes_may_publish_the_same_runs_at_once(store: RunStore):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2, timeout=60)
    other = context.Process(target=_publish_when_told, args=(store.folder, barrier))
    other.start()
    _publish_when_told(store.folder, barrier)
    other.join(60)
    assert other.exitcode == 0
    for seed in range(20):
        assert_equal(store.load(tiny_run(seed).run_id), tiny_run(seed))
    assert len(list(store.folder.glob("*"))) == 20
    assert store.set_aside() == ()


def test_loading_while_somebody_deletes_and_publishes_never_reports_damage(store: RunStore):
    run, stop, wrong = tiny_run(), threading.Event(), []

    def churn() -> None:
        while not stop.is_set():
            store.publish(run)
            store.delete(run.run_id, by=COMMAND_LINE)

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


def test_a_cache_hit_of_the_bundled_size_takes_no_time(store: RunStore):
    run = tiny_run()
    rng = np.random.default_rng(0)
    config = run.config.model_copy(update={"embedding_dim": 64})
    dataset = replace(run.dataset, users=671, items=9066)
    shapes = run.scorer.shapes(config, 671, 9066)
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    store.publish(replace(run, config=config, dataset=dataset, scorer=replace(run.scorer, arrays=arrays)))
    times = []
    for _ in range(5):
        began = time.perf_counter()
        store.load(run.run_id)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.1
