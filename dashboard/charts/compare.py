"""Figures of runs beside each other: their curves, their errors on splits, and the neighbors that items keep."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.compare.score import Mean, Row
from core.model.events import Started
from dashboard.charts import training
from dashboard.charts.base import ACCENT, MUTED, REFERENCE, VALIDATION, above_level, annotate, figure, level
from dashboard.shared.phrases import plural
from dashboard.train.curve import REFERENCES


def curves(named: Sequence[training.Named], references: Started | None, *, unit: str) -> go.Figure:
    """Validation RMSE of at most six runs (solid) and their training RMSE (dotted), with what guessing reaches."""
    result = training.compared_curves(named, unit=unit, height=400)
    if references is not None:
        known = [
            (f"{REFERENCES[name]}: {value:.3f}", value, name == "slopes")
            for name, value in references.references.items()
        ]
        notes = [above_level(value, text, below=below, size=12, color=REFERENCE) for text, value, below in known]
        lines = [level(value, color=REFERENCE, width=1.5, dash="dash") for _, value, _ in known]
        annotate(result, notes, lines)
    return result


def kept(often: np.ndarray, *, chosen: tuple[int, int], noun: str) -> go.Figure:
    """How many items keep 0, 1, … k of their neighbors, int, (k + 1,); bars outside of the `chosen` range are paler."""
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
