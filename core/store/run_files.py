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
from core.model.run import TRAINED, Origin, Outcome, Run
from core.model.scoring import BLOCK
from core.store.artifacts import Artifact, Layout

SCHEMA_VERSION = 1  # Of the folder's layout: raise it when this version's folders cannot be read by the last one
LAYOUT = Layout("manifest.json", SCHEMA_VERSION)


@dataclass(frozen=True)
class RunSummary:
    """What a run's manifest says, and a list of runs shows. `size` is bytes on disk."""

    run_id: str
    config: RunConfig
    dataset: DatasetRef
    outcome: Outcome
    created_at: str
    size: int
    origin: Origin = TRAINED
    versions: tuple[tuple[str, str], ...] = ()


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


def read_manifest(folder: Path) -> RunSummary:
    """The manifest; raises IntegrityError where it is missing, damaged or of another version, or a file that it names
    is missing or of another size. Their content is not read."""
    return _opened(folder)[0]


def _opened(folder: Path) -> tuple[RunSummary, Artifact]:
    artifact = LAYOUT.open(folder)
    body = artifact.body
    try:
        run = RunSummary(
            run_id=body["run_id"],
            config=parse_config(body["config"], families=stored_families()),
            dataset=typed(DatasetRef, body["dataset"], "dataset"),
            outcome=typed(Outcome, body["outcome"], "outcome"),
            origin=typed(Origin, body.get("origin", {}), "origin"),
            created_at=typed(Moment, body["created_at"], "created_at"),
            versions=tuple(typed(dict[str, str], body["versions"], "versions").items()),
            size=sum(size for size, _ in artifact.files.values()),
        )
    except (LimitError, IntegrityError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(f"{LAYOUT.manifest} is not one of this version: {error}") from error
    if (run.outcome.metric is None) != (run.config.model in OPENED):
        raise IntegrityError(f"{LAYOUT.manifest} says nothing of how a model like this ended, or too much")
    if run.run_id != folder.name:
        raise IntegrityError(f"it holds run {run.run_id}")
    return run, artifact


def read_folder(folder: Path) -> Run:
    """The run, every byte of it checked; raises IntegrityError as `read_manifest` does."""
    about, artifact = _opened(folder)
    arrays = {name: artifact.array(name) for name in artifact.arrays}
    if problem := _misfit(arrays, about.config, about.dataset):
        raise IntegrityError(problem)
    history = typed(_History, artifact.document("history"), "history.json")
    return Run(
        run_id=about.run_id,
        config=about.config,
        dataset=about.dataset,
        started=history.started,
        history=history.epochs,
        steps=history.steps,
        outcome=about.outcome,
        scorer=family_of(about.config).make(
            arrays, min_rating=about.dataset.min_rating, max_rating=about.dataset.max_rating
        ),
        origin=about.origin,
        created_at=about.created_at,
        versions=about.versions,
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
