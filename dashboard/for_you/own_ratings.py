"""Somebody's own ratings: kept in the session by dataset and item id, in the link while few, in a file on request.

They belong to the data and not to a model: another run of the same data guesses from the same ratings. Nothing is
written on the server.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from core.analysis.new_user.own_ratings import MOST_RATINGS, from_link, to_link
from core.data.own.matching import step_of
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


THUMBS = (":material/thumb_down: No", ":material/thumb_up: Yes")


@dataclass(frozen=True)
class Entry:
    """A way to give ratings from `low` to `high`, `step` apart (`step_of`).

    Its kind is "thumbs" for two values, "stars" for scales from a half or one to 5, "number" for all others.
    """

    kind: Literal["stars", "thumbs", "number"]
    low: float
    high: float
    step: float

    @property
    def fine(self) -> bool:
        """Whether there are ratings between whole stars."""
        return self.kind == "stars" and self.step < 1

    @property
    def places(self) -> range:
        """The stars or thumbs that can be clicked, from 0."""
        return range(2 if self.kind == "thumbs" else 5)

    def name_of(self, place: int) -> str:
        """What is written on a star or thumb (Markdown)."""
        return THUMBS[place] if self.kind == "thumbs" else f"{place + 1} ★"

    def from_click(self, place: int) -> float:
        """The rating that the star or thumb at this place, from 0, stands for."""
        return (self.low, self.high)[place] if self.kind == "thumbs" else place + 1.0

    def to_click(self, rating: float) -> int | None:
        """The star or thumb that shows a rating; None where none does, as for half a star."""
        return next((place for place in self.places if self.from_click(place) == rating), None)

    @property
    def form(self) -> str:
        """printf format of a rating."""
        digits = next((digits for digits in range(4) if round(self.step, digits) == self.step), 4)
        return f"%.{digits}f"


def entry(ratings: Ratings) -> Entry:
    """The way that fits a dataset, by the values that occur in it."""
    low, high = ratings.min_rating, ratings.max_rating
    step = step_of(ratings)
    if step == high - low:
        return Entry("thumbs", low, high, step)
    stars = high == 5 and low in (0.5, 1.0) and step in (1.0, 0.5)
    return Entry("stars" if stars else "number", low, high, step)
