"""The figure of an axis of one's own: all items between two poles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.extremes import Ends
from dashboard.charts.base import MUTED, REFERENCE, figure, plain
from dashboard.charts.points import sample, swarm

LOW, HIGH = "#d55e00", "#0072b2"
"""Colors of the two poles."""

_ACCENT = "#3f62d8"


@dataclass(frozen=True)
class Poles:
    """What is chosen: rows of the items at each pole, and what the poles are called."""

    low: Sequence[int]
    high: Sequence[int]
    low_name: str
    high_name: str


def axis_strip(
    positions: np.ndarray,
    listed: np.ndarray,
    ends: Ends,
    poles: Poles,
    *,
    titles: Sequence[str],
    noun: str,
) -> go.Figure:
    """All items along an axis, its poles and its outermost items named.

    Args:
        positions: Place of every item, (n_items,): -1 is the mean of the low pole, 1 that of the high one.
        listed: Boolean array, (n_items,), items to draw.
        ends: Items to name at each end.
        poles: What the axis runs between.
        titles: What the items are called.
        noun: What an item is, plural.
    """
    chosen = np.array([*poles.low, *poles.high], int)
    rows = np.union1d(np.flatnonzero(listed), chosen)
    drawn = sample(rows, keep=np.concatenate([chosen, ends.top, ends.bottom]))
    of_all = "" if len(drawn) == len(rows) else f" (a sample of {len(drawn):,})"
    low, high = plain(poles.low_name or "low", 24), plain(poles.high_name or "high", 24)
    result = figure(
        f"{len(rows):,} {noun} from {low} to {high}{of_all}",
        x=f"{low} ← place → {high}",
        height=360,
    )
    height = swarm(positions[drawn])
    _add(result, positions, drawn, height, titles, name=noun, marker={"size": 4, "color": _ACCENT, "opacity": 0.6})
    for name, there, color in ((low, poles.low, LOW), (high, poles.high, HIGH)):
        at = np.searchsorted(drawn, np.sort(np.array(there, int)))
        marker = {"size": 11, "color": color, "line": {"width": 1, "color": "white"}}
        _add(result, positions, drawn[at], height[at], titles, name=name, marker=marker)
    for place in (-1, 1):
        result.add_shape(
            type="line", x0=place, x1=place, y0=-1.1, y1=1.1, line={"color": REFERENCE, "width": 1, "dash": "dot"}
        )
    for number, row in enumerate(ends.bottom):
        _name(result, positions[row], titles[row], 1.25 + 0.3 * number, "left")
    for number, row in enumerate(ends.top):
        _name(result, positions[row], titles[row], -1.25 - 0.3 * number, "right")
    result.update_yaxes(visible=False, range=[-2.2, 2.2], fixedrange=True)
    return result


def _add(
    result: go.Figure,
    positions: np.ndarray,
    rows: np.ndarray,
    height: np.ndarray,
    titles: Sequence[str],
    *,
    name: str,
    marker: dict[str, object],
) -> None:
    result.add_scattergl(
        x=positions[rows].astype(np.float32),
        y=height,
        mode="markers",
        name=name,
        marker=marker,
        text=[plain(titles[row]) for row in rows],
        customdata=rows.astype(np.int32),
        hovertemplate="%{text}: <b>%{x:.2f}</b><extra></extra>",
    )


def _name(result: go.Figure, x: float, title: str, y: float, anchor: str) -> None:
    """A title above or below the swarm, reaching inward, with a thin line to its point."""
    edge = 0.2 if y > 0 else -0.2
    result.add_shape(type="line", x0=x, x1=x, y0=edge, y1=y, line={"color": MUTED, "width": 1})
    result.add_annotation(x=x, y=y, text=plain(title, 36), showarrow=False, xanchor=anchor, font_size=12)
