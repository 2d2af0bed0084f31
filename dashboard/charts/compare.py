"""Figures of runs beside each other: their curves, their maps on the same axes, and the neighbors that items keep."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.model.events import Started
from dashboard.charts import components, training
from dashboard.charts.base import ACCENT, MUTED, REFERENCE, color_bar, figure, sampled
from dashboard.charts.points import MARK, Classes, Coloring, add_points, bar_ticks, name_point, ring, sample
from dashboard.shared.phrases import plural

MOST_DRAWN = 8_000
"""Items on a map; more are sampled, so that a chart's message, with all that is said over a point, stays below 2 MB."""

MOST_NAMED = 8
"""Selected items that are named on a map; more names would cover each other, and are rings without one."""


def curves(named: Sequence[training.Named], references: Started | None) -> go.Figure:
    """Validation RMSE of several runs (solid) and their training RMSE (dotted), with what guessing reaches.

    Args:
        named: The runs, at most six.
        references: Reference lines that hold for all of them; None where each has its own.
    """
    result = training.compared_curves(named, height=400)
    if references is not None:
        levels = (
            ("always guess the mean", references.mean_rmse, "top right"),
            ("averages only, no embedding", references.averages_rmse, "top right"),
            ("consensus and popularity", references.slopes_rmse, "bottom right"),
        )
        line, font = {"color": REFERENCE, "width": 1.5, "dash": "dash"}, {"size": 12, "color": REFERENCE}
        for words, value, place in levels:
            if value is not None:
                note = {"text": f"{words}: {value:.3f}", "font": font}
                result.add_hline(y=value, line=line, annotation=note, annotation_position=place)
    return result


def aligned_map(
    places: np.ndarray,
    axes: Sequence[int],
    hover: Sequence[str],
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
        hover: What to show over each item, made harmless.
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
    result = components.scatter(places, axes, rows, hover, color, noun=noun)
    if len(marked):
        result.update_traces(marker_opacity=0.35)
        chosen = np.array(marked)
        looks = ring(13, color=MARK) if len(marked) <= MOST_NAMED else ring(8, 1.5, color=MARK)
        spots, texts = [places[chosen, axis] for axis in axes], [hover[row] for row in chosen]
        add_points(result, spots, texts, name="selected", marker=looks, rows=chosen, showlegend=False)
    if len(marked) <= MOST_NAMED:
        for row in marked:
            name_point(result, float(places[row, axes[0]]), float(places[row, axes[1]]), titles[row])
    result.update_layout(
        title_text=title + sampled(len(rows), len(places), plural(noun)),
        height=460,
        uirevision=f"aligned {axes}",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.16, "yanchor": "top"},
        margin_t=48,
    )
    if isinstance(color, Coloring):
        # beside the figure it would make one map narrower than the other
        below = color_bar(color.label, 220, x=0, xanchor="left", y=-0.16, yanchor="top", **bar_ticks(color))
        result.update_traces(selector={"name": color.label}, marker_colorbar=below)
    result.update_xaxes(range=reach[0], title_text=f"Component {axes[0] + 1} of {of} (embedding units)")
    result.update_yaxes(range=reach[1], title_text=f"Component {axes[1] + 1} of {of} (embedding units)")
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
    result = figure(
        f"Neighbors that {plural(noun)} keep",
        x=f"Of the {k} nearest, also nearest in the other",
        y=plural(noun).capitalize(),
        height=330,
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
    highest = float(max(often.max(), 1))
    result.update_yaxes(range=[0, 1.15 * highest], tickformat=",")
    result.update_xaxes(dtick=1 if k <= 20 else None)
    result.update_layout(bargap=0.12, uirevision="kept", dragmode=False, clickmode="event+select", showlegend=False)
    return result
