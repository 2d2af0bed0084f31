"""The figure of an axis of one's own: all items between two poles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.extremes import Ends
from dashboard.charts.base import ACCENT, REFERENCE, figure, plain, sampled
from dashboard.charts.points import MOST_IN_SWARM, add_points, name_ends, sample, swarm

LOW, HIGH = "#d55e00", "#0072b2"
"""Colors of the two poles."""


@dataclass(frozen=True)
class Poles:
    """What is chosen: rows of the items at each pole, and what the poles are called."""

    low: Sequence[int]
    high: Sequence[int]
    low_name: str
    high_name: str


def axis_strip(
    positions: np.ndarray, listed: np.ndarray, ends: Ends, poles: Poles, *, titles: Sequence[str], noun: str
) -> go.Figure:
    """All items along an axis, (n_items,): -1 is the mean of the low pole, 1 that of the high one, its `ends` named."""
    chosen = np.array([*poles.low, *poles.high], int)
    rows = np.union1d(np.flatnonzero(listed), chosen)
    drawn = sample(rows, keep=np.concatenate([chosen, ends.top, ends.bottom]), most=MOST_IN_SWARM)
    low, high = plain(poles.low_name or "low", 24), plain(poles.high_name or "high", 24)
    title = f"{len(rows):,} {noun} from {low} to {high}{sampled(len(drawn), len(rows))}"
    result = figure(title, x=f"{low} ← place → {high}", height=360)
    height = swarm(positions[drawn])
    layers = [(noun, np.arange(len(drawn)), {"size": 4, "color": ACCENT, "opacity": 0.6})]
    for name, pole, color in ((low, poles.low, LOW), (high, poles.high, HIGH)):
        marker = {"size": 11, "color": color, "line": {"width": 1, "color": "white"}}
        layers.append((name, np.searchsorted(drawn, np.sort(np.array(pole, int))), marker))
    for name, at, marker in layers:
        visible = drawn[at]
        texts, template = [plain(titles[row]) for row in visible], "%{text}: <b>%{x:.2f}</b>"
        spots = positions[visible], height[at]
        add_points(result, spots, texts, name=name, marker=marker, rows=visible, template=template)
    line = {"color": REFERENCE, "width": 1, "dash": "dot"}
    for place in (-1, 1):
        result.add_shape(type="line", x0=place, x1=place, y0=-1.1, y1=1.1, line=line)
    name_ends(result, positions, titles, ends, first=1.25, step=0.3)
    result.update_yaxes(visible=False, range=[-2.2, 2.2], fixedrange=True)
    return result
