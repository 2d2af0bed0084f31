"""Models on several splits of the ratings: their error on each, the means, and what sets every two apart."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.compare.score import Mean, Row
from dashboard.charts.base import ACCENT, MUTED, REFERENCE, VALIDATION, figure

BESIDE = 0.1
"""How far a model's dots and its mean are to either side of its letter, which they would hide each other on."""


def splits(letters: Sequence[str], rows: Sequence[Row], *, unit: str) -> go.Figure:
    """A dot for each model on each split, those of one split joined, and the mean with its standard error."""
    result = figure("Error on each split", y=f"Validation RMSE ({unit})", height=320)
    places = np.arange(len(rows))
    for seed, errors in enumerate(zip(*(row.errors for row in rows), strict=True)):
        result.add_scatter(
            x=places - BESIDE,
            y=errors,
            text=list(letters),
            mode="lines+markers",
            line={"color": MUTED, "width": 1},
            marker={"color": VALIDATION, "size": 7, "opacity": 0.6},
            hovertemplate=f"%{{text}}, split seed {seed}: <b>%{{y:.4f}}</b><extra></extra>",
            showlegend=False,
        )
    means = [row.pooled for row in rows]
    result.add_scatter(
        x=places + BESIDE,
        y=[one.mean for one in means],
        text=list(letters),
        **_bars("y", means),
        hovertemplate="%{text}, mean: <b>%{y:.4f}</b> ± %{error_y.array:.4f}<extra></extra>",
    )
    result.update_xaxes(range=[-0.5, len(rows) - 0.5], tickvals=places, ticktext=list(letters))
    return result.update_layout(uirevision="score_splits", dragmode=False, showlegend=False)


def differences(names: Sequence[str], found: Sequence[Mean], *, unit: str) -> go.Figure:
    """How much higher the error of one model is than that of another, with its standard error, beside none at all."""
    result = figure(
        "Differences on the same splits", x=f"Difference in RMSE ({unit})", height=max(320, 90 + 26 * len(found))
    )
    result.add_scatter(
        x=[one.mean for one in found],
        y=list(names),
        **_bars("x", found),
        hovertemplate="%{y}: <b>%{x:.4f}</b> ± %{error_x.array:.4f}<extra></extra>",
    )
    result.add_vline(x=0, line={"color": REFERENCE, "width": 1.5, "dash": "dash"})
    result.update_yaxes(autorange="reversed")
    return result.update_layout(uirevision="score_pairs", dragmode=False, showlegend=False)


def _bars(along: str, means: Sequence[Mean]) -> dict[str, object]:
    """The look of means: a diamond, and a bar of one standard error to either side."""
    look = {"symbol": "diamond", "size": 11, "color": ACCENT}
    bar = {"type": "data", "array": [one.se for one in means], "thickness": 2, "width": 8, "color": ACCENT}
    return {"mode": "markers", "marker": look, f"error_{along}": bar}
