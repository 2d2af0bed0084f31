"""What a map's points can be colored by: what is known of the items, and what the map and the groups say."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.data.ratings import Ratings
from core.store.study_store import Stored
from dashboard.charts.points import Classes, Coloring
from dashboard.maps.drawn import DrawnMap
from dashboard.shared import coloring
from dashboard.shared.matrix_rows import Rows

BIAS, GROUP, KEPT = "Bias", "Group", "Faithfulness"


def choices(ratings: Ratings, rows: Rows) -> list[str]:
    """What can be chosen on this data and model."""
    of_data = [choice for choice in coloring.CHOICES if choice != coloring.GENRE or coloring.genres(ratings)]
    return [*of_data, *([BIAS] if rows.scorer.has_biases else []), GROUP, KEPT]


def color_of(
    choice: str, ratings: Ratings, rows: Rows, drawn: DrawnMap, clusters: Stored | None, genres: list[str]
) -> Coloring | Classes:
    """The color of every item; where groups or faithfulness are not known yet, all are in the background."""
    match choice:
        case coloring.GENRE:
            return coloring.by_genre(ratings, genres)
        case _ if choice == BIAS and rows.scorer.has_biases:
            return Coloring("Bias", rows.bias.astype(float), form="+.2f", around_zero=True)
        case _ if choice == GROUP:
            return by_group(clusters, len(rows))
        case _ if choice == KEPT:
            return by_faithfulness(drawn, len(rows))
    return coloring.by_number(ratings, choice)


def by_group(clusters: Stored | None, n_items: int) -> Classes:
    """The group of every item, in the words of its label."""
    member = np.full(n_items, -1)
    if clusters is None:
        return Classes(GROUP, member, [])
    member[clusters.arrays["rows"]] = clusters.arrays["label"]
    return Classes(GROUP, member, [group_name(number, group) for number, group in enumerate(clusters.facts["groups"])])


def group_name(number: int, group: Mapping[str, Any]) -> str:
    """A group's number, from 1, and its label."""
    return f"{number + 1} {group['label'] or '(nothing stands out)'}"


def by_faithfulness(drawn: DrawnMap, n_items: int) -> Coloring:
    """How many of its true neighbors each item keeps on this map."""
    if drawn.trust is None:
        return Coloring(KEPT, np.full(n_items, np.nan))
    label = f"Of {drawn.trust.k} true neighbors near here"
    return Coloring(label, drawn.spread(drawn.trust.kept * drawn.trust.k, n_items), form=".0f")


def choose_genres(ratings: Ratings) -> list[str]:
    """Which genres get a color."""
    return st.multiselect(
        "Genres",
        coloring.genres(ratings),
        default=coloring.telling(ratings),
        max_selections=coloring.MOST_CLASSES,
        select_all=False,
        key="map_genres",
        bind="query-params",
        help="Of several genres, the rarest of those shown gives the color.",
    )


def choose(ratings: Ratings, rows: Rows) -> str:
    """The field."""
    return st.selectbox("Color", choices(ratings, rows), key="map_color", bind="query-params", width=190)
