"""What somebody would like: filters, and the best guesses, each to be rated, hidden or asked about."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from core.analysis.new_user.model import NewUserModel, fitting
from core.analysis.new_user.recommend import Steer, best, steered
from core.analysis.new_user.uncertainty import Sureness
from core.data.nouns import with_article
from dashboard.cache import loaders
from dashboard.for_you import own_ratings, rate, why_dialog, words
from dashboard.for_you.own_ratings import Entry
from dashboard.shared import coloring, elements, finding, tables
from dashboard.shared.matrix_rows import Rows

SHOWN, LISTED = 10, 100
"""Guesses on the screen, and in the file."""
MOST_STEERING = 5


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the model predicts for one person, (n_items,) each.

    `rating` is held inside the scale, `sure` says how far it is probably off, and `personal` how much of it is the
    person's own taste; None where nobody can say.
    """

    rating: np.ndarray
    sure: Sureness
    personal: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class _Filters:
    """What somebody has set above the list: items it may hold, how varied it is, what it leans to, and its order."""

    allowed: np.ndarray
    diversity: float
    steer: Steer
    by_taste: bool


def panel(model: NewUserModel, rows: Rows, entry: Entry, predictions: Predictions) -> None:
    """Draw the right side of the page."""
    ratings, mine = model.ratings, own_ratings.own(model.ratings.dataset_id)
    above = st.container()
    wanted = _filters(model, rows, predictions)
    with above:  # drawn last: it names the order that was chosen
        st.header(words.list_heading(len(mine.given), by_taste=wanted.by_taste))
        st.markdown(words.list_lead(len(mine.given), rows.nouns))
        if not rows.scorer.trained_here:
            st.caption(words.TOO_SURE)
        if not model.run.scorer.has_vectors:
            st.markdown(words.same_for_all(rows.nouns))
    allowed = wanted.allowed.copy()
    allowed[ratings.items.indices([*mine.given, *mine.hidden])] = False
    first = predictions.personal if wanted.by_taste and predictions.personal is not None else predictions.rating
    score = steered(first, rows.matrix, wanted.steer)
    chosen = best(score, rows.matrix, allowed, top=SHOWN, diversity=wanted.diversity)
    if len(chosen) == 0:
        st.info(f"No {rows.noun} is left that fits. Loosen the filters above.", icon=":material/search_off:")
    asked = [row for rank, row in enumerate(chosen.tolist(), 1) if _line(model, rows, row, rank, entry, predictions)]
    if asked:  # two quick clicks may come at once, and only one window can open
        why_dialog.dialog(model.run.run_id, asked[-1])
    with st.container(horizontal=True, vertical_alignment="center"):
        tables.download(
            f"Download the first {min(LISTED, int(allowed.sum()))} as CSV",
            partial(_file, model.run.run_id, predictions, score, allowed, wanted.diversity),
            file="for-you.csv",
            key="own_list_file",
            disabled=len(chosen) == 0,
        )
        if mine.hidden:
            st.button(
                f"Show {len(mine.hidden)} hidden again",
                icon=":material/visibility:",
                type="tertiary",
                on_click=own_ratings.show_hidden,
                args=(ratings.dataset_id,),
                key="own_show_hidden",
            )


def _filters(model: NewUserModel, rows: Rows, predictions: Predictions) -> _Filters:
    """Order, genres, years, ratings, diversity, and what the list should be more or less like."""
    ratings, noun = model.ratings, rows.noun
    by_taste = predictions.personal is not None and elements.toggle(
        "Sort by “For you”",
        "own_taste",
        f"“For you” is how far your guess lies above what everybody likes. Sorted by it, each {noun} that you would "
        "like more than others do comes first, and everybody's favorites step back.",
    )
    genres = coloring.genres(ratings)
    years = ratings.item_table["year"].dropna()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        diversity = 0.0
        if model.run.scorer.has_vectors:
            diversity = st.slider(
                "Variety",
                0.0,
                0.8,
                0.0,
                0.1,
                format="%.1f",
                key="variety",
                bind="query-params",
                width=150,
                help=f"0: the best guesses alone. More: each {noun} unlike those before it.",
            )
        wanted: list[str] = []
        if genres:
            wanted = st.multiselect(
                "Genres", genres, key="like_genres", bind="query-params", placeholder="Any", select_all=False, width=210
            )
        popover = st.popover("More filters", icon=":material/tune:")
    with popover:
        from_year, to_year = _years(int(years.min()), int(years.max())) if len(years) else (None, None)
        few = f"Of {with_article(noun)} with few ratings the model knows little."
        min_ratings = elements.enough_ratings(ratings.item_count, leaving=20, key="like_min", words=few)
        steer = _steer(model, rows)
    allowed = rows.trained & fitting(
        ratings, min_ratings=min_ratings, genres=wanted, from_year=from_year, to_year=to_year
    )
    return _Filters(allowed, diversity, steer, by_taste)


def _years(first: int, last: int) -> tuple[int | None, int | None]:
    """The chosen range; no bounds where it is everything, so that items without a year stay in."""
    if first >= last:
        return None, None
    low, high = st.slider("Years", first, last, (first, last), key="like_years", bind="query-params")
    return (None, None) if (low, high) == (first, last) else (low, high)


def _steer(model: NewUserModel, rows: Rows) -> Steer:
    """More like these, less like those; alike is a matter of vectors."""
    if not model.run.scorer.has_vectors:
        return Steer(more=np.empty(0, int), less=np.empty(0, int), strength=0.0)
    strength = 0.15 * (model.ratings.max_rating - model.ratings.min_rating)  # what the very same direction adds
    return Steer(more=_like("More", rows), less=_like("Less", rows), strength=strength)


def _like(which: str, rows: Rows) -> np.ndarray:
    """Rows of items to steer by."""
    key = f"{which.lower()}_like"
    return np.array(finding.several(f"{which} like these", rows.offered, key=key, most=MOST_STEERING), int)


def _line(model: NewUserModel, rows: Rows, row: int, rank: int, entry: Entry, predictions: Predictions) -> bool:
    """One guess, a place to rate it, and what else can be done with it; whether somebody asks why."""
    ratings, label = model.ratings, rows.labels[row]
    item = ratings.items.ids[row]
    scale = entry.low, entry.high
    taste = "" if predictions.personal is None else words.personal(predictions.personal[row], scale)
    guess = words.guess(predictions.rating[row], predictions.sure, row, rows.noun, scale, taste)
    with rate.line_of(f"**{rank}** · {rate.name(ratings, rows, row)}  \n{guess}"):
        rate.give(ratings, rows, row, entry, fine=False, place="list")
        # Both go below the stars where there is no room for them beside these.
        with st.container(horizontal=True, width="content", gap="small"):
            why = st.button(
                words.why(label),
                key=f"own_why_{rank}",
                type="tertiary",
                on_click=ask,
                args=(label,),
            )
            st.button(
                "Hide",
                key=f"own_hide_{rank}",
                type="tertiary",
                help=f"Do not show this {rows.noun} again",
                on_click=own_ratings.hide,
                args=(ratings.dataset_id, item),
            )
    return why


def ask(label: str | None) -> None:
    """Choose an item, if one is given, in the section below the list and in the link; a callback."""
    if label is not None:
        st.session_state.item = label


def _file(run_id: str, predictions: Predictions, score: np.ndarray, allowed: np.ndarray, diversity: float) -> bytes:
    ratings, rows = loaders.ratings_of(run_id), loaders.item_rows(run_id)
    places = best(score, rows.matrix, allowed, top=LISTED, diversity=diversity)
    table = tables.items(
        ratings, rows, places, {"Guess": predictions.rating[places], "Give or take": predictions.sure.miss[places]}
    )
    table.insert(3, "How sure", [predictions.sure.word(row) for row in places])
    if predictions.personal is not None:
        table.insert(4, "For you", predictions.personal[places])
    return tables.csv(tables.with_ids(ratings, rows, places, table))
