"""Figures of the open questions."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.questions.one_hot import BySupport, Cost, group_names
from core.analysis.questions.probes import Summary
from core.analysis.questions.spectra import autoencoder_keeps, factorization_keeps
from dashboard.charts.base import ACCENT, AT_THE_TOP, REFERENCE, TRAINING, VALIDATION, above_level, figure, level
from dashboard.charts.points import CLASS_COLORS, ring

HEIGHT = 350

WITH_LEGEND: Mapping[str, Any] = {"title": AT_THE_TOP, "margin": {"t": 84}}
"""Room for a legend of two lines under the title, where the figure is narrow."""

BY_DIRECTION: Mapping[str, Any] = {"height": HEIGHT, "hovermode": "x unified", **WITH_LEGEND}
"""Of charts with one point a direction and a line a model."""

MOST_VALUES = 64
"""Singular values drawn."""


def by_size(errors: BySupport, dims: Sequence[int], *, chosen: int, unit: str) -> go.Figure:
    """The error of embeddings by how many numbers they have, rising, beside that of one-hot vectors, the first."""
    one_hot, *others = errors.rmse.tolist()
    low, high = min(errors.rmse), max(errors.rmse)
    room = 0.2 * (high - low) or 0.01
    result = figure(
        "How far off, by size",
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


def by_ratings(errors: BySupport, of: Mapping[str, int], *, noun: str, unit: str) -> go.Figure:
    """The errors of two models `of` several by how many training ratings an item has; the first one dotted."""
    result = figure(
        "How far off, by ratings",
        x=f"Training ratings of the {noun}",
        y=f"Validation RMSE ({unit})",
        height=HEIGHT,
        hovermode="x unified",
        xaxis={"type": "category"},
        uirevision="by_ratings",
        **WITH_LEGEND,
    )
    there = errors.n > 0
    names = [name for name, seen in zip(group_names(), there, strict=True) if seen]
    values = {name: errors.by_group[row][there] for name, row in of.items()}
    _two_lines(result, {name: (names, value) for name, value in values.items()}, "%{y:.3f}")
    return result


def _two_lines(result: go.Figure, lines: Mapping[str, tuple[Any, np.ndarray]], hover: str) -> None:
    """Add lines by what they are called: the first orange and dotted, the second blue, others gray."""
    looks = ((TRAINING, "dot"), (VALIDATION, "solid"), (REFERENCE, "dash"))
    for (name, (x, y)), (color, dash) in zip(lines.items(), looks, strict=False):
        line = {"color": color, "width": 2, "dash": dash}
        result.add_scatter(x=x, y=y, mode="lines+markers", name=name, line=line, hovertemplate=hover)


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
        **WITH_LEGEND,
    )
    rows = [one.rows for one in measured]
    product, look_up = (
        np.array([getattr(one.seconds, way) * 1e6 for one in measured]) for way in ("product", "look_up")
    )
    _two_lines(result, {"one-hot × table": (rows, product), "look-up": (rows, look_up)}, "%{y:,.3g} µs")
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
        **WITH_LEGEND,
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


def shrunk(values: np.ndarray, penalty: float) -> go.Figure:
    """Singular values of the ratings, and what a factorization and an autoencoder keep of them under a penalty."""
    result = figure(
        "What each keeps of the ratings",
        x="Direction",
        y="Strength (singular value)",
        uirevision="shrunk",
        **BY_DIRECTION,
    )
    shown = values[:MOST_VALUES]
    number = np.arange(1, len(shown) + 1)
    kept = {"autoencoder": autoencoder_keeps(shown, penalty), "factorization": factorization_keeps(shown, penalty)}
    _two_lines(
        result, {**{name: (number, value) for name, value in kept.items()}, "ratings": (number, shown)}, "%{y:.1f}"
    )
    return result


def spectra(values: Mapping[str, np.ndarray]) -> go.Figure:
    """Singular values of what models predict beyond averages, each relative to its first."""
    result = figure(
        "What each model has learned",
        x="Direction",
        y="Strength, of the first",
        uirevision="spectra",
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
        **BY_DIRECTION,
    )
    lines = {
        name: (np.arange(1, len(one[:MOST_VALUES]) + 1), one[:MOST_VALUES] / (one[0] or 1.0))
        for name, one in values.items()
    }
    _two_lines(result, lines, "%{y:.1%}")
    return result


def angles(found: Mapping[str, np.ndarray]) -> go.Figure:
    """Principal angles, degrees, from the smallest to the largest."""
    result = figure(
        "Angles between directions",
        x="Pair of directions",
        y="Degrees (0 the same, 90 across)",
        uirevision="angles",
        **BY_DIRECTION,
        yaxis={"range": [-3, 93], "tickvals": [0, 30, 60, 90]},
    )
    _two_lines(result, {name: (np.arange(1, len(one) + 1), one) for name, one in found.items()}, "%{y:.0f}°")
    return result
