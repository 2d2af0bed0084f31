"""Homes in which something was tampered with: what can lie where the program expects a file or a folder of its own."""

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from core.access import COMMAND_LINE
from core.data.folder import write_folder
from core.disk import checksums
from core.jobs import queue
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.component_names import Name
from tests.conftest import small_ratings
from tests.core.jobs.tiny import tiny_run

RUN, OTHER_RUN = tiny_run(0).run_id, tiny_run(1).run_id
DATASET, OTHER_DATASET = "bad-one", "good-one"
JOB, OTHER_JOB = "00000001", "00000002"


class Size(BaseModel):
    """Settings of a study."""

    size: int


def build(home: Path) -> None:
    """A home, named by the environment, with two of each: one to tamper with, and one that has to stay in the lists."""
    for seed in (0, 1):
        RunStore().publish(tiny_run(seed))
    for size in (1, 2):
        study_store.save(RUN, "map", Size(size=size), {"places": np.zeros((3, 2))}, {"fact": 1})
    component_names.set_name(RUN, Name("low", "high", np.array([1.0, 0, 0]), 0, False, 0), by=COMMAND_LINE)
    for name in (DATASET, OTHER_DATASET):
        (home / "datasets" / name).mkdir(parents=True)
        write_folder(home / "datasets" / name, small_ratings())
    for number in (1, 2):
        spec = {"upload": f"{number:032x}", "mapping": {}, "options": {}}
        queue.submit("import", spec, key=str(number), by=COMMAND_LINE, title=f"Import {number}")
        queue.cancel(f"{number:08d}", by=COMMAND_LINE)


PLACES = {
    "manifest": f"runs/{RUN}/manifest.json",
    "history": f"runs/{RUN}/history.json",
    "array": f"runs/{RUN}/item_bias.npy",
    "about": f"datasets/{DATASET}/dataset.json",
    "ratings": f"datasets/{DATASET}/ratings.parquet",
    "users": f"datasets/{DATASET}/users.parquet",
    "items": f"datasets/{DATASET}/items.parquet",
    "spec": f"jobs/{JOB}/spec.json",
    "status": f"jobs/{JOB}/status.json",
    "study": f"studies/{RUN}/{study_store.key_of(RUN, 'map', Size(size=1)).removeprefix(RUN + '-')}/study.json",
    "names": f"studies/{RUN}/names.json",
    "run": f"runs/{RUN}",
    "dataset": f"datasets/{DATASET}",
    "job": f"jobs/{JOB}",
}
"""What is tampered with; the last three are the folders themselves."""

FOLDERS = ("run", "dataset", "job")


@dataclass(frozen=True)
class Case:
    """One thing to tamper with, and how: `tamper` gets the path of what is there."""

    place: str
    way: str
    tamper: Callable[[Path], None]

    @property
    def name(self) -> str:
        """In the names of tests."""
        return f"{self.place}-{self.way}"


def instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Something else in the place of a file or a folder."""

    def tamper(path: Path) -> None:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(path)

    return tamper


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**36)


NO_FILES = {
    "fifo": instead(os.mkfifo),
    "socket": instead(_socket),
    "zero": instead(lambda path: path.symlink_to("/dev/zero")),
    "dangling": instead(lambda path: path.symlink_to("nowhere")),
    "loop": instead(lambda path: path.symlink_to(path.name)),
}
NO_FOLDERS = NO_FILES | {
    "empty": instead(Path.mkdir),
    "file": instead(Path.touch),
    "root": instead(lambda path: path.symlink_to("/")),
}
NO_CONTENT = NO_FILES | {
    "folder": instead(Path.mkdir),
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "sparse": instead(_sparse),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:40]),
}


def _in_it(text: str) -> Callable[[Path], object]:
    """Another field in front of those that are there."""
    return lambda path: path.write_text(path.read_text().replace("{", '{"tampered": ' + text + ",", 1))


NO_DOCUMENT = {
    "nan": _in_it("NaN"),
    "infinity": _in_it("-Infinity"),
    "1e999": _in_it("1e999"),
    "deep": _in_it("[" * 100_000 + "]" * 100_000),
    "nested": _in_it('{"a":' * 60 + "1" + "}" * 60),
    "surrogate": _in_it('"\\ud800"'),
    "list": lambda path: path.write_text("[1]"),
}
NO_TEXT = {
    "utf-16": lambda path: path.write_bytes(path.read_text().encode("utf-16")[1:]),
    "latin-1": lambda path: path.write_bytes(b"\xe9" + path.read_bytes()),
    "digits": _in_it("1" * 5000),
    "noise": lambda path: path.write_bytes(bytes(range(256)) * 8),
}


def _changed(path: Path, changes: dict[str, Any]) -> None:
    """Other fields, "a.b" for one in another; a checksum over the whole is made anew."""
    document = json.loads(path.read_text())
    for name, value in changes.items():
        *outer, last = name.split(".")
        inner = document
        for part in outer:
            inner = inner[part]
        inner[last] = value
    if document.pop("checksum", None):
        document["checksum"] = checksums.checksum(document)
    path.write_text(json.dumps(document))


FIELDS: dict[str, list[dict[str, Any]]] = {
    "manifest": [
        {"created_at": "yesterday"},
        {"created_at": "0001-01-01T00:00:00+00:00"},
        {"outcome.val_rmse": "low"},
        {"outcome": None},
        {"dataset.ratings": [1]},
        {"dataset.name": None},
        {"versions": {"python": {}}},
        {"config.model": "unheard-of"},
        {"files": []},
        {"files": {"../../../etc/passwd": {"bytes": 1, "sha256": ""}}},
        {"run_id": "0" * 16},
        {"schema_version": 99},
    ],
    "about": [
        {"schema_version": 99},
        {"ratings": "many"},
        {"ratings": -1},
        {"users": 10**30},
        {"name": ["a"]},
        {"name": ""},
        {"noun": None},
        {"min_rating": "low"},
        {"min_rating": 9.0},
        {"digest": 7},
        {"created_at": "tomorrow"},
        {"source": {"a": 1}},
    ],
    "spec": [
        {"job_id": OTHER_JOB},
        {"spec": []},
        {"spec": {}},
        {"title": None},
        {"created_at": "soon"},
        {"kind": "train", "key": "../..", "spec": {"config": {}, "dataset_id": "a", "digest": "b"}},
        {"kind": "study", "spec": {"study": "map", "run_id": RUN, "settings": {}}},
    ],
    "status": [
        {"state": "bored"},
        {"progress": "half"},
        {"progress": 7},
        {"seconds": None},
        {"worker": {"pid": "x"}},
        {"lease": []},
        {"message": {"a": 1}},
        {"started_at": "99999-01-01"},
    ],
    "study": [{"settings": []}, {"facts": None}, {"created_at": 5}, {"arrays": {"places": None}}],
    "names": [
        {"schema": 2},
        {"names": 5},
        {"names": {"low": "a"}},
        {"names": [5]},
        {"names": [{"low": 1, "high": "", "direction": [1.0], "component": 0, "centered": 0, "min_ratings": 0}]},
        {"names": [{"low": "a", "high": "", "direction": [], "component": 0, "centered": 0, "min_ratings": 0}]},
        {"names": [{"low": "a", "high": "", "direction": "abc", "component": 0, "centered": 0, "min_ratings": 0}]},
        {"names": [{}] * 600},
    ],
}


def _vouched(header: bytes) -> Callable[[Path], None]:
    """Another header in a run's array, for which the manifest vouches."""

    def tamper(path: Path) -> None:
        data = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(24)
        path.write_bytes(data)
        entry = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        manifest = path.with_name("manifest.json")
        _changed(manifest, {"files": json.loads(manifest.read_text())["files"] | {path.name: entry}})

    return tamper


HEADERS = {
    "giant": b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000), }\n",
    "objects": b"{'descr': '|O', 'fortran_order': False, 'shape': (6,), }\n",
    "negative": b"{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }\n",
    "nothing": b"{'descr': '<U0', 'fortran_order': False, 'shape': (99999999999,), }\n",
    "deep": b"{'descr': " + b"(" * 9000 + b"}\n",
    "code": b"__import__('os').getpid()\n",
}


def cases() -> Iterator[Case]:
    """Every place with every way to tamper with it."""
    documents = ("manifest", "history", "about", "spec", "study", "names")
    for place in PLACES:
        ways = dict(NO_FOLDERS if place in FOLDERS else NO_CONTENT)
        if place in ("names", "status"):
            for harmless in ("gone", *(("empty", "cut") if place == "status" else ())):
                del ways[harmless]  # no names yet; a status that a power cut has lost
        if place in (*documents, "status"):
            ways |= NO_DOCUMENT
        if place == "status":
            del ways["list"]  # as one that a power cut has lost
        if place in documents:
            ways |= NO_TEXT
        for way, tamper in ways.items():
            yield Case(place, way, tamper)
        for number, changes in enumerate(FIELDS.get(place, ())):
            way = f"{'+'.join(changes)}-{number}"
            yield Case(place, way, lambda path, changes=changes: _changed(path, changes))
    for way, header in HEADERS.items():
        yield Case("array", f"header-{way}", _vouched(header))
