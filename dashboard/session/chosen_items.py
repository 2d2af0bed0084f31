"""The items that somebody has chosen, on whichever page: all pages show them, and begin with them.

They are kept by the ids of the data, for each dataset apart, so that they hold for every model of it and none of
another's is taken for them. While they are few, the address bar says them.
"""

from collections.abc import Iterable
from urllib.parse import quote, unquote

import numpy as np
import streamlit as st

from core.data.ratings import Ratings
from dashboard.session import address_bar, state

PARAMETER = "items"
MOST_LINKED = 20
"""Items that a link names; more are kept under a name (`core.studies.selections`)."""

_KEY = "_chosen_items"


def ids(dataset_id: str) -> tuple[str, ...]:
    """Ids of what is chosen of a dataset, in the order of the data."""
    return tuple(st.session_state.get(_KEY, {}).get(dataset_id, ()))


def choose(dataset_id: str, items: Iterable[str]) -> None:
    """Choose these items, by their ids, from now on; none at all where there are none."""
    st.session_state.setdefault(_KEY, {})[dataset_id] = tuple(items)


def rows(ratings: Ratings) -> np.ndarray:
    """Rows of what is chosen, int64, rising; ids of a link that are not in the data are left out, and that is said."""
    named = ids(ratings.dataset_id)
    known = [item for item in named if item in ratings.items]
    if len(known) < len(named):
        strange = [item for item in named if item not in ratings.items]
        address_bar.ignore(PARAMETER, strange, f"an id of {ratings.name}")
        choose(ratings.dataset_id, known)
    return np.sort(ratings.items.indices(known).astype(np.int64))


def best_known(ratings: Ratings) -> int | None:
    """Of what is chosen the row with the most ratings, with which a page about one item begins; None for none."""
    chosen = rows(ratings)
    return int(chosen[np.argmax(ratings.item_count[chosen])]) if len(chosen) else None


def adopt_link() -> None:
    """Take over what a link chooses of the dataset that it names."""
    value = address_bar.news(PARAMETER)
    if value is not None:
        named = [unquote(item) for item in value.split(",") if item]
        choose(state.dataset_id(), dict.fromkeys(named[:MOST_LINKED]))
        if len(named) > MOST_LINKED:
            address_bar.ignore(PARAMETER, named[MOST_LINKED:], f"at most {MOST_LINKED} ids")


def write_link() -> None:
    """Say in the address bar what is chosen of the selected dataset, while it is little."""
    chosen = ids(state.dataset_id())
    text = ",".join(quote(item, safe="") for item in chosen) if len(chosen) <= MOST_LINKED else ""
    address_bar.put(**{PARAMETER: text or None})
