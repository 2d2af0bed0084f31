"""What is published survives a power cut: everything is on the disk before it is seen."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.store import study_store
from core.store.notes import Notes
from core.store.runs import RunStore
from core.studies.stability import StabilitySettings
from tests.core.jobs.tiny import tiny_run

RUN = tiny_run()


def recorded(monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> list[tuple[str, object]]:
    """What `work` asks of the disk, in order: inodes brought down to it, and paths renamed to."""
    calls: list[tuple[str, object]] = []
    fsync, rename, replace = os.fsync, os.rename, os.replace

    def note_fsync(handle: int) -> None:
        calls.append(("fsync", os.fstat(handle).st_ino))
        fsync(handle)

    def note(move: Callable[[object, object], None]) -> Callable[[object, object], None]:
        def noted(source: object, target: object) -> None:
            calls.append(("rename", Path(str(target))))
            move(source, target)

        return noted

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", note_fsync)
        patch.setattr(os, "rename", note(rename))
        patch.setattr(os, "replace", note(replace))
        work()
    return calls


def assert_durable(calls: list[tuple[str, object]], place: Path) -> None:
    """Each file and the folder itself before the rename, the folder around it after."""
    renamed = calls.index(("rename", place))
    inside = [place, *place.iterdir()] if place.is_dir() else [place]
    for path in inside:
        assert ("fsync", path.stat().st_ino) in calls[:renamed], path.name
    assert ("fsync", place.parent.stat().st_ino) in calls[renamed:]


def test_a_run_is_on_the_disk_before_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = recorded(monkeypatch, lambda: RunStore().publish(RUN))
    assert_durable(calls, RunStore().folder / RUN.run_id)


def test_a_study_is_on_the_disk_before_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    RunStore().publish(RUN)
    settings, arrays = StabilitySettings(), {"embeddings": np.zeros(3), "rows": np.arange(2)}
    calls = recorded(monkeypatch, lambda: study_store.save(RUN.run_id, "stability", settings, arrays, {}))
    (place,) = study_store.folder(RUN.run_id).iterdir()
    assert_durable(calls, place)


def test_a_note_is_on_the_disk_before_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    RunStore().publish(RUN)
    notes = Notes("numbers", max_entries=1, parse=int, dump=int)
    calls = recorded(monkeypatch, lambda: notes.change(RUN.run_id, lambda _: [1]))
    assert_durable(calls, notes.path(RUN.run_id))
