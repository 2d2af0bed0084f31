"""Train: choose a model and its settings, and watch it learn."""

from typing import Literal

import streamlit as st

from core.access import Action
from core.config import GradientConfig, RunConfig
from core.errors import LimitError
from core.jobs import queue
from core.jobs.job_folder import Job
from core.model.events import Started
from core.model.families import FAMILIES
from core.model.run import Run
from dashboard.cache import analyses, loaders
from dashboard.charts import training as charts
from dashboard.jobs import trainings
from dashboard.session import classroom, state, visitor
from dashboard.shared import elements, phrases, score_words, told
from dashboard.train import curve, film, form, link

NOTHING = curve.Curve(started=None)


def settings_changed() -> None:
    """A finished job leaves the screen when the settings are no longer its own; a running one stays."""
    job = trainings.watched()
    if job is not None and not job.active:
        state.watch(None)


def settings_form(noun: str) -> None:
    """Everything a person can choose, the plain things first; `noun` is what is rated."""
    above = st.container()
    form.model(settings_changed)
    explanation(noun)
    for name in [name for name in form.PLAIN if name in form.fields()]:
        form.setting(name, noun, settings_changed)
    if not classroom.on():
        with st.expander("All settings", icon=":material/tune:"):
            for name in form.folded():
                form.setting(name, noun, settings_changed)
    with above:  # drawn last: the lit one is that of the settings, which a link may have filled in
        form.presets(trainings.suitable_preset(), settings_changed)


def explanation(noun: str) -> None:
    """The chosen model in four sentences, where it is an unusual one."""
    settings = form.settings()
    if not FAMILIES[settings["model"]].has_uncertainty:
        return
    groups = analyses.item_features(state.dataset_id()) if settings["item_columns"] else ()
    words = phrases.nouns(noun) | {"known": told.in_words([group.name for group in groups])}
    last = phrases.HOW_SURE_TOLD if groups else phrases.HOW_SURE_ALONE
    with st.expander("What this model does", icon=":material/help:"):
        st.markdown(phrases.HOW_SURE.format(told=last.format(**words), **words))


def selected_config() -> RunConfig | None:
    """Settings of the selected model; None where there is none."""
    run_id = state.run_id()
    return None if run_id is None else loaders.run(run_id).config


def config_of_form() -> RunConfig | None:
    """What the form says; None where that cannot be trained on the selected data, which is said."""
    try:
        config = form.current()
        loaders.expected(state.dataset_id(), config)
    except LimitError as error:
        elements.error(error.code, str(error))
        return None
    return config


def choose_behind(run_id: str | None) -> charts.Named | None:
    """An earlier run to lay behind the curve."""
    others = phrases.distinct_run_words([run for run in loaders.runs_of(state.dataset_id()) if run.run_id != run_id])
    chosen = st.selectbox(
        "Lay an earlier model behind the curve",
        list(others),
        index=None,
        format_func=others.__getitem__,
        placeholder="None" if others else "There is no earlier model yet",
        disabled=not others,
        key="behind",
    )
    if chosen is None:
        return None
    return charts.Named(others[chosen], curve.of_run(loaders.run(chosen)))


def board(
    drawn: curve.Curve,
    references: Started,
    behind: charts.Named | None,
    time: tuple[str, str],
    words: str,
    *,
    config: RunConfig | None,
) -> None:
    """Four numbers, the curve, and one sentence that reads it aloud: the same places whatever the state."""
    epoch = drawn.shown_epoch
    number = epoch.epoch if epoch else 0
    with st.grid(2, min_column_width=300):  # all in a line, or two by two: three and one would tear the errors apart
        with st.grid(2, min_column_width=110):
            if drawn.kept_epoch is None:
                st.metric("Epoch", f"{number} of {references.epochs}", border=True)
            else:
                st.metric("Kept epoch", f"{number} of {len(drawn.epochs)}", border=True)
            st.metric(*time, border=True)
        with st.grid(2, min_column_width=110):
            st.metric("Training RMSE", f"{epoch.rmse:,.3f}" if epoch else "–", border=True)
            st.metric("Validation RMSE", f"{epoch.val_rmse:,.3f}" if epoch else "–", border=True)
    finished = drawn.kept_epoch is not None
    length = len(drawn.epochs) if finished else references.epochs
    st.vega_lite_chart(
        charts.curve_rows(drawn, references, behind),
        charts.curve_spec(
            length,
            unit=trainings.unit(),
            finished=finished,
            behind=behind is not None,
            within=isinstance(config, GradientConfig),
        ),
        key="learning_curve",
        on_select="rerun",
        selection_mode=charts.ZOOM,
        # the same words from start to end: another text would build the chart anew
        alt=f"Training and validation RMSE over {length} epochs, with two reference lines",
    )
    st.markdown(words)


@st.fragment(run_every=trainings.POLL)
def live(job_id: str, references: Started, behind_run: str | None) -> None:
    """The board of a job that runs; when it has ended, the whole page runs again."""
    job = loaders.job(job_id)
    if job is None or not job.active:
        trainings.finish(job)
        return
    drawn = curve.of_events(queue.events(job_id))
    with st.container(horizontal=True, vertical_alignment="center"):
        trainings.stop_button(job)
        st.progress(job.progress, text=trainings.progress_words(job, drawn))
    left = drawn.seconds_left()
    behind = charts.Named("earlier", curve.of_run(loaders.run(behind_run))) if behind_run else None
    time = ("Time left", "–" if left is None else phrases.duration(left))
    words = curve.reading(drawn, trainings.unit())
    board(drawn, references, behind, time, words, config=loaders.job_config(job))


def train_button(config: RunConfig | None) -> None:
    """Trains what the form says; waits while that cannot be trained."""
    disabled = config is None or not visitor.may(Action.TRAIN)
    elements.button("Train", "play_arrow", "start_training", trainings.start, config, primary=True, disabled=disabled)
    elements.allowed(Action.TRAIN)


def finished_board(run: Run, behind: charts.Named | None, *, just_now: bool, changed: RunConfig | None) -> None:
    """The board of a run in the store, its result in one sentence, and where to go next.

    Args:
        run: The run.
        behind: An earlier one, laid behind its curve.
        just_now: Whether it has just been trained.
        changed: What the form says where that has become something else meanwhile.
    """
    drawn = curve.of_run(run)
    if changed is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            train_button(changed)
            st.markdown(":small[The settings have changed since; this trains with the new ones.]")
    with st.container(horizontal=True, vertical_alignment="center"):
        rank: Literal["primary", "secondary"] = "primary" if changed is None else "secondary"  # one asks to be pressed
        if st.button("Open the components", type=rank, icon=":material/insights:"):
            state.select_run(run.run_id)
            st.switch_page("app_pages/components.py")
        text = "Training is done" if just_now else "From the store: trained before, nothing had to be computed"
        st.markdown(f":small[:material/check_circle: {text}.]")
    unit = trainings.unit()
    time = ("Time taken", phrases.duration(run.outcome.train_seconds))
    board(drawn, run.started, behind, time, curve.reading(drawn, unit), config=run.config)
    with st.container(border=True):
        score = analyses.split_score(run.run_id)
        st.markdown(f"**{curve.result_words(run.outcome, unit, score)}**")
        if score is not None:
            st.markdown(score_words.seen_and_unseen(score, run.dataset.noun, unit))
        st.markdown(curve.against_references(run.outcome.val_rmse, run.started, unit))
        remarks = [score_words.raw(score)] if score else []
        remarks += [score_words.chosen(run.config, run.outcome), *further_words(run)]
        st.caption(" ".join(filter(None, remarks)))
        with st.container(horizontal=True):
            for page, icon, label in phrases.AFTER_TRAINING:
                elements.page_link(page, label, icon, run=run.run_id)
    film.section(run)


def further_words(run: Run) -> tuple[str, ...]:
    """What is unusual about the model: what it knows of items that it has not seen, its dimensions, its epochs."""
    found = analyses.unseen(run.run_id) if run.scorer.knows_unseen_items else None
    known = curve.unseen_known(found, told.columns(run), run.dataset.noun, trainings.unit()) if found else ""
    return known, curve.dimensions_words(run.scorer), curve.epochs_words(run.config)


def not_trained(
    config: RunConfig | None, asked: RunConfig, references: Started, behind: charts.Named | None, ended: Job | None
) -> None:
    """The board before the first epoch, or of a job that ended without a model.

    Args:
        config: What can be trained now.
        asked: What the board is about.
        references: Its sizes and lines.
        behind: An earlier run, laid behind the curve.
        ended: The job that ended.
    """
    drawn = NOTHING if ended is None else curve.of_events(queue.events(ended.job_id))
    if ended is not None and ended.state == "failed":
        trainings.explain_end(ended)
    with st.container(horizontal=True, vertical_alignment="center"):
        train_button(config)
        if ended is not None and ended.state == "canceled":
            st.markdown(f":small[:material/stop_circle: {phrases.sentence(ended.message)}]")
    words = curve.reading(drawn, trainings.unit(), ended=True) if drawn.epochs else phrases.BEFORE_TRAINING
    time = ("Time left", "–") if ended is None else ("Time taken", phrases.duration(ended.seconds))
    board(drawn, references, behind, time, words, config=asked)


st.title("Train a model")
introduction = phrases.TRAIN_INTRODUCTION if visitor.may(Action.TRAIN) else phrases.TRAIN_CLOSED
st.markdown(introduction.format(noun=loaders.ratings(state.dataset_id()).noun))

job = trainings.watched()
selected = selected_config()
said = link.adopt(selected)
if job is not None and st.session_state.get("_form_of_job") != job.job_id:
    st.session_state["_form_of_job"] = job.job_id
    job_config = loaders.job_config(job)
    if job_config is not None and not said:
        form.fill(job_config)

left, right = st.columns([1, 2], gap="medium")
with left:
    settings_form(loaders.ratings(state.dataset_id()).noun)
link.write(selected)
with right:
    config = config_of_form()
    if config is not None and (job is None or not job.active):
        job = trainings.running(config) or job
    # what the job was asked for: the form may say something else by now, also what cannot be trained
    asked = (None if job is None else loaders.job_config(job)) or config
    if asked is None:
        st.stop()
    references = loaders.expected(state.dataset_id(), asked)
    top = st.container()
    st.caption(phrases.rmse_help(within=isinstance(asked, GradientConfig)))
    key = trainings.key(asked)
    behind = choose_behind(key)
    stored = {summary.run_id for summary in loaders.runs()}
    if job is not None and job.active:
        with top:
            live(job.job_id, references, st.session_state.get("behind"))
    else:
        # A fragment draws into a container of its own. With one here too, every element keeps its place
        # in the tree when a training starts or ends: nothing is drawn twice, and the curve is not built anew.
        with top, st.container():
            if key in stored:
                if job is not None and trainings.select_result(job):
                    st.rerun()  # the sidebar was drawn with the model before this one
                changed = config if config is not None and key != trainings.key(config) else None
                finished_board(loaders.run(key), behind, just_now=job is not None, changed=changed)
            else:
                not_trained(config, asked, references, behind, job if job is not None and job.state != "done" else None)
