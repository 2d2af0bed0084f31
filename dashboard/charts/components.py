"""Figures of principal components: where the items lie along them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.extremes import Ends
from core.data.nouns import count
from dashboard.charts import points
from dashboard.charts.base import ACCENT, CHOSEN, MUTED, figure, plain, sampled
from dashboard.charts.points import Hover, add_points
from dashboard.principal_components.label import Label

_ALONG = "%{text}: <b>%{x:.2f}</b>"
"""Over a point along one component."""


def strip(
    scores: np.ndarray,
    titles: Sequence[str],
    listed: np.ndarray,
    ends: Ends,
    *,
    hover: Hover,
    label: Label,
    noun: str,
    marked: Sequence[int] = (),
    std: np.ndarray | None = None,
) -> go.Figure:
    """All items along one component, the outermost of the listed ones named, and any others that are asked for.

    `scores` in embedding units, (n_items,). Those not `listed` are drawn paler, of many a sample. `std` draws how
    well the score of what is named is known, (n_items,), as bars.
    """
    named = np.concatenate([ends.top, ends.bottom, np.array(marked, int)])
    to_see = listed.copy()
    to_see[named] = True
    known = np.flatnonzero(to_see)
    keep = known if len(known) <= points.MOST_IN_SWARM else named
    drawn = points.sample(np.arange(len(scores)), keep=keep, most=points.MOST_IN_SWARM)
    every, of_all = "All " if len(drawn) == len(scores) else "", sampled(len(drawn), len(scores))
    result = figure(
        f"{every}{count(len(scores), noun)} along {label.short}{of_all}",
        x=axis_title(label),
        height=320,
        yaxis={"visible": False, "range": [-2.1, 3.2 if len(marked) else 2.1], "fixedrange": True},
        uirevision=f"strip {label.number}",
        showlegend=False,
    )
    height = points.swarm(scores[drawn])
    few = {"size": 3, "color": MUTED, "opacity": 0.5}
    many = {"size": 4, "color": ACCENT, "opacity": 0.65}
    for enough, name, marker in ((False, "few ratings", few), (True, "enough ratings", many)):
        mask = listed[drawn] == enough
        rows = drawn[mask]
        spots, texts = (scores[rows], height[mask]), hover.names[rows]
        add_points(result, spots, texts, name=name, marker=marker, template=_ALONG)
    if std is not None:
        _add_bars(result, scores, std, height[np.searchsorted(drawn, named)], named, hover)
    points.name_ends(result, scores, titles, ends, first=1.2, step=0.34)
    if len(marked):
        _mark(result, scores, height, drawn, list(marked), titles, hover)
    return result


def _add_bars(
    result: go.Figure, scores: np.ndarray, std: np.ndarray, height: np.ndarray, rows: np.ndarray, hover: Hover
) -> None:
    """Points of chosen items with a standard deviation to both sides."""
    bars = {"type": "data", "array": std[rows].astype(np.float32), "color": CHOSEN, "thickness": 1.5, "width": 3}
    texts = [f"{hover.names[row]} (±{std[row]:.2f})" for row in rows]
    marker: dict[str, object] = {"size": 6, "color": CHOSEN}
    spots = scores[rows], height
    points.add_points(result, spots, texts, name="known to", marker=marker, template=_ALONG, error_x=bars)


def axis_title(label: Label, *, unit: bool = True) -> str:
    """An axis of scores, from one named end to the other, made harmless."""
    text = plain(label.span, 120)
    if not label.low:
        text = f"{text[0].upper()}{text[1:]}"
    if not unit:
        return text
    return f"{text}{'<br>' if label.named else ' · '}{label.unit}"  # two names fill a line on a phone


def _mark(
    result: go.Figure,
    scores: np.ndarray,
    height: np.ndarray,
    drawn: np.ndarray,
    marked: list[int],
    titles: Sequence[str],
    hover: Hover,
) -> None:
    """Rings around chosen items, and lines to their titles, in three rows above everything else."""
    places = [
        (scores[row], 2.25 + 0.36 * (place % 3), titles[row], "center")
        for place, row in enumerate(sorted(marked, key=lambda row: scores[row]))
    ]
    points.name_in_swarm(result, places, color=CHOSEN)
    spots = scores[marked], height[np.searchsorted(drawn, marked)]
    add_points(result, spots, hover.names[marked], name="marked", marker=points.ring(12), template=_ALONG)
