"""What is on the screen: the selected dataset, run and watched job, kept in the session and in the address bar."""

import contextlib
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ParamSpec

import streamlit as st

from core import data
from core.disk.trash import Entry
from core.errors import ExplorerError, UnknownRunError
from core.model.families import family_of
from core.store.run_files import RunSummary
from core.store.runs import RunStore
from dashboard.cache import loaders
from dashboard.session import address_bar, visitor

DATASET, RUN, JOB = "dataset", "run", "job"

Asked = ParamSpec("Asked")


@dataclass(frozen=True)
class Problem:
    """Something a person should read at the top of the page: an error code and its message."""

    code: str
    message: str


def adopt_link() -> None:
    """Take the selection from the address of a link or of Back; one that leads nowhere is only reported."""
    for name, adopt in ((DATASET, _adopt_dataset), (RUN, _adopt_run), (JOB, _adopt_job)):
        if value := address_bar.news(name):
            adopt(value)
        elif value == "" and name == JOB:
            watch(None)


def _adopt_dataset(name: str) -> None:
    if name in data.dataset_ids():
        select_dataset(name)
    else:
        report("UNKNOWN_DATASET", f"The link names a dataset that is not here: {name[:40]!r}. You see the bundled one.")


def _adopt_run(name: str) -> None:
    summary = next((summary for summary in loaders.runs() if summary.run_id == name), None)
    if summary is None:
        report(
            "UNKNOWN_RUN",
            f"The link names a model that is not here: {name[:40]!r}. It may have been deleted, or trained on another "
            "computer. You see the newest model instead, if there is one; the Runs page lists them all.",
        )
        return
    look_into(summary)


def _adopt_job(name: str) -> None:
    job = loaders.job(name)
    if job is None:
        report(
            "UNKNOWN_JOB", f"The link names a job that is not here: {name[:40]!r}. The Jobs page lists what there is."
        )
    else:
        watch(job.job_id)


def write_link() -> None:
    """Show the selection in the address bar, on every page, so that a copied link opens the same view."""
    address_bar.put(**{DATASET: dataset_id(), RUN: run_id(), JOB: watched_job()})


def confirm_link() -> None:
    """Hear what the browser has in its address bar; from a fragment that ticks, so that it is soon known."""
    for name in (DATASET, RUN, JOB):
        address_bar.confirm(name)


def dataset_id() -> str:
    """Id of the dataset everything is about; the bundled one until somebody chooses."""
    chosen = str(st.session_state.get(f"_selected_{DATASET}") or data.BUNDLED)
    if chosen in data.dataset_ids():
        return chosen
    report(
        "UNKNOWN_DATASET",
        f"The data {chosen!r:.60} is no longer here: it was deleted. Import the same files under the same name to see "
        "its models again. You see the bundled data.",
    )
    select_dataset(data.BUNDLED)
    return data.BUNDLED


def selected_dataset() -> str | None:
    """Id of the dataset that somebody chose, whether it is still there or not; None where nobody has."""
    return st.session_state.get(f"_selected_{DATASET}")


def run_id() -> str | None:
    """Id of the run to look into: the chosen one while the store has it, else the newest of `one_of_each`, else None.

    The newest becomes the chosen one, so that a training that somebody else
    finishes does not change the model under a reader's eyes. Where the chosen
    one is gone, that is said.
    """
    summaries = loaders.runs_of(dataset_id())
    run_ids = [summary.run_id for summary in summaries]
    chosen = st.session_state.get(f"_selected_{RUN}")
    if chosen not in run_ids:
        if chosen is not None:
            rest = "You see the newest one instead." if run_ids else "There is no other on this data."
            gone = "The model you were looking at is no longer here: it was deleted, or its files were damaged."
            report("UNKNOWN_RUN", f"{gone} {rest}")
        select_run(next((summary.run_id for summary in one_of_each(summaries)), None))
    return st.session_state[f"_selected_{RUN}"]


def one_of_each(summaries: Sequence[RunSummary]) -> list[RunSummary]:
    """Runs without repetitions, those that guess ratings first, and the newest first among these and among the others.

    Of the same settings on several splits it is the one that was trained first: a scoreboard trains the others, and
    nobody who comes anew is to begin with one of them, nor with a trial of a sweep. Nor with a model to which half of
    the pages do not apply, as those of the open questions.
    """
    summaries = without_trials(summaries)
    first = {summary.config.model_copy(update={"split_seed": 0}): place for place, summary in enumerate(summaries)}
    each = [summaries[place] for place in sorted(first.values())]
    return sorted(each, key=lambda summary: not family_of(summary.config).guesses_ratings)


def without_trials(summaries: Sequence[RunSummary], but: str | None = None) -> list[RunSummary]:
    """Runs without the trials of sweeps, which set ratings aside; all where there are no others, and always `but`."""
    others = [summary for summary in summaries if not summary.config.test_fraction or summary.run_id == but]
    return others or list(summaries)


def look_into(summary: RunSummary) -> None:
    """Look into a run from now on: on the selected dataset if that is what it learned from, else on one that is."""
    dataset = data.holding(summary.dataset.digest, dataset_id())
    if dataset is None:
        report(
            "UNKNOWN_DATASET",
            f"The data that this model learned from is no longer here: {summary.dataset.name[:60]!r}. Import the same "
            "files again to see it.",
        )
        return
    if dataset != dataset_id():
        select_dataset(dataset)
    select_run(summary.run_id)


def select_run(run_id: str | None) -> None:
    """Look into this run from now on; None goes back to the newest."""
    st.session_state[f"_selected_{RUN}"] = run_id


def delete_run(run_id: str) -> Entry | None:
    """Move a run to the trash, and look into it no longer; None where somebody else did; raises as its store."""
    entry = None
    with contextlib.suppress(UnknownRunError):
        entry = RunStore().delete(run_id, by=visitor.current())
    forget_run(run_id)
    return entry


def forget_run(run_id: str) -> None:
    """Look into this run no longer."""
    if st.session_state.get(f"_selected_{RUN}") == run_id:
        select_run(None)


def select_dataset(dataset_id: str) -> None:
    """Work on this dataset from now on, with its newest run."""
    st.session_state[f"_selected_{DATASET}"] = dataset_id
    select_run(None)


def watched_job() -> str | None:
    """Id of the job this session follows, also after it has ended; None where there is none."""
    return st.session_state.get(f"_selected_{JOB}")


def watch(job_id: str | None) -> None:
    """Follow this job from now on."""
    st.session_state[f"_selected_{JOB}"] = job_id


def report(code: str, message: str) -> None:
    """Say this at the top of the page, once."""
    st.session_state.setdefault("_problems", []).append(Problem(code, message))


def report_error(error: ExplorerError) -> None:
    """Say at the top of the page what a callback could not do."""
    report(error.code, str(error))


def reporting(callback: Callable[Asked, None]) -> Callable[Asked, None]:
    """A callback that says at the top of the page what it could not do; what is raised in one has no place there."""

    @functools.wraps(callback)
    def reported(*args: Asked.args, **options: Asked.kwargs) -> None:
        try:
            callback(*args, **options)
        except ExplorerError as error:
            report_error(error)

    return reported


def problems_wait() -> bool:
    """Whether something is to be said that the page has not been drawn since."""
    return bool(st.session_state.get("_problems")) or address_bar.ignored()


def take_problems() -> list[Problem]:
    """What is to be said now; empty afterwards."""
    if words := address_bar.take_ignored():
        report("BAD_LINK", words)
    return st.session_state.pop("_problems", [])
