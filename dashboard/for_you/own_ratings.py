"""Somebody's own ratings: kept in the session by dataset and item id, in the link while few, in a file on request.

They belong to the data and not to a model: another run of the same data guesses from the same ratings. Nothing is
written on the server.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import streamlit as st

from core.analysis.new_user.own_ratings import MOST_RATINGS, from_link, to_link
from core.data.ratings import Ratings
from dashboard.session import address_bar
from dashboard.shared import phrases

LINK = "rated"
_OWN, _MESSAGE = "_own_ratings", "_own_message"


@dataclass
class Own:
    """What one person said about one dataset, by item id: ratings as they came; not to be asked; not to be shown."""

    given: dict[str, float] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Message:
    """A message to show once: what a file held, or why a link could not be used (then with a code)."""

    text: str
    code: str = ""


def own(dataset_id: str) -> Own:
    """What this session's person said about a dataset."""
    everything: dict[str, Own] = st.session_state.setdefault(_OWN, {})
    return everything.setdefault(dataset_id, Own())


def rate(dataset_id: str, item: str, rating: float | None) -> None:
    """Keep a rating; None takes it back."""
    mine = own(dataset_id)
    if rating is None:
        mine.given.pop(item, None)
    elif item in mine.given or len(mine.given) < MOST_RATINGS:
        mine.given[item] = rating


def take_back(dataset_id: str, item: str) -> None:
    """Forget a rating; a callback."""
    rate(dataset_id, item, None)


def skip(dataset_id: str, item: str) -> None:
    """Do not ask about this item again; a callback."""
    _remember(own(dataset_id).skipped, item)


def hide(dataset_id: str, item: str) -> None:
    """Do not recommend this item; a callback."""
    _remember(own(dataset_id).hidden, item)


def _remember(items: list[str], item: str) -> None:
    if item not in items:
        items.append(item)


def ask_again(dataset_id: str) -> None:
    """Forget what was skipped; a callback."""
    own(dataset_id).skipped.clear()


def show_hidden(dataset_id: str) -> None:
    """Forget what was hidden; a callback."""
    own(dataset_id).hidden.clear()


def clear(dataset_id: str) -> None:
    """Begin anew; a callback."""
    st.session_state.get(_OWN, {}).pop(dataset_id, None)


def adopt_link(ratings: Ratings) -> None:
    """Take over the ratings in a link that somebody opened, beside those there are; what does not fit is said."""
    text = address_bar.news(LINK)
    if not text or (address_bar.went_back() and own(ratings.dataset_id).given):
        return  # who goes back keeps what has been rated since
    loaded = from_link(text, ratings)
    for item, rating in loaded.given.items():
        rate(ratings.dataset_id, item, rating)
    if loaded.left_out:
        _say(f"Of the link {_left_out(loaded.left_out)}", "BAD_LINK")


def write_link(dataset_id: str) -> None:
    """Show the ratings in the address bar while they are few."""
    address_bar.put(**{LINK: to_link(own(dataset_id).given) or None})


def add(dataset_id: str, given: Mapping[str, float]) -> None:
    """Take over the ratings of a file, over those there are."""
    for item, rating in given.items():
        rate(dataset_id, item, rating)
    _say(f"{phrases.count(len(given), 'rating')} loaded.")


def _left_out(reasons: Iterable[str]) -> str:
    first, *others = reasons
    which = "the first because" if others else "because"
    return f"{phrases.count(1 + len(others), 'rating')} could not be used, {which} {first}."


def _say(text: str, code: str = "") -> None:
    st.session_state[_MESSAGE] = Message(text, code)


def take_message() -> Message | None:
    """The message to show now, if there is one; it is handed out once."""
    message: Message | None = st.session_state.pop(_MESSAGE, None)
    return message
