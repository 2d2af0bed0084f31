"""Where somebody rates: a first set that is known to many, and whatever else they search for."""

import json
from collections.abc import Collection
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.own_ratings import MOST_LINKED, to_file
from core.data.ratings import Ratings
from dashboard.cache import analyses, loaders
from dashboard.for_you import own_ratings
from dashboard.for_you.own_ratings import Entry, Own
from dashboard.session import state
from dashboard.shared import elements, finding, phrases, tables
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

ASKED = 10
"""Items asked about at a time."""
FEW = 5
"""Fewer ratings than this say little about a person."""
MOST_LINES = 40
"""Of one's own ratings, lines drawn beside those asked about; somebody may load thousands."""
FOUND = "_own_found"
"""Where the session keeps the id of what was searched for."""


def heading(ratings: Ratings) -> None:
    """What there is to do, and how far it has come."""
    st.header("Rate a few")
    st.markdown(_progress(len(own_ratings.own(ratings.dataset_id).given), ratings.noun))


def panel(model: NewUserModel, rows: Rows, entry: Entry) -> None:
    """Draw what is to be rated; it scrolls within its own place, so that what stands above stays in sight."""
    with st.container(height=440, border=False, key="own_asked"):  # with the map above, one screenful
        _fields(model, rows, entry)
    _keep(model.ratings, own_ratings.own(model.ratings.dataset_id))


def _fields(model: NewUserModel, rows: Rows, entry: Entry) -> None:
    """A search, what is asked about, and what else somebody has rated."""
    ratings, mine = model.ratings, own_ratings.own(model.ratings.dataset_id)
    fine = entry.fine and st.toggle(
        "Half stars", key="half_stars", help="Type ratings as numbers, which may lie between two stars."
    )
    asked = asked_about(model, mine)
    others = [row for row in ratings.items.indices(mine.given).tolist() if row not in asked][::-1]
    latest = others[:MOST_LINES]
    _search(model.run.run_id, ratings, rows, entry, {*asked, *latest})
    for row in asked:
        line(ratings, rows, row, entry, fine=fine)
    if others:
        with st.expander(f"{phrases.count(len(others), 'more rating')} of yours", expanded=len(others) <= ASKED):
            for row in latest:
                line(ratings, rows, row, entry, fine=fine)
            if len(others) > len(latest):
                st.caption(f"These are the latest {MOST_LINES}. To change another, find it by its title above.")


def asked_about(model: NewUserModel, mine: Own) -> list[int]:
    """Rows of the items asked about: the first ones not skipped, those rated in their places included, and one page
    more for every page that is rated in full."""
    items = model.ratings.items
    order = [row for row in analyses.first_items(model.run.run_id).tolist() if items.ids[row] not in mine.skipped]
    end = ASKED
    while end < len(order) and all(items.ids[row] in mine.given for row in order[:end]):
        end += ASKED
    return order[max(0, end - ASKED) : end]


def _progress(n: int, noun: str) -> str:
    if n == 0:
        return f"Do you know one of these {phrases.plural(noun)}? Rate it; skip the others."
    if n < FEW:
        return f"**{phrases.count(n, 'rating')}** so far. A few more, and the guesses begin to be about you."
    return f"**{phrases.count(n, 'rating')}** so far. Each further one makes the guesses a little more yours."


def _search(run_id: str, ratings: Ratings, rows: Rows, entry: Entry, drawn: Collection[int]) -> None:
    """A field that finds any item, and a line to rate it in where none is drawn yet."""
    finding.field(f"Find another {rows.noun}", rows.offered, key="own_search", on_choose=_find, args=(run_id,))
    item: str | None = st.session_state.get(FOUND)
    if item is not None and item in ratings.items:
        row = ratings.items.index(item)
        if row not in drawn:
            line(ratings, rows, row, entry, place="found")


@state.reporting
def _find(run_id: str) -> None:
    """Show what was chosen, and empty the field for the next; a callback."""
    offered = loaders.item_rows(run_id).offered
    label = finding.take("own_search", offered)
    st.session_state[FOUND] = None if label is None else loaders.ratings_of(run_id).items.ids[offered[label]]


def line(ratings: Ratings, rows: Rows, row: int, entry: Entry, *, fine: bool = False, place: str = "own") -> None:
    """One item with its rating; unrated ones can be skipped, rated ones taken back."""
    item = ratings.items.ids[row]
    rated = item in own_ratings.own(ratings.dataset_id).given
    with line_of(name(ratings, rows, row)):
        give(ratings, rows, row, entry, fine=fine, place=place)
        words, icon = ("Take back", ":material/close:") if rated else ("Skip", ":material/skip_next:")
        st.button(
            f":small[{words}]",
            key=_key(place, "away", item),
            type="tertiary",
            icon=icon,
            help=f"{words}: {escape(rows.labels[row])}",
            on_click=own_ratings.take_back if rated else own_ratings.skip,
            args=(ratings.dataset_id, item),
        )


def line_of(words: str) -> DeltaGenerator:
    """Words, and below them a place for what can be done, side by side."""
    with st.container(gap="xxsmall"):
        st.markdown(words)
        return st.container(horizontal=True, vertical_alignment="center", gap="small")


def name(ratings: Ratings, rows: Rows, row: int) -> str:
    """An item's title and, small, its genres (Markdown)."""
    genres = ", ".join(ratings.item_table["genres"].iloc[row][:3])
    behind = f" :small[:gray[{escape(genres)}]]" if genres else ""
    return f"{escape(rows.labels[row])}{behind}"


def give(ratings: Ratings, rows: Rows, row: int, entry: Entry, *, fine: bool, place: str) -> None:
    """Stars, thumbs or a number, each named by what it rates; what is given is kept at once."""
    item, mine = ratings.items.ids[row], own_ratings.own(ratings.dataset_id)
    named = f"Your rating of {escape(rows.labels[row])}"
    current = mine.given.get(item)
    clicked = None if current is None else entry.to_click(current)
    if entry.kind == "number" or fine or (current is not None and clicked is None):
        key = _key(place, "number", item)
        elements.hold(key, current)
        st.number_input(
            named,
            entry.low,
            entry.high,
            value=None,
            step=entry.step,
            format=entry.form,
            placeholder=f"{entry.low:g} to {entry.high:g}",
            label_visibility="collapsed",
            key=key,
            on_change=_typed,
            args=(ratings.dataset_id, item, key),
            width=140,
        )
        return
    key = _key(place, entry.kind, item)
    elements.hold(key, clicked)
    st.segmented_control(
        named,
        entry.places,
        format_func=entry.name_of,
        label_visibility="collapsed",
        key=key,
        on_change=_clicked,
        args=(ratings.dataset_id, item, key),
    )


def _typed(dataset_id: str, item: str, key: str) -> None:
    rating, entry = st.session_state[key], analyses.rating_entry(dataset_id)
    inside = rating is not None and entry.low <= rating <= entry.high  # a browser may send what it does not offer
    own_ratings.rate(dataset_id, item, float(rating) if inside else None)


def _clicked(dataset_id: str, item: str, key: str) -> None:
    place, entry = st.session_state[key], analyses.rating_entry(dataset_id)
    own_ratings.rate(dataset_id, item, None if place is None else entry.from_click(int(place)))


def _key(place: str, what: str, item: str) -> str:
    """A widget's name, different for any two ids."""
    return f"own_{place}_{what}_{json.dumps(item)}"


def _keep(ratings: Ratings, mine: Own) -> None:
    """Saving and beginning anew."""
    n = len(mine.given)
    with st.popover("Keep or clear", icon=":material/save:"):
        st.markdown(
            "Your ratings stay in this browser tab; nothing is written on the server. "
            + (
                "The address bar holds them too: copy it to share them."
                if 0 < n <= MOST_LINKED
                else f"The address bar holds up to {MOST_LINKED}; keep more as a file."
            )
        )
        save, mime = partial(_file, ratings.dataset_id, mine), "application/json"
        tables.download("Save as a file", save, file="my-ratings.json", mime=mime, key="own_save", disabled=n == 0)
        with st.container(horizontal=True):
            again, skipped = own_ratings.ask_again, not mine.skipped
            elements.button(
                "Ask again what I skipped", "replay", "own_ask", again, ratings.dataset_id, disabled=skipped
            )
            clear = own_ratings.clear
            elements.button("Clear my ratings", "delete", "own_clear", clear, ratings.dataset_id, disabled=n == 0)


def _file(dataset_id: str, mine: Own) -> bytes:
    return to_file(mine.given, loaders.ratings(dataset_id))
