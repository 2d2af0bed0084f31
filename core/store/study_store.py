"""Results about a run that take longer to compute than a page may: kept beside it.

    studies/<run_id>/<kind>-<16 hex>/   one study: arrays as `.npy`, and `study.json` (see core.store.artifacts)
    studies/<run_id>/<name>.json        what people noted about the run (see core.store.notes)
    studies/.tmp-*                      one being written or deleted; a dead process's is swept

A damaged study can be made again, so it is removed, not set aside.
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from core.disk.files import new_folder, remove
from core.disk.reading import ForbiddenError, IntegrityError, Moment, typed
from core.store.artifacts import Layout, publish
from core.store.runs import RunStore

SCHEMA_VERSION = 1  # Of a study's folder and of what its arrays mean: raise it when either changes
LAYOUT = Layout("study.json", SCHEMA_VERSION, listing="arrays", suffix=".npy")
_KEY = re.compile(r"(?P<run_id>[0-9a-f]{16})-(?P<name>[a-z]+-[0-9a-f]{16})")


@dataclass(frozen=True, eq=False)
class Stored:
    """The result of a study."""

    arrays: Mapping[str, np.ndarray]  # By name; what they mean is said by the study that makes them
    facts: Mapping[str, Any]  # Everything else, as JSON


@dataclass(frozen=True)
class _Body:
    """What is read of a study's manifest."""

    settings: dict[str, Any]
    facts: dict[str, Any]
    created_at: Moment


def folder(run_id: str) -> Path:
    """Where the studies and notes of a run are kept; raises UnknownRunError where the text is no run id."""
    return RunStore().studies_folder(run_id)


def key_of(run_id: str, kind: str, settings: BaseModel) -> str:
    """The name of a study among all: "<run_id>-<kind>-<16 hex>". Equal settings are one study."""
    body = [SCHEMA_VERSION, kind, settings.model_dump(mode="json")]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{run_id}-{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def save(
    run_id: str, kind: str, settings: BaseModel, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]
) -> None:
    """Keep a study, whole or not at all; one already there wins. Its kind is in lower-case letters, as are the names.

    Raises:
        UnknownRunError: The run is not there, or no longer: its studies went with it.
        BusyError: The store is locked by another process.
        DiskFullError: There is no room; nothing is left of the attempt.
        ValueError: A fact is not JSON with finite numbers, or an array holds objects.
    """
    place = _place(key_of(run_id, kind, settings))
    body = {
        "run_id": run_id,
        "kind": kind,
        "settings": settings.model_dump(mode="json"),
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "facts": dict(facts),
    }
    with new_folder(place.parent.parent, f"the study {kind} of run {run_id}") as fresh:
        LAYOUT.write(fresh, body, arrays)
        with RunStore().holding(run_id):
            publish(fresh, place, stays=lambda: _read(place) is not None)


def load(run_id: str, kind: str, settings: BaseModel) -> Stored | None:
    """The study with these settings, every byte checked; None where there is none that is whole."""
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
        LAYOUT.open(_place(key))
    except IntegrityError:
        return False
    return True


def listing(run_id: str, kind: str) -> list[dict[str, Any]]:
    """Settings of all studies of a kind that a run has, the newest first."""
    studies = []
    for place in folder(run_id).glob(f"{kind}-*"):
        with contextlib.suppress(IntegrityError):
            body = _body(LAYOUT.open(place).body)
            studies.append((body.created_at, place.name, body.settings))
    return [settings for *_, settings in sorted(studies, key=lambda study: study[:2], reverse=True)]


def _place(key: str) -> Path:
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise ValueError(f"{key!r:.80} names no study; one is RUN-KIND-16 hex digits")
    return folder(parts["run_id"]) / parts["name"]


def _body(body: Mapping[str, Any]) -> _Body:
    return typed(_Body, dict(body), LAYOUT.manifest)


def _read(place: Path) -> Stored | None:
    """The study at a place; one that is damaged is removed, for it can be made again."""
    if not os.path.lexists(place):
        return None
    try:
        study = LAYOUT.open(place)
        return Stored({name: study.array(name) for name in study.arrays}, _body(study.body).facts)
    except ForbiddenError:
        return None
    except IntegrityError:
        with contextlib.suppress(OSError):  # a read-only home keeps it; it is not used all the same
            remove(place)
        return None
