"""What figures with a point an item share: samples, colors, and points that spread where they are dense."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.base import AMOUNT, AROUND_ZERO, MUTED, plain

MOST_DRAWN = 12_000
"""Items in one picture; more are sampled, so that a chart's message stays below 2 MB."""

OUTLINE = {"width": 0.5, "color": "rgba(138, 143, 156, 0.8)"}
"""Around colored points, so that the dark end of a scale shows on dark ground and the bright end on white."""

CLASS_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#cc79a7", "#f0e442", "#8c6bb1")
"""Okabe and Ito's colors, which color-blind eyes tell apart, in an order that keeps similar ones away; and a purple."""

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
"""The next one for every further round of colors: more classes than colors are told apart by their form."""

MARK = "#c2410c"
"""Of what somebody has looked for or selected."""

_PAPER = "rgba(255, 255, 255, 0.85)"

REST = "others"
"""Legend entry of items that belong to none of the classes shown."""


@dataclass(frozen=True, eq=False)
class Coloring:
    """A number for every item and how to show it on a color scale.

    Attributes:
        label: What the number is, with its unit.
        values: Float array, (n_items,), NaN where unknown.
        ticks, tick_labels: Where the color bar has marks, and what they say; empty leaves it to the chart.
        form: How a hover shows the number (d3-format); empty leaves it out.
        around_zero: Whether the sign matters: zero then lies in the middle of the scale.
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
    kept = np.empty(0, rows.dtype) if keep is None else np.intersect1d(keep, rows)[:most]
    rest = np.setdiff1d(rows, kept)
    drawn = np.random.default_rng(0).choice(rest, most - len(kept), replace=False)
    return np.sort(np.concatenate([kept, drawn]))


def groups(color: Classes, rows: np.ndarray) -> list[tuple[str, np.ndarray, dict[str, object]]]:
    """Name, rows and marker of each class, those of none first, so that they lie at the back."""
    member = color.member[rows]
    found: list[tuple[str, np.ndarray, dict[str, object]]] = [(REST, rows[member < 0], {"size": 4, "color": MUTED})]
    for place, name in enumerate(color.names):
        marker = {"size": 6, "opacity": 0.85, "color": CLASS_COLORS[place % len(CLASS_COLORS)], "line": OUTLINE}
        if place >= len(CLASS_COLORS):
            marker["symbol"] = SYMBOLS[place // len(CLASS_COLORS) % len(SYMBOLS)]
        found.append((name, rows[member == place], marker))
    return [group for group in found if len(group[1])]


def scale(color: Coloring, rows: np.ndarray) -> dict[str, object]:
    """Marker of points colored by a number, with its color bar; the colors span the middle 90% of `rows`."""
    bar: dict[str, object] = {"title": {"text": color.label, "side": "right"}, "thickness": 12, "len": 0.8}
    if len(color.ticks):
        bar |= {"tickmode": "array", "tickvals": list(color.ticks), "ticktext": list(color.tick_labels)}
    values = color.values[rows].astype(np.float32)
    low, high = np.percentile(values, [5, 95]) if len(values) else (0.0, 1.0)  # a few far-out values keep no colors
    if color.around_zero:
        high = max(abs(low), abs(high))
        low = -high
    return {
        "size": 6,
        "opacity": 0.85,
        "color": values,
        "cmin": float(low),
        "cmax": float(high),
        "colorscale": AROUND_ZERO if color.around_zero else AMOUNT,
        "colorbar": bar,
        "line": OUTLINE,
    }


def swarm(values: np.ndarray) -> np.ndarray:
    """Heights between -1 and 1 that spread points more where they are dense, float32; the same every time."""
    counts, edges = np.histogram(values, bins=120)
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(counts) - 1)
    spread = np.sqrt(counts[place] / counts.max())
    return (spread * np.random.default_rng(0).uniform(-1, 1, len(values))).astype(np.float32)


def name_point(result: go.Figure, x: float, y: float, title: str) -> None:
    """A title beside its point on a flat picture: an annotation, because WebGL points cover the text of traces."""
    font = {"size": 13, "color": MARK}
    result.add_annotation(
        x=x, y=y, text=plain(title, 40), ax=0, ay=-34, arrowcolor=MARK, font=font, bgcolor=_PAPER, borderpad=2
    )
