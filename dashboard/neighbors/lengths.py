"""Why the lists of neighbors differ: how long each vector is, beside how often its item was rated."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st

from core.analysis.features import joined
from core.analysis.neighbors.of_one import Metric, Neighbors
from core.model.run import Run
from dashboard.cache import loaders
from dashboard.charts.maps import Landmarks, Places, Plane
from dashboard.charts.points import Classes
from dashboard.map_view import component as map_view
from dashboard.neighbors import words
from dashboard.shared import glossary, phrases, sides
from dashboard.shared.markup import spoken
from dashboard.shared.sides import Side

FIRST = 10**9
"""More ratings than anything has."""


def why_they_differ(
    run: Run,
    side: Side,
    row: int,
    near: Mapping[Metric, Neighbors],
    length: np.ndarray,
    listed: np.ndarray,
    *,
    predictions: bool,
) -> None:
    """Length against the number of ratings, with the neighbors in color; a click asks for another one's neighbors."""
    rows = side.rows
    st.header("Why the lists differ")
    st.markdown(
        words.lengths(rows, row, length, near, listed, predictions=predictions),
        help=glossary.meaning("Rank correlation"),
    )
    if not rows.rated:
        return
    rated = np.flatnonzero(rows.count > 0)
    reading = words.popularity(rows, length, rated, np.flatnonzero(listed), predictions=predictions)
    spots = np.stack([np.log10(np.maximum(rows.count, 1)), length], axis=1)
    measures = words.measures(predictions)
    color = nearest_by({measures[metric].inside: found.index for metric, found in near.items()}, len(rows))
    inside = color.member >= 0
    map_view.show(
        Places(
            rated,
            spots[rated],
            ["Ratings (each step tenfold)", words.DEVIATION if predictions else words.LENGTH],
            side.hover,
            rows.labels,
            loaders.notes(run.run_id, users=side.users),
            (side.ratings.users if side.users else side.ratings.items).ids,
            Plane(["", "length"], equal=False, powers=True),
        ),
        color,
        key="lengths",
        title=f"Length and number of ratings of {phrases.count(len(rated), side.noun)}",
        alt=spoken(f"Length of the vectors against the number of ratings, the neighbors in color. {reading}"),
        looks=map_view.Looks(
            known=rows.count + FIRST * inside,  # their names before those of all others
            opacity=np.where(inside, 1, 0.4)[rated],  # opacity of what is nobody's neighbor
        ),
        marks=map_view.Marks(
            landmarks=Landmarks(side.noun, spots[[row]], [rows.labels[row]]) if rows.count[row] > 0 else None
        ),
        on_select=partial(sides.go_to, run.run_id, users=side.users),
        picks=True,
        revision=f"{side.noun} {predictions}",
        height=440,
    )
    st.markdown(f"{reading} Select a point to see its neighbors.")
    if getattr(run.config, "l2", 0) > 0 and not (side.users or predictions):
        st.markdown(words.penalty(rows, length))


def nearest_by(lists: Mapping[str, np.ndarray], n: int) -> Classes:
    """In which of the lists each of n rows is; a class for each set of lists that some rows are in together."""
    inside = np.stack([np.isin(np.arange(n), rows) for rows in lists.values()], axis=1)
    sets, member = np.unique(inside @ (1 << np.arange(len(lists))), return_inverse=True)
    none = int(sets[0] == 0)
    names = [joined([name for place, name in enumerate(lists) if one >> place & 1]) for one in sets[none:].tolist()]
    return Classes("Nearest by", member - none, [name[0].upper() + name[1:] for name in names])
