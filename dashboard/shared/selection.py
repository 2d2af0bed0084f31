"""Items that somebody has chosen: what tells them from the others in a sentence, as a table and as a file."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.access import Action
from core.analysis.item_attributes import LOG_RATINGS, MEAN_RATING, YEAR
from core.analysis.traits import FEWEST_ITEMS, Trait
from core.data.ratings import Ratings
from core.errors import ExplorerError
from core.studies import selections
from core.studies.component_names import LONGEST
from core.studies.selections import Selection
from core.studies.twins import real_id
from dashboard.cache import analyses, loaders
from dashboard.session import chosen_items, state, visitor
from dashboard.shared import elements, phrases, tables
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows

MOST_SHOWN = 500
"""Rows of a page of the table."""

MOST_NAMED = 5
"""Items chosen on any page that are named beside those looked for; of more, maps show where they lie."""


def with_chosen(marked: Sequence[int], ratings: Ratings) -> list[int]:
    """Rows of items that were looked for on a page, and of those chosen on any page, if these are few."""
    chosen = chosen_items.rows(ratings).tolist()
    return list(dict.fromkeys([*marked, *(chosen if len(chosen) <= MOST_NAMED else [])]))


def show(
    key: str,
    run_id: str,
    rows: Rows,
    listed: np.ndarray,
    numbers: Mapping[str, np.ndarray],
    *,
    file: str,
    columns: Mapping[str, Any] | None = None,
) -> None:
    """The chosen items in words, as a table, and as a file with their ids and, if wanted, their vectors.

    They are compared with `listed`, the rows that could be chosen here, rising. `numbers` are further columns by
    name, (n_items,), `columns` how those look.
    """
    ratings = loaders.ratings_of(run_id)
    chosen = chosen_items.rows(ratings)
    chosen_items.write_link()
    if len(chosen) == 0:
        st.caption(f"Draw around some points, or click one, and the {rows.nouns} appear here as a table.")
        _kept(key, run_id, ratings)
        return
    numbers = {name: values[chosen] for name, values in numbers.items()}
    st.header(phrases.count(len(chosen), f"selected {rows.noun}"))
    among = listed[np.isin(listed, chosen)]
    if text := described(analyses.traits(run_id, among, listed), len(among), len(listed) - len(among), rows.noun):
        st.markdown(text)
    place = st.container()
    page = elements.pages(len(chosen), MOST_SHOWN, f"{key}_page")
    elements.table(
        _table(ratings, rows, chosen, numbers, page),
        place=place,
        height=min(388, 38 + 35 * len(chosen[page])),
        column_config=tables.across({**tables.columns(ratings), **(columns or tables.number(*numbers, width=80))}),
        alt=f"The {len(chosen):,} selected {rows.nouns}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        vectors = st.toggle(
            "With vectors",
            key=f"{key}_vectors",
            help=f"Adds the {rows.matrix.shape[1]} learned numbers of each {rows.noun} to the file: columns e1, e2 …",
        )
        tables.download("Download as CSV", partial(_file, run_id, chosen, numbers, vectors=vectors), file=file)
        elements.button("Clear", "close", f"{key}_clear", chosen_items.choose, ratings.dataset_id, ())
    _kept(key, run_id, ratings)


def _table(
    ratings: Ratings, rows: Rows, chosen: np.ndarray, numbers: Mapping[str, np.ndarray], page: slice
) -> pd.DataFrame:
    return tables.items(ratings, rows, chosen[page], {name: values[page] for name, values in numbers.items()})


def _file(run_id: str, chosen: np.ndarray, numbers: Mapping[str, np.ndarray], *, vectors: bool) -> bytes:
    rows, ratings = loaders.item_rows(run_id), loaders.ratings_of(run_id)
    table = _table(ratings, rows, chosen, numbers, slice(None))
    return tables.csv(for_file(ratings, rows, chosen, table, vectors=vectors))


def for_file(ratings: Ratings, rows: Rows, selected: np.ndarray, table: pd.DataFrame, *, vectors: bool) -> pd.DataFrame:
    """A table of selected items with their ids in front and, if wanted, their vectors behind."""
    whole = tables.with_ids(ratings, rows, selected, table)
    if vectors:
        names = [f"e{number}" for number in range(1, rows.matrix.shape[1] + 1)]
        whole = pd.concat([whole, pd.DataFrame(rows.matrix[selected], columns=names)], axis=1)
    return whole


def _kept(key: str, run_id: str, ratings: Ratings) -> None:
    """The selections that are kept under a name, and a field to keep the one on the screen."""
    run_id, dataset_id = real_id(run_id), ratings.dataset_id
    try:
        saved = selections.saved(run_id, by=visitor.current())
    except ExplorerError as error:
        st.warning(escape(phrases.sentence(str(error))), icon=":material/warning:")
        return
    chosen = chosen_items.ids(dataset_id)
    opened = next((name for name, one in saved.items() if set(one.items) == set(chosen)), None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if saved:
            st.session_state[f"{key}_kept"] = opened
            names = list(saved)
            st.selectbox(
                "Selections",
                names,
                index=None,
                placeholder="Kept with this model",
                key=f"{key}_kept",
                on_change=_open,
                args=(f"{key}_kept", run_id, dataset_id),
                width=260,
            )
        if opened is not None:
            if visitor.may(Action.NAME if saved[opened].own else Action.PUBLISH):
                elements.button("Forget it", "delete", f"{key}_forget", _forget, run_id, opened)
        elif chosen and visitor.may(Action.NAME):
            st.text_input("Keep this selection as", max_chars=LONGEST, key=f"{key}_name", width=260)
            elements.button("Keep", "bookmark_add", f"{key}_keep", _keep, f"{key}_name", run_id, dataset_id)


@state.reporting
def _open(field: str, run_id: str, dataset_id: str) -> None:
    """Choose the items of a kept selection; a callback."""
    selection = selections.saved(run_id, by=visitor.current()).get(st.session_state[field])
    chosen_items.choose(dataset_id, selection.items if selection is not None else ())


@state.reporting
def _keep(field: str, run_id: str, dataset_id: str) -> None:
    """Keep what is chosen under the name in a field; a callback."""
    selection = Selection(st.session_state[field], chosen_items.ids(dataset_id))
    selections.save(run_id, selection, by=visitor.current())
    st.session_state[field] = ""


@state.reporting
def _forget(run_id: str, name: str) -> None:
    """Keep a selection no longer; a callback."""
    selections.delete(run_id, name, by=visitor.current())


MOST_SAID = 3
"""Categories, and numbers, in one sentence."""


def called(name: str) -> str:
    """What people call something that is known of items; the order by the logarithm of a number is that by itself."""
    return "number of ratings" if name == LOG_RATINGS else name


def described(traits: Sequence[Trait], n: int, others: int, noun: str) -> str:
    """What is said of n items beside all others on the picture; empty where they are too few to say anything."""
    if min(n, others) < FEWEST_ITEMS:
        return ""
    categories = [
        f"**{escape(trait.name)}** ({trait.inside:.0%} against {trait.outside:.0%})"
        for trait in traits
        if not trait.is_number
    ][:MOST_SAID]
    numbers = [_number(trait) for trait in traits if trait.is_number][:MOST_SAID]
    beside = f"the other {others:,} {phrases.plural(noun)} on the picture"
    if not categories and not numbers:
        return f"Nothing that is known of them tells them from {beside} more surely than chance would."
    more = f"More of them than of {beside} are {', '.join(categories)}." if categories else ""
    than = "" if categories else f" than {beside}"
    less = f"They are {', '.join(numbers)}{than}." if numbers else ""
    return f"{more} {less}".strip()


def _number(trait: Trait) -> str:
    apart = trait.inside - trait.outside
    if trait.name == MEAN_RATING:
        return f"rated {abs(apart):.2g} {'higher' if apart > 0 else 'lower'}"
    if trait.name == LOG_RATINGS:
        return f"rated {'more' if trait.effect > 0 else 'less'} often"
    if trait.name == YEAR:
        word = "newer" if trait.effect > 0 else "older"
        return f"{word} (from {trait.inside:.0f} on average, not {trait.outside:.0f})"
    return f"{'higher' if trait.effect > 0 else 'lower'} in {escape(trait.name)}"
