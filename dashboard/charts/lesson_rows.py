"""Figures of the lesson's rows: lifted out of the matrix, multiplied by one, and multiplied with each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.lesson.step import Pair
from dashboard.charts.base import AROUND_ZERO, figure, plain

CHOSEN = "#e8590c"
"""The row that the lesson follows, and everything made from it."""

_PRINTED = {"size": 11, "color": "#1d2433"}
"""Numbers inside cells, which are light in both themes."""


def _cells(
    result: go.Figure, values: np.ndarray, ticks: Sequence[str], names: Sequence[str], *, gap: int = 0, **more: object
) -> None:
    """Rows of numbers as colors around zero; the same color is the same number in all of a figure.

    Args:
        result: The figure.
        values: Float array, (n_rows, n_dims), in embedding units.
        ticks: A short word beside each row; a phone has room for no more.
        names: What each row is called, for the hover.
        gap: Pixels between columns.
        more: Further settings of the trace.
    """
    result.add_heatmap(
        z=values.astype(np.float32),
        x=np.arange(1, values.shape[1] + 1, dtype=np.int32),
        y=list(ticks),
        text=[[plain(name)] * values.shape[1] for name in names],
        coloraxis="coloraxis",
        xgap=gap,
        ygap=2,
        hovertemplate="%{text}, dimension %{x}: <b>%{z:.3f}</b><extra></extra>",
        **more,
    )


def _around_zero(result: go.Figure, values: np.ndarray, *, bar: bool) -> None:
    reach = float(np.abs(values).max()) or 1.0
    place = {
        "orientation": "h",
        "lenmode": "pixels",
        "len": 160,
        "x": 1,
        "xanchor": "right",
        "y": 1,
        "yanchor": "bottom",
    }
    title = {"text": "Value (embedding units)", "side": "top"}
    result.update_layout(
        coloraxis={
            "colorscale": AROUND_ZERO,
            "cmin": -reach,
            "cmax": reach,
            "showscale": bar,
            "colorbar": {**place, "title": title, "thickness": 10, "tickformat": ".1f"},
        }
    )


def lifted_row(values: np.ndarray, numbers: Sequence[int], titles: Sequence[str], chosen: int) -> go.Figure:
    """Neighboring rows of the matrix, one of them framed, and that one again by itself below.

    Args:
        values: Float array, (n_rows, n_dims), in embedding units.
        numbers: Row numbers.
        titles: What the rows are called.
        chosen: Which of these rows is lifted out.
    """
    result = figure("Some rows, and the one asked for", x="Dimension", height=440)
    ticks = [f"row {number}" for number in numbers]
    _cells(result, values, ticks, titles)
    _cells(result, values[[chosen]], [ticks[chosen]], [titles[chosen]], yaxis="y2")
    result.add_shape(
        type="rect",
        x0=0.5,
        x1=values.shape[1] + 0.5,
        y0=chosen - 0.5,
        y1=chosen + 0.5,
        line={"color": CHOSEN, "width": 3},
    )
    result.add_annotation(
        text="↓", x=0.5, xref="paper", y=0.16, yref="paper", showarrow=False, font={"size": 22, "color": CHOSEN}
    )
    result.update_layout(
        yaxis={"domain": [0.24, 1], "autorange": "reversed", "showgrid": False},
        yaxis2={"domain": [0, 0.1], "anchor": "x", "showgrid": False, "automargin": True},
    )
    result.update_xaxes(showgrid=False, anchor="y2")
    result.update_layout(margin_t=96)
    _around_zero(result, values, bar=True)
    return result


def one_hot(values: np.ndarray, numbers: Sequence[int], titles: Sequence[str], chosen: int) -> go.Figure:
    """Each row times its 0 or 1, and the sum.

    Args:
        values: Float array, (n_rows, n_dims): some rows of the matrix, the first of their dimensions.
        numbers: Row numbers.
        titles: What the rows are called.
        chosen: Which of them is times one.
    """
    ones = np.zeros((len(values), 1))
    ones[chosen] = 1
    ticks = [f"row {number}" for number in numbers]
    result = figure("Every row times 0, one row times 1, all added up", x="Dimension", height=440)
    result.add_heatmap(
        z=ones,
        x=["times"],
        y=ticks,
        xaxis="x2",
        colorscale=[[0, "#dfe3ea"], [1, CHOSEN]],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=1,
        ygap=2,
        texttemplate="%{z:.0f}",
        textfont=_PRINTED,
        hovertemplate="%{y}: times %{z:.0f}<extra></extra>",
    )
    printed: dict[str, Any] = {"gap": 1, "texttemplate": "%{z:.2f}", "textfont": _PRINTED}
    _cells(result, values * ones, ticks, titles, **printed)
    _cells(result, (values * ones).sum(axis=0, keepdims=True), ["sum"], ["The sum"], yaxis="y2", **printed)
    result.update_layout(
        xaxis={"domain": [0.12, 1], "dtick": 1, "showgrid": False, "anchor": "y2"},
        xaxis2={"domain": [0, 0.1], "anchor": "y2", "showgrid": False},
        yaxis={"domain": [0.15, 1], "autorange": "reversed", "showgrid": False, "anchor": "x2"},
        yaxis2={"domain": [0, 0.1], "anchor": "x2", "showgrid": False, "automargin": True},
    )
    _around_zero(result, values, bar=False)
    return result


def terms(pair: Pair, product: np.ndarray, names: tuple[str, str], *, noun: str) -> go.Figure:
    """Two rows above each other, and under every dimension what their two numbers multiply to.

    Args:
        pair: The two rows.
        product: What each dimension adds, (n_dims,).
        names: What the user and the item are called.
        noun: What the item is.
    """
    result = figure("Number by number: the two rows, their product", x="Dimension", height=440)
    both = np.stack([pair.user, pair.item])
    _cells(result, both, ["person", plain(noun, 12)], names)
    result.add_bar(
        x=np.arange(1, len(product) + 1, dtype=np.int32),
        y=product.astype(np.float32),
        yaxis="y2",
        marker={"color": np.where(product < 0, "#b2182b", "#2166ac").tolist()},
        customdata=both.T.astype(np.float32),
        hovertemplate="Dimension %{x}: %{customdata[0]:.3f} × %{customdata[1]:.3f} = <b>%{y:.4f}</b><extra></extra>",
    )
    result.update_layout(
        yaxis={"domain": [0.72, 1], "autorange": "reversed", "showgrid": False},
        yaxis2={"domain": [0, 0.66], "anchor": "x", "title": {"text": "Product"}, "automargin": True},
        showlegend=False,
        bargap=0.2,
    )
    result.update_xaxes(showgrid=False, anchor="y2")
    _around_zero(result, both, bar=False)
    return result
