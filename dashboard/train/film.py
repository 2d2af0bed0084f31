"""The film of a training: where each item was from the first step to the last, on the map where the model ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from core.analysis.film import Film, facing, shown
from core.errors import UsageError
from core.export.living_map.film_file import film_page
from core.model.run import Run
from core.store.study_store import Stored
from core.studies.films import FILM, FilmSettings, axes_of, film_of
from dashboard.cache import loaders
from dashboard.charts.maps import Places
from dashboard.jobs import studies
from dashboard.jobs.watching import Moment
from dashboard.map_view import component as map_view
from dashboard.shared import coloring, model_names, phrases, tables

HEIGHT = 430
START_SECONDS = 3
"""What a worker needs before it trains."""

LIVE_AXES = ("Main direction so far", "Second direction so far")
"""What the axes are while the model trains; those of the finished one are known only when it is finished."""

KEY = "film"
"""Of the map, while the model trains and afterwards: the one becomes the other in place."""


@dataclass(frozen=True, eq=False)
class Reel:
    """A run and its film, of the items that are seen alone, their rows rising."""

    run: Run
    film: Film


def reel(run: Run) -> Reel | None:
    """The film of a run, if there is one."""
    key = FILM.key(run.run_id, FilmSettings())
    stored = loaders.study(key)
    return None if stored is None else Reel(run, _seen(key, stored, loaders.ratings_of(run.run_id).item_count))


@st.cache_resource(max_entries=8, show_spinner=False)
def _seen(key: str, _stored: Stored, _count: np.ndarray) -> Film:
    """What is seen of a stored film."""
    del key  # tells one from another
    film = film_of(_stored)
    return film.of(np.sort(film.rows[shown(film.rows, _count)]))


def one(reel: Reel, followed: Sequence[int]) -> None:
    """The film of a run alone."""
    _play(
        reel,
        followed,
        KEY,
        title=f"How {phrases.count(len(reel.film.rows), reel.run.dataset.noun)} found their places",
        link="",
    )


def pair(mine: Reel, other: Reel, followed: Sequence[int]) -> None:
    """Two films beside each other, of the items that both show; they keep step, by the share of each that is seen."""
    rows = np.intersect1d(mine.film.rows, other.film.rows)
    mine, other = (replace(reel, film=reel.film.of(rows)) for reel in (mine, other))
    other = replace(other, film=facing(other.film, mine.film.places[-1]))
    named = [f"{text[0].upper()}{text[1:]}" for text in model_names.apart([mine.run.config, other.run.config])]
    reels = zip(st.columns(2, gap="small"), (mine, other), (KEY, f"{KEY}_behind"), named, strict=True)
    for room, reel, key, title in reels:
        with room:
            _play(reel, followed, key, title=title, link="films")


def now(dataset_id: str, key: str, moment: Moment) -> None:
    """Where the items are while the model trains; `key` is that of the run that it will be."""
    ratings = loaders.ratings(dataset_id)
    title = f"{phrases.count(len(moment.rows), ratings.noun)} finding their places"
    map_view.show(
        _places(dataset_id, moment),
        coloring.first(ratings),
        key=KEY,
        title=title,
        alt=f"{title} while the model trains, colored by mean rating.",
        looks=map_view.Looks(known=ratings.item_count),
        live=True,
        room=True,
        revision=key,
        height=HEIGHT,
        compact=True,
    )


def _places(dataset_id: str, moment: Moment) -> Places:
    """The map of a moment, with the titles and notes that the same items have in the film afterwards."""
    hover = loaders.rated_hover(dataset_id)
    titles, notes = loaders.item_labels(dataset_id), hover.facts.tolist()
    return Places(moment.rows, moment.places, LIVE_AXES, hover, titles, notes)


def nothing_yet(noun: str) -> None:
    """In the place of the map, where there is none."""
    with st.container(border=True, height=HEIGHT - 60, horizontal_alignment="center", vertical_alignment="center"):
        st.markdown(
            f":small[Here {phrases.plural(noun)} find their places while the model learns.]", text_alignment="center"
        )


def offer(run: Run) -> None:
    """Offers the film of a run that has none and could have one."""
    if not run.scorer.has_vectors:
        st.caption("No film was taken of this training.")
        return
    studies.study(
        FILM,
        run,
        FilmSettings(),
        title="No film was taken of this training",
        button="Film it",
        about_seconds=START_SECONDS + run.outcome.train_seconds,
        words="The same settings on the same ratings give the same model again: it is trained once more, and filmed.",
    )


def _play(reel: Reel, followed: Sequence[int], key: str, *, title: str, link: str) -> None:
    run, film = reel.run, reel.film
    ratings = loaders.ratings_of(run.run_id)
    map_view.show(
        map_view.places(run.run_id, film.rows, film.places[-1], axes_of(run)),
        coloring.first(ratings),
        key=key,
        title=title,
        alt=f"{title}: from numbers drawn by chance to the map where the model ended, colored by mean rating.",
        looks=map_view.Looks(known=ratings.item_count),
        marks=map_view.Marks(trails=followed),
        film=map_view.Moments(film.at, film.places),
        link=link,
        revision=run.run_id,
        height=HEIGHT,
        compact=True,
    )


def download(run_id: str) -> None:
    """A button under the film of a run that hands it out as one file, which plays in any browser."""
    tables.download(
        "Save the film",
        partial(_file, run_id),
        file=f"film-{run_id}.html",
        mime="text/html",
        more="One file that plays in any browser, without this program and without a network.",
    )


def _file(run_id: str) -> bytes:
    """The file; UsageError where the film has been deleted since the page was drawn."""
    stored = loaders.study(FILM.key(run_id, FilmSettings()))
    if stored is None:
        raise UsageError(f"the film of run {run_id} is no longer there; open the page again")
    return film_page(loaders.run(run_id), loaders.ratings_of(run_id), film_of(stored)).encode()
