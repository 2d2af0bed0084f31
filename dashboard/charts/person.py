"""Figures of one person: along the components, and a guess for them taken apart."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.new_user.position import People, Place
from dashboard.charts.base import CHOSEN, MUTED, REFERENCE, annotate, figure, plain, upright
from dashboard.principal_components.label import Label

_UP, _DOWN, _TRUE = "#0072b2", "#d55e00", "#009e73"
"""Okabe and Ito's blue, vermilion and green: steps up and down, whose sign is printed too, and the true rating."""

_COMPONENT, _STEP = 52, 46
"""Height of one component, and of one step with its name above the bar, in pixels."""


def along(among: People, mine: Place, ends: Sequence[tuple[str, str]], labels: Sequence[Label]) -> go.Figure:
    """The person along several components, from end to end, with words for the low and the high end of each."""
    n = len(ends)
    rows = np.arange(n)
    reach = float(max(3.0, np.abs(mine.z[:n]).max(initial=0) + 0.5))
    notes = [
        {"x": x, "y": row - 0.34, "text": plain(text, 26), "showarrow": False, "xanchor": anchor, "font": {"size": 12}}
        for row, (low, high) in enumerate(ends)
        for x, text, anchor in ((-reach, low, "left"), (reach, high, "right"))
    ]
    result = figure(
        "You along the components",
        x="Standard deviations from the average person",
        y="Component",
        height=130 + _COMPONENT * n,
        xaxis={"range": [-reach, reach], "zeroline": True, "fixedrange": True},
        yaxis={
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": [str(label.number) for label in labels[:n]],
            "autorange": False,
            "range": [n - 0.5, -0.75],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        annotations=notes,
        uirevision="along",
        margin={"t": 96},
        legend={"xanchor": "left", "x": 0},
    )
    result.add_bar(
        y=rows,
        x=(among.high - among.low)[:n],
        base=among.low[:n],
        orientation="h",
        width=0.22,
        name="the middle 80% of people",
        marker={"color": MUTED},
        hoverinfo="skip",
    )
    result.add_scatter(
        x=mine.z[:n],
        y=rows,
        error_x={"array": mine.doubt[:n], "color": CHOSEN, "thickness": 1.5},
        mode="markers",
        name="you, give or take",
        marker={"size": 13, "symbol": "star", "color": CHOSEN},
        text=[plain(label.short) for label in labels[:n]],
        hovertemplate="%{text}: <b>%{x:.2f}</b><extra></extra>",
    )
    return result


def waterfall(
    names: Sequence[str],
    steps: Sequence[float],
    texts: Sequence[str],
    total: float,
    *,
    title: str,
    unit: str,
    actual: float | None = None,
) -> go.Figure:
    """Steps in rating units from the first value, the average, to the total, whose text is the last."""
    reached = [sum(steps[: place + 1]) for place in range(len(steps))]
    marks = [*reached, total, *([] if actual is None else [actual])]
    pad = max(0.12 * (max(marks) - min(marks)), 0.1)
    labels = [plain(name, 48) for name in [*names, "The guess"]]
    rows = list(range(len(labels)))
    # A step's name stands above its bar, not beside it: a phone has no room for both.
    over = {"x": 0, "xref": "paper", "xanchor": "left", "showarrow": False, "font": {"size": 12}}
    result = figure(
        title,
        x=f"Rating ({unit})",
        height=130 + _STEP * len(labels),
        xaxis={"range": [min(marks) - 2 * pad, max(marks) + 2 * pad], "fixedrange": True},
        yaxis={"visible": False, "range": [len(labels) - 0.5, -0.7], "fixedrange": True},
        annotations=[{**over, "y": row - 0.38, "text": label} for row, label in enumerate(labels)],
        uirevision="waterfall",
        waterfallgap=0.6,
        margin={"t": 72},
    )
    result.add_waterfall(
        orientation="h",
        y=rows,
        x=[*steps, total],
        measure=["absolute", *["relative"] * (len(steps) - 1), "total"],
        text=list(texts),
        textposition="outside",
        cliponaxis=False,
        increasing={"marker": {"color": _UP}},
        decreasing={"marker": {"color": _DOWN}},
        totals={"marker": {"color": REFERENCE}},
        connector={"line": {"color": REFERENCE, "width": 1, "dash": "dot"}},
        customdata=labels,
        hovertemplate="%{customdata}: <b>%{text}</b><extra></extra>",
        showlegend=False,
    )
    if actual is not None:
        _mark_truth(result, actual)
    return result


def _mark_truth(result: go.Figure, actual: float) -> None:
    """The true rating as a line with its number."""
    place, font = {"x": actual, "y": 1, "yref": "paper", "yanchor": "bottom"}, {"color": _TRUE, "size": 12}
    note = {**place, "text": f"true rating {actual:g}", "showarrow": False, "font": font}
    annotate(result, [note], [upright(actual, color=_TRUE, width=2, dash="dash") | {"layer": "below"}])
