"""Studies as jobs: settings, asking for one, and reading what a job was about."""

from typing import Any

from pydantic import BaseModel, ValidationError

from core.analysis.maps.projections import umap_installed
from core.errors import LimitError, UnknownRunError
from core.jobs import queue
from core.jobs.job_folder import Job
from core.model.run import Run
from core.store import study_store
from core.store.runs import RunStore
from core.store.study_store import Stored
from core.studies.settings import ClusterSettings, MapStudySettings, OverlapSettings, StabilitySettings
from core.studies.study_kinds import STUDIES
from core.training.budget import check_size

__all__ = [
    "KIND",
    "ClusterSettings",
    "MapStudySettings",
    "OverlapSettings",
    "StabilitySettings",
    "Stored",
    "asked_for",
    "check",
    "parse_settings",
    "submit_study",
]

KIND = "study"
"""Kind of the jobs."""

_TITLES = {"stability": "Training again from other seeds", "clusters": "Grouping", "overlap": "Comparing neighbors"}
_METHODS = {"pca": "How far to trust the PCA map", "tsne": "Map by t-SNE", "umap": "Map by UMAP"}


def submit_study(run_id: str, kind: str, settings: BaseModel, *, owner: str, title: str = "") -> Job:
    """Ask for a study; a stored one is returned as a finished job with an empty job_id.

    Args:
        run_id: Which run it is about.
        kind: A name in `core.studies.study_kinds.STUDIES`.
        settings: Of the study's own type.
        owner: Who asks.
        title: What people see; in plain words without it.

    Raises:
        UnknownRunError, CorruptRunError: There is no such run.
        LimitError: The settings do not fit the run.
        BusyError, DiskFullError: As `queue.submit` says.
    """
    run = RunStore().load(run_id)
    check(run, settings)
    spec = {"study": kind, "run_id": run_id, "settings": settings.model_dump(mode="json")}
    key = study_store.key_of(run_id, kind, settings)
    return queue.submit(KIND, spec, key=key, owner=owner, title=title or _title(kind, settings))


def parse_settings(kind: str, given: dict[str, Any]) -> BaseModel:
    """Checked settings of a study.

    Raises:
        LimitError: There is no such study, or a setting is unknown or out of range.
    """
    if kind not in STUDIES:
        raise LimitError(f"there is no study {kind!r:.40}; there are: {', '.join(STUDIES)}")
    try:
        return STUDIES[kind].settings.model_validate(given)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, detail['loc']))} is {detail['input']!r:.60}: {detail['msg'].removeprefix('Input ')}"
            for detail in error.errors()
        ]
        raise LimitError("; ".join(problems)) from None


def asked_for(job_id: str) -> tuple[str, str, dict[str, Any]]:
    """Run, study and settings that a study's job was submitted with; raises UnknownJobError as `queue.get` does."""
    spec = queue.spec(job_id)
    return str(spec["run_id"]), str(spec["study"]), dict(spec["settings"])


def _title(kind: str, settings: BaseModel) -> str:
    return _METHODS[settings.method] if isinstance(settings, MapStudySettings) else _TITLES[kind]


def check(run: Run, settings: BaseModel) -> None:
    """Refuse before anything waits in a queue what cannot work; the study itself checks the rest.

    Raises:
        LimitError: A package is missing, or the settings do not fit the run.
        UnknownRunError: A run to compare with is not there.
    """
    data = run.dataset
    match settings:
        case MapStudySettings(method="umap") if not umap_installed():
            raise LimitError("UMAP needs the package umap-learn: run `pip install umap-learn`, or choose t-SNE")
        case MapStudySettings(method="tsne", perplexity=perplexity) if perplexity >= data.items:
            raise LimitError(f"perplexity is {perplexity:g}; with {data.items:,} items it must be below that")
        case StabilitySettings():
            check_size(run.config, data.users, data.items, data.ratings)
        case OverlapSettings(other_run_id=other) if other not in RunStore():
            raise UnknownRunError(
                f"there is no run {other}; the Runs page and `python -m core runs` list what there is"
            )
