"""Fields in which something is found by its name: looked for in the browser, whole, in part or as the data files it.

The browser has the names once, whatever else changes on the page, and says what was chosen, or typed where nothing fits
(`finding.js`). What that means is judged here.
"""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.spoken import named, said
from core.export.living_map import packing
from core.export.living_map.program import program
from dashboard.session import address_bar, untrusted
from dashboard.shared import in_browser
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Offered

PROGRAM = Path(__file__).resolve().with_suffix(".js")

LONGEST = 500
"""Characters of what may be typed; no title needs more, and a browser may send anything."""

MOST_FOUND = 20
"""Rows that a picture marks at once; more names would cover each other."""

_CHOSEN = "_chosen_by_name"

_mount = st.components.v2.component("title_field", js=in_browser.LOADER, css=":host { min-height: 4rem }")


def field(
    label: str,
    names: Collection[str],
    *,
    key: str,
    on_choose: Callable[..., None],
    args: Sequence[Any] = (),
    value: str | None = None,
    words: str = "",
    width: int | None = None,
    place: DeltaGenerator | None = None,
) -> None:
    """A field in which a name is looked for; what is most often meant stands first.

    When somebody has chosen one, or typed it, `on_choose` is called with `args`, and `take` says which is meant.
    The field shows `value`; where that is None, it is empty again as soon as a name is chosen. `width` in pixels.
    """
    first, *more = names.parts if isinstance(names, Offered) else [_listed(names)]
    data = {
        "program": in_browser.address(key, "program", program(PROGRAM).encode(), "text/javascript"),
        "names": in_browser.part(key, "names", first),
        "more": [in_browser.part(key, f"names{at}", part) for at, part in enumerate(more)] or None,
        "label": label,
        "about": words,
        "placeholder": "Type a few letters",
        "keeps": value is not None,
        "value": value or "",
    }
    with place or contextlib.nullcontext():
        _mount(key=key, data=in_browser.told(data), width=width or "stretch", on_chosen_change=lambda: on_choose(*args))


def _listed(names: Collection[str]) -> bytes:
    return in_browser.compressed(packing.words(list(names), []))


def take(key: str, names: Collection[str]) -> str | None:
    """The name that is meant by what was chosen or typed in a field; that there is none is said. For callbacks."""
    typed: Any = st.session_state[key].get("chosen")
    if not isinstance(typed, str) or len(typed) > LONGEST:
        return None
    name = typed if typed in names else named(typed, list(names))
    if name is None:
        st.toast(f"Nothing here is called “{escape(typed)}”.", icon=":material/search_off:")
    return name


def one_of(
    label: str,
    names: Mapping[str, int] | Sequence[str],
    *,
    key: str,
    first: str,
    width: int | None = None,
    place: DeltaGenerator | None = None,
) -> str:
    """A field in which one of the names is chosen, or typed in part or as the data files it; it is in the link.

    The name is under `key` in the session as long as its page stays, and the parameter in the link. `width` in
    pixels.
    """
    linked = address_bar.news(key)
    if linked is not None:
        st.session_state.pop(key, None)
        if (meant := said(linked, names)) in names:
            st.session_state[key] = meant
        elif linked:
            address_bar.ignore(key, linked, untrusted.any_of(list(names)))
    kept: Any = st.session_state.get(key)
    name = st.session_state[key] = kept if kept in names else first
    st.session_state.setdefault(_CHOSEN, set()).add(key)
    address_bar.put(**{key: name if name != first or st.query_params.get(key) == name else None})
    shown = f"{key}_field"
    field(label, names, key=shown, on_choose=_choose, args=(key, names), value=name, width=width, place=place)
    return name


def _choose(key: str, names: Collection[str]) -> None:
    """Keep the name that was chosen in a field of one; a callback."""
    name = take(f"{key}_field", names)
    if name is not None:
        st.session_state[key] = name


def leave() -> None:
    """Forget what was chosen in fields of one name: another page begins."""
    for key in st.session_state.pop(_CHOSEN, ()):
        st.session_state.pop(key, None)
        address_bar.forget(key)


def several(
    label: str,
    offered: Mapping[str, int],
    *,
    key: str,
    most: int = MOST_FOUND,
    first: Sequence[str] = (),
    words: str = "",
) -> list[int]:
    """A field in which rows are looked for by their names, and below it those found; they are in the link.

    The field closes its list and is empty again as soon as a name is chosen, so that nothing covers what was found.
    Rows are `offered` by name, at `most` so many at once; those named `first` are there until somebody looks for
    others.
    """
    linked = [name for one in st.query_params.get_all(key) if (name := said(one, offered)) in offered]
    before = [name for name in st.session_state.get(key, linked or first) if name in offered]
    shown = f"{key}_field"
    with st.container(gap="xxsmall"):
        field(label, offered, key=shown, on_choose=add, args=(key, tuple(before), most, offered), words=words)
        if not (before or first or st.query_params.get_all(key)):
            return []
        default = [] if st.session_state.pop(f"{key}_added", False) else list(first)  # not two values at once
        options = list(dict.fromkeys([*before, *first]))
        names = found(label, options, key=key, most=most, default=default, bind="query-params")
    return [offered[name] for name in names]


def found(label: str, names: Sequence[str], *, key: str, most: int, **kept: Any) -> list[str]:
    """The names that were found in the field of this label, each with a cross; `kept` says where they are kept."""
    with st.container(key=f"found_{key}"):  # page.css makes a list of the field
        return st.multiselect(
            f"Found: {label}",
            names,
            max_selections=most,
            select_all=False,
            key=key,
            label_visibility="collapsed",
            filter_mode=None,  # nothing is looked for here but in the field above
            **kept,
        )


def add(key: str, before: Sequence[str], most: int, offered: Collection[str]) -> None:
    """Add the name that was chosen in a field to those found; a callback."""
    name = take(f"{key}_field", offered)
    if name is None or name in before:
        return
    if most == 1:
        before = ()
    if len(before) == most:
        st.toast(f"At most {most} can be chosen at once: take one away first.", icon=":material/info:")
        return
    names = [*before, name]
    if key not in st.session_state:  # what holds them is not there yet, and Streamlit would leave them out of the link
        st.query_params[key] = names
    st.session_state[key] = names
    st.session_state[f"{key}_added"] = True
