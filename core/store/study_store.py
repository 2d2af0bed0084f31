"""What was found out about a run and took longer than a page may: kept beside it, checksummed, never half-written.

    studies/<run_id>/<kind>-<16 hex>/   one study: arrays as `.npy`, and `study.json` that vouches for them
    studies/<run_id>/<name>.json        what people noted about the run, such as names of components

A study that does not fit can be made again, so it is removed, not set aside.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from pydantic import BaseModel

from core.disk import home as places
from core.disk.checksums import UnfitError, check_size, checksum, read_array, read_json, write_array, write_json
from core.disk.files import disk_full_told, remove, replace_text, sweep, sync_folder, temporary, took_place
from core.errors import CorruptRunError, UnknownRunError

SCHEMA_VERSION = 1
"""Of a study's folder and of what its arrays mean: raise it when either changes."""

STUDY = "study.json"
_RUN_ID = re.compile(r"[0-9a-f]{16}")
_NAME = re.compile(r"[a-z]+")
_KEY = re.compile(r"(?P<run_id>[0-9a-f]{16})-(?P<name>[a-z]+-[0-9a-f]{16})")


@dataclass(frozen=True, eq=False)
class Stored:
    """What a study found.

    Attributes:
        arrays: By name; what they mean is said by the study that makes them.
        facts: Everything else, as JSON.
    """

    arrays: Mapping[str, np.ndarray]
    facts: Mapping[str, Any]


def folder(run_id: str, *, home: Path | None = None) -> Path:
    """Where everything found out about a run is kept; not created here.

    Raises:
        UnknownRunError: The text is no run id.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise UnknownRunError(f"{run_id!r:.60} is no run id; one is 16 digits from 0-9 and a-f")
    return (places.home() if home is None else home) / "studies" / run_id


def key_of(run_id: str, kind: str, settings: BaseModel) -> str:
    """The name of a study among all: "<run_id>-<kind>-<16 hex>". Equal settings are one study."""
    body = [SCHEMA_VERSION, kind, settings.model_dump(mode="json")]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{run_id}-{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def save(
    run_id: str, kind: str, settings: BaseModel, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]
) -> None:
    """Keep a study, whole or not at all; one already there wins.

    Args:
        run_id: Which run it is about.
        kind: Which study, lower-case letters.
        settings: What it was asked for with.
        arrays: Without Python objects in them; names in lower-case letters.
        facts: As JSON, every number finite.

    Raises:
        DiskFullError: There is no room; nothing is left of the attempt.
        ValueError: A fact is not JSON, or an array holds objects.
    """
    place = _place(key_of(run_id, kind, settings))
    parent = place.parent
    with disk_full_told(f"the study {kind} of run {run_id}", parent):
        parent.mkdir(parents=True, exist_ok=True)
        sweep(parent)
        fresh = temporary(parent)
        try:
            fresh.mkdir()
            _write(fresh, run_id, kind, settings, arrays, facts)
            sync_folder(fresh)
            while not took_place(fresh, place):
                if _read(place) is not None:
                    break
        finally:
            remove(fresh)
        sync_folder(parent)


def load(run_id: str, kind: str, settings: BaseModel) -> Stored | None:
    """The study asked for with these settings, every byte checked; None where there is none that fits."""
    return load_key(key_of(run_id, kind, settings))


def load_key(key: str) -> Stored | None:
    """The study of this name; as `load`."""
    return _read(_place(key))


def exists(run_id: str, kind: str, settings: BaseModel) -> bool:
    """Whether `load` will find something; the arrays' content is not checked."""
    return exists_key(key_of(run_id, kind, settings))


def exists_key(key: str) -> bool:
    """Whether `load_key` will find something; the arrays' content is not checked."""
    try:
        _manifest(_place(key))
    except UnfitError:
        return False
    return True


def listing(run_id: str, kind: str) -> list[dict[str, Any]]:
    """Settings of all studies of a kind that a run has, the newest first."""
    found = []
    for place in folder(run_id).glob(f"{kind}-*"):
        with contextlib.suppress(UnfitError):
            body = _manifest(place)
            found.append((str(body["created_at"]), place.name, dict(body["settings"])))
    return [settings for *_, settings in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def latest(run_id: str, kind: str) -> dict[str, Any] | None:
    """Settings of the newest study of a kind; None where there is none."""
    return next(iter(listing(run_id, kind)), None)


def delete(run_id: str, *, home: Path | None = None) -> None:
    """Remove everything found out about a run, notes included."""
    place = folder(run_id, home=home)
    if place.is_dir():
        gone = temporary(place.parent)
        with contextlib.suppress(FileNotFoundError):  # somebody else is deleting it
            place.rename(gone)
            remove(gone)


def read_note(run_id: str, name: str) -> Any:
    """What was noted under a name, as JSON; None where nothing was.

    Raises:
        CorruptRunError: It cannot be read.
    """
    path = _note(run_id, name)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise CorruptRunError(f"{path} cannot be read ({error}); mend it or remove it") from error


def change_note(run_id: str, name: str, change: Callable[[Any], Any]) -> None:
    """Replace a note by what `change` makes of it (None at first), alone with it across threads and processes.

    Raises:
        CorruptRunError: The note cannot be read.
        DiskFullError: There is no room; the note is as it was.
    """
    path = _note(run_id, name)
    with disk_full_told(f"the note {name} of run {run_id}", path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            replace_text(path, json.dumps(change(read_note(run_id, name)), allow_nan=False), durable=True)


def _note(run_id: str, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r:.60} is no name of a note; it is lower-case letters")
    return folder(run_id) / f"{name}.json"


def _place(key: str) -> Path:
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise ValueError(f"{key!r:.80} names no study; one is RUN-KIND-16 hex digits")
    return folder(parts["run_id"]) / parts["name"]


def _write(
    place: Path,
    run_id: str,
    kind: str,
    settings: BaseModel,
    arrays: Mapping[str, np.ndarray],
    facts: Mapping[str, Any],
) -> None:
    written = {name: write_array(place / f"{name}.npy", array) for name, array in arrays.items()}
    body = {
        "schema_version": SCHEMA_VERSION,
        "run_id": run_id,
        "kind": kind,
        "settings": settings.model_dump(mode="json"),
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "facts": dict(facts),
        "arrays": {name: {"bytes": size, "sha256": sha} for name, (size, sha) in written.items()},
    }
    write_json(place / STUDY, body | {"checksum": checksum(body)})


def _manifest(place: Path) -> dict[str, Any]:
    """What `study.json` says, its arrays there in their size; raises UnfitError."""
    body = read_json(place / STUDY)
    if body.pop("checksum", None) != checksum(body) or body.get("schema_version") != SCHEMA_VERSION:
        raise UnfitError(f"{STUDY} is damaged or of another version")
    for name, entry in body["arrays"].items():
        check_size(place / f"{name}.npy", entry["bytes"])
    return body


def _read(place: Path) -> Stored | None:
    if not place.is_dir():
        return None
    try:
        body = _manifest(place)
        arrays = {name: read_array(place / f"{name}.npy", entry["sha256"]) for name, entry in body["arrays"].items()}
    except UnfitError:
        remove(place)
        return None
    return Stored(arrays=arrays, facts=body["facts"])
