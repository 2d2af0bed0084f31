"""A run as an artifact folder: arrays as `.npy`, `history.json`, and `manifest.json` with their checksums."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.config import RunConfig
from core.data.ratings import DatasetRef
from core.disk.reading import IntegrityError, Moment, typed
from core.errors import LimitError
from core.model.events import Epoch, Started, Step
from core.model.families import OPENED, family_of, parse_config, stored_families
from core.model.layers import has_shape
from core.model.run import Origin, Outcome, Run
from core.model.scoring import BLOCK
from core.store.artifacts import Artifact, Layout

SCHEMA_VERSION = 1  # Of the folder's layout: raise it when this version's folders cannot be read by the last one
LAYOUT = Layout("manifest.json", SCHEMA_VERSION)


@dataclass(frozen=True)
class Manifest:
    """What a run's manifest says, and the folder that it is the manifest of."""

    run_id: str
    config: RunConfig
    dataset: DatasetRef
    outcome: Outcome
    origin: Origin
    created_at: str
    versions: tuple[tuple[str, str], ...]
    artifact: Artifact


@dataclass(frozen=True)
class _History:
    """What `history.json` holds."""

    started: Started
    epochs: tuple[Epoch, ...]
    steps: tuple[Step, ...]


def write_folder(folder: Path, run: Run) -> None:
    """Write all files of a run into a folder that exists, each down to the disk; raises ValueError where the weights do
    not fit the config, or a number is not finite."""
    arrays = run.scorer.arrays
    if problem := _misfit(arrays, run.config, run.dataset):
        raise ValueError(f"run {run.run_id} cannot be stored: {problem}")
    body = {
        "run_id": run.run_id,
        "config": run.config.model_dump(),
        "dataset": asdict(run.dataset),
        "outcome": asdict(run.outcome),
        "origin": asdict(run.origin),
        "created_at": run.created_at,
        "versions": dict(run.versions),
    }
    history = {
        "started": asdict(run.started),
        "epochs": [asdict(epoch) for epoch in run.history],
        "steps": [asdict(step) for step in run.steps],
    }
    LAYOUT.write(folder, body, arrays, {"history": history})


def read_manifest(folder: Path) -> Manifest:
    """The manifest; raises IntegrityError where it is missing, damaged or of another version, or a file that it names
    is missing or of another size. Their content is not read."""
    artifact = LAYOUT.open(folder)
    body = artifact.body
    try:
        manifest = Manifest(
            run_id=body["run_id"],
            config=parse_config(body["config"], families=stored_families()),
            dataset=typed(DatasetRef, body["dataset"], "dataset"),
            outcome=typed(Outcome, body["outcome"], "outcome"),
            origin=typed(Origin, body.get("origin", {}), "origin"),
            created_at=typed(Moment, body["created_at"], "created_at"),
            versions=tuple(typed(dict[str, str], body["versions"], "versions").items()),
            artifact=artifact,
        )
    except (LimitError, IntegrityError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(f"{LAYOUT.manifest} is not one of this version: {error}") from error
    if (manifest.outcome.metric is None) != (manifest.config.model in OPENED):
        raise IntegrityError(f"{LAYOUT.manifest} says nothing of how a model like this ended, or too much")
    if manifest.run_id != folder.name:
        raise IntegrityError(f"it holds run {manifest.run_id}")
    return manifest


def read_folder(folder: Path) -> Run:
    """The run, every byte of it checked; raises IntegrityError as `read_manifest` does."""
    manifest = read_manifest(folder)
    arrays = {name: manifest.artifact.array(name) for name in manifest.artifact.arrays}
    if problem := _misfit(arrays, manifest.config, manifest.dataset):
        raise IntegrityError(problem)
    history = typed(_History, manifest.artifact.document("history"), "history.json")
    return Run(
        run_id=manifest.run_id,
        config=manifest.config,
        dataset=manifest.dataset,
        started=history.started,
        history=history.epochs,
        steps=history.steps,
        outcome=manifest.outcome,
        scorer=family_of(manifest.config).make(
            arrays, min_rating=manifest.dataset.min_rating, max_rating=manifest.dataset.max_rating
        ),
        origin=manifest.origin,
        created_at=manifest.created_at,
        versions=manifest.versions,
    )


def _misfit(arrays: Mapping[str, np.ndarray], config: RunConfig, dataset: DatasetRef) -> str | None:
    """What is wrong with the learned numbers; None where they fit."""
    shapes = family_of(config).shapes(config, dataset.users, dataset.items)
    if missing := shapes.keys() - arrays.keys():
        return f"{' and '.join(sorted(missing))} is missing"
    for name, array in arrays.items():
        wanted = shapes.get(name)
        if wanted is None or not has_shape(array, wanted) or array.dtype != np.float32:
            return f"{name} is {array.dtype} {array.shape}, float32 {wanted} was expected"
        if not all(np.isfinite(array[start : start + BLOCK]).all() for start in range(0, len(array), BLOCK)):
            return f"{name} holds numbers that are not finite"
    return family_of(config).misfit(arrays)
