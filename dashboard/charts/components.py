"""Figures of principal components: where the items lie along them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.extremes import Ends
from dashboard.charts.base import MUTED, figure, plain
from dashboard.charts.points import Classes, Coloring, groups, name_point, sample, scale, swarm
from dashboard.principal_components.label import Label
from dashboard.shared.phrases import plural

_ACCENT, _MARK = "#3f62d8", "#e8590c"


def strip(
    scores: np.ndarray,
    titles: Sequence[str],
    listed: np.ndarray,
    ends: Ends,
    *,
    label: Label,
    noun: str,
    marked: Sequence[int] = (),
) -> go.Figure:
    """All items along one component, the outermost of the listed ones named, and any others that are asked for.

    Args:
        scores: Float array, (n_items,), in embedding units.
        titles: What the items are called.
        listed: Boolean array, (n_items,), items with enough ratings; the others are drawn paler.
        ends: Items to name at each end.
        label: What the component is called, and whether it is noise; the axis says both.
        noun: What an item is.
        marked: Items to mark and name, wherever they lie.
    """
    named = np.concatenate([ends.top, ends.bottom, np.array(marked, int)])
    drawn = sample(np.arange(len(scores)), keep=named)
    of_all = "" if len(drawn) == len(scores) else f" (a sample of {len(drawn):,})"
    result = figure(f"All {len(scores):,} {plural(noun)} along {label.short}{of_all}", x=axis_title(label), height=320)
    height = swarm(scores[drawn])
    few = {"size": 3, "color": MUTED, "opacity": 0.5}
    many = {"size": 4, "color": _ACCENT, "opacity": 0.65}
    for enough, name, marker in ((False, "few ratings", few), (True, "enough ratings", many)):
        mask = listed[drawn] == enough
        rows = drawn[mask]
        result.add_scattergl(
            x=scores[rows].astype(np.float32),
            y=height[mask],
            mode="markers",
            name=name,
            marker=marker,
            text=[plain(titles[row]) for row in rows],
            hovertemplate="%{text}: <b>%{x:.2f}</b><extra></extra>",
        )
    for place, row in enumerate(ends.bottom):
        _name_end(result, scores[row], titles[row], 1.2 + 0.34 * place, "left")
    for place, row in enumerate(ends.top):
        _name_end(result, scores[row], titles[row], -1.2 - 0.34 * place, "right")
    if len(marked):
        _mark(result, scores, height, drawn, list(marked), titles)
    result.update_yaxes(visible=False, range=[-2.1, 3.2 if len(marked) else 2.1], fixedrange=True)
    result.update_layout(uirevision=f"strip {label.number}", showlegend=False)
    return result


def axis_title(label: Label, *, unit: bool = True) -> str:
    """An axis of scores, from one named end to the other, made harmless."""
    text = plain(label.span, 120)
    if not label.low:
        text = f"{text[0].upper()}{text[1:]}"
    if not unit:
        return text
    return f"{text}{'<br>' if label.named else ' · '}embedding units"  # two names fill a line on a phone


def _mark(
    result: go.Figure,
    scores: np.ndarray,
    height: np.ndarray,
    drawn: np.ndarray,
    marked: list[int],
    titles: Sequence[str],
) -> None:
    """Rings around chosen items, and lines to their titles, in three rows above everything else."""
    for place, row in enumerate(sorted(marked, key=lambda row: scores[row])):
        _name_end(result, scores[row], titles[row], 2.25 + 0.36 * (place % 3), "center", color=_MARK)
    result.add_scatter(
        x=scores[marked].astype(np.float32),
        y=height[np.searchsorted(drawn, marked)],
        mode="markers",
        name="marked",
        marker={"size": 12, "symbol": "circle-open", "color": _MARK, "line": {"width": 3}},
        text=[plain(titles[row]) for row in marked],
        hovertemplate="%{text}: <b>%{x:.2f}</b><extra></extra>",
    )


def _name_end(result: go.Figure, x: float, title: str, y: float, anchor: str, *, color: str | None = None) -> None:
    """A title above or below the swarm, reaching inward, with a thin line down to its point."""
    edge = 1.05 if y > 0 else -1.05
    result.add_shape(type="line", x0=x, x1=x, y0=edge * 0.2, y1=y, line={"color": color or MUTED, "width": 1})
    result.add_annotation(
        x=x, y=y, text=plain(title, 36), showarrow=False, xanchor=anchor, font={"size": 12, "color": color}
    )


def scatter(
    scores: np.ndarray,
    axes: Sequence[int],
    rows: np.ndarray,
    hover: Sequence[str],
    color: Coloring | Classes,
    *,
    found: Sequence[int] = (),
    titles: Sequence[str] = (),
    labels: Sequence[Label] = (),
    noun: str,
) -> go.Figure:
    """Items along two components, or three.

    Args:
        scores: Float array, (n_items, n_components), in embedding units.
        axes: Two or three components, from 0.
        rows: Items to draw; above MOST_DRAWN a sample of them, which the title says.
        hover: What to show over an item, one text an item of `scores`, made harmless.
        color: A number or a class for every item.
        found: Items to mark and name, drawn or not.
        titles: What the items are called; needed for `found`.
        labels: What each of `axes` is called; without them they have their numbers alone.
        noun: What an item is.

    The custom data of a point is its row.
    """
    drawn = sample(rows)
    of_all = "" if len(drawn) == len(rows) else f" (a sample of {len(drawn):,})"
    called = labels or [Label(axis + 1) for axis in axes]
    names = [axis_title(label, unit=len(axes) == 2) for label in called]
    result = figure(f"{len(rows):,} {plural(noun)} on components {_listed(axes)}{of_all}", height=620)
    place = (scores, axes)
    if isinstance(color, Classes):
        for name, group, marker in groups(color, drawn):
            _add_points(result, place, group, hover, name=plain(name), marker=marker)
    else:
        unknown = np.isnan(color.values[drawn])
        if unknown.any():
            _add_points(result, place, drawn[unknown], hover, name="unknown", marker={"size": 4, "color": MUTED})
        _add_points(result, place, drawn[~unknown], hover, name=color.label, marker=scale(color, drawn[~unknown]))
    if found:
        _add_found(result, place, list(found), titles)
    _lay_out(result, names, uirevision=f"scatter {_listed(axes)}")
    result.update_layout(showlegend=isinstance(color, Classes))
    return result


def _listed(axes: Sequence[int]) -> str:
    *first, last = (str(axis + 1) for axis in axes)
    return f"{', '.join(first)} and {last}"


def _add_points(
    result: go.Figure,
    place: tuple[np.ndarray, Sequence[int]],
    rows: np.ndarray,
    hover: Sequence[str],
    *,
    name: str,
    marker: dict[str, object],
) -> None:
    scores, axes = place
    spots = {axis: scores[rows, column].astype(np.float32) for axis, column in zip("xyz", axes, strict=False)}
    shown = "<br>".join(f"component {column + 1}: %{{{axis}:.2f}}" for axis, column in zip("xyz", axes, strict=False))
    if len(axes) == 3:
        marker = marker | {"size": 3}
        marker.pop("line", None)  # outlines of points in space are drawn a pixel wide at least, and hide them
    trace = go.Scattergl if len(axes) == 2 else go.Scatter3d
    result.add_trace(
        trace(
            **spots,
            mode="markers",
            name=name,
            marker=marker,
            text=[hover[row] for row in rows],
            customdata=rows.astype(np.int32),
            hovertemplate=f"%{{text}}<br>{shown}<extra></extra>",
        )
    )


def _add_found(
    result: go.Figure, place: tuple[np.ndarray, Sequence[int]], rows: list[int], titles: Sequence[str]
) -> None:
    """Rings around chosen items, with their titles."""
    scores, axes = place
    size = 14 if len(axes) == 2 else 8
    spots = {axis: scores[rows, column].astype(np.float32) for axis, column in zip("xyz", axes, strict=False)}
    flat = len(axes) == 2
    trace = go.Scattergl if flat else go.Scatter3d
    result.add_trace(
        trace(
            **spots,
            mode="markers" if flat else "markers+text",
            name="searched",
            marker={"size": size, "symbol": "circle-open", "color": _MARK, "line": {"width": 3}},
            text=[plain(titles[row], 40) for row in rows],
            textposition="top center",
            textfont={"size": 13, "color": _MARK},
            customdata=np.array(rows, np.int32),
            hovertemplate="%{text}<extra></extra>",
        )
    )
    if flat:
        for row in rows:
            name_point(result, float(scores[row, axes[0]]), float(scores[row, axes[1]]), titles[row])


def _lay_out(result: go.Figure, names: Sequence[str], *, uirevision: str) -> None:
    if len(names) == 3:
        x, y, z = ({"title": {"text": name}} for name in names)
        camera = {"eye": {"x": 1.4, "y": 1.4, "z": 0.75}, "center": {"x": 0, "y": 0, "z": -0.16}}
        result.update_layout(scene={"xaxis": x, "yaxis": y, "zaxis": z, "camera": camera, "uirevision": uirevision})
    else:
        result.update_layout(xaxis_title=names[0], yaxis_title=names[1], dragmode="lasso")
        result.update_xaxes(zeroline=True)
    legend = {"xanchor": "left", "x": 0, "itemsizing": "constant"}
    result.update_layout(uirevision=uirevision, margin_t=84, legend=legend)
