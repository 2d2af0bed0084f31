"""Elements as all pages draw them: fields that stand in the link, buttons, charts, tables, what is picked, errors."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.access import Action
from dashboard.cache import loaders
from dashboard.session import callbacks, chosen_items, classroom, visitor
from dashboard.shared import finding, phrases
from dashboard.shared.markup import escape, spoken
from dashboard.shared.matrix_rows import Rows

if TYPE_CHECKING:  # the first page is drawn without them
    import pandas as pd
    from plotly.graph_objects import Figure

WELL_KNOWN = 21
"""Ratings an item needs to be listed or compared, at first: the article's "more than 20"."""


def segments(
    label: str, options: Sequence[str], key: str, words: str | None = None, *, first: str | None = None, **more: Any
) -> str:
    """Buttons beside each other, of which one is lit: until somebody chooses the first, or `first`."""
    usual: dict[str, Any] = {
        "default": first or options[0],
        "required": True,
        "bind": "query-params",
        "help": words,
        "wrap": True,
    }
    return str(st.segmented_control(label, options, key=key, **(usual | more)))


def hold(key: str, value: object) -> None:
    """Let the widget of this key, before it is drawn, hold what is kept elsewhere.

    A browser is told only where it has not said itself that the widget holds it: told with every script, it would take
    a value that it has just sent for the one before, and send that with the next request. Told too seldom, as where the
    script that was to tell it has ended before, it would draw an empty widget and send that.
    """
    if key not in callbacks.said() or st.session_state.get(key) != value:
        st.session_state[key] = value


def toggle(label: str, key: str, words: str, *, first: bool = False) -> bool:
    """A switch, off until somebody turns it on, or on at first."""
    return st.toggle(label, first, key=key, bind="query-params", help=words)


def whole_number(
    label: str, minimum: int, maximum: int, first: int, key: str, *, width: int | None = None, words: str | None = None
) -> int:
    """A field for a whole number within limits; as wide as its place without a width."""
    return st.number_input(
        label, minimum, maximum, first, key=key, bind="query-params", width=width or "stretch", help=words, step=1
    )


def enough_ratings(*counts: np.ndarray, leaving: int, key: str, words: str) -> int:
    """A field for the ratings that a row needs to take part; none, and 0, where nobody rated anything.

    `counts` are ratings of each row, (n_rows,); several where each of several models has to keep enough rows.
    `leaving` rows remain of each with the highest number that can be chosen, of few rows half, and with what is
    asked for at first, WELL_KNOWN or less.
    """
    if not all(count.any() for count in counts):
        return 0
    maximum = min(most_asked_for(count, leaving) for count in counts)
    usual = min(int(np.sort(count)[-min(leaving, len(count))]) for count in counts)
    first = max(1, min(WELL_KNOWN, usual, maximum))
    return whole_number("Enough ratings: at least", 1, maximum, first, key, width=190, words=words)


def most_asked_for(count: np.ndarray, leaving: int) -> int:
    """The most ratings that can be asked for, so that of rows with these counts `leaving` remain, or half of few."""
    return max(1, int(np.sort(count)[-min(leaving, (len(count) + 1) // 2)]))


def pages(n: int, size: int, key: str, *, linked: bool = False) -> slice:
    """Which of n rows are shown: all where they are few, else a page of so many, chosen here, if `linked` in the link.

    Rows in another order begin at the first page under another key.
    """
    if n <= size:
        return slice(0, n)
    with st.container(horizontal=True, vertical_alignment="center"):
        first = size * (st.pagination(-(-n // size), key=key, bind="query-params" if linked else None) - 1)
        st.caption(f"{first + 1:,} to {min(first + size, n):,} of {n:,}")
    return slice(first, first + size)


def button(
    label: str,
    icon: str,
    key: str,
    callback: Callable[..., None],
    *args: object,
    primary: bool = False,
    disabled: bool = False,
) -> None:
    """A button with a Material icon that calls back with `args`.

    These are ids, numbers or settings, never a model or a table: Streamlit keeps them as long as the session.
    """
    rank: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    icon = f":material/{icon}:"
    st.button(label, type=rank, icon=icon, on_click=callback, args=args, disabled=disabled, key=key)


def confirm(label: str, icon: str, key: str, callback: Callable[..., None], *args: object) -> None:
    """Both buttons of a dialog that close it: one does what was asked, `args` as in `button`, the other nothing."""
    with st.container(horizontal=True):
        done = st.button(label, type="primary", icon=f":material/{icon}:", key=key, on_click=callback, args=args)
        if st.button("Keep", key="keep") or done:
            st.rerun()


def clickable_chart(figure: "Figure", key: str, on_click: Callable[[], None], alt: str, text: str) -> None:
    """A small chart whose points or bars can be clicked, and in words what it shows, which its alternative says too."""
    config, alt = phrases.CHART_CONFIG, f"{alt} {spoken(text)}"
    st.plotly_chart(figure, key=key, on_select=on_click, selection_mode="points", config=config, alt=alt)
    st.markdown(text)


def chart_tools() -> dict[str, bool]:
    """Of a large chart: Plotly's tools, but on phones, where they would cover its title and fingers do the same."""
    return phrases.CHART_CONFIG if visitor.on_phone() else {"displaylogo": False}


def table(rows: "pd.DataFrame", *, alt: str, place: DeltaGenerator | None = None, **options: Any) -> None:
    """A table in words of the pages: where there is no value stands a dash, and row numbers say nothing."""
    (place or st).dataframe(rows, hide_index=True, placeholder="–", alt=alt, **options)


def picked_rows(
    rows: "pd.DataFrame", columns: Mapping[str, Any], key: str, alt: str, *, several: bool = False
) -> list[int]:
    """A table of which a row can be picked, or several; the numbers of those that are.

    Streamlit picks rows by number: where others may stand in their places, the key has to be another one.
    """
    mode: Literal["multi-row", "single-row"] = "multi-row" if several else "single-row"
    table(rows, on_select="rerun", selection_mode=mode, column_config=columns, key=key, alt=alt)
    return selected_rows(key, len(rows))[: None if several else 1]


def selected_rows(table: str, n: int) -> list[int]:
    """Numbers of the selected rows of a table with n rows, as picked; what a browser says that is none is left out."""
    return _numbers(st.session_state[table].selection.get("rows"), n)


def selected_points(chart: str, n: int, coordinate: str = "customdata") -> list[int]:
    """Numbers below n under a coordinate of the selected points of a chart, by its key, as they were picked."""
    points = st.session_state[chart].selection.get("points")
    points = points if isinstance(points, list) else []
    return _numbers([point.get(coordinate) for point in points if isinstance(point, dict)], n)


def _numbers(said: object, n: int) -> list[int]:
    """The whole numbers from 0 to n - 1 in what a browser says, each once."""
    numbers = [one for one in said if isinstance(one, int | float)] if isinstance(said, list) else []
    return list(dict.fromkeys(int(one) for one in numbers if 0 <= one < n and one == int(one)))


def allowed(action: Action) -> bool:
    """Whether the visitor may do this; where they may not, why and who may, as a small sentence."""
    refused = visitor.refusal(action)
    if refused is not None:
        st.caption(f":material/lock: {escape(phrases.sentence(str(refused)))}")
    return refused is None


def page_link(page: str, label: str, icon: str, **parameters: str) -> None:
    """A link to a page that opens with query parameters; nothing where the page is closed to this visitor."""
    if classroom.closed(page) is not None:
        return
    st.page_link(f"app_pages/{page}.py", label=label, icon=f":material/{icon}:", query_params=parameters or None)


def error(code: str, message: str) -> None:
    """What went wrong, as a sentence, under a title in plain words."""
    st.error(escape(phrases.sentence(message)), title=phrases.error_title(code), icon=":material/error:")


def show_chart(figure: "Figure", key: str, alt: str, *, reading: str = "", place: DeltaGenerator | None = None) -> None:
    """A chart and, below it and in its text alternative, its reading (Markdown), if any."""
    whole = f"{alt} {spoken(reading)}".strip()
    (place or st).plotly_chart(figure, key=key, config=phrases.CHART_CONFIG, alt=whole)
    if reading:
        st.markdown(reading)


def choose_row(
    rows: Rows, label: str, key: str, *, first: int, width: int | None = None, place: DeltaGenerator | None = None
) -> int:
    """A field in which one row is chosen by its name, kept in the link under its key; `width` in pixels."""
    at = rows.labels[first]
    return rows.offered[finding.one_of(label, rows.offered, key=key, first=at, width=width, place=place)]


def choose_followed(
    run_id: str, rows: Rows, label: str, key: str, *, width: int | None = None, place: DeltaGenerator | None = None
) -> int:
    """As `choose_row`, first the best known of the items chosen on any page, or of all; a choice holds there too."""
    ratings = loaders.ratings_of(run_id)
    of_items = rows.noun == ratings.noun
    chosen = chosen_items.best_known(ratings) if of_items else None
    first = int(rows.by_count[0]) if chosen is None else chosen
    row = choose_row(rows, label, key, first=first, width=width, place=place)
    if of_items and row != first:
        chosen_items.choose(ratings.dataset_id, [str(ratings.items.ids[row])])
        chosen_items.write_link()
    return row


def warn_untrained(noun: str, consequence: str = "") -> None:
    """A warning that training never moved a row, and what comes of that."""
    st.warning(
        f"This {noun} has no rating in the training part: its numbers were never learned{consequence}.",
        icon=":material/casino:",
    )


def show_method(text: str) -> None:
    """Formulas and sources (Markdown), folded away."""
    with st.expander("How this is computed", icon=":material/function:"):
        st.markdown(text)
