"""Starting a training from a page, following it, and saying how it ended."""

from collections.abc import Sequence
from statistics import median

import streamlit as st

from core import access
from core.access import Action
from core.cli.common import flag
from core.config import RunConfig, run_id
from core.data import BUNDLED, catalog
from core.errors import UnknownDatasetError
from core.jobs import fairness, queue
from core.jobs.job_folder import Job
from core.jobs.kinds import group_of
from core.model.families import PRESETS
from core.store.run_files import RunSummary
from core.training.budget import first_preset
from dashboard.cache import loaders
from dashboard.session import dialogs, state, visitor
from dashboard.shared import elements, model_names, phrases
from dashboard.shared.markup import escape
from dashboard.train import curve, form

_ASKED = "_asked_for"

POLL = 0.4
"""Seconds between two looks at a job that runs."""

REMEMBERED = 5
"""The newest trainings of a kind that say how long the next one will take."""


def key(config: RunConfig) -> str:
    """Id of the run that this config makes on the selected data."""
    return run_id(config, catalog.info(state.dataset_id()).digest)


def unit(dataset_id: str | None = None) -> str:
    """What the ratings of a dataset are counted in; of the selected one without it."""
    return phrases.unit(loaders.ratings(dataset_id or state.dataset_id()))


def first_config() -> RunConfig:
    """What one button trains on the selected data: the preset that suits its size and its scale."""
    return PRESETS[suitable_preset()]


def suitable_preset() -> str:
    """Name of the preset that suits the selected data."""
    return first_preset(catalog.info(state.dataset_id()))


def asked() -> frozenset[str]:
    """Ids of the models that this session has asked for, trained by now or not.

    A refresh begins a session anew: what its browser has asked for is known by the job that the link names.
    """
    mine: set[str] = st.session_state.setdefault(_ASKED, set())
    job = followed_job()
    if job is not None and job.owner == visitor.current().owner:
        mine.add(job.key)
    return frozenset(mine)


@state.reporting
def start(config: RunConfig) -> None:
    """Train this config, or take it from the store; a callback."""
    job = submit(config, state.dataset_id())
    st.session_state.setdefault(_ASKED, set()).add(job.key)
    watch(job)
    if not job.job_id:  # in the store already
        state.watch(None)
        state.select_run(job.key)


def start_again(job: Job) -> None:
    """Ask once more for a training that ended without a model, and show it; UnknownDatasetError: its data is gone."""
    config, dataset_id = loaders.job_config(job), loaders.data_of(job)
    if dataset_id is None or config is None:
        raise UnknownDatasetError(
            "The data that this was to learn from is no longer here: import the same files again, then start it again"
        )
    again = submit(config, dataset_id)
    job_to_show = again.job_id or _maker(again.key)
    if not again.job_id:
        st.toast("It has been trained since; nothing had to be done.", icon=":material/check:")
    if job_to_show:
        state.watch(job_to_show)


def submit(config: RunConfig, dataset_id: str) -> Job:
    """A job that trains this config on a dataset, or one that is done at once where the store has the model."""
    title = model_names.config_words(config, form.START)
    job = queue.submit_training(config, loaders.ratings(dataset_id), by=visitor.current(), title=title)
    loaders.jobs_now.clear()
    return job


def watch(job: Job) -> None:
    """Follow a job that has just been asked for, unless what it was to make was there already."""
    loaders.jobs_now.clear()
    if job.job_id:
        state.watch(job.job_id)


def _maker(key: str) -> str | None:
    """Id of the job that made this run, if it is still known."""
    return next((job.job_id for job in reversed(loaders.jobs_now()) if job.key == key and job.state == "done"), None)


@state.reporting
def stop(job_id: str) -> None:
    """Ask a job to stop; a callback."""
    loaders.runner().cancel(job_id, by=visitor.current())
    loaders.jobs_now.clear()


def followed_job() -> Job | None:
    """The job of whatever kind that this session follows, if it is still there."""
    job_id = state.watched_job()
    return loaders.job(job_id) if job_id else None


def watched() -> Job | None:
    """The training on the selected data that this session follows, while it is known; None for anything else."""
    job = followed_job()
    here = state.dataset_id()
    return job if job is not None and loaders.data_of(job, here) == here else None


def running(config: RunConfig) -> Job | None:
    """The job that trains this very config right now, whoever asked for it; from now on this session follows it."""
    run_key = key(config)
    job = next((job for job in loaders.jobs_now() if job.key == run_key and job.active), None)
    if job is not None:
        state.watch(job.job_id)
    return job


def offer(config: RunConfig, *, label: str) -> None:
    """A button that trains `config`, and the progress in its place."""
    job = watched()
    if job is None or not job.active:
        job = running(config) or job
    if job is not None and job.active:
        follow(job.job_id)
    else:
        ask(config, job, label=label)


def ask(config: RunConfig, job: Job | None, *, label: str) -> None:
    """A button that trains `config`, or the command where nobody may, under how a `job` for it has ended."""
    if job is not None and job.state != "done" and job.key == key(config):
        explain_end(job)
    if elements.allowed(Action.TRAIN):
        elements.button(label, "play_arrow", "offer_training", start, config, primary=True)
        if words := promise(config, loaders.runs_of(state.dataset_id())):
            st.caption(words)
    else:
        st.markdown("This command makes one:")
        st.code(command(config), language=None, wrap_lines=True)


def promise(config: RunConfig, on_data: Sequence[RunSummary]) -> str:
    """How long a training will take, by those of its kind on the same data, newest first; empty without any."""
    took = [run.outcome.train_seconds for run in on_data if run.config.model == config.model][:REMEMBERED]
    return f"Takes {phrases.roughly(median(took))}, as others of its kind did here." if took else ""


def command(config: RunConfig) -> str:
    """The command line that trains this on the selected data: the preset that is nearest, and what differs from it."""

    def differing(name: str) -> dict[str, object]:
        preset = dict(PRESETS[name])
        return {setting: value for setting, value in config if preset.get(setting) != value}

    preset = min(PRESETS, key=lambda name: len(differing(name)))
    words = ["python -m core train --preset", preset]
    for setting, value in differing(preset).items():
        if isinstance(value, bool):
            words.append(flag(setting) if value else flag(f"no_{setting}"))
        else:
            words += [flag(setting), str(value)]
    dataset = state.dataset_id()
    return " ".join([*words, *(() if dataset == BUNDLED else ("--dataset", dataset))])


def lead_to_first() -> None:
    """Where nothing has been done yet: the way to train a first model, or why there is none here."""
    if elements.allowed(Action.TRAIN):
        elements.page_link("train", "Train a first model", "model_training")


def going_on(job_id: str) -> Job:
    """A job that waits or runs, for a part that ticks; when it has ended, the whole page runs again."""
    job = loaders.job(job_id)
    if job is None or not job.active:
        dialogs.rerun()
    return job


@st.fragment(run_every=POLL)
def follow(job_id: str) -> None:
    """A progress bar that moves until the job has ended; then the whole page runs again."""
    job = loaders.job(job_id)
    if job is None or not job.active:
        finish(job)
        return
    st.progress(job.progress, text=progress_words(job, curve.of_events(queue.events(job_id))))
    stop_button(job)


def stop_button(job: Job, key: str = "stop_training") -> None:
    """Ends a job of one's own, or any for an administrator, and says so meanwhile; of several each has its key."""
    if not visitor.may(access.on_job(job.owner, visitor.current())):
        st.caption("Somebody else asked for this: they can stop it, and an administrator.")
        return
    elements.button("Stopping" if job.canceling else "Stop", "stop", key, stop, job.job_id, disabled=job.canceling)


def finish(job: Job | None) -> None:
    """Open what a job has made, and run the page again."""
    if job is not None and job.state == "done":
        select_result(job)
    dialogs.rerun()


def select_result(job: Job) -> bool:
    """Make the model of a finished job the one that all pages show; whether that had not been done before."""
    new = first_opening(job)
    if new:
        state.select_run(job.key)
    return new


def first_opening(job: Job) -> bool:
    """Whether this session opens what a job has made for the first time; from now on it does not."""
    new = st.session_state.get("_opened_job") != job.job_id
    st.session_state["_opened_job"] = job.job_id
    return new


def show_progress(job: Job) -> None:
    """How far a training is, a way to stop it, and the way to where it can be watched."""
    st.progress(job.progress, text=progress_words(job, curve.of_events(queue.events(job.job_id))))
    with st.container(horizontal=True, vertical_alignment="center"):
        stop_button(job)
        link_to(job)


def progress_words(job: Job, so_far: curve.Curve) -> str:
    """Where a job stands: its place in the queue, or epoch, error and time left."""
    if waiting := waiting_words(job):
        return waiting
    if so_far.started is None:
        return "Preparing the ratings and the model."
    if not so_far.epochs:
        return f"Epoch 1 of {so_far.started.epochs}."
    last = so_far.epochs[-1]
    left = phrases.duration(so_far.seconds_left() or 0.0)
    return (
        f"Epoch {min(last.epoch + 1, so_far.started.epochs)} of {so_far.started.epochs}. "
        f"{curve.guess(last.metric, unit(loaders.data_of(job)))}. At most {left} left."
    )


def link_to(job: Job) -> None:
    """The way to where a training can be watched, beside its own data."""
    dataset_id = loaders.data_of(job)
    data = {state.DATASET: dataset_id} if dataset_id else {}
    elements.page_link("train", "Watch it learn", "show_chart", job=job.job_id, **data)


def waiting_words(job: Job) -> str:
    """What a job waits for behind others of its group, which have workers of their own; empty for one that runs."""
    if job.canceling:
        return "Stopping."
    if job.state != "queued":
        return ""
    group = [other for other in loaders.jobs_now() if group_of(other.kind) == group_of(job.kind)]
    queued = [other.job_id for other in fairness.fair_order(group)]
    before = queued.index(job.job_id) if job.job_id in queued else 0
    before += sum(other.state == "running" for other in group)
    return f"Waiting for its turn behind {phrases.count(before, 'job')}." if before else "About to start."


def explain_end(job: Job) -> None:
    """Say why a job ended without a model, with the log one click away."""
    say_end(job)
    elements.page_link("jobs", "Show its log", "article", job=job.job_id)


def say_end(job: Job) -> None:
    """What happened, why, and what to do, in plain words."""
    message = job.message or "the log says more"
    if job.state != "canceled":
        elements.error(job.code, message)
        return
    icon, title = ":material/stop_circle:", phrases.error_title(job.code)
    st.info(escape(phrases.sentence(message)), title=title, icon=icon)
