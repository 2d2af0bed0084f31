"""What all figures share: size, margins, legend, hover, and colors that mean the same everywhere."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

AMOUNT = "Cividis"
"""Color scale of amounts, from little to much."""

AROUND_ZERO = "RdBu"
"""Color scale of signed values: red below zero, blue above."""

VALIDATION, TRAINING, REFERENCE = "#0072B2", "#E69F00", "#8a8f9c"
"""Validation and training curves (Okabe and Ito's blue and orange), and lines to compare with."""

FAINT_TRAINING = "#d9b25f"
"""The training curve's finer grain, behind it."""

ACCENT, CHOSEN = "#3f62d8", "#e8590c"
"""Points, bars and lines that a figure is about, and whatever somebody has chosen or looked for among them."""

MUTED = "rgba(138, 143, 156, 0.45)"
"""Points and bars that stay in the background, in light and dark."""


AT_THE_TOP = {"y": 1, "yanchor": "top", "yref": "container", "pad": {"t": 19}}
"""Where a title stands that leaves room under it for a legend of several lines; others stand in its middle."""


def figure(title: str, /, *, x: str = "", y: str = "", height: int = 380, **layout: Any) -> go.Figure:
    """An empty figure, `height` pixels high, its axis titles with units; `layout` holds more settings of Plotly's."""
    usual = {
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}},
        "xaxis": {"title": {"text": x}, "automargin": True},
        "yaxis": {"title": {"text": y}, "automargin": True},
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 56, "b": 8},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "right", "x": 1},
        "hoverlabel": {"align": "left", "namelength": -1},
        "dragmode": "zoom",
    }
    # All at once: updating a layout that is there takes Plotly ten times as long.
    return go.Figure(layout=_merged(usual, layout))


def _merged(usual: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both sets of settings, `more` before `usual` where both say something, in settings within settings too."""
    result = dict(usual)
    for name, value in more.items():
        both = isinstance(value, Mapping) and isinstance(result.get(name), Mapping)
        result[name] = _merged(result[name], value) if both else value
    return result


def annotate(result: go.Figure, notes: Sequence[dict[str, Any]], shapes: Sequence[dict[str, Any]] = ()) -> None:
    """Add annotations and shapes, all at once: for each that is added Plotly looks at all that are there again."""
    result.layout.annotations = [*result.layout.annotations, *notes]
    result.layout.shapes = [*result.layout.shapes, *shapes]


def level(y: float, **line: Any) -> dict[str, Any]:
    """A shape: a line across the figure at a height. Plotly's own `add_hline` takes ten times as long."""
    return {"type": "line", "x0": 0, "x1": 1, "xref": "x domain", "y0": y, "y1": y, "yref": "y", "line": line}


def upright(x: float, **line: Any) -> dict[str, Any]:
    """A shape: a line from the bottom of the figure to its top."""
    return {"type": "line", "x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain", "line": line}


def above_level(y: float, text: str, *, below: bool = False, **font: Any) -> dict[str, Any]:
    """An annotation: what a line across the figure means, above its right end, or below."""
    place = {"x": 1, "xref": "x domain", "xanchor": "right", "y": y, "yanchor": "top" if below else "bottom"}
    return {**place, "text": text, "showarrow": False, "font": font}


def add_line(
    result: go.Figure, x: np.ndarray, y: np.ndarray, name: str, hover: str, *, line: dict[str, Any], **more: Any
) -> None:
    """Add a line, whose heights travel as float32, and what is shown over it."""
    words = f"{hover}<extra></extra>"
    result.add_scatter(x=x, y=y.astype(np.float32), mode="lines", name=name, line=line, hovertemplate=words, **more)


def color_bar(title: str, length: int, **more: object) -> dict[str, object]:
    """A color bar that lies above a figure at its right, `length` in pixels, with `more` or other settings."""
    look = {"title": {"text": title, "side": "top"}, "orientation": "h", "thickness": 10, "lenmode": "pixels"}
    return {**look, "len": length, "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom", **more}


def bar_marker(chosen: int | None, shapes: Sequence[str]) -> dict[str, object]:
    """Marker of one bar a component, of which the chosen one stands out; `shapes` are Plotly's patterns, or empty."""
    colors = [ACCENT if place == chosen else MUTED for place in range(len(shapes))]
    return {"color": colors, "pattern": {"shape": list(shapes), "fillmode": "overlay", "size": 5}}


def sampled(drawn: int, of: int) -> str:
    """What a title adds where only a sample is drawn, " (a sample of 8,000)"; empty where everything is."""
    return "" if drawn == of else f" (a sample of {drawn:,})"


_MARKUP = re.compile("[&<>]|%{")


def plain(text: str, length: int = 60) -> str:
    """Somebody's title as harmless text in a hover, a label or a tick.

    Plotly reads a few tags and %{…} templates out of strings; titles hold neither after this.
    """
    short = text if len(text) <= length else text[: length - 1] + "…"
    if not _MARKUP.search(short):
        return short
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")


def unmarked(text: str) -> str:
    """What was made for a figure, harmless words and line breaks, as plain text for what reads no markup."""
    return html.unescape(text.replace("<br>", " · ")).replace("%\u200b{", "%{")
