"""What the map on Start shows: dots at places drawn by chance, a training's latest places, or a film to its end."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.film import shown
from core.config import RunConfig
from core.data.ratings import Ratings
from core.model.run import Run
from core.studies.films import FILM, FilmSettings, film_of
from dashboard.cache import component_analyses, loaders
from dashboard.charts.maps import Landmarks, Places
from dashboard.charts.points import Classes, Coloring, Hover
from dashboard.jobs import watching
from dashboard.jobs.watching import Watched
from dashboard.map_view.component import Moments
from dashboard.principal_components.how import current
from dashboard.shared import coloring
from dashboard.start import dots

GROUPS = "Groups that lie together"


@dataclass(frozen=True, eq=False)
class Scene:
    """What lies where.

    Attributes:
        rows: The items on the map, rising, (n,).
        places: Where they lie, float32, (n, 2).
        film: Where they were while they were learned; None where there is no film.
        turned: What has turned the final axes so that they go on as the training was seen, (2, 2).
    """

    rows: np.ndarray
    places: np.ndarray
    film: Moments | None = None
    turned: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Lit:
    """What the steps put on the map.

    Attributes:
        found: The item that was looked for, and nothing else.
        near: Its neighbors, rows.
        you: Where somebody lies by their ratings; None before the first.
        color: A number for every item in the place of the usual colors.
    """

    found: tuple[int, ...] = ()
    near: np.ndarray | None = None
    you: Landmarks | None = None
    color: Coloring | None = None

    @property
    def selected(self) -> np.ndarray | None:
        """What is lit while all else is dimmed; None dims nothing, as where all colors are to be seen."""
        return None if self.near is None or self.color is not None else np.append(self.near, self.found)


NOTHING = Lit()


def beginning(ratings: Ratings, config: RunConfig) -> Scene:
    """The dots before anything is learned."""
    filmed = _filmed(ratings.dataset_id, config)
    rows = filmed[shown(filmed, ratings.item_count)]
    return Scene(rows, dots.by_chance(len(rows)))


@st.cache_resource(max_entries=4, show_spinner=False)
def _filmed(dataset_id: str, config: RunConfig) -> np.ndarray:
    return dots.filmed_rows(config, loaders.ratings(dataset_id), loaders.split_of(dataset_id, config.split))


def learning(ratings: Ratings, config: RunConfig, watched: Watched) -> Scene:
    """The dots where a training has them; before it tells, as at the beginning."""
    moment = watched.seen(ratings.item_count)
    return beginning(ratings, config) if moment is None else Scene(moment.rows, moment.places)


def learned(run: Run, ratings: Ratings, job_id: str | None) -> Scene:
    """The dots where a model has put them, with the film of how, if one was taken.

    Args:
        run: A model of at least two dimensions.
        ratings: What it learned from.
        job_id: Its training, where this session has followed it: the axes then lie as they were last seen.
    """
    stored = loaders.study(FILM.key(run.run_id, FilmSettings()))
    if stored is None:
        return _without_film(run, ratings)
    film = film_of(stored)
    there = shown(film.rows, ratings.item_count)
    places = film.places[:, there]
    turned = None if job_id is None else _as_seen(watching.of(job_id), film.rows[there], places[-1])
    if turned is not None:
        places = (places @ turned).astype(np.float32)
    return Scene(film.rows[there], places[-1], Moments(film.at, places), turned)


def _as_seen(watched: Watched, rows: np.ndarray, places: np.ndarray) -> np.ndarray | None:
    """What turns these places as a training was last seen; None where nothing was."""
    if watched.rows is None or watched.places is None or not np.isin(rows, watched.rows).all():
        return None
    order = np.argsort(watched.rows)
    at = order[np.searchsorted(watched.rows, rows, sorter=order)]
    return dots.turn(places, watched.places[at])


def _without_film(run: Run, ratings: Ratings) -> Scene:
    """Along two components: a run that was trained before there were films, or elsewhere."""
    scores = component_analyses.components(run.run_id, current(run.run_id)).scores
    by_count = np.argsort(-ratings.item_count, kind="stable")
    there = by_count[loaders.item_rows(run.run_id).placed[by_count]]
    rows = there[shown(there, ratings.item_count)]
    places = np.zeros((len(rows), 2), np.float32)
    places[:, : scores.shape[1]] = scores[rows, :2]
    return Scene(rows, places)


def as_places(scene: Scene, ratings: Ratings) -> Places:
    """The same for the map, with what is said of each item; nothing in it changes while a model learns but places."""
    labels, notes, hover = _said(ratings.dataset_id)
    return Places(scene.rows, scene.places, ("", ""), hover, labels, notes, ratings.items.ids)


@st.cache_resource(max_entries=4, show_spinner=False)
def _said(dataset_id: str) -> tuple[list[str], list[str], Hover]:
    hover = loaders.rated_hover(dataset_id)
    return loaders.item_labels(dataset_id), hover.facts.tolist(), hover


@st.cache_resource(max_entries=4, show_spinner=False)
def color(dataset_id: str) -> Coloring | Classes:
    """What colors the dots: a few telling genres, whose dots come together, or how they were rated."""
    ratings = loaders.ratings(dataset_id)
    shown = coloring.telling(ratings)
    return coloring.by_genre(ratings, shown) if shown else coloring.first(ratings)


def named(scene: Scene, dataset_id: str) -> Landmarks | None:
    """The genres that lie together, where they do; None where none does."""
    belongs, names = _genres(dataset_id)
    at, called = dots.groups(scene.places, belongs[scene.rows], names)
    return Landmarks(GROUPS, at, called) if called else None


@st.cache_resource(max_entries=4, show_spinner=False)
def _genres(dataset_id: str) -> tuple[np.ndarray, list[str]]:
    """Whether each item is of each genre, (n_items, n_genres), and what these are called."""
    ratings = loaders.ratings(dataset_id)
    names = coloring.genres(ratings)
    place = {name: number for number, name in enumerate(names)}
    belongs = np.zeros((len(ratings.items), len(names)), bool)
    if not names:
        return belongs, names
    for row, own in enumerate(ratings.genres):
        belongs[row, [place[genre] for genre in own]] = True
    return belongs, names
