"""Starting an import or a download from a page, following it, and saying what it did."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from core.data import ColumnMapping, ImportOptions, ImportReport, uploads
from core.data.importing.request import Rejected
from core.data.vectors import samples
from core.data.vectors.request import VectorOptions, VectorReport
from core.jobs import import_jobs
from core.jobs.job_folder import Job
from dashboard.jobs import trainings
from dashboard.session import state, visitor
from dashboard.shared import elements, phrases, tables
from dashboard.shared.markup import escape


@state.reporting
def start_import(upload: str, mapping: ColumnMapping, options: ImportOptions, title: str) -> None:
    """Import an upload; a callback."""
    trainings.watch(import_jobs.submit_import(upload, mapping, options, by=visitor.current(), title=title))


@state.reporting
def start_vectors(upload: str, options: VectorOptions, title: str) -> None:
    """Open uploaded vectors; a callback."""
    trainings.watch(import_jobs.submit_vectors(upload, options, by=visitor.current(), title=title))


@state.reporting
def open_sample(name: str) -> None:
    """Open a set that comes with the program as if somebody had brought it; a callback."""
    file, sample = samples.path(name), samples.SAMPLES[name]
    with file.open("rb") as content:
        token = uploads.keep([(file.name, content)], by=visitor.current())
    start_vectors(token, sample.options, sample.name)


@state.reporting
def start_download(release_id: str, accepted: bool) -> None:
    """Fetch and import a release; a callback."""
    trainings.watch(import_jobs.submit_download(release_id, accepted=accepted, by=visitor.current()))


def watched() -> Job | None:
    """The import or download this session follows, if it is still known."""
    job = trainings.followed_job()
    return job if job is not None and job.kind in import_jobs.KINDS else None


@st.fragment(run_every=trainings.POLL)
def follow(job_id: str) -> None:
    """Progress and a way to stop; when the job has ended, the whole page runs again."""
    job = trainings.going_on(job_id)
    with st.container(border=True):
        st.markdown(f"**{escape(job.title)}**")
        show_progress(job)


def show_progress(job: Job) -> None:
    """Where an import stands that waits or runs, and a way to stop it."""
    doing = phrases.sentence(import_jobs.doing(job.job_id) or "about to read the files")
    st.progress(job.progress, text=trainings.waiting_words(job) or escape(doing))
    trainings.stop_button(job)


def adopt_result(job: Job, report: ImportReport | VectorReport) -> bool:
    """Make the dataset of a finished job the active one; whether that had not been done before."""
    new = trainings.first_opening(job)
    if not new:
        return False
    if isinstance(report, VectorReport):
        state.select_dataset(report.dataset_id)
        state.select_run(report.run_id)
    else:
        state.select_dataset(report.dataset.dataset_id)
    return True


def opened_words(report: VectorReport) -> str:
    """What the opening of vectors did, in words (Markdown)."""
    users = f" and {phrases.count(report.users, report.user_noun)}" if report.users else ""
    rows = phrases.count(report.rows, report.noun)
    sentences = [f"**{escape(report.name)}** is here: {rows}{users}, {phrases.count(report.dim, 'number')} each."]
    if report.rejected_total:
        sentences.append(f"{phrases.count(report.rejected_total, 'row')} left out as unusable: the lines are below.")
    if report.already_there:
        sentences.append("The very same vectors were here before: they are one, by the name that you gave now.")
    return " ".join([*sentences, *map(escape, report.notes)])


def show_opened(report: VectorReport) -> None:
    """What the opening of vectors did, the way on, and the rows left out as a table."""
    st.success(opened_words(report), icon=":material/check_circle:")
    with st.container(horizontal=True):
        for page, icon, label in phrases.FOR_VECTORS:
            elements.page_link(page, label, icon)
    _left_out(report.rejected_by_reason, report.rejected, report.rejected_total)


def result_words(report: ImportReport) -> str:
    """What an import did, in words (Markdown)."""
    data = report.dataset
    people = phrases.count(data.users, "person")
    size = (
        f"**{escape(data.name)}** is here: {phrases.count(data.ratings, 'rating')} that {people} gave to "
        f"{phrases.count(data.items, data.noun)}, from {data.min_rating:g} to {data.max_rating:g}."
    )
    sentences = [size, f"{phrases.count(report.rows, 'row')} read, {data.ratings:,} kept."]
    if report.unusable:
        sentences.append(f"{phrases.count(report.unusable, 'row')} left out as unusable: the lines are below.")
    if stated := report.rejected_total - report.unusable:
        sentences.append(f"{phrases.count(stated, 'row')} left out as chosen: the value means “no rating”.")
    if report.dropped_duplicates:
        kept = "the latest" if data.timestamps else "the last"
        sentences.append(
            f"{phrases.count(report.dropped_duplicates, 'rating')} given where somebody rated the same {data.noun} "
            f"again: {kept} counts."
        )
    rare = report.dropped_rare
    if rare.ratings:
        sentences.append(
            f"{phrases.count(rare.ratings, 'rating')} left out with {phrases.count(rare.users, 'person')} and "
            f"{phrases.count(rare.items, data.noun)} that have too few."
        )
    if report.untitled:
        sentences.append(f"{phrases.count(report.untitled, data.noun)} without a title go by their id.")
    if report.already_there:
        sentences.append("The very same ratings were here before under this name: they are one dataset.")
    sentences += [escape(note) for note in report.notes]
    sentences += [
        f"{escape(doubt.words)} They were kept; the form offers another choice when the files are brought again."
        for doubt in report.doubts
    ]
    return " ".join(sentences)


def show_report(report: ImportReport) -> None:
    """What an import did: in words, and the rows left out as a table."""
    st.success(result_words(report), icon=":material/check_circle:")
    for warning in report.warnings:
        st.warning(escape(warning), icon=":material/warning:")
    _left_out(report.rejected_by_reason, report.rejected, report.unusable)


def _left_out(by_reason: Mapping[str, int], rejected: Sequence[Rejected], total: int) -> None:
    """Why rows were left out, and the first of them; nothing where none was."""
    if not rejected:
        return
    reasons = pd.DataFrame(by_reason.items(), columns=["Left out because", "Rows"])
    left, right = st.columns([2, 3], gap="medium")
    height: Literal["content"] | int = "content" if len(reasons) < 8 else 300
    elements.table(reasons, height=height, alt="Why rows were left out, and how many", place=left)
    lines = pd.DataFrame(
        [(row.file, row.line, row.reason) for row in rejected], columns=["File", "Line", "Left out because"]
    )
    elements.table(lines, height="content" if len(lines) < 8 else 300, alt="Rows left out, by line", place=right)
    if len(lines) < total:
        right.caption(f"The first {len(lines):,} of {total:,}.")
    with right:
        tables.download("Download these lines", partial(tables.csv, lines), file="left-out.csv")
