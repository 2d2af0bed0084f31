"""The figure of a guess taken apart: from the average, step by step, to the rating."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.base import REFERENCE, figure, plain

_UP, _DOWN, _TOTAL = "#0072b2", "#d55e00", REFERENCE
"""Okabe and Ito's blue and vermilion; the sign is printed beside each bar, too."""

_TRUE = "#009e73"

_ROW = 46
"""Height of one step with its name above the bar, in pixels."""


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
    """Steps from the first value, the average, to the total.

    Args:
        names: What each step is called.
        steps: The average, then what each step adds, in rating units.
        texts: What is printed beside each bar; the total's last.
        total: Where they lead.
        title: Of the chart.
        unit: What ratings are counted in.
        actual: The true rating, drawn as a line, where there is one.
    """
    reached = [sum(steps[: place + 1]) for place in range(len(steps))]
    marks = [*reached, total, *([] if actual is None else [actual])]
    pad = max(0.12 * (max(marks) - min(marks)), 0.1)
    labels = [plain(name, 48) for name in [*names, "The guess"]]
    rows = list(range(len(labels)))
    result = figure(title, x=f"Rating ({unit})", height=130 + _ROW * len(labels))
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
        totals={"marker": {"color": _TOTAL}},
        connector={"line": {"color": _TOTAL, "width": 1, "dash": "dot"}},
        customdata=labels,
        hovertemplate="%{customdata}: <b>%{text}</b><extra></extra>",
        showlegend=False,
    )
    _name_steps(result, labels)
    if actual is not None:
        _mark_truth(result, actual)
    result.update_xaxes(range=[min(marks) - 2 * pad, max(marks) + 2 * pad], fixedrange=True)
    result.update_yaxes(visible=False, range=[len(labels) - 0.5, -0.7], fixedrange=True)
    result.update_layout(uirevision="waterfall", waterfallgap=0.6, margin_t=72)
    return result


def _name_steps(result: go.Figure, labels: Sequence[str]) -> None:
    """The name of each step above its bar, not beside it: a phone has no room for both."""
    for row, label in enumerate(labels):
        result.add_annotation(
            x=0, xref="paper", xanchor="left", y=row - 0.38, text=label, showarrow=False, font={"size": 12}
        )


def _mark_truth(result: go.Figure, actual: float) -> None:
    """The true rating as a line with its number."""
    result.add_vline(x=actual, line={"color": _TRUE, "width": 2, "dash": "dash"}, layer="below")
    result.add_annotation(
        x=actual,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"true rating {actual:g}",
        showarrow=False,
        font={"color": _TRUE, "size": 12},
    )
