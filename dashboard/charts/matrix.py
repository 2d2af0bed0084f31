"""Figures of an embedding matrix: its numbers, how they are spread, one row beside another, and how long rows are."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.values import Values
from core.data.nouns import count as counted
from core.data.nouns import plural
from dashboard.charts.base import AROUND_ZERO, AT_THE_TOP, MUTED, color_bar, figure, plain

LABEL_LENGTH = 26
"""Longest row label beside the heatmap; the hover has the whole title."""


def heatmap(values: np.ndarray, labels: Sequence[str], marks: Sequence[str], *, noun: str) -> go.Figure:
    """Every row of the matrix, (n_rows, embedding_dim), as a line of colors; no label twice, its mark behind it."""
    reach = float(np.abs(values).max()) or 1.0
    names = [plain(label, 200) + mark for label, mark in zip(labels, marks, strict=True)]
    result = figure(
        f"{counted(len(names), noun)} by {values.shape[1]} dimensions",
        x="Dimension",
        height=max(240, 130 + 22 * len(names)),
    )
    result.add_heatmap(
        z=values.astype(np.float32),
        x=np.arange(1, values.shape[1] + 1, dtype=np.int32),
        y=names,
        colorscale=AROUND_ZERO,
        zmin=-reach,
        zmax=reach,
        hovertemplate="%{y}, dimension %{x}: <b>%{z:.2f}</b><extra></extra>",
        colorbar=color_bar("Value (embedding units)", 180, tickformat=".2~g"),
        ygap=1,
    )
    result.update_yaxes(
        autorange="reversed",
        tickmode="array",
        tickvals=names,
        ticktext=[
            plain(label, max(8, LABEL_LENGTH - len(mark))) + mark for label, mark in zip(labels, marks, strict=True)
        ],
        ticklabeloverflow="allow",
    )
    result.update_xaxes(showgrid=False)
    result.update_layout(margin_t=72, uirevision="heatmap")
    return result


def distribution(values: Values, *, noun: str) -> go.Figure:
    """How often which value occurs in the whole matrix."""
    width = float(values.edges[1] - values.edges[0])
    title = f"All {values.counts.sum():,} numbers of all {plural(noun)}"
    result = figure(title, x="Value (embedding units)", y="Numbers", height=300)
    result.add_bar(
        x=((values.edges[:-1] + values.edges[1:]) / 2).astype(np.float32),
        y=values.counts,
        width=width,
        customdata=np.stack([values.edges[:-1], values.edges[1:]], axis=1).astype(np.float32),
        hovertemplate="%{customdata[0]:.3f} to %{customdata[1]:.3f}: %{y:,} numbers<extra></extra>",
    )
    low, high = values.middle_half
    result.add_vrect(x0=low, x1=high, fillcolor=MUTED, opacity=0.5, line_width=0, layer="below")
    result.update_layout(bargap=0, uirevision="distribution", showlegend=False)
    return result


def two_rows(values: np.ndarray, labels: Sequence[str]) -> go.Figure:
    """Two rows of the matrix, (2, embedding_dim), as bars side by side."""
    result = figure("Two rows of the matrix, number by number", x="Dimension", y="Value (embedding units)", height=340)
    dimension = np.arange(1, values.shape[1] + 1, dtype=np.int32)
    for row, label in zip(values, labels, strict=True):
        name = plain(label)
        result.add_bar(
            x=dimension,
            y=row.astype(np.float32),
            name=plain(label, 40),
            text=[name] * len(row),
            textposition="none",
            hovertemplate="%{text}, dimension %{x}: <b>%{y:.2f}</b><extra></extra>",
        )
    result.update_layout(barmode="group", bargap=0.25, title=AT_THE_TOP, margin_t=88, uirevision="two_rows")
    result.update_layout(legend={"xanchor": "left", "x": 0, "y": 1.0})
    return result
