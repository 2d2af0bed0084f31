"""Figures of maps: a point an item, wherever a method has put it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.components.extremes import Ends
from dashboard.charts.base import ACCENT, CHOSEN, REFERENCE, annotate, figure, plain, sampled
from dashboard.charts.points import (
    MARK,
    MOST_IN_SWARM,
    NAMED,
    UNKNOWN,
    Classes,
    Coloring,
    Hover,
    add_found,
    add_points,
    layers,
    name_ends,
    name_place,
    sample,
    swarm,
)

SMALL, LARGE = 4, 22
"""Diameter in pixels of the least and the most rated item, where the size shows the number of ratings."""

_NAME = 0.1, 0.05
"""Width and height of a short name, as shares of the map's."""

_HEIGHT = 580


@dataclass(frozen=True)
class Plane:
    """What the axes of a map count, and how it lies in its frame.

    `coordinates` are called so in the box over an item, such as "component 2"; one without a name is not said. With
    `equal` a unit is as long across as up, so that distances can be compared by eye; where the axes count different
    things, each fills the frame. With `powers` those across are powers of ten. `reach` is seen at first, from
    (left, low, to right, high).
    """

    coordinates: Sequence[str] = ()
    equal: bool = True
    powers: bool = False
    reach: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, eq=False)
class Places:
    """Where items, or people, lie, and what is known of all of them.

    Attributes:
        rows: The items on the map, (n,), rising.
        points: Their places, float array, (n, 2 or 3).
        axes: What each axis is called; empty text where it means nothing by itself.
        hover: What to show over each item of the data.
        titles: What the items of the data are called.
        notes: What is said under each title, plain text; may be left out.
        ids: The data's own id of each item, where items can be selected.
        plane: What the axes count.
    """

    rows: np.ndarray
    points: np.ndarray
    axes: Sequence[str]
    hover: Hover
    titles: Sequence[str]
    notes: Sequence[str] = ()
    ids: np.ndarray | None = None
    plane: Plane = Plane()

    def thinned(self, most: int, *, keep: Sequence[int] = ()) -> np.ndarray:
        """Places in `rows` of at most so many of the items, drawn by chance, the same every time; `keep` among them."""
        return np.searchsorted(self.rows, sample(self.rows, keep=np.array(keep, int), most=most))

    def spots(self, at: np.ndarray) -> list[np.ndarray]:
        """Coordinates of some of the items on the map, an array for each axis."""
        return [self.points[at, axis] for axis in range(len(self.axes))]


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Named places, float array (n, 2 or 3), that are no items; `label` says what they are."""

    label: str
    points: np.ndarray
    names: Sequence[str]


def item_map(
    places: Places,
    color: Coloring | Classes,
    *,
    title: str,
    remark: str = "",
    found: Sequence[int] = (),
    near: np.ndarray | None = None,
    sizes: np.ndarray | None = None,
    opacity: np.ndarray | None = None,
    outlines: Sequence[np.ndarray] = (),
    landmarks: Landmarks | None = None,
    revision: str = "",
) -> go.Figure:
    """Items on a map of two or three dimensions.

    Args:
        places: Where they lie; above MOST_DRAWN a sample of them is drawn, which the title says.
        color: A number or a class for every item of the data.
        title: Heading of the figure.
        remark: A smaller line under it.
        found: Items to mark and name; those that are not on the map are left out.
        near: Items to which a line leads from the only one in `found`.
        sizes: Number of ratings of every item of the data, shown as the points' area; None draws all alike.
        opacity: Of the point of each item on the map, 0–1, (n,), in two dimensions: in space none has its own. None
            draws all alike.
        outlines: Areas to outline on a map of two dimensions, each (any number, 2).
        landmarks: Named places to mark beside the items.
        revision: As long as it stays the same, zoom and camera stay.

    The custom data of a point is its row in the data.
    """
    marked = on_the_map(places, found)
    linked = np.array([], int) if near is None else on_the_map(places, near)
    drawn = sample(np.arange(len(places.rows)), keep=np.concatenate([marked, linked]))
    result = figure(title + sampled(len(drawn), len(places.rows)), **_look(places, color, remark, revision))
    sizing = None if sizes is None else diameters(sizes[places.rows])
    for name, at, marker in layers(_of_the_map(color, places), drawn, flat=len(places.axes) == 2):
        if sizing is not None:
            marker |= {"size": sizing[at], "sizemode": "diameter"}
        if opacity is not None:
            marker |= {"opacity": opacity[at]}
        rows, template = places.rows[at], f"{NAMED}{_coordinates(places.plane)}{_last_line(color, name)}"
        spots, texts = places.spots(at), places.hover[rows]
        add_points(result, spots, texts, name=name, marker=marker, rows=rows, template=template)
    if len(marked) == 1 and len(linked):
        _add_lines(result, places, int(marked[0]), linked)
    for outline in outlines:
        _add_outline(result, outline)
    if landmarks is not None:
        _add_landmarks(result, landmarks, room=np.ptp(places.points, axis=0))
    if len(marked):
        add_found(result, places.spots(marked), places.rows[marked], places.titles, showlegend=False)
    return result


def on_the_map(places: Places, rows: Sequence[int] | np.ndarray) -> np.ndarray:
    """Where in `places` these rows are, without those that are not there."""
    wanted = np.asarray(rows, int)
    at = np.searchsorted(places.rows, wanted)
    there = (at < len(places.rows)) & (places.rows[np.minimum(at, len(places.rows) - 1)] == wanted)
    return at[there]


def _of_the_map(color: Coloring | Classes, places: Places) -> Coloring | Classes:
    """The numbers or classes of the items on the map alone, in its order."""
    if isinstance(color, Classes):
        return replace(color, member=color.member[places.rows])
    return replace(color, values=color.values[places.rows])


def _coordinates(plane: Plane) -> str:
    """The lines of a hover that say where a point lies."""
    return "".join(f"<br>{name}: %{{{axis}:.2f}}" for name, axis in zip(plane.coordinates, "xyz", strict=False) if name)


def _last_line(color: Coloring | Classes, name: str) -> str:
    """What a hover says about the color, by the name of the trace."""
    if isinstance(color, Classes):
        return f"<br>{name}"
    has_number = color.form and name != UNKNOWN
    return f"<br>{plain(color.label).lower()}: %{{marker.color:{color.form}}}" if has_number else ""


def diameters(counts: np.ndarray) -> np.ndarray:
    """Pixels, so that the area grows with the number of ratings, float32."""
    share = np.sqrt(counts / max(1, int(counts.max(initial=1))))
    return (SMALL + (LARGE - SMALL) * share).astype(np.float32)


def _add_lines(result: go.Figure, places: Places, start: int, ends: np.ndarray) -> None:
    """From one item to its true neighbors, however far away they are drawn."""
    lines: dict[str, list[float | None]] = {}
    for axis, name in enumerate("xyz"[: len(places.axes)]):
        here = float(places.points[start, axis])
        lines[name] = [value for end in ends for value in (here, float(places.points[end, axis]), None)]
    trace = go.Scatter if len(places.axes) == 2 else go.Scatter3d
    line = {"color": "rgba(232, 89, 12, 0.55)", "width": 2}
    result.add_trace(trace(**lines, mode="lines", name="neighbors", line=line, hoverinfo="skip", showlegend=False))


def _add_outline(result: go.Figure, outline: np.ndarray) -> None:
    """A shape, not a trace: it lies above WebGL points, and takes no part in hovering and selecting."""
    path = " L ".join(f"{x:.4g} {y:.4g}" for x, y in outline)
    line = {"color": CHOSEN, "width": 2}
    result.add_shape(type="path", path=f"M {path} Z", line=line, fillcolor="rgba(232, 89, 12, 0.10)", layer="above")


def _add_landmarks(result: go.Figure, landmarks: Landmarks, *, room: np.ndarray) -> None:
    """Diamonds with their names; on a flat map annotations, because WebGL points cover the text of traces.

    Names that would cover others within `room`, how far the map reaches, are shown over them alone.
    """
    spots, names = list(landmarks.points.T), [plain(name, 28) for name in landmarks.names]
    flat = len(spots) == 2
    mode = "markers" if flat else "markers+text"
    template = f"<b>%{{text}}</b><br>{plain(landmarks.label)}: where one would lie with this alone"
    line = {"width": 1, "color": "white"}
    marker: dict[str, object] = {"symbol": "diamond", "color": MARK, "line": line, "size": 9 if flat else 4}
    add_points(result, spots, names, name="names", marker=marker, template=template, mode=mode, showlegend=False)
    if flat:
        name_apart(result, landmarks.points, names, room)


def name_apart(
    result: go.Figure, points: np.ndarray, names: Sequence[str], room: np.ndarray, *, size: tuple[float, float] = _NAME
) -> None:
    """Names, made harmless, beside places (n, 2), away from the nearest other; those that would cover one are left out.

    `room` is how far the figure reaches along each axis, and `size` that of a name as shares of it.
    """
    above = _away_from_nearest(points)
    apart = _apart(points + np.outer(np.where(above, 1, -1) * size[1] / 2, [0, 1]) * room, np.array(size) * room)
    annotate(
        result, [name_place(points[place], names[place], above=bool(above[place])) for place in apart if names[place]]
    )


def _apart(points: np.ndarray, size: np.ndarray) -> list[int]:
    """Places of names of this size that do not cover each other, the first of those that would."""
    kept: list[int] = []
    for place, point in enumerate(points):
        near = np.abs(points[kept] - point) < size
        if not near.all(axis=1).any():
            kept.append(place)
    return kept


def _away_from_nearest(points: np.ndarray) -> np.ndarray:
    """Whether the name of each place stands above it: where its nearest other place lies below, boolean, (n,)."""
    if len(points) < 2:
        return np.ones(len(points), bool)
    apart = np.square(points[:, None] - points[None]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(points[:, 1] >= points[apart.argmin(axis=1), 1])


def _look(places: Places, color: Coloring | Classes, remark: str, revision: str) -> dict[str, Any]:
    """Settings of the figure."""
    below = {"yanchor": "top", "y": -0.12 if places.axes[0] else -0.02, "xanchor": "left", "x": 0}
    classes = color.names if isinstance(color, Classes) else ()
    look = {
        "title": {"subtitle": {"text": remark, "font": {"size": 13}}},
        "margin": {"t": 76 if remark else 56},
        "height": _HEIGHT + 10 * len(classes),  # room for the legend, on a phone a line each
        "legend": below | {"itemsizing": "constant"},
        "showlegend": isinstance(color, Classes),
        "uirevision": revision,
    }
    if len(places.axes) == 3:
        x, y, z = ({"title": {"text": name}} for name in places.axes)
        camera = {"eye": {"x": 1.3, "y": 1.3, "z": 0.7}}
        aspect = "data" if places.plane.equal else "cube"
        space = {"xaxis": x, "yaxis": y, "zaxis": z, "camera": camera, "aspectmode": aspect, "uirevision": revision}
        return look | {"scene": space}
    across, up = (_axis(places, axis) for axis in (0, 1))
    # Inside, so that the legend below cannot lie on it however narrow the picture is.
    corner = {"xref": "paper", "yref": "paper", "x": 1, "y": 0, "xanchor": "right", "yanchor": "bottom"}
    notes = [{"text": places.axes[0], "showarrow": False, **corner}] if places.axes[0] else []
    return look | {
        "xaxis": across,
        "yaxis": {"title": {"text": places.axes[1]}, **up},
        "annotations": notes,
        "dragmode": "lasso",
    }


def _axis(places: Places, axis: int) -> dict[str, Any]:
    """Settings of one axis of a flat figure."""
    # Where an axis means nothing, numbers and lines would only pretend it did.
    look: dict[str, Any] = dict.fromkeys(("showticklabels", "zeroline", "showgrid"), bool(places.axes[axis]))
    plane = places.plane
    if axis == 1 and plane.equal:
        look |= {"scaleanchor": "x", "scaleratio": 1}  # distances are what the eye compares
    if axis == 0 and plane.powers:
        look |= {"tickvals": list(range(10)), "ticktext": [f"{10**power:,}" for power in range(10)]}
    if plane.reach is not None:
        look["range"] = [plane.reach[axis], plane.reach[axis + 2]]
    return look


LOW, HIGH = "#d55e00", "#0072b2"
"""Colors of the two poles."""


@dataclass(frozen=True)
class Poles:
    """What is chosen: rows of the items at each pole, and what the poles are called."""

    low: Sequence[int]
    high: Sequence[int]
    low_name: str
    high_name: str


def axis_strip(
    positions: np.ndarray, listed: np.ndarray, ends: Ends, poles: Poles, *, titles: Sequence[str], noun: str
) -> go.Figure:
    """All items along an axis, (n_items,): -1 is the mean of the low pole, 1 that of the high one, its `ends` named."""
    chosen = np.array([*poles.low, *poles.high], int)
    rows = np.union1d(np.flatnonzero(listed), chosen)
    drawn = sample(rows, keep=np.concatenate([chosen, ends.top, ends.bottom]), most=MOST_IN_SWARM)
    low, high = plain(poles.low_name or "low", 24), plain(poles.high_name or "high", 24)
    title = f"{len(rows):,} {noun} from {low} to {high}{sampled(len(drawn), len(rows))}"
    result = figure(title, x=f"{low} ← place → {high}", height=360)
    height = swarm(positions[drawn])
    layers = [(noun, np.arange(len(drawn)), {"size": 4, "color": ACCENT, "opacity": 0.6})]
    for name, pole, color in ((low, poles.low, LOW), (high, poles.high, HIGH)):
        marker = {"size": 11, "color": color, "line": {"width": 1, "color": "white"}}
        layers.append((name, np.searchsorted(drawn, np.sort(np.array(pole, int))), marker))
    for name, at, marker in layers:
        visible = drawn[at]
        texts, template = [plain(titles[row]) for row in visible], "%{text}: <b>%{x:.2f}</b>"
        spots = positions[visible], height[at]
        add_points(result, spots, texts, name=name, marker=marker, rows=visible, template=template)
    line = {"color": REFERENCE, "width": 1, "dash": "dot"}
    for place in (-1, 1):
        result.add_shape(type="line", x0=place, x1=place, y0=-1.1, y1=1.1, line=line)
    name_ends(result, positions, titles, ends, first=1.25, step=0.3)
    result.update_yaxes(visible=False, range=[-2.2, 2.2], fixedrange=True)
    return result
