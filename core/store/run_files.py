"""A run as files: arrays as `.npy`, `history.json`, and `manifest.json` that vouches for the rest.

The manifest holds the SHA-256 and size of every other file, and a checksum of
itself. Nothing here is pickled, and nothing that does not fit is returned.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.config import RunConfig
from core.data.ratings import DatasetRef
from core.disk.checksums import UnfitError, check_size, checksum, read_array, read_json, write_array, write_json
from core.model.events import Epoch, Started, Step
from core.model.run import Outcome, Run, Weights

SCHEMA_VERSION = 1
"""Of the folder's layout: raise it when this version's folders cannot be read by the last one."""

MANIFEST, HISTORY = "manifest.json", "history.json"
_ARRAYS = ("user_embedding", "item_embedding", "user_bias", "item_bias")


@dataclass(frozen=True)
class Manifest:
    """What a run's manifest says.

    Attributes:
        files: Size in bytes and SHA-256 of each other file, by name.
    """

    run_id: str
    config: RunConfig
    dataset: DatasetRef
    outcome: Outcome
    created_at: str
    versions: tuple[tuple[str, str], ...]
    files: dict[str, tuple[int, str]]


def write_folder(folder: Path, run: Run) -> None:
    """Write all files of a run into a folder that exists, each down to the disk.

    Raises:
        ValueError: The weights' shapes do not fit the config, or a number is not finite.
        OSError: The disk refused.
    """
    arrays = {name: array for name in _ARRAYS if (array := getattr(run.weights, name)) is not None}
    if problem := _misfit(arrays, run.config, run.dataset):
        raise ValueError(f"run {run.run_id} cannot be stored: {problem}")
    files = {f"{name}.npy": write_array(folder / f"{name}.npy", array) for name, array in arrays.items()}
    history = {
        "started": asdict(run.started),
        "epochs": [asdict(epoch) for epoch in run.history],
        "steps": [asdict(step) for step in run.steps],
    }
    files[HISTORY] = write_json(folder / HISTORY, history)
    body = {
        "schema_version": SCHEMA_VERSION,
        "run_id": run.run_id,
        "config": run.config.model_dump(),
        "dataset": asdict(run.dataset),
        "outcome": asdict(run.outcome),
        "created_at": run.created_at,
        "versions": dict(run.versions),
        "files": {name: {"bytes": size, "sha256": sha} for name, (size, sha) in files.items()},
    }
    write_json(folder / MANIFEST, body | {"checksum": checksum(body)})


def read_manifest(folder: Path) -> Manifest:
    """The manifest, and whether the files it names are there in their size; their content is not read.

    Raises:
        UnfitError: It is missing, damaged or of another version, or a file is missing or of another size.
    """
    body = read_json(folder / MANIFEST)
    version = body.get("schema_version")
    if version != SCHEMA_VERSION:
        raise UnfitError(f"it has format {version!r:.20}, this version of the program reads {SCHEMA_VERSION}")
    if body.pop("checksum", None) != checksum(body):
        raise UnfitError(f"{MANIFEST} does not match its own checksum")
    try:
        manifest = Manifest(
            run_id=body["run_id"],
            config=RunConfig.model_validate(body["config"]),
            dataset=DatasetRef(**body["dataset"]),
            outcome=Outcome(**body["outcome"]),
            created_at=body["created_at"],
            versions=tuple(body["versions"].items()),
            files={name: (entry["bytes"], entry["sha256"]) for name, entry in body["files"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnfitError(f"{MANIFEST} is not one of this version: {error}") from error
    if manifest.run_id != folder.name:
        raise UnfitError(f"it holds run {manifest.run_id}")
    for name, (size, _) in manifest.files.items():
        check_size(folder / name, size)
    return manifest


def read_folder(folder: Path) -> Run:
    """The run, every byte of it checked; raises UnfitError as `read_manifest` does."""
    manifest = read_manifest(folder)
    arrays = {
        name: read_array(folder / f"{name}.npy", manifest.files[f"{name}.npy"][1])
        for name in _ARRAYS
        if f"{name}.npy" in manifest.files
    }
    if problem := _misfit(arrays, manifest.config, manifest.dataset):
        raise UnfitError(problem)
    if HISTORY not in manifest.files:
        raise UnfitError(f"{MANIFEST} does not name {HISTORY}")
    history = read_json(folder / HISTORY, manifest.files[HISTORY][1])
    try:
        return Run(
            run_id=manifest.run_id,
            config=manifest.config,
            dataset=manifest.dataset,
            started=Started(**history["started"]),
            history=tuple(Epoch(**epoch) for epoch in history["epochs"]),
            steps=tuple(Step(**step) for step in history["steps"]),
            outcome=manifest.outcome,
            weights=Weights(**arrays),
            created_at=manifest.created_at,
            versions=manifest.versions,
        )
    except (KeyError, TypeError) as error:
        raise UnfitError(f"{HISTORY} is not one of this version: {error}") from error


def _misfit(arrays: dict[str, np.ndarray], config: RunConfig, dataset: DatasetRef) -> str | None:
    """What is wrong with the weights; None where they fit."""
    rows = {"user_embedding": dataset.users, "item_embedding": dataset.items}
    for name, array in arrays.items():
        wanted = (rows[name], config.embedding_dim) if name in rows else (rows[name.replace("bias", "embedding")],)
        if array.shape != wanted or array.dtype != np.float32:
            return f"{name} is {array.dtype} {array.shape}, float32 {wanted} was expected"
        if not np.isfinite(array).all():
            return f"{name} holds numbers that are not finite"
    missing = rows.keys() - arrays.keys()
    return f"{' and '.join(sorted(missing))} is missing" if missing else None
