"""Colors, sizes and named places of a page's map, as the bytes and words that the browser draws them from."""

from typing import Any

import numpy as np
from plotly.colors import get_colorscale

from core.export.living_map.packing import (
    STEPS,
    bits,
    chosen,
    compressed,
    names,
    opacity,
    places,
    scaled,
    span,
    spread,
    ticks,
    weight,
    words,
)
from dashboard.charts.base import AMOUNT, AROUND_ZERO
from dashboard.charts.maps import Landmarks, diameters
from dashboard.charts.points import CLASS_COLORS, REST, Classes, Coloring

# The core's, for maps on pages.
__all__ = ["bits", "chosen", "compressed", "names", "opacity", "places", "spread", "ticks", "weight", "words"]


def colors(color: Coloring | Classes, rows: np.ndarray) -> tuple[bytes, dict[str, Any]]:
    """A number of a color for each of these items, uint8, and what the numbers mean; ValueError: too many classes."""
    if isinstance(color, Classes):
        if len(color.names) > STEPS:
            raise ValueError(f"there are {len(color.names)} classes; at most {STEPS} can be told apart")
        known = {"kind": "classes", "label": color.label, "names": list(color.names), "colors": list(CLASS_COLORS)}
        member = color.member[rows]
        return (member + 1).astype(np.uint8).tobytes(), known | {"rest": REST if (member < 0).any() else ""}
    values = color.values[rows]
    low, high = span(values[~np.isnan(values)], around_zero=color.around_zero)
    stops = [stop for _, stop in get_colorscale(AROUND_ZERO if color.around_zero else AMOUNT)]
    return scaled(values, low, high), {
        "kind": "scale",
        "label": "" if np.isnan(values).all() else color.label,
        "colors": stops,
        "ticks": ticks(low, high, color.ticks, color.tick_labels),
        "plus": color.form.startswith("+"),
        "digits": int(color.form.strip("+.f") or 0),
    }


def exact(color: Coloring | Classes, rows: np.ndarray) -> bytes | None:
    """The numbers themselves, float32, for the box over an item; None where it does not say them."""
    if isinstance(color, Classes) or not color.form:
        return None
    return color.values[rows].astype("<f4").tobytes()


def sizes(counts: np.ndarray) -> bytes:
    """Diameters of points whose area grows with the number of ratings, in eighths of a pixel, uint8."""
    return np.rint(diameters(counts) * 8).astype(np.uint8).tobytes()  # in eighths of a pixel


def named(landmarks: Landmarks, *, marked: bool) -> dict[str, Any]:
    """Named places that are no items; `marked` by a diamond, or the names alone."""
    points = np.asarray(landmarks.points, float).round(6).ravel().tolist()
    return {"points": points, "names": list(landmarks.names), "marked": marked}
