"""The figure of how much each component carries."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.base import REFERENCE, bar_marker, figure, plain
from dashboard.principal_components.label import Label

_TOTAL_AXIS = {
    "range": [0, 1.02],
    "tickformat": ".0%",
    "tickvals": [0, 0.25, 0.5, 0.75, 1],
    "showgrid": False,
    "title": {"text": "Running total"},
    "overlaying": "y",
    "side": "right",
    "automargin": True,
}
"""The scale of the running total, at the right."""


def scree(
    variance_ratio: np.ndarray,
    cumulative: np.ndarray,
    *,
    chosen: int,
    labels: Sequence[Label],
    line: np.ndarray | None = None,
    line_name: str = "without taste",
) -> go.Figure:
    """Share of every component as bars, the running total as a line, both fractions, (n_components,).

    What is unproven is hatched. `line` holds what as many components carry where there is nothing to be found, as
    shares of the same total, NaN where that is not known.
    """
    result = figure(
        "What each carries",
        x="Component",
        y="Share of the total",
        height=320,
        # The marks beside the bars would be less than a percent apart.
        yaxis={"tickformat": ".0%" if variance_ratio.max() > 0.04 else ".1%", "rangemode": "tozero"},
        yaxis2=_TOTAL_AXIS,
        bargap=0.15,
        hovermode="x",  # so that the smallest bar can be hit from anywhere above it
        showlegend=False,
        uirevision="scree",
    )
    number = np.arange(1, len(variance_ratio) + 1, dtype=np.int32)
    result.add_bar(
        x=number,
        y=variance_ratio.astype(np.float32),
        marker=bar_marker(chosen, ["/" if label.unproven else "" for label in labels]),
        text=[_over(label) for label in labels],
        textposition="none",
        name="each",
        hovertemplate="%{text}: <b>%{y:.1%}</b> of the total<extra></extra>",
    )
    _add_total(result, number, cumulative)
    if line is not None:
        result.add_scatter(
            x=number,
            y=line.astype(np.float32),
            mode="lines",
            line={"color": REFERENCE, "width": 2, "dash": "dot"},
            name=line_name,
            hovertemplate=f"{line_name} <b>%{{y:.1%}}</b><extra></extra>",
        )
    return result


def _over(label: Label) -> str:
    """What stands over a bar, made harmless."""
    short = f"{label.short[0].upper()}{label.short[1:]}"
    return f"<b>{plain(label.ends, 90)}</b><br>{short}" if label.named else short


def _add_total(result: go.Figure, number: np.ndarray, cumulative: np.ndarray) -> None:
    """The running total as a line, on a scale of its own at the right."""
    result.add_scatter(
        x=number,
        y=cumulative.astype(np.float32),
        yaxis="y2",
        mode="lines",
        line={"color": "#b7791f", "width": 2},
        name="running total",
        hovertemplate="Components 1 to %{x} together: <b>%{y:.0%}</b><extra></extra>",
    )
