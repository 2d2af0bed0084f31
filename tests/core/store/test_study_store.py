"""Studies beside their run: whole or not at all, checked when read, gone with the run."""

import json
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from core.access import COMMAND_LINE
from core.disk import checksums, files
from core.errors import DiskFullError, UnknownRunError
from core.store import study_store
from core.store.notes import Notes
from core.store.runs import RunStore
from core.store.study_store import Stored
from tests.core.jobs.tiny import tiny_run

NUMBERS = Notes("numbers", max_entries=20, parse=int, dump=int)
RUN = "0123456789abcdef"


class Settings(BaseModel, frozen=True):
    """Of a study that only these tests know."""

    size: int = 3
    share: float = 0.5


@pytest.fixture(autouse=True)
def runs(home: Path) -> None:
    """The store knows two runs; what is in them, these tests do not ask."""
    for run_id in (RUN, "f" * 16):
        (home / "runs" / run_id).mkdir(parents=True)


ARRAYS = {"points": np.arange(6, dtype=np.float32).reshape(3, 2), "rows": np.array([2, 0, 1])}
FACTS = {"kept": 0.25, "names": ["é", "<b>"]}


def save(settings: Settings = Settings(), run_id: str = RUN) -> None:  # noqa: B008 - frozen
    study_store.save(run_id, "map", settings, ARRAYS, FACTS)


def test_what_was_saved_is_loaded():
    save()
    found = study_store.load(RUN, "map", Settings())
    assert isinstance(found, Stored)
    assert found.facts == FACTS
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype


def test_equal_settings_are_one_study_and_others_another():
    save()
    assert study_store.exists(RUN, "map", Settings(size=3))
    for run_id, kind, settings in [
        (RUN, "map", Settings(size=4)),
        (RUN, "clusters", Settings()),
        ("f" * 16, "map", Settings()),
    ]:
        assert study_store.load(run_id, kind, settings) is None
        assert not study_store.exists(run_id, kind, settings)
    key = study_store.key_of(RUN, "map", Settings())
    assert key == study_store.key_of(RUN, "map", Settings(share=0.5))
    assert study_store.exists_key(key) and study_store.load_key(key) is not None


def test_the_first_of_two_wins():
    save()
    study_store.save(RUN, "map", Settings(), {"points": np.zeros(1)}, {})
    assert study_store.load(RUN, "map", Settings()).facts == FACTS
    assert len(list(study_store.folder(RUN).iterdir())) == 1


@pytest.mark.parametrize("damage", ["bytes", "shorter", "missing", "facts", "no json", "version"])
def test_a_damaged_study_is_removed_and_can_be_made_again(damage: str):
    save()
    (place,) = study_store.folder(RUN).iterdir()
    array, manifest = place / "points.npy", place / "study.json"
    body = json.loads(manifest.read_text())
    match damage:
        case "bytes":
            array.write_bytes(array.read_bytes()[:-1] + b"\x01")
        case "shorter":
            array.write_bytes(array.read_bytes()[:-1])
        case "missing":
            array.unlink()
        case "facts":
            manifest.write_text(json.dumps(body | {"facts": {"kept": 1.0}}))
        case "no json":
            manifest.write_text("{")
        case "version":
            body = {name: value for name, value in body.items() if name != "checksum"} | {"schema_version": 99}
            manifest.write_text(json.dumps(body | {"checksum": checksums.checksum(body)}))
    assert study_store.load(RUN, "map", Settings()) is None
    assert not study_store.exists(RUN, "map", Settings())
    assert study_store.listing(RUN, "map") == []
    save()
    assert study_store.load(RUN, "map", Settings()) is not None


def test_the_newest_is_listed_first():
    for size in (5, 1, 3):
        save(Settings(size=size))
        (place,) = [
            p
            for p in study_store.folder(RUN).iterdir()
            if json.loads((p / "study.json").read_text())["settings"]["size"] == size
        ]
        body = json.loads((place / "study.json").read_text())
        del body["checksum"]
        body["created_at"] = f"2026-01-0{size}T00:00:00+00:00"
        (place / "study.json").write_text(json.dumps(body | {"checksum": checksums.checksum(body)}))
    assert [settings["size"] for settings in study_store.listing(RUN, "map")] == [5, 3, 1]
    assert study_store.listing(RUN, "map")[0] == {"size": 5, "share": 0.5}
    assert study_store.listing(RUN, "clusters") == []


def test_deleting_a_run_takes_its_studies_and_notes_along():
    run = tiny_run()
    RunStore().publish(run)
    save(run_id=run.run_id)
    save()
    NUMBERS.change(run.run_id, lambda numbers: [*numbers, 1])
    RunStore().delete(run.run_id, by=COMMAND_LINE)
    assert not study_store.folder(run.run_id).exists()
    assert study_store.exists(RUN, "map", Settings())
    assert sorted(path.name for path in study_store.folder(RUN).parent.iterdir()) == [RUN]


def test_a_full_disk_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch):
    def full(self, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checksums.HashingFile, "write", full)
    with pytest.raises(DiskFullError, match="Delete runs"):
        save()
    assert list(study_store.folder(RUN).parent.iterdir()) == []


@pytest.mark.parametrize("run_id", ["", "..", "../../etc", "0123456789ABCDEF", "0" * 17])
def test_only_a_run_id_is_a_folder(run_id: str):
    with pytest.raises(UnknownRunError):
        study_store.folder(run_id)


@pytest.mark.parametrize("key", ["", f"{RUN}-map-..", f"{RUN}/map-{'0' * 16}", f"{RUN}-Map-{'0' * 16}"])
def test_only_a_key_names_a_study(key: str):
    with pytest.raises(ValueError, match="names no study"):
        study_store.exists_key(key)


def test_objects_are_no_arrays():
    with pytest.raises(ValueError, match="allow_pickle"):
        study_store.save(RUN, "map", Settings(), {"points": np.array([object()])}, {})
    assert list(study_store.folder(RUN).parent.iterdir()) == []


def test_what_a_dead_process_left_half_written_goes_with_the_next_study(home: Path):
    dead = home / "studies" / ".tmp-999999999-1.0-abcd0123"
    alive = files.temporary(dead.parent)
    for path in (dead, alive):
        path.mkdir(parents=True)
        (path / "points.npy").write_bytes(b"half")
    save()
    assert not dead.exists()
    assert alive.exists()


def test_a_study_of_a_run_that_was_deleted_meanwhile_leaves_nothing(home: Path):
    (home / "runs" / RUN).rmdir()
    with pytest.raises(UnknownRunError, match=RUN):
        save()
    assert list((home / "studies").iterdir()) == []
