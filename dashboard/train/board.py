"""The board of the train page, whatever the state of a training: numbers, the curve, what it says, and the film."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.config import GradientConfig, RunConfig
from core.jobs.job_folder import Job
from core.model.events import Started
from core.model.families import family_of
from core.model.metrics import RMSE, Metric
from core.model.run import Run
from dashboard.cache import analyses, loaders
from dashboard.charts import training as charts
from dashboard.jobs import trainings, watching
from dashboard.session import address_bar, state
from dashboard.shared import elements, model_names, phrases, score_words, told
from dashboard.train import curve, film, moments

NOTHING = curve.Curve(started=None)

BEHIND = "behind"
"""What the address calls the model that is laid behind the curve, and the key of the field."""

POLL = 0.25
"""Seconds between two looks at a training whose items are seen moving."""

HEIGHT = 390
"""Of the curve beside a film."""

LOW = 290
"""Of the curve over two films."""


def choose_behind(run_id: str) -> tuple[charts.Named | None, str | None]:
    """An earlier run than this one to lay behind the curve, and its id; None where nobody wants one."""
    others = model_names.distinct_run_words(
        [run for run in loaders.runs_of(state.dataset_id()) if run.run_id != run_id]
    )
    linked = address_bar.news(BEHIND)
    if linked is not None:
        elements.hold(BEHIND, linked if linked in others else None)
        if linked and linked not in others:
            address_bar.ignore(BEHIND, linked, "the id of another model of this data")
    chosen = st.selectbox(
        "Lay an earlier model behind the curve, and its film beside this one",
        list(others),
        index=None,
        format_func=others.__getitem__,
        placeholder="None" if others else "There is no earlier model yet",
        disabled=not others,
        key=BEHIND,
    )
    address_bar.put(**{BEHIND: chosen})
    if chosen is None:
        return None, None
    return charts.Named(others[chosen], curve.of_run(loaders.run(chosen))), chosen


def board(
    drawn: curve.Curve,
    references: Started,
    behind: charts.Named | None,
    time: tuple[str, str],
    words: str,
    *,
    config: RunConfig,
    beside: Callable[[], None],
    wide: bool = False,
) -> None:
    """Four numbers, one sentence that reads the curve aloud, the curve and a film: the same places whatever the state.

    `time` is what the clock says, and what that is called; `beside` draws the film, which if `wide` lies under the
    curve.
    """
    metric = family_of(config).metric
    _numbers(drawn, references, metric, time)
    within = isinstance(config, GradientConfig)
    st.markdown(words, help=phrases.curve_help(metric, within=within))
    finished = drawn.kept_epoch is not None
    length = len(drawn.epochs) if finished else references.epochs
    # Pixels that a curve or a film needs; with less room they lie above each other.
    with st.grid(1 if wide else 2, min_column_width=250):
        with st.container():
            st.vega_lite_chart(
                charts.curve_rows(drawn, references, behind),
                charts.curve_spec(
                    length,
                    axis=charts.axis_words(metric, trainings.unit()),
                    finished=finished,
                    behind=behind is not None,
                    within=within,
                    training=metric is RMSE,
                    height=LOW if wide else HEIGHT,
                    columns=4 if wide else 2,
                ),
                key="learning_curve",
                on_select="rerun",
                selection_mode=charts.ZOOM,
                # the same words from start to end: another text would build the chart anew
                alt=f"Validation {metric.title} over {length} epochs, with lines for what is reached without a model",
            )
        with st.container():
            beside()


def _numbers(drawn: curve.Curve, references: Started, metric: Metric, time: tuple[str, str]) -> None:
    """The epoch, the time, and what was measured: all in a line, or two by two."""
    epoch = drawn.shown_epoch
    number = epoch.epoch if epoch else 0
    with st.container(key="board_numbers"), st.grid(2, min_column_width=200, gap="xsmall"):
        with st.grid(2, min_column_width=90, gap="xsmall"):
            if drawn.kept_epoch is None:
                st.metric("Epoch", f"{number} of {references.epochs}")
            else:
                st.metric("Kept epoch", f"{number} of {len(drawn.epochs)}")
            st.metric(*time)
        with st.grid(2, min_column_width=90, gap="xsmall"):
            if metric is RMSE:
                st.metric("Training RMSE", f"{epoch.rmse:,.3f}" if epoch and epoch.rmse is not None else "–")
            st.metric(f"Validation {metric.title}", f"{epoch.value:,.3f}" if epoch else "–")


@st.fragment(run_every=POLL)
def running(job_id: str, references: Started, behind_run: str | None) -> None:
    """The board of a job that runs; when it has ended, the whole page runs again."""
    job = loaders.job(job_id)
    config = None if job is None else loaders.job_config(job)
    if job is None or config is None or not job.active:
        trainings.finish(job)
        return
    dataset_id = state.dataset_id()
    watched = watching.of(job_id)
    drawn, moment = curve.of_events(watched.events), watched.seen(loaders.ratings(dataset_id).item_count)
    with st.container():  # each state has one here: what follows keeps its place, and is not built anew
        st.progress(job.progress, text=trainings.progress_words(job, drawn))
    left = drawn.seconds_left()
    behind = charts.Named("earlier", curve.of_run(loaders.run(behind_run))) if behind_run else None
    time = ("Time left", "–" if left is None else phrases.duration(left))

    def beside() -> None:
        """Where the items are now."""
        if moment is None:
            film.nothing_yet(loaders.ratings(dataset_id).noun)
        else:
            film.now(dataset_id, job.key, moment)

    board(drawn, references, behind, time, curve.reading(drawn, trainings.unit()), config=config, beside=beside)


def finished(run: Run, behind: charts.Named | None, behind_run: str | None, below: DeltaGenerator) -> None:
    """The board of a run in the store: its curve and film, and in `below` what they say; an earlier one lies behind."""
    drawn, unit = curve.of_run(run), trainings.unit()
    mine, other = film.reel(run), None if behind_run is None else film.reel(loaders.run(behind_run))
    rows = [] if mine is None else moments.followed(mine)

    def beside() -> None:
        """The film, or both films, or the offer of one."""
        if mine is None:
            film.offer(run)
        elif other is None:
            film.one(mine, rows)
        else:
            film.pair(mine, other, rows)

    time = ("Time taken", phrases.duration(run.outcome.train_seconds))
    words = curve.reading(drawn, unit)
    st.container()  # as in `running`
    wide = mine is not None and other is not None
    board(drawn, run.started, behind, time, words, config=run.config, beside=beside, wide=wide)
    if mine is not None and behind_run is not None and other is None:
        with st.container():
            st.caption("The film of the earlier model:")
            film.offer(loaders.run(behind_run))
    with below:
        _result(run)
        if mine is not None:
            film.download(run.run_id)
            moments.section(mine, rows)


def _result(run: Run) -> None:
    """What came out, in words, and where to go next."""
    unit = trainings.unit()
    with st.container(border=True):
        score = analyses.split_score(run.run_id)
        st.markdown(f"**{curve.result_words(run.outcome, unit, score)}**")
        if score is not None:
            st.markdown(score_words.seen_and_unseen(score, run.dataset.noun, unit))
        st.markdown(curve.against_references(run.outcome.metric, run.started, unit))
        remarks = [score_words.raw(score)] if score else []
        remarks += [score_words.chosen(run.config, run.outcome), *_further_words(run)]
        st.caption(" ".join(filter(None, remarks)))
        with st.container(horizontal=True):
            for page, icon, label in phrases.AFTER_TRAINING if run.config.dimensions else phrases.WITHOUT_VECTORS:
                elements.page_link(page, label, icon, run=run.run_id)


def _further_words(run: Run) -> tuple[str, ...]:
    """What is unusual about the model: what it knows of items that it has not seen, its dimensions, its epochs."""
    found = analyses.unseen(run.run_id) if run.scorer.knows_unseen_items else None
    known = curve.unseen_known(found, told.columns(run), run.dataset.noun, trainings.unit()) if found else ""
    return known, curve.dimensions_words(run.scorer), curve.epochs_words(run.config, run.dataset.noun)


def not_trained(asked: RunConfig, references: Started, behind: charts.Named | None, ended: Job | None) -> None:
    """The board before the first epoch, or of a job that ended without a model."""
    watched = None if ended is None else watching.of(ended.job_id)
    drawn = NOTHING if watched is None else curve.of_events(watched.events)
    with st.container():  # as in `running`
        if ended is not None and ended.state == "failed":
            trainings.explain_end(ended)
        elif ended is not None and ended.state == "canceled":
            st.markdown(f":small[:material/stop_circle: {phrases.sentence(ended.message)}]")
    words = curve.reading(drawn, trainings.unit(), ended=True) if drawn.epochs else phrases.BEFORE_TRAINING
    time = ("Time left", "–") if ended is None else ("Time taken", phrases.duration(ended.seconds))

    def beside() -> None:
        """Where the items were when it ended; else what will be there."""
        dataset_id = state.dataset_id()
        ratings = loaders.ratings(dataset_id)
        moment = None if watched is None else watched.seen(ratings.item_count)
        if ended is None or moment is None:
            film.nothing_yet(ratings.noun)
        else:
            film.now(dataset_id, ended.key, moment)

    board(drawn, references, behind, time, words, config=asked, beside=beside)
