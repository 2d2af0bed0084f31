"""The poles of an axis of one's own: what stands at each to begin with, and the fields that choose it."""

from collections.abc import Sequence
from itertools import combinations, islice

import numpy as np
import streamlit as st

from core.data.ratings import Ratings
from core.studies.component_names import LONGEST
from core.studies.saved_axes import MOST_ITEMS, OwnAxis
from dashboard.cache import loaders
from dashboard.shared import coloring, finding
from dashboard.shared.matrix_rows import Rows

CONTRASTS = (("Children", "Horror"), ("Comedy", "Drama"))
"""Genres to begin with, where the data has them."""


def choose_poles(run_id: str, ratings: Ratings, rows: Rows) -> OwnAxis:
    """The fields of both poles, side by side; a link carries them."""
    low, high = first_poles(run_id)
    # Missions see by this whether an axis is somebody's own (`dashboard.missions.snapshot.FIRST_POLES`).
    st.session_state["_first_poles"] = tuple(tuple(rows.labels[row] for row in pole) for _, pole in (low, high))
    left, right = st.columns(2, gap="medium")
    with left:
        low_name, low_rows = _choose_pole(rows, "low", "From", low)
    with right:
        high_name, high_rows = _choose_pole(rows, "high", "To", high)
    (low_ids, low_features), (high_ids, high_features) = (
        _named(ratings, rows, chosen) for chosen in (low_rows, high_rows)
    )
    return OwnAxis(low_ids, high_ids, low_name, high_name, low_features, high_features)


def _named(ratings: Ratings, rows: Rows, chosen: Sequence[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the items at a pole, and names of the features, whose numbers come after the items'."""
    n, names = len(rows), rows.features.names if rows.features else []
    items = tuple(str(ratings.items.ids[row]) for row in chosen if row < n)
    return items, tuple(names[row - n] for row in chosen if row >= n)


def offered(rows: Rows) -> dict[str, int]:
    """What a pole can be made of: the features that the model learned, and the items."""
    names = rows.features.names if rows.features else []
    return {name: len(rows) + place for place, name in enumerate(names)} | rows.offered


def _choose_pole(rows: Rows, end: str, label: str, example: tuple[str, list[int]]) -> tuple[str, list[int]]:
    """Name and rows of one pole."""
    nouns = rows.nouns
    name = st.text_input(
        f"{label} (name of this pole)", example[0], max_chars=LONGEST, key=f"pole_{end}_name", bind="query-params"
    )
    kinds = f"{nouns.capitalize()}, {rows.described_by}" if rows.features else nouns.capitalize()
    chosen = finding.several(
        f"{kinds} at this pole",
        offered(rows),
        key=f"pole_{end}",
        most=MOST_ITEMS,
        first=[rows.labels[row] for row in example[1]],
    )
    return name.strip(), chosen


@st.cache_resource(max_entries=8, show_spinner=False)
def first_poles(run_id: str) -> tuple[tuple[str, list[int]], tuple[str, list[int]]]:
    """The `example` of a run."""
    return example(loaders.ratings_of(run_id), loaders.item_rows(run_id))


def example(ratings: Ratings, rows: Rows) -> tuple[tuple[str, list[int]], tuple[str, list[int]]]:
    """Names and rows of two poles to begin with: of two genres, or of two classes of vectors' table; else empty."""
    genres, belongs = coloring.kinds(ratings)
    pairs = [pair for pair in CONTRASTS if set(pair) <= set(genres)]
    if not pairs and len(genres) < 2:
        return ("", []), ("", [])
    first, second = pairs[0] if pairs else _most_apart(coloring.telling_of(genres), rows, belongs)
    low, high = _most_rated(rows, belongs, first, second), _most_rated(rows, belongs, second, first)
    return (first[:LONGEST], low), (second[:LONGEST], high)


def _most_apart(genres: list[str], rows: Rows, belongs: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The two of these genres, at least two, whose middles lie furthest from each other."""
    middles = []
    for genre in genres:
        member = np.array([genre in of_item for of_item in belongs]) & rows.placed
        middles.append(rows.matrix[member].mean(axis=0) if member.any() else np.zeros(rows.matrix.shape[1]))
    away = [
        (float(np.linalg.norm(middles[one] - middles[two])), -one, -two)
        for one, two in combinations(range(len(genres)), 2)
    ]
    _, one, two = max(away)
    return genres[-one], genres[-two]


def _most_rated(rows: Rows, belongs: Sequence[Sequence[str]], genre: str, other: str) -> list[int]:
    fitting = (
        int(row) for row in rows.by_count if rows.trained[row] and genre in belongs[row] and other not in belongs[row]
    )
    return list(islice(fitting, 5))  # items at each pole at first
