"""Figures of how far components can be trusted, and how many of them the predictions need."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.stability import Stability
from core.analysis.components.truncation import Cost
from dashboard.charts.base import ACCENT, REFERENCE, above_level, bar_marker, figure, level, plain
from dashboard.charts.points import ring
from dashboard.principal_components.label import Label

HEIGHT = 320


def stability(study: Stability, *, chosen: int, labels: Sequence[Label]) -> go.Figure:
    """How well every component comes back: its median |r| as a bar, what single trainings gave as a line over it."""
    result = figure(
        "How well each component comes back",
        x="Component",
        y="Matched |r| with other seeds",
        height=HEIGHT,
        yaxis={"range": [0, 1.02], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        bargap=0.15,
        hovermode="x",
        showlegend=False,
        uirevision="stability",
    )
    number = np.arange(1, len(study.median_r) + 1, dtype=np.int32)
    low, high = study.r.min(axis=0), study.r.max(axis=0)
    result.add_bar(
        x=number,
        y=study.median_r.astype(np.float32),
        marker=bar_marker(chosen, ["/" if label.unproven else "" for label in labels]),
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (high - study.median_r).astype(np.float32),
            "arrayminus": (study.median_r - low).astype(np.float32),
            "thickness": 1,
            "width": 0,
            "color": REFERENCE,
        },
        text=[_over(*one) for one in zip(labels, study.median_r, low, high, strict=True)],
        textposition="none",
        name="median",
        hovertemplate="%{text}<extra></extra>",
    )
    return result


def _over(label: Label, r: float, low: float, high: float) -> str:
    """What stands over a bar, made harmless."""
    name = f"<br>{plain(label.ends, 90)}" if label.named else ""
    return f"Component {label.number}: <b>r = {r:.2f}</b> ({low:.2f} to {high:.2f}){name}"


def cost(errors: Cost, *, chosen: int, all_words: str, none_words: str, unit: str) -> go.Figure:
    """Validation error by number of components kept; two lines say the level of all components and of none."""
    n, none, everything = len(errors.rmse) - 1, float(errors.rmse[0]), float(errors.rmse[-1])
    low, high = float(errors.rmse.min()), float(errors.rmse.max())
    room = 0.14 * (high - low) or 0.01
    result = figure(
        "What the predictions need",
        x="Components kept",
        y=f"Validation RMSE ({unit})",
        height=HEIGHT,
        yaxis={"range": [low - room, high + room]},
        shapes=[level(y, color=REFERENCE, dash="dot", width=1) for y in (everything, none)],
        annotations=[
            above_level(everything, f"{all_words}: {everything:.3f}", below=True, size=12),
            above_level(none, f"{none_words}: {none:.3f}", size=12),
        ],
        showlegend=False,
        uirevision="cost",
    )
    result.add_scatter(
        x=np.arange(n + 1, dtype=np.int32),
        y=errors.rmse.astype(np.float32),
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={"size": 5},
        name="error",
        hovertemplate="The first %{x}: <b>%{y:.4f}</b><extra></extra>",
    )
    result.add_scatter(
        x=[chosen + 1],
        y=[float(errors.rmse[chosen + 1])],
        mode="markers",
        marker=ring(13, color=ACCENT),
        name="chosen",
        hoverinfo="skip",
    )
    return result
