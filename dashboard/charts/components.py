"""Figures of principal components: where the items lie along them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.ends import Ends
from dashboard.charts.base import AMOUNT, MUTED, figure, plain
from dashboard.copy import plural

MOST_DRAWN = 12_000
"""Items in one picture; more are sampled, so that a chart's message stays below 2 MB."""

OUTLINE = {"width": 0.5, "color": "rgba(138, 143, 156, 0.8)"}
"""Around colored points, so that the dark end of a scale shows on dark ground and the bright end on white."""

CLASS_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#cc79a7", "#f0e442", "#8c6bb1")
"""Okabe and Ito's colors, which color-blind eyes tell apart, in an order that keeps similar ones away; and a purple."""

REST = "others"
"""Legend entry of items that belong to none of the classes shown."""

_ACCENT, _MARK = "#3f62d8", "#e8590c"


@dataclass(frozen=True, eq=False)
class Coloring:
    """A number for every item and how to show it on a color scale.

    Attributes:
        label: What the number is, with its unit.
        values: Float array, (n_items,), NaN where unknown.
        ticks, tick_labels: Where the color bar has marks, and what they say; empty leaves it to the chart.
    """

    label: str
    values: np.ndarray
    ticks: Sequence[float] = ()
    tick_labels: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Classes:
    """A class for every item: -1 for none of those shown, else its place in `names`."""

    label: str
    member: np.ndarray
    names: Sequence[str]


def sample(rows: np.ndarray, *, keep: np.ndarray | None = None, most: int = MOST_DRAWN) -> np.ndarray:
    """At most `most` of the rows, the same ones every time, in rising order; `keep` are always among them."""
    if len(rows) <= most:
        return rows
    kept = np.empty(0, rows.dtype) if keep is None else np.intersect1d(keep, rows)[:most]
    rest = np.setdiff1d(rows, kept)
    drawn = np.random.default_rng(0).choice(rest, most - len(kept), replace=False)
    return np.sort(np.concatenate([kept, drawn]))


def strip(
    scores: np.ndarray,
    titles: Sequence[str],
    listed: np.ndarray,
    ends: Ends,
    *,
    component: int,
    noun: str,
    noise: bool = False,
) -> go.Figure:
    """All items along one component, the outermost of the listed ones named.

    Args:
        scores: Float array, (n_items,), in embedding units.
        titles: What the items are called.
        listed: Boolean array, (n_items,), items with enough ratings; the others are drawn paler.
        ends: Items to name at each end.
        component: Its number, from 1.
        noun: What an item is.
        noise: Whether the component is no more than chance would give; the axis says so.
    """
    named = np.concatenate([ends.top, ends.bottom])
    drawn = sample(np.arange(len(scores)), keep=named)
    of_all = "" if len(drawn) == len(scores) else f" (a sample of {len(drawn):,})"
    result = figure(
        f"All {len(scores):,} {plural(noun)} along component {component}{of_all}",
        x=f"Score on component {component}{', noise' if noise else ''} (embedding units)",
        height=300,
    )
    height = _swarm(scores[drawn])
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
        _name_end(result, scores[row], titles[row], 1.2 + 0.3 * place, "left")
    for place, row in enumerate(ends.top):
        _name_end(result, scores[row], titles[row], -1.2 - 0.3 * place, "right")
    result.update_yaxes(visible=False, range=[-2.0, 2.0], fixedrange=True)
    result.update_layout(uirevision=f"strip {component}", showlegend=False)
    return result


def _name_end(result: go.Figure, x: float, title: str, y: float, anchor: str) -> None:
    """A title above or below the swarm, reaching inward, with a thin line down to its point."""
    edge = 1.05 if y > 0 else -1.05
    result.add_shape(type="line", x0=x, x1=x, y0=edge * 0.2, y1=y, line={"color": MUTED, "width": 1})
    result.add_annotation(x=x, y=y, text=plain(title, 36), showarrow=False, xanchor=anchor, font_size=12)


def _swarm(values: np.ndarray) -> np.ndarray:
    """Heights between -1 and 1 that spread points more where they are dense, float32; the same every time."""
    counts, edges = np.histogram(values, bins=120)
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(counts) - 1)
    spread = np.sqrt(counts[place] / counts.max())
    return (spread * np.random.default_rng(0).uniform(-1, 1, len(values))).astype(np.float32)


def scatter(
    scores: np.ndarray,
    axes: Sequence[int],
    rows: np.ndarray,
    hover: Sequence[str],
    color: Coloring | Classes,
    *,
    found: Sequence[int] = (),
    titles: Sequence[str] = (),
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
        noun: What an item is.

    The custom data of a point is its row.
    """
    drawn = sample(rows)
    of_all = "" if len(drawn) == len(rows) else f" (a sample of {len(drawn):,})"
    names = [f"Component {axis + 1} (embedding units)" for axis in axes]
    result = figure(f"{len(rows):,} {plural(noun)} on components {_listed(axes)}{of_all}", height=620)
    place = (scores, axes)
    if isinstance(color, Classes):
        for name, group, marker in _groups(color, drawn):
            _add_points(result, place, group, hover, name=plain(name), marker=marker)
    else:
        unknown = np.isnan(color.values[drawn])
        if unknown.any():
            _add_points(result, place, drawn[unknown], hover, name="unknown", marker={"size": 4, "color": MUTED})
        _add_points(result, place, drawn[~unknown], hover, name=color.label, marker=_scale(color, drawn[~unknown]))
    if found:
        _add_found(result, place, list(found), titles)
    _lay_out(result, names, uirevision=f"scatter {_listed(axes)}")
    result.update_layout(showlegend=isinstance(color, Classes))
    return result


def _listed(axes: Sequence[int]) -> str:
    *first, last = (str(axis + 1) for axis in axes)
    return f"{', '.join(first)} and {last}"


def _groups(color: Classes, rows: np.ndarray) -> list[tuple[str, np.ndarray, dict[str, object]]]:
    """Name, rows and marker of each class, those of none first, so that they lie at the back."""
    member = color.member[rows]
    groups: list[tuple[str, np.ndarray, dict[str, object]]] = [(REST, rows[member < 0], {"size": 4, "color": MUTED})]
    for place, name in enumerate(color.names):
        marker = {"size": 6, "opacity": 0.85, "color": CLASS_COLORS[place % len(CLASS_COLORS)], "line": OUTLINE}
        groups.append((name, rows[member == place], marker))
    return [group for group in groups if len(group[1])]


def _scale(color: Coloring, rows: np.ndarray) -> dict[str, object]:
    bar: dict[str, object] = {"title": {"text": color.label, "side": "right"}, "thickness": 12, "len": 0.8}
    if len(color.ticks):
        bar |= {"tickmode": "array", "tickvals": list(color.ticks), "ticktext": list(color.tick_labels)}
    values = color.values[rows].astype(np.float32)
    low, high = np.percentile(values, [5, 95]) if len(values) else (0.0, 1.0)  # a few far-out values keep no colors
    return {
        "size": 6,
        "opacity": 0.85,
        "color": values,
        "cmin": float(low),
        "cmax": float(high),
        "colorscale": AMOUNT,
        "colorbar": bar,
        "line": OUTLINE,
    }


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
    trace = go.Scatter if len(axes) == 2 else go.Scatter3d
    result.add_trace(
        trace(
            **spots,
            mode="markers+text",
            name="searched",
            marker={"size": size, "symbol": "circle-open", "color": _MARK, "line": {"width": 3}},
            text=[plain(titles[row], 40) for row in rows],
            textposition="top center",
            textfont={"size": 13, "color": _MARK},
            customdata=np.array(rows, np.int32),
            hovertemplate="%{text}<extra></extra>",
        )
    )


def _lay_out(result: go.Figure, names: Sequence[str], *, uirevision: str) -> None:
    if len(names) == 3:
        x, y, z = ({"title": {"text": name.replace(" (embedding units)", "")}} for name in names)
        camera = {"eye": {"x": 1.3, "y": 1.3, "z": 0.7}}
        result.update_layout(scene={"xaxis": x, "yaxis": y, "zaxis": z, "camera": camera, "uirevision": uirevision})
    else:
        result.update_layout(xaxis_title=names[0], yaxis_title=names[1], dragmode="lasso")
        result.update_xaxes(zeroline=True)
    legend = {"xanchor": "left", "x": 0, "itemsizing": "constant"}
    result.update_layout(uirevision=uirevision, margin_t=84, legend=legend)
