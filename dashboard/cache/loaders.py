"""Datasets, runs and jobs, loaded once for all sessions; `analyses` and this are the only places with caches.

What is cached is never changed by a page; what grows with use is bounded.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from core import access, data
from core.analysis.features import LearnedFeatures, learned_features
from core.config import RunConfig, SplitConfig
from core.data import ColumnMapping, DatasetInfo, ImportOptions, Preview, uploads
from core.data.nouns import count
from core.data.own.titles import TitleIndex
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.data.vectors.request import VectorOptions, VectorPreview
from core.disk.upkeep import check_usable
from core.errors import LimitError, UnknownJobError, UnknownRunError, UsageError
from core.jobs import job_folder, queue
from core.jobs.chosen_runner import runner_here
from core.jobs.job_folder import Job
from core.jobs.runner import Runner
from core.model.events import Started
from core.model.families import family_of, parse_config
from core.model.run import Run
from core.store import study_store
from core.store.run_files import RunSummary
from core.store.runs import RunStore
from core.store.study_store import Stored
from core.studies.twins import TWINS, is_twin, real_id, shown_twin, twin_id
from core.training.baselines import Baselines, baselines
from core.training.baselines import expected as measured_without
from dashboard.charts.base import plain
from dashboard.charts.points import Hover
from dashboard.shared import matrix_rows
from dashboard.shared.matrix_rows import Rows

FIRST_PAGE_SECONDS = 3.0
"""Workers that start take whole cores for a while: the first page is drawn before that begins."""


@st.cache_resource(show_spinner=False)
def runner() -> Runner:
    """What runs this server's jobs, started when first asked for: warm workers on this machine, or on a cluster."""
    return runner_here(grace_seconds=FIRST_PAGE_SECONDS).start()


@st.cache_data(ttl=5, max_entries=1, show_spinner=False)
def home_problem() -> str:
    """What keeps this server from storing anything, as a sentence; empty where nothing does, and in a kiosk."""
    if access.read_only():
        return ""
    try:
        check_usable()
    except UsageError as error:
        return str(error)
    return ""


def ratings(dataset_id: str) -> Ratings:
    """One dataset in memory; what a shown twin learned from is called by the twin's id, as in its `run.dataset`."""
    return _twin_of(dataset_id)[1] if is_twin(dataset_id) else _ratings(dataset_id)


@st.cache_resource(max_entries=4, show_spinner="Loading the data …")
def _ratings(dataset_id: str) -> Ratings:
    return data.load(dataset_id)


@st.cache_resource(max_entries=4, show_spinner=False)
def title_index(dataset_id: str) -> TitleIndex:
    """The items of one dataset by their titles."""
    return TitleIndex(ratings(dataset_id))


def dataset_infos() -> list[DatasetInfo]:
    """What is known of all datasets without reading their ratings, the bundled one first; unreadable ones left out."""
    return data.infos()


def dataset_names() -> dict[str, str]:
    """Names of all datasets by id, each different."""
    infos = dataset_infos()
    often = Counter(info.name for info in infos)
    return {
        info.dataset_id: info.name if often[info.name] == 1 else f"{info.name} [{info.dataset_id}]" for info in infos
    }


def forget_dataset(dataset_id: str) -> None:
    """Read a dataset again when it is next asked for; after it was renamed, deleted or imported."""
    _ratings.clear(dataset_id)
    _run.clear()  # a run may be on this dataset now, or no longer


@st.cache_data(max_entries=32, ttl=3600, show_spinner="Looking at the first rows …")
def preview(upload: str, mapping: ColumnMapping, options: ImportOptions) -> Preview:
    """What an import of uploaded files would do; raises as `datasets.preview` does, and BadFormatError."""
    return data.preview(uploads.paths(upload), mapping=mapping, options=options)


@st.cache_data(max_entries=32, ttl=3600, show_spinner="Looking at the first rows …")
def vector_preview(upload: str, options: VectorOptions) -> VectorPreview:
    """What opening uploaded vectors would do; raises as `preview_vectors` does, and BadFormatError."""
    from core.store.opening import preview_vectors  # the readers of many formats, which few pages need

    return preview_vectors(uploads.paths(upload), options=options)


def run(run_id: str) -> Run:
    """A run with its checksums verified, or by `twin_id` the shown twin of one; UnknownRunError without its study."""
    return _twin_of(run_id)[0] if is_twin(run_id) else _run(run_id)


@st.cache_resource(max_entries=8, show_spinner="Loading the model …")
def _run(run_id: str) -> Run:
    stored = RunStore().load(run_id)
    there = data.holding(stored.dataset.digest, stored.dataset.dataset_id)
    return replace(stored, dataset=replace(stored.dataset, dataset_id=there)) if there else stored


def ratings_of(run_id: str) -> Ratings:
    """The dataset that a run learned from, or its shown twin."""
    return ratings(run(run_id).dataset.dataset_id)


def twins(run_id: str) -> str | None:
    """The name of the newest stored study of a run's twins, or of a twin's run; None where there is none."""
    real = real_id(run_id)
    settings = TWINS.latest(real)
    return None if settings is None else TWINS.key(real, settings)


def _twin_of(run_id: str) -> tuple[Run, Ratings]:
    """The shown twin as a run on a dataset of its own, which is called as the twin is, and that dataset."""
    key = twins(run_id)
    if key is None:
        raise UnknownRunError(f"the model {real_id(run_id)!r:.40} has no twin yet; train its twins first")
    return _twin(real_id(run_id), key)


@st.cache_resource(max_entries=2, show_spinner=False)
def _twin(run_id: str, key: str) -> tuple[Run, Ratings]:
    stored = study(key)
    if stored is None:
        raise UnknownRunError(f"the twins of the model {run_id!r:.40} are damaged; train them again")
    twin, learned_from = shown_twin(run(run_id), ratings_of(run_id), stored)
    name = twin_id(run_id)
    return replace(twin, dataset=replace(twin.dataset, dataset_id=name)), replace(learned_from, dataset_id=name)


def runs() -> list[RunSummary]:
    """All runs in the store, newest first."""
    folder = RunStore().folder
    names = sorted(path.name for path in folder.glob("[0-9a-f]*"))
    return _runs_named(str(folder), tuple(names))


@st.cache_resource(max_entries=4, show_spinner=False)
def _runs_named(folder: str, names: tuple[str, ...]) -> list[RunSummary]:
    """The list as long as these folders are there: a run never changes, so its name stands for it."""
    return RunStore(Path(folder)).list()


def runs_of(dataset_id: str) -> list[RunSummary]:
    """The runs that learned from what is in one dataset, under whatever name, newest first."""
    digest = data.info(dataset_id).digest
    return [summary for summary in runs() if summary.dataset.digest == digest]


@st.cache_resource(max_entries=8, show_spinner=False)
def split_of(dataset_id: str, config: SplitConfig) -> Split:
    """Which ratings of a dataset train and which validate."""
    return split(ratings(dataset_id), config)


@st.cache_resource(max_entries=8, show_spinner=False)
def reference_lines(dataset_id: str, config: SplitConfig) -> Baselines:
    """What guessing without a model reaches on the validation ratings."""
    return baselines(ratings(dataset_id), split_of(dataset_id, config))


@st.cache_data(ttl=0.3, max_entries=2, show_spinner=False)
def jobs_now() -> list[Job]:
    """All jobs, oldest first; one look at the disk serves all sessions for a moment."""
    return queue.jobs()


def asked_for() -> list[Job]:
    """The jobs that somebody asked for, oldest first; the trainings of a sweep are one with it."""
    return [job for job in jobs_now() if not job.part_of]


def job(job_id: str) -> Job | None:
    """One job as it stands; None where there is none with this id."""
    try:
        return runner().watch(job_id)
    except UnknownJobError:
        return None


def job_config(job: Job) -> RunConfig | None:
    """The settings that a training job was asked for; None for other kinds, or settings of another version."""
    spec = job_folder.read_spec(queue.folder() / job.job_id)
    try:
        return parse_config(spec["config"]) if job.kind == "train" else None
    except LimitError:
        return None


def data_of(job: Job, first: str | None = None) -> str | None:
    """Id of a dataset with what a training job learns from, `first` or the one asked for; else, or of others, None."""
    spec = job_folder.read_spec(queue.folder() / job.job_id)
    return data.holding(spec["digest"], first or spec["dataset_id"]) if job.kind == "train" else None


def expected(dataset_id: str, config: RunConfig) -> Started:
    """What a training of this config will start from, known without training."""
    lines = reference_lines(dataset_id, config.split) if family_of(config).guesses_ratings else None
    return _expected(dataset_id, config, lines)


@st.cache_resource(max_entries=8, show_spinner=False)
def _expected(dataset_id: str, config: RunConfig, _lines: Baselines | None) -> Started:
    return measured_without(config, ratings(dataset_id), split_of(dataset_id, config.split), _lines)


@st.cache_resource(max_entries=4, show_spinner="Reading the names …")
def item_labels(dataset_id: str) -> list[str]:
    """What each item of a dataset is called on screen."""
    return matrix_rows.item_labels(ratings(dataset_id))


@st.cache_resource(max_entries=8, show_spinner=False)
def item_rows(run_id: str) -> Rows:
    """The items of a run as rows of its matrix."""
    trained, labels = run(run_id), item_labels(run(run_id).dataset.dataset_id)
    return matrix_rows.item_rows(trained, ratings_of(run_id), split_of_run(trained), labels, features(run_id))


@st.cache_resource(max_entries=8, show_spinner=False)
def features(run_id: str) -> LearnedFeatures | None:
    """What a run learned of genres, years and further columns; None where it looked at none."""
    return learned_features(run(run_id).scorer, ratings_of(run_id))


@st.cache_resource(max_entries=8, show_spinner=False)
def feature_rows(run_id: str) -> Rows | None:
    """What a run learned of genres, years and further columns, as rows; None where it looked at none."""
    learned = features(run_id)
    return None if learned is None else matrix_rows.feature_rows(run(run_id), learned)


@st.cache_resource(max_entries=8, show_spinner=False)
def user_rows(run_id: str) -> Rows:
    """The people of a run as rows of its matrix."""
    trained = run(run_id)
    return matrix_rows.user_rows(trained, ratings_of(run_id), split_of_run(trained))


def rows_of(run_id: str, *, users: bool) -> Rows:
    """The people of a run, or its items."""
    return user_rows(run_id) if users else item_rows(run_id)


def hover(run_id: str, *, users: bool = False) -> Hover:
    """What a map shows over each item, or person: title, mean rating and number of ratings."""
    trained, rows = run(run_id), rows_of(run_id, users=users)
    return _hover(trained.dataset.dataset_id, trained.config.split, rows, users=users, described_by=rows.described_by)


def notes(run_id: str, *, users: bool = False) -> list[str]:
    """What a map says of each item, or person, under its title, plain text: mean rating and number of ratings."""
    trained, rows = run(run_id), rows_of(run_id, users=users)
    return _notes(trained.dataset.dataset_id, trained.config.split, rows, users=users, described_by=rows.described_by)


@st.cache_resource(max_entries=8, show_spinner=False)
def _notes(dataset_id: str, how: SplitConfig, _rows: Rows, *, users: bool, described_by: str) -> list[str]:
    """The facts that a hover has of each row, and whether training has moved it; one list as for `_hover`."""
    return _rows.marked(_hover(dataset_id, how, _rows, users=users, described_by=described_by).facts.tolist())


@st.cache_resource(max_entries=8, show_spinner="Reading the names …")
def _hover(dataset_id: str, how: SplitConfig, _rows: Rows, *, users: bool, described_by: str) -> Hover:
    """One for all alike runs on one split: of their rows it shows nothing but which are trained, or described."""
    names = _rows.marked([plain(label) for label in _rows.labels])
    return Hover(np.array(names, object), _facts(dataset_id, users=users))


@st.cache_resource(max_entries=4, show_spinner="Reading the names …")
def rated_hover(dataset_id: str) -> Hover:
    """What a map shows over each item of a dataset before there is a model of it."""
    return Hover(np.array([plain(label) for label in item_labels(dataset_id)], object), _facts(dataset_id, users=False))


@st.cache_resource(max_entries=8, show_spinner=False)
def _facts(dataset_id: str, *, users: bool) -> np.ndarray:
    """How often and how each item or person was rated, in words, (n,); without ratings what else is known of it."""
    rated = ratings(dataset_id)
    if len(rated) == 0:
        if users:
            return np.array([""] * len(rated.users), object)
        from dashboard.shared import tables  # and with it pandas, without which the first page is drawn

        return tables.in_words(rated)
    means, counts = (rated.user_mean, rated.user_count) if users else (rated.item_mean, rated.item_count)

    def words(mean: float, n: int) -> str:
        return f"{count(n, 'rating')}, {mean:,.2f} on average" if users else f"rated {mean:,.2f} by {n:,}"

    facts = [words(mean, n) for mean, n in zip(means.tolist(), counts.tolist(), strict=True)]
    return np.array(facts, object)  # of texts of any length each as long as it is


def study(key: str) -> Stored | None:
    """A stored study by its name, its checksums verified; None where there is none."""
    if not study_store.exists_key(key):
        return None
    stored = _study(key)
    if stored is None:  # it was damaged, and can be made again
        _study.clear(key)
    return stored


@st.cache_resource(max_entries=24, show_spinner=False)
def _study(key: str) -> Stored | None:
    return study_store.load_key(key)


def split_of_run(trained: Run) -> Split:
    """Which ratings a run learned from, and which it was tested on."""
    return split_of(trained.dataset.dataset_id, trained.config.split)
