"""The items that somebody has chosen, on whichever page: all pages show them, and begin with them.

They are kept by the ids of the data, for each dataset apart, so that they hold for every model of it and none of
another's is taken for them. The address bar says them: few by their ids, more as one bit for each item of the data.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable
from urllib.parse import quote, unquote

import numpy as np
import streamlit as st

from core.data.ratings import Ratings
from core.errors import ExplorerError
from dashboard.cache import loaders
from dashboard.session import address_bar, state

PARAMETER = "items"
MOST_LINKED = 20
"""Items that a link names by their ids."""
LONGEST_LINK = 6000
"""Characters in which a link tells more items; what needs more is kept under a name (`core.studies.selections`)."""
_PACKED = "!"
"""With what such a text begins, and no list of ids, in which this character is written as %21."""

_KEY, _ROWS = "_chosen_items", "_chosen_rows"


def ids(dataset_id: str) -> tuple[str, ...]:
    """Ids of what is chosen of a dataset, in the order of the data."""
    return tuple(st.session_state.get(_KEY, {}).get(dataset_id, ()))


def choose(dataset_id: str, items: Iterable[str]) -> None:
    """Choose these items, by their ids, from now on; none at all where there are none."""
    st.session_state.setdefault(_KEY, {})[dataset_id] = tuple(items)


def rows(ratings: Ratings) -> np.ndarray:
    """Rows of what is chosen, int64, rising; ids of a link that are not in the data are left out, and that is said."""
    named = ids(ratings.dataset_id)
    before, items, found = st.session_state.get(_ROWS, (None, 0, np.zeros(0, np.int64)))
    if before is not named or items != id(ratings.items):  # looked up once: it may be a million
        found = _looked_up(ratings, named)
        st.session_state[_ROWS] = ids(ratings.dataset_id), id(ratings.items), found
    return found


def _looked_up(ratings: Ratings, named: tuple[str, ...]) -> np.ndarray:
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
    if value is None:
        return
    if value.startswith(_PACKED):
        _choose_packed(value, state.dataset_id())
    else:
        named = [unquote(item) for item in value.split(",") if item]
        choose(state.dataset_id(), dict.fromkeys(named[:MOST_LINKED]))
        if len(named) > MOST_LINKED:
            address_bar.ignore(PARAMETER, named[MOST_LINKED:], f"at most {MOST_LINKED} ids")


def _choose_packed(text: str, dataset_id: str) -> None:
    try:
        items = loaders.ratings(dataset_id).items.ids
    except ExplorerError:
        return  # data that cannot be read, which the page says
    chosen = unpacked(text, len(items))
    if chosen is None:
        address_bar.ignore(PARAMETER, text, "a choice among the items of this data")
    else:
        choose(dataset_id, items[chosen].tolist())


def write_link() -> None:
    """Say in the address bar what is chosen of the selected dataset, unless that takes too many characters."""
    dataset_id = state.dataset_id()
    chosen = ids(dataset_id)
    if len(chosen) > MOST_LINKED:
        ratings = loaders.ratings(dataset_id)
        text = packed(rows(ratings), len(ratings.items))
    else:
        text = ",".join(quote(item, safe="") for item in chosen)
    address_bar.put(**{PARAMETER: text if 0 < len(text) <= LONGEST_LINK else None})


def packed(chosen: np.ndarray, n: int) -> str:
    """A text for an address that tells which of n rows are chosen: their bits, compressed."""
    bits = np.zeros(n, np.uint8)
    bits[chosen] = 1
    return _PACKED + base64.urlsafe_b64encode(zlib.compress(np.packbits(bits).tobytes(), 9)).decode().rstrip("=")


def unpacked(text: str, n: int) -> np.ndarray | None:
    """The rows that `packed` has told, int64, rising; None where the text is none of n rows."""
    coded = text.removeprefix(_PACKED)
    size = (n + 7) // 8
    try:
        code = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
        told = zlib.decompressobj().decompress(code, size + 1)  # a few bytes can claim to be a gigabyte
    except (binascii.Error, zlib.error, ValueError):
        return None
    bits = np.unpackbits(np.frombuffer(told, np.uint8))
    return None if len(told) != size or bits[n:].any() else np.flatnonzero(bits[:n])
