"""The figure of how much each component carries, beside what chance would give."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.noise import Noise
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
    noise: Noise | None = None,
    labels: Sequence[Label] = (),
) -> go.Figure:
    """Share of every component as bars, the running total as a line.

    Args:
        variance_ratio: Share of each component, fractions, (n_components,).
        cumulative: Running total, (n_components,).
        chosen: The component to stand out, from 0.
        noise: What chance would give; components that are no more than that are drawn hatched and called noise.
        labels: What each component is called, shown over its bar; without them it has its number alone.
    """
    result = figure(
        "What each carries",
        x="Component",
        y="Share of the total",
        height=320,
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
        yaxis2=_TOTAL_AXIS,
        bargap=0.15,
        hovermode="x",  # so that the smallest bar can be hit from anywhere above it
        showlegend=False,
        uirevision="scree",
    )
    number = np.arange(1, len(variance_ratio) + 1, dtype=np.int32)
    hatched = np.zeros(len(number), bool) if noise is None else ~noise.above
    labels = labels or [Label(int(n), noise=bool(is_noise)) for n, is_noise in zip(number, hatched, strict=True)]
    result.add_bar(
        x=number,
        y=variance_ratio.astype(np.float32),
        marker=bar_marker(chosen, hatched.tolist()),
        text=[_over(label) for label in labels],
        textposition="none",
        name="each",
        hovertemplate="%{text}: <b>%{y:.1%}</b> of the total<extra></extra>",
    )
    _add_total(result, number, cumulative)
    if noise is not None:
        _add_band(result, number, noise)
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


def _add_band(result: go.Figure, number: np.ndarray, noise: Noise) -> None:
    """The noise band as a line on the scale of the bars, and what it means, said on the picture."""
    result.add_scatter(
        x=number,
        y=noise.band.astype(np.float32),
        mode="lines",
        line={"color": REFERENCE, "width": 2, "dash": "dot"},
        name="noise band",
        hovertemplate="by chance at most <b>%{y:.1%}</b><extra></extra>",
    )
    first = int(np.argmax(~noise.above))  # of the components that are noise, the one that carries most
    if noise.above.all():
        return
    height = float(max(noise.ratio[first], noise.band[first]))
    place = {"x": 0.98, "xref": "paper", "xanchor": "right", "y": height, "yanchor": "bottom", "yshift": 6}
    result.add_annotation(**place, text="hatched: noise", showarrow=False, font_size=12)
