"""The map on a page: mounts the component, sends what the browser lacks, and hears what is selected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.analysis.film import packed
from core.export.living_map.program import program
from dashboard.cache import loaders
from dashboard.charts import maps as charts
from dashboard.charts.base import unmarked
from dashboard.charts.maps import Landmarks, Places, on_the_map
from dashboard.charts.points import CLASS_COLORS, Classes, Coloring
from dashboard.map_view import packing
from dashboard.session import state
from dashboard.shared import elements, in_browser

MOST, MOST_PLAIN = 1_000_000, 20_000
"""Items on one map, and on one that Plotly draws: of more a sample is drawn."""

NAMED = 100_000
"""Items whose names come with a map, those first in the data; the others' come in parts as long, when wanted."""

HEIGHT = 560

_NO_WEBGL = "_no_webgl"

_mount = st.components.v2.component("embedding_map", js=in_browser.LOADER)


def places(run_id: str, rows: np.ndarray, points: np.ndarray, axes: Sequence[str], **more: Any) -> Places:
    """Where items of a run lie, with what a map says of each; `more` are further fields of `Places`."""
    labels = loaders.item_rows(run_id).labels
    return Places(rows, points, axes, loaders.hover(run_id), labels, loaders.notes(run_id), **more)


@dataclass(frozen=True, eq=False)
class Moments:
    """Where items were while they were learned, float32, (n_frames, n, 2), after so many units, (n_frames,), rising."""

    at: np.ndarray
    places: np.ndarray
    unit: str = "Epoch"
    digits: int = 1


@dataclass(frozen=True, eq=False)
class Looks:
    """How points look, beside their color; None leaves all alike.

    `sizes` are numbers of ratings of every item of the data, shown as areas. Of it too is `known`: the best known
    get their names first; where all are zeros, names are spread over the map; None names none. `opacity`, 0–1,
    (n,), is that of the items on the map.
    """

    sizes: np.ndarray | None = None
    known: np.ndarray | None = None
    opacity: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Marks:
    """What is marked on a map.

    Attributes:
        found: Items to mark, name and fly to; those that are not on the map are left out.
        near: Items to which a line leads from the only one in `found`.
        outlines: Areas to outline, each (any number, 2).
        landmarks: Named places to mark beside the items.
        regions: Names of groups, where their middles lie.
        fly: Whether the camera goes to what is newly found.
        trails: Items whose way is drawn while a film plays, and whose titles are always there, each in a color of its
            own; those that are not on the map are left out.
    """

    found: Sequence[int] = ()
    near: np.ndarray | None = None
    outlines: Sequence[np.ndarray] = ()
    landmarks: Landmarks | None = None
    regions: Landmarks | None = None
    fly: bool = True
    trails: Sequence[int] = ()


def show(
    places: Places,
    color: Coloring | Classes,
    *,
    key: str,
    title: str,
    alt: str,
    remark: str = "",
    looks: Looks = Looks(),
    marks: Marks = Marks(),
    selected: np.ndarray | None = None,
    on_select: Callable[[list[str]], None] | None = None,
    picks: bool = False,
    film: Moments | None = None,
    live: bool = False,
    room: bool = False,
    link: str = "",
    revision: str = "",
    height: int = HEIGHT,
    compact: bool = False,
) -> None:
    """Draw a map of two dimensions; Plotly draws it in a browser without WebGL, as `charts.maps.item_map` says.

    Args:
        places: Where the items lie, what they are called, and what is said under the names.
        color: A number or a class for every item of the data.
        key: Of the map: as long as it stays, the browser keeps what is seen and selected.
        title: Heading of the map.
        alt: What the map shows, for those who do not see it.
        remark: A smaller line under the heading.
        looks: How points look.
        marks: What is marked.
        selected: Items to be lit while all others are dimmed; None or empty dims none.
        on_select: Called with the ids of the selected items when somebody selects others; a callback.
        picks: Whether a click only says which item was meant: one at a time, and none is dimmed.
        film: Where the items were at each moment; None: the map has no film.
        live: Whether the places change a few times a second.
        room: Whether there is room for the controls of a film also while there is none: one is to come.
        link: A name that this map shares with others of the same items on the page: what is pointed at, selected and
            seen on one is so on all of them. Empty: none.
        revision: As long as it stays the same, zoom and camera stay.
        height: In pixels, where the page is wide.
        compact: Whether there is little room: fewer tools, all of them on the picture.

    Raises:
        ValueError: `color` has more classes than can be told apart, or what can be selected has no ids.
    """
    without = bool(st.session_state.get(_NO_WEBGL))
    if film is None:
        places, looks, remark = thinned(places, looks, remark, MOST_PLAIN if without else MOST, keep=marks.found)
    items = _items(places)
    ids = None if on_select is None else items.ids
    if on_select is not None and ids is None:
        raise ValueError("what is to be selected needs ids")
    if without:
        heading = {"title": title, "remark": remark, "revision": revision}
        _show_without_webgl(places, color, looks, marks, ids, on_select, key=key, alt=alt, **heading)
        return
    below = 36 * (film is not None or room) + 25 * isinstance(color, Classes)
    st.html(_room(key, height, below, compact=compact))
    send = partial(in_browser.part, key)
    chosen = on_the_map(places, [] if selected is None else selected)
    about = {"key": key, "revision": revision, "title": title, "remark": remark, "alt": alt}
    data = (
        about
        | {
            "height": height,
            "compact": compact,
            "link": link or None,
            "picks": picks,
            "room": room,
            "move": 300 if live else None,  # a little longer than until the next place comes
            "selected": send("selected", packing.bits(chosen, len(places.rows)) if len(chosen) else None),
        }
        | _what_is_there(key, send, places, items)
        | _looks(send, places, color, looks)
        | _marks(places, marks)
        | _moving(send, places, film, live=live)
    )
    _mount(
        key=key,
        data=in_browser.told(data),
        on_selected_change=None if ids is None or on_select is None else partial(_heard, key, ids, on_select),
        on_missing_change=_remember_that_there_is_no_webgl,
    )


def prepare(places: Places) -> None:
    """Make what takes longest of a map before it is shown: what is told of its items, and the program."""
    _items(places)
    program()


def thinned(
    places: Places, looks: Looks, remark: str, most: int, *, keep: Sequence[int] = ()
) -> tuple[Places, Looks, str]:
    """At most so many of the items, drawn by chance, `keep` among them; the remark says so where there are more."""
    if len(places.rows) <= most:
        return places, looks, remark
    drawn, remarks = places.thinned(most, keep=keep), [remark, f"{most:,} of {len(places.rows):,} drawn by chance"]
    looks = looks if looks.opacity is None else replace(looks, opacity=looks.opacity[drawn])
    fewer = replace(places, rows=places.rows[drawn], points=places.points[drawn])
    return fewer, looks, " · ".join(filter(None, remarks))


def _room(key: str, height: int, below: int, *, compact: bool) -> str:
    """A style that keeps room for a map, its title and what is `below` it, until they are drawn: nothing jumps."""
    tall = f"max({260 if compact else 320}px, min(100vw, {height}px))"
    return f"<style>.st-key-{key} {{ min-height: calc({tall} + {28 + below}px) }}</style>"


@dataclass(frozen=True, eq=False)
class _Items:
    """What is told of the items on a map, whatever their looks; `digest` tells these from others.

    `ids` is None where the data's are not known; `names` are titles and notes of NAMED items each, compressed; at
    least one part. As long as `of` is kept, nothing else is where what all this was made of is in memory.
    """

    ids: list[str] | None
    digest: str
    names: list[bytes]
    of: tuple[object, ...]


def _items(places: Places) -> _Items:
    """As above; made once, not in every run of the page: there may be a hundred thousand."""
    where = id(places.titles), id(places.notes), id(places.ids), in_browser.digest(places.rows.tobytes())
    return _items_of(where, places)


@st.cache_resource(max_entries=4, show_spinner=False)
def _items_of(where: tuple[object, ...], _places: Places) -> _Items:
    titles, notes, known, at = _places.titles, _places.notes, _places.ids, _places.rows.tolist()
    ids = None if known is None else list(known[_places.rows])
    parts = [at[start : start + NAMED] for start in range(0, len(at), NAMED)] or [[]]
    names = [packing.names([titles[row] for row in part], [notes[row] for row in part if len(notes)]) for part in parts]
    digest = str(where[-1]) if ids is None else _digest_of(ids)
    return _Items(ids, digest, names, (titles, notes, known))


def _digest_of(ids: Sequence[str]) -> str:
    return in_browser.digest("\0".join(ids).encode())


Send = Callable[..., dict[str, str] | None]
"""Makes of a part's name and bytes what the browser takes, as `in_browser.part` says."""


def _what_is_there(key: str, send: Send, places: Places, items: _Items) -> dict[str, Any]:
    """The program, the plane, and what is told of the items whatever their looks."""
    return {
        "program": in_browser.address(key, "program", program().encode(), "text/javascript"),
        "n": len(places.rows),
        "items": items.digest,
        "axes": [unmarked(axis) for axis in places.axes],
        "coordinates": list(places.plane.coordinates),
        "equal": places.plane.equal,
        "powers": places.plane.powers,
        "reach": places.plane.reach,
        "names": send("names", items.names[0]),
        "more": [send(f"names{at}", part) for at, part in enumerate(items.names[1:])] or None,
        "each": NAMED,
    }


def _looks(send: Send, places: Places, color: Coloring | Classes, looks: Looks) -> dict[str, Any]:
    numbers, meaning = packing.colors(color, places.rows)
    sizes, known, opacity = looks.sizes, looks.known, looks.opacity
    return {
        "colors": send("colors", numbers),
        "color": meaning,
        "values": send("values", packing.exact(color, places.rows)),
        "sizes": send("sizes", None if sizes is None else packing.sizes(sizes[places.rows])),
        "weight": send("weight", None if known is None else _weight(known[places.rows], places.points)),
        "opacity": send("opacity", None if opacity is None else packing.opacity(opacity)),
    }


def _weight(known: np.ndarray, points: np.ndarray) -> bytes:
    """Whose names come first: the best known's; where nobody knows any better, names are spread over the map."""
    return packing.weight(known) if known.any() else packing.spread(points)


def _marks(places: Places, marks: Marks) -> dict[str, Any]:
    trails = [(on_the_map(places, [item]), color) for item, color in zip(marks.trails, cycle(CLASS_COLORS))]
    found, near = on_the_map(places, marks.found), on_the_map(places, [] if marks.near is None else marks.near)
    named = [(marks.regions, False), (marks.landmarks, True)]
    return {
        "found": found.tolist(),
        "near": near.tolist() if len(found) == 1 else [],
        "fly": marks.fly,
        "outlines": [np.asarray(outline, float).round(6).ravel().tolist() for outline in marks.outlines],
        "trails": [{"item": int(at[0]), "color": color} for at, color in trails if len(at)],
        "named": [packing.named(given, marked=marked) for given, marked in named if given is not None],
    }


def _moving(send: Send, places: Places, film: Moments | None, *, live: bool) -> dict[str, Any]:
    if film is None:
        return {"places": send("places", packing.places(places.points), inline=live)}
    steps, bounds = packed(film.places)
    told = {"count": len(film.at), "at": film.at.tolist(), "unit": film.unit, "digits": film.digits}
    return {"frames": send("frames", steps.tobytes()), "film": told | {"bounds": bounds.ravel().tolist()}}


def _show_without_webgl(
    places: Places,
    color: Coloring | Classes,
    looks: Looks,
    marks: Marks,
    ids: list[str] | None,
    on_select: Callable[[list[str]], None] | None,
    *,
    key: str,
    alt: str,
    **heading: str,
) -> None:
    figure = charts.item_map(
        places,
        color,
        found=[*marks.found, *marks.trails],
        near=marks.near,
        sizes=looks.sizes,
        opacity=looks.opacity,
        outlines=marks.outlines,
        landmarks=marks.landmarks,
        **heading,
    )
    rows = {} if ids is None else dict(zip(places.rows.tolist(), ids, strict=True))
    hear: Any = "ignore" if on_select is None else partial(_heard_by_plotly, key, rows, on_select)
    st.plotly_chart(without_webgl(figure), key=f"{key}_plain", on_select=hear, alt=alt, config={"displaylogo": False})


def without_webgl(figure: go.Figure) -> go.Figure:
    """The figure with points that every browser can draw."""
    traces = [trace.to_plotly_json() for trace in figure.data]
    plain = [trace | {"type": "scatter"} if trace["type"] == "scattergl" else trace for trace in traces]
    return go.Figure(plain, figure.layout)


@state.reporting
def _heard(key: str, ids: list[str], on_select: Callable[[list[str]], None]) -> None:
    """What somebody has selected, by the bits that the browser sends; a callback."""
    said: Any = st.session_state[key].get("selected")
    if not isinstance(said, dict) or said.get("items") != _digest_of(ids):
        return  # other items than those now on the map
    chosen = packing.chosen(said.get("bits"), len(ids))
    if chosen is not None:
        on_select([ids[item] for item in chosen])


@state.reporting
def _heard_by_plotly(key: str, ids: dict[int, str], on_select: Callable[[list[str]], None]) -> None:
    rows = sorted(elements.selected_points(f"{key}_plain", max(ids, default=-1) + 1))
    on_select([ids[row] for row in rows if row in ids])


def _remember_that_there_is_no_webgl() -> None:
    st.session_state[_NO_WEBGL] = True
