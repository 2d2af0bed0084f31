"""Figures of the lesson: its rows, how a guess becomes a rating, and what training, biases and dropout do."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.lesson.step import Dropped, Pair
from core.model.scale import Scale
from dashboard.charts.base import AROUND_ZERO, CHOSEN, MUTED, REFERENCE, TRAINING, VALIDATION, color_bar, figure, plain

_PRINTED = {"size": 11, "color": "#1d2433"}
"""Numbers inside cells, which are light in both themes."""


def _cells(
    result: go.Figure, values: np.ndarray, ticks: Sequence[str], names: Sequence[str], *, gap: int = 0, **more: object
) -> None:
    """Rows of numbers, (n_rows, n_dims), as colors around zero; the same color is the same number in all of a figure.

    `ticks` are short words beside the rows, since a phone has room for no more; `names` stand in the hover.
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
    scale = {"colorscale": AROUND_ZERO, "cmin": -reach, "cmax": reach, "showscale": bar}
    result.update_layout(coloraxis={**scale, "colorbar": color_bar("Value (embedding units)", 160, tickformat=".2~g")})


def lifted_row(values: np.ndarray, numbers: np.ndarray, titles: Sequence[str], chosen: int) -> go.Figure:
    """Neighboring rows of the matrix, (n_rows, n_dims), one of them framed, and that one again by itself below."""
    result = figure("Some rows, and the one asked for", x="Dimension", height=440)
    ticks = [f"row {number}" for number in numbers]
    _cells(result, values, ticks, titles)
    _cells(result, values[[chosen]], [ticks[chosen]], [titles[chosen]], yaxis="y2")
    frame, arrow = {"color": CHOSEN, "width": 3}, {"size": 22, "color": CHOSEN}
    left, right = 0.5, values.shape[1] + 0.5
    result.add_shape(type="rect", x0=left, x1=right, y0=chosen - 0.5, y1=chosen + 0.5, line=frame)
    result.add_annotation(text="↓", x=0.5, xref="paper", y=0.16, yref="paper", showarrow=False, font=arrow)
    result.update_layout(
        yaxis={"domain": [0.24, 1], "autorange": "reversed", "showgrid": False},
        yaxis2={"domain": [0, 0.1], "anchor": "x", "showgrid": False, "automargin": True},
    )
    result.update_xaxes(showgrid=False, anchor="y2")
    result.update_layout(margin_t=96)
    _around_zero(result, values, bar=True)
    return result


def one_hot(values: np.ndarray, numbers: np.ndarray, titles: Sequence[str], chosen: int) -> go.Figure:
    """Each row times its 0 or 1, and the sum; of the rows only the first dimensions, (n_rows, n_dims)."""
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
    """Two rows above each other, and under every dimension what their two numbers multiply to, (n_dims,)."""
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


def sigmoid(marks: Mapping[str, tuple[float, float]], scale: Scale, *, rating: float) -> go.Figure:
    """How a score becomes a rating, with some guesses, (score, rating), on the curve and the true rating across it."""
    result = figure("From the score to a rating", x="Score", y="Rating", height=320)
    reach = max(5.0, *(abs(score) + 1 for score, _ in marks.values()))
    x = np.linspace(-reach, reach, 121)
    result.add_scatter(
        x=x,
        y=scale.rating(x),
        mode="lines",
        line={"color": REFERENCE, "width": 2},
        name="curve",
        hovertemplate="score %{x:.2f} gives %{y:.2f}<extra></extra>",
    )
    line = {"dash": "dot", "color": REFERENCE}
    result.add_hline(y=rating, line=line, annotation_text="really given", annotation_position="top left")
    for (name, (score, given)), color in zip(marks.items(), (VALIDATION, CHOSEN), strict=False):
        result.add_scatter(
            x=[score],
            y=[given],
            mode="markers",
            marker={"size": 13, "color": color},
            name=name,
            hovertemplate=f"{name}: score %{{x:.4f}}, rating <b>%{{y:.4f}}</b><extra></extra>",
        )
    result.update_layout(margin_t=84, legend={"xanchor": "left", "x": 0})
    return result


def before_after(before: np.ndarray, gradient: np.ndarray, after: np.ndarray, *, title: str) -> go.Figure:
    """One row before and after a step; arrays of shape (n_dims,) in embedding units."""
    result = figure(plain(title), x="Dimension", y="Value (embedding units)", height=300)
    dimension = np.arange(1, len(before) + 1, dtype=np.int32)
    numbers = np.stack([before, gradient, after], axis=1).astype(np.float32)
    hover = (
        "Dimension %{x}: %{customdata[0]:.4f} before, slope %{customdata[1]:.4f}, "
        "<b>%{customdata[2]:.4f}</b> after<extra></extra>"
    )
    for name, values, color in (("before", before, MUTED), ("after", after, CHOSEN)):
        result.add_bar(
            x=dimension,
            y=values.astype(np.float32),
            name=name,
            marker={"color": color},
            customdata=numbers,
            hovertemplate=hover,
        )
    result.update_layout(barmode="group", bargap=0.15, margin_t=84, legend={"xanchor": "left", "x": 0})
    return result


def by_rate(rates: np.ndarray, error: np.ndarray, chosen: int, *, now: float, unit: str) -> go.Figure:
    """How far the guess is off after one step, in rating units, (n,), by learning rate; `now` it is before it."""
    heading = "How far off after one step, by its length"
    result = figure(heading, x="Learning rate (each mark tenfold)", y=f"Off by ({unit})", height=300)
    colors = [CHOSEN if at == chosen else REFERENCE for at in range(len(rates))]
    result.add_scatter(
        x=rates,
        y=error,
        mode="lines+markers",
        line={"color": REFERENCE},
        marker={"size": [14 if at == chosen else 6 for at in range(len(rates))], "color": colors},
        hovertemplate="learning rate %{x:g}: off by <b>%{y:.3f}</b><extra></extra>",
    )
    result.add_hline(y=now, line={"dash": "dot", "color": TRAINING}, annotation_text="before the step")
    result.update_xaxes(type="log", dtick=1)
    # A step that explodes leaves the picture, so that the others can be told apart.
    result.update_yaxes(range=[0, 1.15 * min(max(float(error.max()), now), 3 * now) or 1])
    result.update_layout(showlegend=False)
    return result


def errors(rmse: Mapping[str, float], *, unit: str) -> go.Figure:
    """Errors side by side, the largest on top: one line a way of guessing."""
    names = sorted(rmse, key=rmse.__getitem__)
    result = figure("Error on ratings that no model has learned from", x=f"RMSE ({unit})", height=120 + 44 * len(names))
    result.add_scatter(
        x=[rmse[name] for name in names],
        y=[plain(name) for name in names],
        mode="markers+text",
        marker={"size": 14, "color": VALIDATION},
        text=[f"{rmse[name]:.3f}" for name in names],
        textposition="top center",
        hovertemplate="%{y}: <b>%{x:.4f}</b><extra></extra>",
    )
    spread = max(rmse.values()) - min(rmse.values()) or 0.1
    result.update_xaxes(range=[min(rmse.values()) - 0.15 * spread, max(rmse.values()) + 0.15 * spread])
    result.update_yaxes(range=[-0.6, len(names) - 0.2])
    return result


def dropped(whole: np.ndarray, draw: Dropped, *, title: str) -> go.Figure:
    """A row as it is, and as a step with dropout sees it; both (n_dims,), in embedding units."""
    result = figure(plain(title), x="Dimension", y="Value (embedding units)", height=320)
    dimension = np.arange(1, len(whole) + 1, dtype=np.int32)
    shared = {"x": dimension, "hovertemplate": "Dimension %{x}: <b>%{y:.3f}</b><extra></extra>"}
    result.add_bar(y=whole.astype(np.float32), name="the row", marker={"color": MUTED}, **shared)
    result.add_bar(y=draw.vector.astype(np.float32), name="what is left, scaled up", marker={"color": CHOSEN}, **shared)
    hidden = dimension[~draw.kept]
    result.add_scatter(
        x=hidden,
        y=np.zeros(len(hidden)),
        mode="markers",
        marker={"symbol": "x", "size": 6, "color": REFERENCE},
        name="hidden",
        hovertemplate="Dimension %{x}: hidden in this step<extra></extra>",
    )
    # three entries, which a phone puts on three lines
    below = {"xanchor": "left", "x": 0, "y": -0.25, "yanchor": "top"}
    result.update_layout(barmode="group", bargap=0.15, legend=below)
    return result


def products(dots: np.ndarray, whole: float) -> go.Figure:
    """Dot products under many draws of dropout, (draws,), and the one without."""
    title = f"The dot product in {len(dots):,} draws"
    result = figure(title, x="Dot product", y="Draws", height=320)
    counts, edges = np.histogram(dots, bins=40)
    result.add_bar(
        x=((edges[:-1] + edges[1:]) / 2).astype(np.float32),
        y=counts,
        marker={"color": MUTED},
        hovertemplate="about %{x:.2f}: %{y} draws<extra></extra>",
    )
    mean = float(dots.mean())
    sides = ("top right", "top left") if mean > whole else ("top left", "top right")
    for x, name, side, dash in ((mean, "their mean", sides[0], "solid"), (whole, "no dropout", sides[1], "dash")):
        result.add_vline(x=x, line={"color": VALIDATION, "dash": dash}, annotation_text=name, annotation_position=side)
    result.update_layout(bargap=0.05, showlegend=False)
    return result
