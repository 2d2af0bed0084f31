"""One model with many settings: what varies, the sweep as it goes on, and what came of it."""

import math
from typing import Any

import numpy as np
import streamlit as st

from core import settings as environment
from core.access import Action
from core.config import RunConfig
from core.disk.trash import kept_days
from core.errors import LimitError, NotApplicableError, UnknownEntryError
from core.jobs import sweep_jobs
from core.jobs.job_folder import Job
from core.sweeps import plan as plans
from core.sweeps import record
from core.sweeps.plan import Among, Between, SweepPlan, Vary, is_whole, options, variable, wide
from core.sweeps.record import Sweep
from dashboard.cache import loaders
from dashboard.jobs import studies, sweeps, trainings
from dashboard.session import dialogs, state, visitor
from dashboard.shared import elements, model_names, phrases, trash
from dashboard.shared.markup import escape
from dashboard.sweep import all_models, board, words
from dashboard.train import form

READY = {"Quick look": "quick", "Thorough": "thorough"}
OWN = "Own"


def show(config: RunConfig | None) -> None:
    """Draw the view; a sweep begins from the form's settings for one model, None where these cannot be trained."""
    trash.undo_line()
    if visitor.on_phone():  # what was found first, and how to ask for more below it
        right, left = st.container(), st.container()
    else:
        left, right = st.columns([1, 2], gap="medium")
    with left:
        _form(config)
        sweep_id = _choose()
    with right:
        if sweep_id is None:
            _before()
        else:
            _board(sweep_id)
    all_models.leaders(trainings.unit())


def _form(config: RunConfig | None) -> None:
    form.presets(trainings.suitable_preset(), lambda: None)
    form.model(lambda: None)
    if config is None:
        st.markdown("A sweep begins with settings that can be trained: change them without “Many settings”.")
        return
    noun = loaders.ratings(state.dataset_id()).noun
    st.markdown(
        f":small[Begins with {escape(model_names.config_words(config, form.START))}, and tries other settings.]"
    )
    chosen = elements.segments("Plan", [*READY, OWN], "sweep_plan")
    try:
        plan, trials, minutes = _plan(config, chosen, noun)
        sweep_jobs.check(plan, loaders.ratings(state.dataset_id()), trials=trials, minutes=minutes)
    except (LimitError, NotApplicableError) as error:
        elements.error(error.code, str(error))
        return
    if chosen != OWN:
        st.markdown(f":small[Varies {words.plan(plan, noun)}.]")
    given = plan.model_dump(mode="json"), trials, minutes
    allowed = visitor.may(Action.TRAIN)
    elements.button(
        "Start the sweep", "play_arrow", "start_sweep", sweeps.start, *given, primary=True, disabled=not allowed
    )
    elements.allowed(Action.TRAIN)
    st.caption(words.promise(trials, plan.splits, _seconds_each(config), environment.workers()))
    st.caption(
        f"{plans.TEST_FRACTION:.0%} of the ratings are set aside, and no trial sees them: the best is tested on them "
        "at the end. Every model that is trained to its end is kept, and never trained twice."
    )


def _plan(config: RunConfig, chosen: str, noun: str) -> tuple[SweepPlan, int, float | None]:
    """What is to be tried, how many trials, and for how many minutes at most; raises LimitError, NotApplicableError."""
    if chosen in READY:
        return plans.ready(READY[chosen], config), plans.TRIALS[READY[chosen]], None
    vary = _choose_ranges(config, noun)
    trials = elements.whole_number("Trials", 4, plans.MOST_TRIALS, 24, "sweep_trials")
    splits = elements.whole_number(
        "Splits a trial",
        1,
        plans.MOST_SPLITS,
        1,
        "sweep_splits",
        words="Every trial is trained on so many splits, and its error is their mean: slower, and less luck in it.",
    )
    if not vary:
        raise LimitError("Nothing varies yet: choose one setting or more")
    minutes = elements.whole_number(
        "Minutes at most", 0, 600, 0, "sweep_minutes", words="After them no round of trials begins; 0 is no limit."
    )
    return plans.made(config, vary, splits=splits), trials, minutes or None


def _seconds_each(config: RunConfig) -> float:
    """How long a training takes: the middle of those of this family on this data, on whatever machine made them."""
    taken = [
        run.outcome.train_seconds for run in loaders.runs_of(state.dataset_id()) if run.config.model == config.model
    ]
    # Before one of this kind of model has been measured here.
    return sorted(taken)[len(taken) // 2] + 0.3 if taken else 3.0


def _choose() -> str | None:
    """Id of the sweep on the screen: the chosen one, else the newest on this data; None where there is none."""
    digest = loaders.ratings(state.dataset_id()).digest
    there = {sweep.sweep_id: sweep for sweep in record.listing() if sweep.dataset.digest == digest}
    if not there:
        return None
    if st.session_state.get(sweeps.KEY) not in there:
        st.session_state.pop(sweeps.KEY, None)
    return st.selectbox(
        "Sweeps so far", list(there), format_func=lambda name: _label(there[name]), key=sweeps.KEY, bind="query-params"
    )


def _label(sweep: Sweep) -> str:
    names = ", ".join(words.name_of(vary.field, sweep.dataset.noun) for vary in sweep.plan.vary)
    asked = f"{phrases.day(sweep.created_at).capitalize()} ({sweep.sweep_id[:4]})"  # no two look alike
    return f"{asked}: {model_names.model_words(sweep.plan.config)}; {names}"


def _before() -> None:
    """What a sweep is, before there is one."""
    st.markdown(
        "A sweep trains the same model again and again, each time with other settings, and shows which of them matter: "
        "every dot a training, the lower the better. Chance makes the best of many look better than it is. So the best "
        f"{plans.CONFIRMED} are trained anew at the end, on ratings and from starts that have chosen nothing."
    )


def _board(sweep_id: str) -> None:
    job = studies.newest_job(sweep_jobs.KIND, sweep_id)
    if job is not None and job.active:
        _live(sweep_id, job.job_id)
        return
    with st.container():  # as the fragment has one: everything keeps its place when the sweep ends
        if job is not None and job.state == "failed":
            trainings.explain_end(job)
        _drawn(sweep_id, None)


@st.fragment(run_every=trainings.POLL * 2)
def _live(sweep_id: str, job_id: str) -> None:
    """The board of a sweep that goes on; when it has ended, the whole page runs again."""
    _drawn(sweep_id, trainings.going_on(job_id))


def _drawn(sweep_id: str, job: Job | None) -> None:
    try:
        sweep = record.load(sweep_id)
    except UnknownEntryError as error:
        elements.error(error.code, str(error))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if job is not None:
            trainings.stop_button(job, f"stop_{job.job_id}")
            st.progress(sweep.progress, text=_progress(sweep, job))
        elif not sweep.is_finished:
            elements.button("Go on", "play_arrow", "carry_on", sweeps.carry_on, sweep_id, sweep.most, primary=True)
            st.markdown(":small[The sweep has stopped; what it has found is kept.]")
        else:
            more = min(plans.MOST_TRIALS, sweep.most + 12)
            if sweep.most < sweep.plan.size:
                elements.button("12 more trials", "add", "more_trials", sweeps.carry_on, sweep_id, more)
        if job is None and visitor.may(Action.DELETE) and st.button("Delete", icon=":material/delete:", key="delete"):
            _ask_to_delete(sweep_id)
    board.show(sweep, trainings.unit())


@dialogs.dialog("Delete this sweep", icon=":material/delete:")
def _ask_to_delete(sweep_id: str) -> None:
    """Ask once, say what goes with it."""
    st.markdown(
        "The sweep and the models that it alone has trained will be moved to the trash; "
        f"they can be restored for {phrases.count(kept_days(), 'day')}."
    )
    elements.confirm("Delete", "delete", "confirm_delete", _delete, sweep_id)


@state.reporting
def _delete(sweep_id: str) -> None:
    entry = sweep_jobs.delete(sweep_id, by=visitor.current())
    for run_id in entry.runs:
        state.forget_run(run_id)
    trash.remember([entry])


def _progress(sweep: Sweep, job: Job) -> str:
    waiting: str = trainings.waiting_words(job)
    if waiting:
        return waiting
    if sweep.told >= sweep.most:
        return "Training the best anew on fresh splits."
    left: Any = sweep.seconds / sweep.told * (sweep.most - sweep.told) if sweep.told else None
    return f"Trial {sweep.told + 1} of {sweep.most}" + (f", {phrases.roughly(left)} left" if left else "") + "."


STEPS = 25
"""Places of a slider."""

FIRST = ("l2", "learning_rate", "steps")


def _choose_ranges(config: RunConfig, noun: str) -> tuple[Vary, ...]:
    """Fields for what varies; each begins with the range of the ready plans, or with what the setting allows."""
    names = variable(config)
    first = [name for name in names if name in FIRST]
    label = "What varies"
    chosen = st.multiselect(
        label, names, first, format_func=lambda name: words.name_of(name, noun), max_selections=8, key="sweep_vary"
    )
    return tuple(filter(None, (_range(config, name, noun) for name in chosen)))


def _range(config: RunConfig, name: str, noun: str) -> Vary | None:
    usual = wide(config).get(name)
    title, values = words.title_of(name, noun), options(config, name)
    if values:
        st.caption(f"{title}: {' or '.join(model_names.setting(value) for value in values)}")
        return Among(field=name, values=values)
    if isinstance(usual, Among):
        places = [float(value) for value in usual.values]
        first, last = (places.index(end) for end in _ends(name, title, places, places[0], places[-1]))
        return Among(field=name, values=usual.values[first : last + 1]) if first < last else None
    low, high = form.limits(type(config).model_fields[name])
    given = usual or Between(field=name, low=max(low, -1), high=min(high, 100))
    around = max(low, given.low / 10), min(high, given.high * 10)
    places = sorted({*_places(*around, log=given.log, whole=is_whole(config, given)), given.low, given.high})
    left, right = _ends(name, title, places, given.low, given.high)
    return Between(field=name, low=left, high=right, log=given.log) if left < right else None


def _ends(name: str, title: str, places: list[float], low: float, high: float) -> tuple[float, float]:
    """The field in which both ends are chosen, and what they are."""
    picked = st.select_slider(title, places, (low, high), format_func="{:g}".format, key=f"sweep_{name}")
    return picked if isinstance(picked, tuple) else (picked, picked)


def _places(low: float, high: float, *, log: bool, whole: bool) -> list[float]:
    """Values between two ends to choose from: 1, 2, 5, 10 … where the logarithm counts, else even steps."""
    if log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        values = [digit * 10.0**power for power in range(first, last + 1) for digit in (1, 2, 5)]
    else:
        values = np.linspace(low, high, STEPS).tolist()
    rounded = [float(round(value)) if whole else float(f"{value:.2g}") for value in values]
    return [value for value in rounded if low <= value <= high]
