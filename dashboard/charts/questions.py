"""Figures of the open questions."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
import plotly.graph_objects as go

from core.analysis.questions.one_hot import BySupport, Cost, group_names
from core.analysis.questions.probes import Summary
from dashboard.charts.base import ACCENT, REFERENCE, TRAINING, VALIDATION, above_level, figure, level
from dashboard.charts.points import CLASS_COLORS, ring

HEIGHT = 330


def by_size(errors: BySupport, dims: Sequence[int], *, chosen: int, unit: str) -> go.Figure:
    """The error of embeddings by how many numbers they have, beside that of one-hot vectors.

    Args:
        errors: Of the one-hot vectors, then of each size.
        dims: The sizes, rising.
        chosen: Place among them of the size to stand out.
        unit: What ratings are counted in.
    """
    one_hot, *others = errors.rmse.tolist()
    low, high = min(errors.rmse), max(errors.rmse)
    room = 0.2 * (high - low) or 0.01
    result = figure(
        "How far off, by the size of the vectors",
        x="Numbers in a vector",
        y=f"Validation RMSE ({unit})",
        height=HEIGHT,
        xaxis={"type": "category"},
        yaxis={"range": [low - room, high + room]},
        shapes=[level(one_hot, color=REFERENCE, dash="dot", width=2)],
        annotations=[above_level(one_hot, f"one-hot: {one_hot:.3f}", size=12)],
        showlegend=False,
        uirevision="by_size",
    )
    names = [f"{dim}" for dim in dims]
    hover = "%{x} numbers: <b>%{y:.4f}</b><extra></extra>"
    line = {"color": VALIDATION, "width": 2}
    result.add_scatter(x=names, y=others, mode="lines+markers", line=line, name="embedding", hovertemplate=hover)
    result.add_scatter(
        x=[names[chosen]], y=[others[chosen]], mode="markers", marker=ring(14, color=ACCENT), hoverinfo="skip"
    )
    return result


def by_ratings(errors: BySupport, place: int, *, noun: str, size: str, unit: str) -> go.Figure:
    """The error of one-hot vectors and of one size of embedding, by how many training ratings an item has.

    Args:
        errors: Of the one-hot vectors, then of each size.
        place: Which of the sizes.
        noun: What an item is.
        size: What the embedding is called.
        unit: What ratings are counted in.
    """
    result = figure(
        f"How far off, by how often the {noun} was rated",
        x=f"Training ratings of the {noun}",
        y=f"Validation RMSE ({unit})",
        height=HEIGHT,
        hovermode="x unified",
        xaxis={"type": "category"},
        uirevision="by_ratings",
    )
    there = errors.n > 0
    names = [name for name, seen in zip(group_names(), there, strict=True) if seen]
    for name, row, color, dash in (("one-hot", 0, TRAINING, "dot"), (size, place + 1, VALIDATION, "solid")):
        result.add_scatter(
            x=names,
            y=errors.by_group[row][there],
            mode="lines+markers",
            name=name,
            line={"color": color, "width": 2, "dash": dash},
            hovertemplate="%{y:.3f}",
        )
    return result


def costs(measured: Sequence[Cost], *, noun: str) -> go.Figure:
    """Seconds of both ways to pick a row, by the rows of the table, both on logarithmic scales."""
    result = figure(
        "What picking one row takes",
        x=f"Rows of the table (one {noun} each)",
        y="Microseconds",
        height=HEIGHT,
        xaxis={"type": "log", "dtick": 1},
        yaxis={"type": "log", "dtick": 1},
        hovermode="x unified",
        uirevision="costs",
    )
    rows = [one.rows for one in measured]
    for name, seconds, color, dash in (
        ("one-hot × table", [one.seconds.product for one in measured], TRAINING, "dot"),
        ("look-up", [one.seconds.look_up for one in measured], VALIDATION, "solid"),
    ):
        result.add_scatter(
            x=rows,
            y=np.array(seconds) * 1e6,
            mode="lines+markers",
            name=name,
            line={"color": color, "width": 2, "dash": dash},
            hovertemplate="%{y:,.3g} µs",
        )
    return result


def told(found: Mapping[str, Mapping[str, Summary]]) -> go.Figure:
    """What the vectors of each task tell of each thing, by task and thing, as groups of bars."""
    result = figure(
        "What the numbers tell",
        y="0 nothing … 1 all",
        height=HEIGHT,
        barmode="group",
        bargap=0.25,
        uirevision="told",
        yaxis={"rangemode": "tozero"},
    )
    for (task, things), color in zip(found.items(), cycle(CLASS_COLORS)):
        result.add_bar(
            x=list(things),
            y=[one.score for one in things.values()],
            name=task,
            marker={"color": color},
            customdata=[one.chance for one in things.values()],
            hovertemplate="%{x}: <b>%{y:.2f}</b>, by chance %{customdata:.2f}",
        )
    return result
