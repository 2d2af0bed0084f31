"""Figures of runs beside each other: their curves, and the neighbors that items keep."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.model.events import Started
from dashboard.charts import training
from dashboard.charts.base import ACCENT, MUTED, REFERENCE, above_level, annotate, figure, level
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
