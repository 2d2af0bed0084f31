"""The film of a training: where each item was from the first step to the last, on the map where the model ended."""

import streamlit as st

from core.analysis.film import shown
from core.model.run import Run
from core.studies.films import FILM, FilmSettings, film_of
from dashboard.cache import loaders
from dashboard.charts.maps import Places
from dashboard.jobs import studies
from dashboard.map_view import component as map_view
from dashboard.shared import coloring, phrases

START_SECONDS = 3
"""What a worker needs before it trains."""


def section(run: Run) -> None:
    """The film, or an offer to make it for a run that was trained before there were any."""
    stored = loaders.study(FILM.key(run.run_id, FilmSettings()))
    if stored is not None or run.scorer.has_vectors:
        st.subheader("Watch it learn")
    if stored is None and run.scorer.has_vectors:
        _offer(run)
    if stored is None:
        return
    film = film_of(stored)
    ratings, items = loaders.ratings_of(run.run_id), loaders.item_rows(run.run_id)
    seen = shown(film.rows, ratings.item_count)
    rows = film.rows[seen]
    places = Places(
        rows,
        film.places[-1, seen],
        axes(run),
        loaders.item_hover(run.run_id),
        items.labels,
        loaders.item_notes(run.run_id),
    )
    title = f"{phrases.count(len(rows), run.dataset.noun)} finding their places"
    map_view.show(
        places,
        coloring.by_number(ratings, coloring.MEAN),
        key="film",
        title=title,
        alt=f"{title}, from numbers drawn by chance to the map where the model ended, colored by mean rating.",
        looks=map_view.Looks(known=ratings.item_count),
        film=map_view.Moments(film.at, film.places[:, seen]),
        revision=run.run_id,
        height=460,
    )
    st.caption(
        f"Every {run.dataset.noun} begins at a place drawn by chance and moves with each step of the training. The "
        "axes are those where the model ended, so that nothing turns."
    )


def axes(run: Run) -> tuple[str, str]:
    """What the two axes are."""
    if not run.scorer.has_vectors:
        return "Bias (units of the score)", "Ratings in training (powers of ten)"
    of = "predicted taste" if run.scorer.is_bilinear else "embedding units"
    return f"Component 1 · {of}", f"Component 2 · {of}"


def _offer(run: Run) -> None:
    studies.study(
        FILM,
        run,
        FilmSettings(),
        title="No film was taken of this training",
        button="Film it",
        about_seconds=START_SECONDS + run.outcome.train_seconds,
        words="The same settings on the same ratings give the same model again: it is trained once more, and filmed.",
    )
