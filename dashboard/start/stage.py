"""The map on Start and what stands beside it: before the first model, while it trains, and afterwards."""

from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import BUNDLED, catalog
from core.data.nouns import with_article
from core.data.ratings import Ratings
from core.errors import ExplorerError
from core.jobs.job_folder import Job
from core.model.families import PRESETS
from core.model.run import Run
from core.store.runs import RunStore
from core.training.budget import first_preset
from dashboard.cache import loaders
from dashboard.charts import data as charts
from dashboard.charts.countdown import countdown
from dashboard.datasets.overview import filled_share
from dashboard.jobs import trainings, watching
from dashboard.map_view import component as map_view
from dashboard.map_view.component import Looks, Marks
from dashboard.session import state
from dashboard.shared import elements, phrases
from dashboard.start import scene as scenes
from dashboard.start import words
from dashboard.start.scene import NOTHING, Lit, Scene
from dashboard.train import curve

KEY, HEIGHT = "start_map", 400
POLL = 0.25
"""Seconds between two looks at a training; the points take a little longer to the places that are seen."""


@st.cache_resource(show_spinner=False)
def prepare() -> None:
    """Make what the map shows of the bundled data before there is a model, once for the server, before anybody comes.

    The caches keep it. It is a cached function itself: what it calls then says nothing on a page.
    """
    ratings = loaders.ratings(BUNDLED)
    scene = scenes.beginning(ratings, PRESETS[first_preset(catalog.info(BUNDLED))])
    scenes.color(BUNDLED)
    map_view.prepare(scenes.as_places(scene, ratings))


def show(run_id: str | None, job: Job | None) -> None:
    """Draw it.

    Args:
        run_id: The selected model; None where there is none.
        job: The training on the selected data that is followed, if any.
    """
    live = job is not None and job.active
    # One fragment and one tree of elements in all states: nothing is built anew when a training begins or ends.
    stage = st.fragment(_stage, run_every=POLL if live else None)
    stage(state.dataset_id(), run_id, None if job is None else job.job_id, live=live)


def _stage(dataset_id: str, run_id: str | None, job_id: str | None, *, live: bool) -> None:
    ratings, job = loaders.ratings(dataset_id), None if job_id is None else loaders.job(job_id)
    if live and (job is None or not job.active):
        trainings.finish(job)
    left, right = st.columns([3, 2], gap="medium")
    place = left.container(key="start_place")  # filled last: what is done beside the map is seen on it
    with right:
        try:  # here: the frame around a page sees no error of a part that runs alone
            if live and job is not None:
                _learning(ratings, job, place)
            elif run_id is None:
                _beginning(ratings, place)
            else:
                _learned(ratings, loaders.run(run_id), job, place)
        except ExplorerError as error:
            elements.error(error.code, str(error))


def _beginning(ratings: Ratings, place: DeltaGenerator) -> None:
    st.markdown(phrases.WHAT_IS_AN_EMBEDDING.format(**phrases.nouns(ratings.noun)))
    st.markdown(words.beginning(ratings, filled_share(ratings)))
    scene = scenes.beginning(ratings, trainings.first_config())
    _draw(place, ratings, scene, "placed by chance", learned=False)


def _learning(ratings: Ratings, job: Job, place: DeltaGenerator) -> None:
    watched = watching.of(job.job_id)
    config = loaders.job_config(job) or trainings.first_config()
    _draw(place, ratings, scenes.learning(ratings, config, watched), "finding their places", live=True)
    if job.key in RunStore():  # it has learned, and its film is being kept: nobody waits for that to read the sentence
        _done(loaders.run(job.key), ratings, just_now=True)
    else:
        so_far = curve.of_events(watched.events)
        st.markdown(trainings.progress_words(job, so_far))
        st.html(countdown(so_far))
    st.caption(words.BESIDE_THE_ERROR)


def _learned(ratings: Ratings, run: Run, job: Job | None, place: DeltaGenerator) -> None:
    from dashboard.start import steps  # what can be done with a model, which nobody has who comes first

    seen = job.job_id if job is not None and job.key == run.run_id else None
    flat = run.config.dimensions > 1
    above, waiting = st.container(), st.container()
    with above:
        _done(run, ratings, just_now=seen is not None)
    with waiting:  # a spinner here moves nothing that is above
        scene = scenes.learned(run, ratings, seen) if flat else None
    with above:
        if scene is None:
            st.caption(f"One number is no map, but there is a model. {_told(run)}")
            _matrix(place, ratings)
            return
        lit = steps.show(run, ratings, scene)
        if scene.film is None and run.origin.kind == "trained":
            st.caption(words.NO_FILM)
    _draw(place, ratings, scene, "in their places", lit=lit, on_select=partial(steps.click, run.run_id))


def _done(run: Run, ratings: Ratings, *, just_now: bool) -> None:
    """How a training has ended, in the places where it was followed."""
    if run.origin.kind == "imported":
        st.markdown(words.opened(run))
        return
    from dashboard.cache import analyses  # of models, as above

    score = analyses.split_score(run.run_id)
    st.markdown(words.done(run.outcome, phrases.unit(ratings), score, just_now=just_now))
    st.html(countdown(curve.of_run(run)))


def _matrix(place: DeltaGenerator, ratings: Ratings) -> None:
    """The ratings themselves, where a model has no two numbers for a map."""
    alt = f"Ratings of the best-known {phrases.plural(ratings.noun)} by people from the most to the least active"
    matrix = charts.rating_matrix(ratings, loaders.item_labels(ratings.dataset_id))
    place.plotly_chart(matrix, key="start_matrix", config=phrases.CHART_CONFIG, alt=f"{alt}, with many gaps")


def _told(run: Run) -> str:
    from dashboard.shared import told  # as above

    return told.sentence(run, f"No one told it what {with_article(run.dataset.noun)} is about.")


def _draw(
    place: DeltaGenerator,
    ratings: Ratings,
    scene: Scene,
    how: str,
    *,
    lit: Lit = NOTHING,
    learned: bool = True,
    **more: Any,
) -> None:
    """The map, in all states under one key: the browser moves the dots from where they are."""
    title = f"{phrases.count(len(scene.rows), ratings.noun)} {how}"  # short: a second line would move the map
    color = scenes.color(ratings.dataset_id) if lit.color is None else lit.color
    regions = scenes.named(scene, ratings.dataset_id) if learned else None
    with place:
        map_view.show(
            scenes.as_places(scene, ratings),
            color,
            key=KEY,
            title=title,
            alt=f"{title}, colored by {color.label}. {words.MAP_ALT}",
            looks=Looks(known=ratings.item_count),
            marks=Marks(lit.found, lit.near, landmarks=lit.you, regions=regions),
            selected=lit.selected,
            film=scene.film,
            room=True,
            revision=ratings.dataset_id,
            height=HEIGHT,
            **more,
        )
