"""Training curves: one run live or finished, several runs beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.run import Started
from dashboard.charts import base
from dashboard.curve import Curve

CLASSES = ("#3451b2", "#cc6677", "#117733", "#b08a1e", "#882255", "#44aa99")
"""Runs beside each other: Paul Tol's safe colors, readable on light and dark."""


@dataclass(frozen=True)
class Named:
    """A curve with the words it is called by."""

    name: str
    curve: Curve


def learning_curve(shown: Curve, references: Started, *, behind: Named | None = None, height: int = 440) -> go.Figure:
    """RMSE over epochs: within the epochs, on training and on validation ratings, with reference lines.

    Args:
        shown: The curve; may be empty, and then holds its place with the reference lines alone.
        references: Epochs planned and the validation RMSE of guessing without a model.
        behind: An earlier run to compare with, drawn in gray.
    """
    figure = base.figure("Error after each epoch", x="Epoch", y="RMSE (stars, lower is better)", height=height)
    if behind is not None:
        _behind(figure, behind)
    _within_epochs(figure, shown)
    epochs = [epoch.epoch for epoch in shown.epochs]
    _line(figure, epochs, [epoch.rmse for epoch in shown.epochs], "Training", base.TRAINING)
    _line(figure, epochs, [epoch.val_rmse for epoch in shown.epochs], "Validation", base.VALIDATION)
    _mark_kept(figure, shown)
    last_epoch = shown.epochs[-1].epoch if shown.kept_epoch is not None else references.epochs
    low, high = _range([shown, *([behind.curve] if behind else [])], references)
    _reference(figure, references.mean_rmse, "always guess the mean")
    _reference(figure, references.averages_rmse, "averages only, no embedding")
    # uirevision: a person's zoom survives every update of the same training
    figure.update_layout(uirevision="training", legend_traceorder="reversed")
    figure.update_xaxes(range=[0, last_epoch * 1.02], rangemode="tozero", tickformat="d", nticks=11)
    figure.update_yaxes(range=[low, high], tickformat=".2f")
    return figure


def compared_curves(curves: Sequence[Named], *, height: int = 420) -> go.Figure:
    """Validation RMSE of several runs (solid) and their training RMSE (dotted)."""
    figure = base.figure(
        "Error after each epoch, run by run", x="Epoch", y="RMSE (stars, lower is better)", height=height
    )
    for number, (named, color) in enumerate(zip(curves, _colors(len(curves)), strict=True)):
        epochs = [epoch.epoch for epoch in named.curve.epochs]
        name = base.plain(named.name, 90)
        _line(figure, epochs, [e.val_rmse for e in named.curve.epochs], f"{name}, validation", color, group=number)
        _line(
            figure,
            epochs,
            [e.rmse for e in named.curve.epochs],
            f"{name}, training",
            color,
            group=number,
            dash="dot",
            legend=False,
        )
    figure.update_layout(
        uirevision="compare", legend={"orientation": "h", "yanchor": "top", "y": -0.2, "xanchor": "left", "x": 0}
    )
    figure.update_xaxes(rangemode="tozero", tickformat="d")
    figure.update_yaxes(tickformat=".2f")
    return figure


def _colors(count: int) -> list[str]:
    return [CLASSES[number % len(CLASSES)] for number in range(count)]


def _line(
    figure: go.Figure,
    x: Sequence[float],
    y: Sequence[float],
    name: str,
    color: str,
    *,
    group: int | None = None,
    dash: str = "solid",
    legend: bool = True,
) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2.5, "dash": dash},
        marker={"size": 6},
        legendgroup=None if group is None else str(group),
        showlegend=legend,
        hovertemplate=f"{name}, epoch %{{x:d}}: %{{y:.3f}} stars<extra></extra>",
    )


def _within_epochs(figure: go.Figure, shown: Curve) -> None:
    """The training loss as an RMSE: what training minimizes, so with dropout and penalty in it."""
    figure.add_scatter(
        x=[step.at for step in shown.steps],
        y=[float(np.sqrt(step.loss)) for step in shown.steps],
        name="Training loss within epochs",
        mode="lines",
        line={"color": base.TRAINING, "width": 1},
        opacity=0.55,
        hovertemplate="root of the training loss, %{x:.2f} epochs: %{y:.3f}<extra></extra>",
    )


def _behind(figure: go.Figure, behind: Named) -> None:
    name = base.plain(behind.name, 70)
    for part, dash in (("training", "dot"), ("validation", "solid")):
        figure.add_scatter(
            x=[epoch.epoch for epoch in behind.curve.epochs],
            y=[epoch.rmse if part == "training" else epoch.val_rmse for epoch in behind.curve.epochs],
            name="Earlier model" if part == "validation" else "",
            mode="lines",
            line={"color": base.REFERENCE, "width": 2, "dash": dash},
            legendgroup="behind",
            showlegend=part == "validation",
            hovertemplate=f"{name}, {part}, epoch %{{x:d}}: %{{y:.3f}} stars<extra></extra>",
        )


def _mark_kept(figure: go.Figure, shown: Curve) -> None:
    kept = next((epoch for epoch in shown.epochs if epoch.epoch == shown.kept_epoch), None)
    if kept is not None:
        figure.add_scatter(
            x=[kept.epoch],
            y=[kept.val_rmse],
            name="Kept",
            mode="markers",
            marker={"size": 14, "symbol": "circle-open", "color": base.VALIDATION, "line": {"width": 2.5}},
            hovertemplate=f"The model keeps epoch {kept.epoch}: {kept.val_rmse:.3f} stars<extra></extra>",
        )


def _reference(figure: go.Figure, rmse: float, words: str) -> None:
    """A labeled line across the plot."""
    figure.add_hline(y=rmse, line={"color": base.REFERENCE, "width": 1.5, "dash": "dash"}, layer="below")
    figure.add_annotation(
        x=1,
        xref="paper",
        xanchor="right",
        y=rmse,
        yanchor="bottom",
        text=f"{words}: {rmse:.3f}",
        showarrow=False,
        font={"size": 12, "color": base.REFERENCE},
    )


def _range(curves: Sequence[Curve], references: Started) -> tuple[float, float]:
    """Ends of the error axis: it holds everything after an epoch, and the reference lines, with some air.

    The loss within the first epoch may start far above and is cut there.
    """
    values = [value for curve in curves for epoch in curve.epochs for value in (epoch.rmse, epoch.val_rmse)]
    values = [value for value in values if np.isfinite(value)]
    low = min([*values, references.averages_rmse * 0.85])
    high = min(max([*values, references.mean_rmse * 1.04]), references.mean_rmse * 2.5)
    air = 0.06 * (high - low)
    return low - air, high + air
