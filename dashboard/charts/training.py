"""Training curves: one run live or finished, several runs beside each other.

The live curve is drawn by Vega, everything else by Plotly: Streamlit
builds a Plotly chart anew whenever its figure changes, which flickers and loses
a person's zoom, while a Vega chart only takes over the new rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.model.events import Started
from core.model.metrics import RMSE, Metric
from dashboard.charts import base
from dashboard.train.curve import REFERENCES, Curve

CLASSES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
"""Runs beside each other: Okabe and Ito's colors, told apart by color-blind eyes, in light and dark."""

ZOOM = "zoom"
"""Name of the selection that holds a person's zoom into the live curve."""

LINES = {
    "Validation": base.VALIDATION,
    "Training": base.TRAINING,
    "Within epochs": base.FAINT_TRAINING,
    "Earlier model": base.REFERENCE,
}
"""What the live curve can hold, in the order of its legend, with its color."""


@dataclass(frozen=True)
class Named:
    """A curve with the words it is called by."""

    name: str
    curve: Curve


def curve_rows(curve: Curve, references: Started, behind: Named | None = None) -> pd.DataFrame:
    """The numbers of a learning curve, one row a point: epoch, value, line (its name), part (how it is drawn).

    The loss within the first epoch may start far above everything; such points are left out. Of a model that
    guesses no ratings there is its metric alone: its loss is in another unit. An earlier model that was judged by
    another metric is not drawn. Before the first point the reference lines hold the curve's place alone.
    """
    points: list[tuple[float, float | None, str, str]] = [
        (0, value, f"{REFERENCES[name]}: {value:,.3f}", "reference below" if name == "slopes" else "reference")
        for name, value in references.references.items()
    ]
    if behind is not None and behind.curve.metric is curve.metric:
        points += [(e.epoch, e.rmse, "Earlier model", "behind, training") for e in behind.curve.epochs]
        points += [(e.epoch, e.value, "Earlier model", "behind") for e in behind.curve.epochs]
    if curve.metric is RMSE:
        losses = [(step.at, step.loss) for step in curve.steps if step.loss is not None]
        points += [(at, float(np.sqrt(loss)), "Within epochs", "within") for at, loss in losses]
    points += [(e.epoch, e.rmse, "Training", "epoch") for e in curve.epochs]
    points += [(e.epoch, e.value, "Validation", "epoch") for e in curve.epochs]
    points += [(e.epoch, e.value, "Validation", "kept") for e in curve.epochs if e.epoch == curve.kept_epoch]
    rows = pd.DataFrame(points, columns=["epoch", "value", "line", "part"]).astype({"epoch": float, "value": float})
    return rows[np.isfinite(rows["value"]) & (rows["value"] <= _highest(curve, references))]


def axis_words(metric: Metric, unit: str) -> str:
    """The title of the axis of a metric, which says its direction; `unit` is what ratings count in."""
    return f"{metric.title} ({f'{unit}, ' if metric is RMSE else ''}{metric.direction})"


def curve_spec(
    epochs: int,
    *,
    axis: str = "RMSE (stars, lower is better)",
    finished: bool = False,
    behind: bool = False,
    within: bool = True,
    training: bool = True,
    height: int = 420,
    columns: int = 2,
) -> dict[str, Any]:
    """A Vega-Lite chart of a metric over epochs, `height` pixels in all, for the rows of `curve_rows`.

    Nothing in it depends on how far the training is: only the rows change while it goes on, and that is what keeps
    the chart, and a person's zoom, in place. `finished`: there is a kept epoch to mark. `within`: the loss is
    measured within epochs. `training`: the metric is known of the training ratings too. `columns`: entries of the
    legend beside each other.
    """
    left_out = {"Earlier model": not behind, "Within epochs": not within, "Training": not training}
    named = [name for name in LINES if not left_out.get(name)]
    return {
        "title": "After each epoch",
        "height": height,
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "title": "Epoch",
                "scale": {"domain": [0, 1.03 * epochs], "nice": False},  # room for the last point
                "axis": {"format": "d", "tickMinStep": 1, "grid": False},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": axis,
                "scale": {"zero": False, "padding": 18},
                "axis": {"format": ".2f"},
            },
        },
        "layer": [*_reference_lines(), *_lines(finished, behind, named, axis, columns)],
    }


def _highest(curve: Curve, references: Started) -> float:
    """Errors above this are cut: more than twice what always guessing the mean is off by, and than the best epoch's."""
    if references.mean_rmse is None:
        return np.inf
    values = [value for epoch in curve.epochs for value in (epoch.rmse, epoch.value) if value is not None]
    best = curve.best.value if curve.best else 0.0
    highest = max([*filter(np.isfinite, values), references.mean_rmse * 1.04])
    return min(highest, max(references.mean_rmse * 2.5, best))


def _lines(finished: bool, behind: bool, named: list[str], axis: str, columns: int) -> list[dict[str, Any]]:
    """The layers of the curve, those in the background first; `named` are the lines in the legend."""
    legend = {"orient": "top", "title": None, "values": named, "columns": columns}
    encoding = {
        "color": {
            "field": "line",
            "type": "nominal",
            "scale": {"domain": list(LINES), "range": list(LINES.values())},
            "legend": legend,
        },
        "tooltip": [
            {"field": "line", "title": "Line"},
            {"field": "epoch", "type": "quantitative", "title": "Epoch", "format": ".2~f"},
            {"field": "value", "type": "quantitative", "title": axis, "format": ".3f"},
        ],
    }
    marks = {
        "behind, training": {"type": "line", "strokeWidth": 2, "strokeDash": [2, 3]},
        "behind": {"type": "line", "strokeWidth": 2},
        "within": {"type": "line", "strokeWidth": 1},
        "epoch": {"type": "line", "strokeWidth": 2.5, "point": {"size": 45, "filled": True}},
        "kept": {"type": "point", "size": 220, "strokeWidth": 2.5, "filled": False},
    }
    drawn = [part for part in marks if (behind or not part.startswith("behind")) and (finished or part != "kept")]
    layers: list[dict[str, Any]] = [
        {"transform": _only(part), "mark": {**marks[part], "clip": True}, "encoding": encoding} for part in drawn
    ]
    # named in the selection_mode of st.vega_lite_chart too, or new rows would reset the zoom
    zoom = {
        "name": ZOOM,
        "select": {"type": "interval", "zoom": "wheel![event.ctrlKey || event.metaKey]"},
        "bind": "scales",
    }
    return [layers[0] | {"params": [zoom]}, *layers[1:]]


def _reference_lines() -> list[dict[str, Any]]:
    """What guessing without a model reaches, as dashed lines with their words on them."""
    words = {"field": "line", "type": "nominal"}
    line = {"type": "rule", "aria": False, "strokeDash": [6, 5], "strokeWidth": 1.5, "color": base.REFERENCE}
    text = {"type": "text", "align": "right", "dx": -4, "fontSize": 12, "color": base.REFERENCE}
    places = {"reference": {"baseline": "bottom", "dy": -3}, "reference below": {"baseline": "top", "dy": 4}}
    layers: list[dict[str, Any]] = []
    for part, place in places.items():  # words above one line and below the next, which may be near
        layers += [
            {"transform": _only(part), "mark": line, "encoding": {"x": None, "tooltip": words}},
            {"transform": _only(part), "mark": text | place, "encoding": {"x": {"value": "width"}, "text": words}},
        ]
    return layers


def _only(part: str) -> list[dict[str, Any]]:
    return [{"filter": {"field": "part", "equal": part}}]


def compared_curves(curves: Sequence[Named], *, unit: str, height: int = 420) -> go.Figure:
    """What runs were measured at (solid) and their training RMSE (dotted); those of the first one's metric alone."""
    metric = curves[0].curve.metric
    figure = base.figure(
        "After each epoch, run by run",
        x="Epoch",
        y=axis_words(metric, unit),
        height=height,
        xaxis={"rangemode": "tozero", "tickformat": "d"},
        yaxis={"tickformat": ".2f"},
        legend={"yanchor": "top", "y": -0.2, "xanchor": "left", "x": 0},
        uirevision="compare",
    )
    for number, named in enumerate(curves):
        epochs, name = named.curve.epochs, base.plain(named.name, 90)
        if named.curve.metric is not metric:
            continue
        for part, values, dash in (
            ("validation", [epoch.value for epoch in epochs], "solid"),
            ("training", [epoch.rmse for epoch in epochs if epoch.rmse is not None], "dot"),
        ):
            figure.add_scatter(
                x=[epoch.epoch for epoch in epochs],
                y=values,
                name=f"{name}, {part}",
                mode="lines+markers",
                line={"color": CLASSES[number % len(CLASSES)], "width": 2.5, "dash": dash},
                marker={"size": 6},
                legendgroup=str(number),
                showlegend=part == "validation",
                hovertemplate=f"{name}, {part}, epoch %{{x:d}}: %{{y:.3f}}<extra></extra>",
            )
    return figure
