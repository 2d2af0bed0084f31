"""What figures with a point an item share: samples, colors, rings, names, and swarms that spread where it is dense."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.extremes import Ends
from core.export.living_map.packing import span
from dashboard.charts.base import AMOUNT, AROUND_ZERO, CHOSEN, MUTED, annotate, plain

MOST_DRAWN = 12_000
"""Items in one picture; more are sampled, so that a chart's message stays below 2 MB."""

MOST_IN_SWARM = 3_000
"""Items in a swarm, whose form as many tell: a browser sets a chart up anew with every change of its page, and points
cost it the most."""

OUTLINE = {"width": 0.5, "color": "rgba(138, 143, 156, 0.8)"}
"""Around colored points, so that the dark end of a scale shows on dark ground and the bright end on white."""

CLASS_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#cc79a7", "#f0e442", "#8c6bb1")
"""Okabe and Ito's colors, which color-blind eyes tell apart, in an order that keeps similar ones away; and a purple."""

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
"""The next one for every further round of colors: more classes than colors are told apart by their form."""

MARK = "#c2410c"
"""Of what somebody has looked for or selected."""

_PAPER = "rgba(255, 255, 255, 0.85)"

REST, UNKNOWN = "others", "unknown"
"""Legend entries of items that belong to none of the classes shown, and of those whose number is not known."""

NAMED = "<b>%{text}</b><br>%{hovertext}"
"""Plotly's template of it. The tags stand here alone: in the texts, JSON that is safe in a page spells each "<" in six
characters, and the tags of ten thousand points would be as large a part of the message as the names."""


@dataclass(frozen=True, eq=False)
class Hover:
    """A name and a line of facts for each row: arrays (n_rows,) of texts made harmless."""

    names: np.ndarray
    facts: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> "Hover":
        return Hover(self.names[rows], self.facts[rows])


@dataclass(frozen=True, eq=False)
class Coloring:
    """A number for every item, NaN where unknown, and how to show it on a color scale.

    Without `ticks` the chart chooses marks; `form` (d3-format) shows the number in a hover. `around_zero`: the sign
    matters, and zero lies in the middle of the scale.
    """

    label: str
    values: np.ndarray
    ticks: Sequence[float] = ()
    tick_labels: Sequence[str] = ()
    form: str = ""
    around_zero: bool = False


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
    among = np.zeros(len(rows), bool) if keep is None else np.isin(rows, keep)
    kept, rest = rows[among][:most], rows[~among]
    drawn = np.random.default_rng(0).choice(rest, most - len(kept), replace=False)
    return np.sort(np.concatenate([kept, drawn]))


def layers(
    color: Coloring | Classes, rows: np.ndarray, *, flat: bool
) -> list[tuple[str, np.ndarray, dict[str, object]]]:
    """The traces of points colored by a number or a class, the one at the back first: harmless name, rows, marker."""
    result: list[tuple[str, np.ndarray, dict[str, object]]]
    if isinstance(color, Coloring):
        unknown = np.isnan(color.values[rows])
        known = rows[~unknown]
        result = [(UNKNOWN, rows[unknown], {"size": 4, "color": MUTED}), (color.label, known, scale(color, known))]
    else:
        member = color.member[rows]
        result = [(REST, rows[member < 0], {"size": 4, "color": MUTED})]
        for place, name in enumerate(color.names):
            marker = {"size": 6, "opacity": 0.85, "color": CLASS_COLORS[place % len(CLASS_COLORS)], "line": OUTLINE}
            if place >= len(CLASS_COLORS):
                marker["symbol"] = SYMBOLS[place // len(CLASS_COLORS) % len(SYMBOLS)]
            result.append((plain(name), rows[member == place], marker))
    if not flat:
        for _, _, marker in result:
            marker["size"] = 3
            marker.pop("line", None)  # outlines of points in space are drawn a pixel wide at least, and hide them
    return [layer for layer in result if len(layer[1])]


def scale(color: Coloring, rows: np.ndarray) -> dict[str, object]:
    """Marker of points colored by a number, with its color bar; the colors span the middle 90% of `rows`."""
    bar = {"title": {"text": color.label, "side": "right"}, "thickness": 12, "len": 0.8, **bar_ticks(color)}
    values = color.values[rows].astype(np.float32)
    low, high = span(values, around_zero=color.around_zero)
    return {
        "size": 6,
        "opacity": 0.85,
        "color": values,
        "cmin": low,
        "cmax": high,
        "colorscale": AROUND_ZERO if color.around_zero else AMOUNT,
        "colorbar": bar,
        "line": OUTLINE,
    }


def bar_ticks(color: Coloring) -> dict[str, object]:
    """Settings of a color bar's marks; none where they are left to the chart."""
    if not len(color.ticks):
        return {}
    return {"tickmode": "array", "tickvals": list(color.ticks), "ticktext": list(color.tick_labels)}


def swarm(values: np.ndarray) -> np.ndarray:
    """Heights between -1 and 1 that spread points more where they are dense, float32; the same every time."""
    counts, edges = np.histogram(values, bins=120)
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(counts) - 1)
    spread = np.sqrt(counts[place] / counts.max())
    return (spread * np.random.default_rng(0).uniform(-1, 1, len(values))).astype(np.float32)


def add_points(
    result: go.Figure,
    spots: Sequence[np.ndarray],
    texts: Sequence[str] | np.ndarray | Hover,
    *,
    name: str,
    marker: dict[str, object],
    rows: np.ndarray | None = None,
    template: str = "",
    **more: Any,
) -> None:
    """Points on a flat picture, or in space: an array (n_points,) of `spots` for each of two or three axes.

    `texts`, made harmless, are shown over the points, or else `template` says what; `rows` are the points' custom
    data.
    """
    more = {"mode": "markers", "customdata": None if rows is None else _small(rows)} | more
    more |= {axis: np.asarray(values, np.float32) for axis, values in zip("xyz", spots, strict=False)}
    if isinstance(texts, Hover):
        more["hovertext"], template = texts.facts.astype(str), template or NAMED
        texts = texts.names
    # Plotly looks at a list text by text, which takes it ten times as long as an array of texts.
    more |= {"text": np.asarray(texts, str), "hovertemplate": f"{template or '%{text}'}<extra></extra>"}
    kind = "scattergl" if len(spots) == 2 else "scatter3d"
    result.add_trace({"type": kind, "name": name, "marker": marker, **more})  # a dict, which Plotly looks at only once


def _small(rows: np.ndarray) -> np.ndarray:
    """Row numbers in as few bytes as they need: they are part of the message."""
    return np.asarray(rows).astype(np.min_scalar_type(int(np.max(rows, initial=0))))


def ring(size: float | np.ndarray, *, color: str = CHOSEN) -> dict[str, object]:
    """Marker of a point that somebody has looked for."""
    return {"size": size, "symbol": "circle-open", "color": color, "line": {"width": 3}}


def add_found(
    result: go.Figure, spots: Sequence[np.ndarray], rows: np.ndarray, titles: Sequence[str], **more: Any
) -> None:
    """Rings around items that somebody has looked for, with their titles; `spots` as for `add_points`."""
    flat = len(spots) == 2
    more |= {"textposition": "top center", "textfont": {"size": 13, "color": CHOSEN}}
    texts, mode = [plain(titles[row], 40) for row in rows], "markers" if flat else "markers+text"
    add_points(result, spots, texts, name="searched", marker=ring(14 if flat else 8), rows=rows, mode=mode, **more)
    if flat:
        annotate(result, [name_point(spot, titles[row]) for row, *spot in zip(rows, *spots, strict=True)])


def name_ends(
    result: go.Figure, positions: np.ndarray, titles: Sequence[str], ends: Ends, *, first: float, step: float
) -> None:
    """The titles of the outermost items of a swarm: those of the low end above it, those of the high end below.

    `first` is the height of the first title, where points lie between -1 and 1, and `step` that to the next.
    """
    places = [
        (positions[row], side * (first + step * place), titles[row], anchor)
        for side, rows, anchor in ((1, ends.bottom, "left"), (-1, ends.top, "right"))
        for place, row in enumerate(rows)
    ]
    name_in_swarm(result, places)


def name_in_swarm(
    result: go.Figure, places: Sequence[tuple[float, float, str, str]], *, color: str | None = None
) -> None:
    """Titles above or below the swarm, each with a thin line to its point.

    Of each: where its point lies along the axis, its height, the title, and the end of it that lies there.
    """
    font, line = {"size": 12, "color": color}, {"color": color or MUTED, "width": 1}
    notes = [
        {"x": x, "y": y, "text": plain(title, 36), "showarrow": False, "xanchor": anchor, "font": font}
        for x, y, title, anchor in places
    ]
    lines = [
        {"type": "line", "x0": x, "x1": x, "y0": 0.2 if y > 0 else -0.2, "y1": y, "line": line} for x, y, *_ in places
    ]
    annotate(result, notes, lines)


def name_point(spot: Iterable[float], title: str) -> dict[str, object]:
    """A title beside its point on a flat picture: an annotation, because WebGL points cover the text of traces."""
    x, y = map(float, spot)
    look = {"font": {"size": 13, "color": MARK}, "arrowcolor": MARK, "bgcolor": _PAPER, "borderpad": 2}
    return {"x": x, "y": y, "text": plain(title, 40), "ax": 0, "ay": -34, **look}


def name_place(spot: Iterable[float], name: str, *, above: bool) -> dict[str, object]:
    """A short name right above or below a place on a flat picture, made harmless before: an annotation."""
    x, y = map(float, spot)
    look = {"font": {"size": 11, "color": MARK}, "showarrow": False, "bgcolor": _PAPER, "borderpad": 0}
    return {"x": x, "y": y, "text": name, "yshift": 12 if above else -12, **look}
