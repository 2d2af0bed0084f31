"""Figures of runs beside each other: their curves, their maps on the same axes, and the neighbors that items keep."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.model.events import Started
from dashboard.charts import components, training
from dashboard.charts.base import ACCENT, MUTED, REFERENCE, above_level, annotate, color_bar, figure, level, sampled
from dashboard.charts.hover import Hover
from dashboard.charts.points import MARK, Classes, Coloring, add_points, bar_ticks, name_point, ring, sample
from dashboard.shared.phrases import plural

MOST_DRAWN = 8_000
"""Items on a map; more are sampled, so that a chart's message, with all that is said over a point, stays below 2 MB."""

MOST_NAMED = 8
"""Selected items that are named on a map; more names would cover each other, and are rings without one."""


def curves(named: Sequence[training.Named], references: Started | None, *, unit: str) -> go.Figure:
    """Validation RMSE of several runs (solid) and their training RMSE (dotted), with what guessing reaches.

    Args:
        named: The runs, at most six.
        references: Reference lines that hold for all of them; None where each has its own.
        unit: What ratings count in.
    """
    result = training.compared_curves(named, unit=unit, height=400)
    if references is not None:
        levels = (
            ("always guess the mean", references.mean_rmse, False),
            ("averages only, no embedding", references.averages_rmse, False),
            ("consensus and popularity", references.slopes_rmse, True),
        )
        known = [(f"{words}: {value:.3f}", value, below) for words, value, below in levels if value is not None]
        notes = [above_level(value, text, below=below, size=12, color=REFERENCE) for text, value, below in known]
        lines = [level(value, color=REFERENCE, width=1.5, dash="dash") for _, value, _ in known]
        annotate(result, notes, lines)
    return result


def aligned_map(
    places: np.ndarray,
    axes: Sequence[int],
    hover: Hover,
    color: Coloring | Classes,
    *,
    title: str,
    of: str,
    reach: Sequence[tuple[float, float]],
    marked: Sequence[int],
    titles: Sequence[str],
    noun: str,
) -> go.Figure:
    """Items of one run along two components; the other run's figure has the same axes, range, colors and marks.

    Args:
        places: Float array, (n_items, components), in embedding units.
        axes: Across and up, from 0.
        hover: What to show over each item.
        color: A number or a class for every item.
        title: What the figure shows.
        of: The model whose components the axes are.
        reach: Lowest and highest value on each axis.
        marked: Items to ring; few are named.
        titles: What the items are called.
        noun: What an item is.

    The custom data of a point is its row.
    """
    rows = sample(np.arange(len(places)), most=MOST_DRAWN)  # the same on both sides, whatever is marked
    across, up = (f"Component {axis + 1} of {of} (embedding units)" for axis in axes)
    result = figure(
        title + sampled(len(rows), len(places), plural(noun)),
        x=across,
        y=up,
        height=460,
        xaxis={"zeroline": True, "range": reach[0]},
        yaxis={"range": reach[1]},
        legend={"x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top", "itemsizing": "constant"},
        margin={"t": 48},
        dragmode="lasso",
        showlegend=isinstance(color, Classes),
        uirevision=f"aligned {axes}",
    )
    bar = None
    if isinstance(color, Coloring):  # beside the figure it would make one map narrower than the other
        bar = color_bar(color.label, 220, x=0, xanchor="left", y=-0.16, yanchor="top", **bar_ticks(color))
    opacity = 0.35 if len(marked) else None
    components.add_items(result, places, axes, rows, hover, color, opacity=opacity, bar=bar)
    if len(marked):
        chosen = np.array(marked)
        looks = ring(13, color=MARK) if len(marked) <= MOST_NAMED else ring(8, 1.5, color=MARK)
        spots = [places[chosen, axis] for axis in axes]
        add_points(result, spots, hover[chosen], name="selected", marker=looks, rows=chosen, showlegend=False)
    if len(marked) <= MOST_NAMED:
        annotate(result, [name_point(places[row, axes], titles[row]) for row in marked])
    return result


def kept(often: np.ndarray, *, chosen: tuple[int, int], noun: str) -> go.Figure:
    """How many items keep 0, 1, … k of their neighbors.

    Args:
        often: Items that keep so many, int, (k + 1,).
        chosen: Lowest and highest number of neighbors kept that is listed; the other bars are paler.
        noun: What an item is.
    """
    k = len(often) - 1
    number = np.arange(k + 1)
    inside = (number >= chosen[0]) & (number <= chosen[1])
    highest = float(max(often.max(), 1))
    result = figure(
        f"Neighbors that {plural(noun)} keep",
        x=f"Of the {k} nearest, also nearest in the other",
        y=plural(noun).capitalize(),
        height=330,
        xaxis={"dtick": 1 if k <= 20 else None},
        yaxis={"range": [0, 1.15 * highest], "tickformat": ","},
        bargap=0.12,
        uirevision="kept",
        dragmode=False,
        clickmode="event+select",
        showlegend=False,
    )
    result.add_bar(
        x=number,
        y=often,
        marker_color=[ACCENT if one else MUTED for one in inside],
        text=[f"{count:,}" if count else "" for count in often.tolist()],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x} kept: <b>%{y:,}</b><extra></extra>",
    )
    return result
