"""Figures of the lesson: how a guess becomes a rating, and what training, biases and dropout do."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from core.analysis.lesson.step import Dropped
from core.model.scoring import Scale
from dashboard.charts.base import MUTED, REFERENCE, TRAINING, VALIDATION, figure, plain
from dashboard.charts.lesson_rows import CHOSEN


def sigmoid(marks: Mapping[str, tuple[float, float]], scale: Scale, *, rating: float) -> go.Figure:
    """How a score becomes a rating, with some guesses on the curve and the true rating across it.

    Args:
        marks: Score and rating of each guess by what it is called.
        scale: How a score becomes a rating.
        rating: What the user really gave.
    """
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
    result.add_hline(
        y=rating,
        line={"dash": "dot", "color": REFERENCE},
        annotation_text="really given",
        annotation_position="top left",
    )
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
    told = np.stack([before, gradient, after], axis=1).astype(np.float32)
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
            customdata=told,
            hovertemplate=hover,
        )
    result.update_layout(barmode="group", bargap=0.15, margin_t=84, legend={"xanchor": "left", "x": 0})
    return result


def by_rate(rates: np.ndarray, error: np.ndarray, chosen: int, *, now: float, unit: str) -> go.Figure:
    """How far the guess is off after one step, by learning rate.

    Args:
        rates: Learning rates, (n,), growing.
        error: Distance between guess and rating after the step, in rating units, (n,).
        chosen: Which of the rates is on the slider.
        now: The distance before the step.
        unit: What ratings are counted in.
    """
    result = figure(
        "How far off after one step, by its length",
        x="Learning rate (each mark tenfold)",
        y=f"Off by ({unit})",
        height=300,
    )
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


def errors(found: Mapping[str, float], *, unit: str) -> go.Figure:
    """Errors side by side, the largest on top: one line a way of guessing."""
    names = sorted(found, key=found.__getitem__)
    result = figure("Error on ratings that no model has learned from", x=f"RMSE ({unit})", height=120 + 44 * len(names))
    result.add_scatter(
        x=[found[name] for name in names],
        y=[plain(name) for name in names],
        mode="markers+text",
        marker={"size": 14, "color": VALIDATION},
        text=[f"{found[name]:.3f}" for name in names],
        textposition="top center",
        hovertemplate="%{y}: <b>%{x:.4f}</b><extra></extra>",
    )
    spread = max(found.values()) - min(found.values()) or 0.1
    result.update_xaxes(range=[min(found.values()) - 0.15 * spread, max(found.values()) + 0.15 * spread])
    result.update_yaxes(range=[-0.6, len(names) - 0.2])
    return result


def dropped(whole: np.ndarray, found: Dropped, *, title: str) -> go.Figure:
    """A row as it is, and as a step with dropout sees it; both (n_dims,), in embedding units."""
    result = figure(plain(title), x="Dimension", y="Value (embedding units)", height=320)
    dimension = np.arange(1, len(whole) + 1, dtype=np.int32)
    shown = {"x": dimension, "hovertemplate": "Dimension %{x}: <b>%{y:.3f}</b><extra></extra>"}
    result.add_bar(y=whole.astype(np.float32), name="the row", marker={"color": MUTED}, **shown)
    result.add_bar(y=found.vector.astype(np.float32), name="what is left, scaled up", marker={"color": CHOSEN}, **shown)
    hidden = dimension[~found.kept]
    result.add_scatter(
        x=hidden,
        y=np.zeros(len(hidden)),
        mode="markers",
        marker={"symbol": "x", "size": 6, "color": REFERENCE},
        name="hidden",
        hovertemplate="Dimension %{x}: hidden in this step<extra></extra>",
    )
    below = {
        "xanchor": "left",
        "x": 0,
        "y": -0.25,
        "yanchor": "top",
    }  # three entries, which a phone puts on three lines
    result.update_layout(barmode="group", bargap=0.15, legend=below)
    return result


def products(found: np.ndarray, whole: float) -> go.Figure:
    """Dot products under many draws of dropout, (draws,), and the one without."""
    title = f"The dot product in {len(found):,} draws"
    result = figure(title, x="Dot product", y="Draws", height=320)
    counts, edges = np.histogram(found, bins=40)
    result.add_bar(
        x=((edges[:-1] + edges[1:]) / 2).astype(np.float32),
        y=counts,
        marker={"color": MUTED},
        hovertemplate="about %{x:.2f}: %{y} draws<extra></extra>",
    )
    mean = float(found.mean())
    sides = ("top right", "top left") if mean > whole else ("top left", "top right")
    for x, name, side, dash in ((mean, "their mean", sides[0], "solid"), (whole, "no dropout", sides[1], "dash")):
        result.add_vline(x=x, line={"color": VALIDATION, "dash": dash}, annotation_text=name, annotation_position=side)
    result.update_layout(bargap=0.05, showlegend=False)
    return result
