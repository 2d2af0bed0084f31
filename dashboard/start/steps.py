"""What can be done on the finished map: find a favorite, rate three, ask what lies between two ends."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.analysis.components.bases import PREDICTIONS
from core.analysis.components.extremes import ends
from core.analysis.new_user.foldin import NewUser
from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.position import beside_items, place
from core.data.nouns import with_article
from core.data.ratings import Ratings
from core.errors import ExplorerError
from core.model.run import Run
from core.studies.saved_axes import OwnAxis, project
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.charts.maps import Landmarks
from dashboard.charts.points import Coloring
from dashboard.for_you import own_ratings, rate
from dashboard.maps.poles import first_poles
from dashboard.session import chosen_items
from dashboard.shared import elements, finding, phrases, told
from dashboard.shared.matrix_rows import Rows
from dashboard.shell.needs_run import explain_lack
from dashboard.start import words
from dashboard.start.scene import Lit, Scene

NEAREST, ASKED, FURTHEST = 6, 3, 3
"""Neighbors that light up, items to rate, and items named at each end."""

FIND = "find"
YOU = "You"


def show(run: Run, ratings: Ratings, scene: Scene) -> Lit:
    """Draw the three steps; what they put on the map."""
    rows = loaders.item_rows(run.run_id)
    axis = _axis(run.run_id, ratings)
    find, give, between = f"Find {with_article(ratings.noun)}", "Rate three", "What the ends mean"
    titles = [find, *([give] if rows.rated else []), *([between] if axis else [])]
    tabs = dict(zip(titles, st.tabs(titles), strict=True))
    you, color = None, None
    with tabs[find]:
        found, near = _find(run, ratings, rows, scene)
    if give in tabs:
        with tabs[give]:
            you = _rate(run, ratings, rows, scene)
    if axis is not None:
        with tabs[between]:
            color = _between(axis, ratings, rows, scene)
    return Lit(found, near, you, color)


def _find(run: Run, ratings: Ratings, rows: Rows, scene: Scene) -> tuple[tuple[int, ...], np.ndarray | None]:
    """A field that finds an item, and its neighbors in a sentence and a list."""
    offered = {rows.labels[row]: row for row in scene.rows.tolist()}
    few = f"Only the {phrases.count(len(offered), ratings.noun)} on this map; the page Neighbors knows all."
    label = f"Your favorite {ratings.noun}" if rows.rated else f"Find {with_article(ratings.noun)}"
    found = finding.several(label, offered, key=FIND, most=1, words=few)
    learned = told.sentence(run, f"No one told it what {with_article(rows.noun)} is about.")
    if not found:
        st.caption(f"Type a few letters, or click a dot: its nearest {rows.nouns} light up. {learned}")
        return (), None
    row, top = found[0], min(NEAREST, len(scene.rows) - 1)
    if top < 1:
        return (row,), None
    near = analyses.neighbors_among(run.run_id, scene.rows, int(np.searchsorted(scene.rows, row)), top=top)
    there = scene.rows[near.index]
    st.markdown(f"{words.neighbors(rows.labels[row], [rows.labels[one] for one in there[:2]])} {learned}")
    alike = zip(there.tolist(), near.similarity.tolist(), strict=True)
    st.markdown(words.listed([(rows.labels[one], f"{cosine:.2f}") for one, cosine in alike]))
    st.caption("The number is the cosine of their vectors in all dimensions: 1 is the same direction. The map has two.")
    return (row,), there


def click(run_id: str, chosen: Sequence[str]) -> None:
    """Find the one item, by its id, that somebody clicked, here and on all pages; several leave the search as it is."""
    ratings = loaders.ratings_of(run_id)
    chosen_items.choose(ratings.dataset_id, chosen)
    if len(chosen) < 2:
        labels = loaders.item_rows(run_id).labels
        st.session_state[FIND] = [labels[row] for row in ratings.items.indices(chosen).tolist()]


def _rate(run: Run, ratings: Ratings, rows: Rows, scene: Scene) -> Landmarks | None:
    """Three items to rate; where that puts somebody on the map."""
    if not run.scorer.guesses_ratings:
        explain_lack(run, "guesses_ratings")
        return None
    entry = analyses.rating_entry(ratings.dataset_id)
    on_map = set(scene.rows.tolist())
    asked = [row for row in analyses.first_items(run.run_id).tolist() if row in on_map][:ASKED]
    for row in asked:
        with st.container(gap=None):
            st.markdown(rate.name(ratings, rows, row))
            rate.give(ratings, rows, row, entry, fine=False, place="start")
    given = own_ratings.own(ratings.dataset_id).given
    if not given:
        st.caption("After each, you appear on the map, and move. Nothing is kept on the server.")
        return None
    model = analyses.new_user_model(run.run_id)
    person = model.place(given)
    guess = model.predictions(person)
    guess[ratings.items.indices(given)] = -np.inf
    best = scene.rows[np.argsort(-guess[scene.rows], kind="stable")[:FURTHEST]]
    you = _star(model, person, scene)
    if you is not None:
        st.markdown(words.star(len(given), rows.nouns))
    else:
        explain_lack(run, "is_bilinear")
    st.markdown(words.guessed([rows.labels[row] for row in best if np.isfinite(guess[row])]))
    elements.page_link("for_you", "Go on in For you", "recommend")
    return you


def _star(model: NewUserModel, person: NewUser, scene: Scene) -> Landmarks | None:
    """Where somebody lies; None where people and items share no axes, or the model tells no items apart."""
    run_id = model.run.run_id
    if component_analyses.no_predictions(run_id):
        return None
    among = analyses.people_along(run_id, PREDICTIONS, most=2)
    directions = component_analyses.components(run_id, PREDICTIONS).for_users[:2]
    mine = place(person, directions, model.averages.user, among).scores
    turned = np.eye(2) if scene.turned is None else scene.turned
    items, spot = scene.places @ turned.T, np.zeros(2)
    spot[: len(mine)] = beside_items(mine, among.scores[model.trained_users], items[:, : len(mine)])
    return Landmarks(YOU, (spot @ turned)[None], [f"{YOU}, by {phrases.count(person.n_ratings, 'rating')}"])


def _axis(run_id: str, ratings: Ratings) -> OwnAxis | None:
    """An axis between two telling genres; None where the data has no two."""
    (low, low_rows), (high, high_rows) = first_poles(run_id)
    if not low_rows or not high_rows:
        return None
    low_ids, high_ids = (tuple(str(ratings.items.ids[row]) for row in chosen) for chosen in (low_rows, high_rows))
    return OwnAxis(low_ids, high_ids, low, high)


def _between(axis: OwnAxis, ratings: Ratings, rows: Rows, scene: Scene) -> Coloring | None:
    """The map colored by an axis of one's own, and what lies at both of its ends."""
    on = elements.toggle(
        f"Color the map from {words.said(axis.low_name)} to {words.said(axis.high_name)}",
        "ends",
        "An axis of your own, through all dimensions: from the middle of one set to the middle of another.",
    )
    if not on:
        st.caption(f"A direction through all the numbers at once, from well-known {rows.nouns} of one kind to another.")
        return None
    try:
        found = project(axis, rows.matrix, ratings.items, rows.features)
    except ExplorerError as error:
        st.info(phrases.sentence(str(error)), icon=":material/info:")
        return None
    on_map = np.zeros(len(rows), bool)
    on_map[scene.rows] = True
    outermost = ends(found.positions, on_map, FURTHEST)
    for name, there in ((axis.low_name, outermost.bottom), (axis.high_name, outermost.top)):
        st.markdown(words.end(name, [rows.labels[row] for row in there]))
    elements.page_link("maps", "Open this axis, or make your own", "map", maps="An axis of your own")
    label = f"{axis.low_name} ← → {axis.high_name}"
    return Coloring(label, np.where(on_map, found.positions, np.nan), form="+.1f", around_zero=True)
