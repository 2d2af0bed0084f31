"""Figures of learned biases: beside plain averages, and how much of an average is believed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.biases.bias import Biases, BiasPosterior
from dashboard.charts.base import (
    ACCENT,
    AROUND_ZERO,
    AT_THE_TOP,
    CHOSEN,
    MUTED,
    REFERENCE,
    add_line,
    annotate,
    color_bar,
    figure,
    level,
    plain,
    sampled,
    upright,
)
from dashboard.charts.points import NAMED, OUTLINE, Hover, add_points, ring, sample
from dashboard.shared.phrases import count as counted

CURVES = (1, 10, 100, 1000)
"""Numbers of ratings whose expected bias is drawn as a line."""

_DASHES = ("dot", "dash", "dashdot", "solid")
_SMALLEST, _LARGEST = 4.0, 22.0


def scatter(
    fit: Biases,
    mean: np.ndarray,
    count: np.ndarray,
    hover: Hover,
    *,
    rated: np.ndarray,
    listed: np.ndarray,
    marked: Sequence[int] = (),
    titles: Sequence[str] = (),
    known: BiasPosterior | None = None,
    noun: str,
) -> go.Figure:
    """Learned bias against mean rating, sized by number of ratings, colored by what the averages do not explain.

    `mean` in rating units and `count` are of the training ratings, (n_rows,). Rows to draw are `rated`, of very
    many a sample, which the title says; those not `listed` lie behind, without color; `marked` are ringed and named
    by `titles`. The custom data of a point are its expected bias, the difference, and how far the bias is `known`.
    """
    drawn = sample(rated, keep=np.array(marked, np.int64))
    result = figure(
        f"Learned bias and mean rating of {counted(len(rated), noun)}{sampled(len(drawn), len(rated))}",
        x="Mean training rating",
        y="Learned bias (units of the score)",
        height=500,
        uirevision="bias",
        showlegend=False,
        margin={"t": 100},
    )
    size = _SMALLEST + (_LARGEST - _SMALLEST) * np.sqrt(count / max(int(count.max()), 1))
    place = (fit, mean, hover, known)
    few, enough = drawn[~listed[drawn]], drawn[listed[drawn]]
    if len(few):
        _add(result, place, few, name="few ratings", marker={"size": 3, "color": MUTED, "opacity": 0.6})
    if len(enough):
        _add(result, place, enough, name="enough ratings", marker=_colored(fit.residual[enough], size[enough]))
    _add_curves(result, fit, mean[rated], count[rated])
    if len(marked):
        rows = np.array(marked, np.int64)
        _add(result, place, rows, name="searched", marker=ring(size[rows] + 8))
        if known is not None:
            result.data[-1].error_y = {"array": known.std[rows].astype(np.float32), "color": CHOSEN, "thickness": 2}
        annotate(result, [_name(mean[row], fit.expected[row] + fit.residual[row], titles[row]) for row in rows])
    return result


def _name(x: float, y: float, title: str) -> dict[str, Any]:
    """A title beside its point: an annotation, because WebGL points cover the text of ordinary traces."""
    look = {"ax": -50, "ay": -90, "arrowcolor": CHOSEN, "font": {"size": 13, "color": CHOSEN}}
    return {"x": float(x), "y": float(y), "text": plain(title, 40), **look}


def _colored(residual: np.ndarray, size: np.ndarray) -> dict[str, object]:
    reach = float(np.percentile(np.abs(residual), 95)) or 1.0
    bar = color_bar("Below or above what is expected", 200, tickformat="+.2~g")
    return {
        "size": size.astype(np.float32),
        "opacity": 0.85,
        "color": residual.astype(np.float32),
        "cmin": -reach,
        "cmax": reach,
        "colorscale": AROUND_ZERO,
        "colorbar": bar,
        "line": OUTLINE,
    }


def _add(
    result: go.Figure,
    place: tuple[Biases, np.ndarray, Hover, BiasPosterior | None],
    rows: np.ndarray,
    *,
    name: str,
    marker: dict[str, object],
) -> None:
    fit, mean, hover, known = place
    expected, residual = fit.expected[rows], fit.residual[rows]
    rest = np.where(np.abs(residual) < 0.005, 0, residual)  # never "-0.00"
    columns = [expected, rest] if known is None else [expected, rest, known.std[rows]]
    numbers = np.stack(columns, axis=1).astype(np.float32)
    doubt = "" if known is None else " ± %{customdata[2]:.2f}"
    spots = mean[rows], expected + residual
    template = f"{NAMED}<br>bias <b>%{{y:.2f}}</b>{doubt}" + ", expected %{customdata[0]:.2f} (%{customdata[1]:+.2f})"
    add_points(result, spots, hover[rows], name=name, marker=marker, template=template, customdata=numbers)


def _add_curves(result: go.Figure, fit: Biases, mean: np.ndarray, count: np.ndarray) -> None:
    """The bias expected at a few numbers of ratings, over the means that occur with so many or more."""
    notes = []
    for number, dash in zip(CURVES, _DASHES, strict=True):
        means = mean[count >= number]
        if len(means) < 2 or count.min() > number:
            continue
        across = np.linspace(means.min(), means.max(), 60)
        expected = fit.curve(np.full(len(across), number), across)
        name = counted(number, "rating")
        end = 0 if number < 100 else -1  # where fewer points lie
        line = {"color": REFERENCE, "width": 2, "dash": dash}
        hover = f"expected with {name}: %{{y:.2f}}"
        add_line(result, across.astype(np.float32), expected, name, hover, line=line)
        place = {"x": float(across[end]), "y": float(expected[end]), "xanchor": "left"}
        side = "bottom" if number == CURVES[0] else "top"
        notes.append({**place, "yanchor": side, "text": name, "showarrow": False, "font": {"size": 12}})
    annotate(result, notes)


def believed(fit: Biases, highest: int, *, known: BiasPosterior | None = None) -> go.Figure:
    """Share of an average that is believed, by ratings up to `highest`; dashed what the prior of the model says."""
    count = np.unique(np.geomspace(1, max(highest, 10), 80).round()).astype(np.int32)
    half = {"color": REFERENCE, "width": 1, "dash": "dot"}
    within = 1 <= fit.shrinkage <= count[-1]
    # With a legend, that is below the title, which a phone's width leaves no room beside.
    with_legend: dict[str, Any] = {"title": AT_THE_TOP, "margin": {"t": 96}, "legend": {"xanchor": "left", "x": 0}}
    result = figure(
        "How much an average counts",
        x="Ratings (each step tenfold)",
        y="Share believed",
        height=300 if known is None else 340,
        xaxis={"type": "log", "dtick": 1, "tickformat": ","},
        yaxis={"range": [0, 1.02], "tickformat": ".0%"},
        shapes=[upright(fit.shrinkage, **half), level(0.5, **half)] if within else [],
        uirevision="believed",
        showlegend=known is not None,
        **({} if known is None else with_legend),
    )
    hover = "%{x:,} ratings: <b>%{y:.0%}</b>"
    add_line(result, count, fit.believed(count), "fitted to the biases", hover, line={"color": ACCENT, "width": 3})
    if known is not None:
        line = {"color": CHOSEN, "width": 2, "dash": "dash"}
        add_line(result, count, known.believed(count), "chosen by the model", f"{hover}, as the model chose", line=line)
    return result
