"""Bringing ratings from elsewhere: choose the file, see what it says about this data, confirm what is unsure, use it.

The file is read in memory, in a process of its own, and dropped; the session keeps what was read until it is used.
"""

import logging
from dataclasses import dataclass, field, replace

import pandas as pd
import streamlit as st

from core.data.own.files import MOST_BYTES, OwnFile
from core.data.own.isolation import read_isolated
from core.data.own.matching import MOST_COMPARED, Person, Placed, is_about_others, match
from core.data.ratings import Ratings
from core.errors import ExplorerError
from core.jobs.outcome import INTERNAL
from dashboard.cache import loaders
from dashboard.for_you import own_ratings
from dashboard.shared import elements, phrases, uploader
from dashboard.shared.markup import escape

_KEPT, _ROUND = "_own_brought", "_own_round"
_OUT_OF: dict[float | None, str] = {
    None: "as the ratings tell",
    0: "as in this data",
    5: "5",
    10: "10",
    20: "20",
    100: "100",
}
_log = logging.getLogger(__name__)
MOST_ASKED = 30
"""Unsure entries asked about at first; more come on request."""


@dataclass(frozen=True)
class Brought:
    """A file that was read, matched to a dataset, and not used yet.

    `out_of` is the highest rating that was chosen for it, 0 for the scale of the data; None where it tells it.
    `confirmed` are places of the unmatched entries that were ticked; boxes are forgotten when another page is
    opened.
    """

    name: str
    dataset_id: str
    file: OwnFile
    person: Person
    out_of: float | None = None
    confirmed: set[int] = field(default_factory=set)


def section(ratings: Ratings) -> None:
    """A place for a file, or what the file that was brought says."""
    brought: Brought | None = st.session_state.get(_KEPT)
    if brought is None or brought.dataset_id != ratings.dataset_id:
        _choose(ratings)
        return
    with st.container(border=True, key="own_brought"):
        _preview(brought, ratings)


def _choose(ratings: Ratings) -> None:
    nouns = phrases.plural(ratings.noun)
    with st.expander("Bring ratings you have: Letterboxd, IMDb, Goodreads, or a list", icon=":material/upload_file:"):
        brought = uploader.uploader(
            "Your ratings",
            types=["csv", "zip", "json", "txt", "tsv"],
            key=f"own_file_{st.session_state.setdefault(_ROUND, 0)}",
            largest=MOST_BYTES,
            words="Letterboxd: ratings.csv, or the zip as it was downloaded. IMDb and Goodreads: the exported CSV. "
            "A list: a line for each title, its year if you know it, and your rating. Or a file saved on this page.",
        )
        st.caption(
            f"They are matched to the {nouns} of this data by title and year, and you see how before anything is used. "
            "The file is read in memory and not kept."
        )
        if not brought:
            return
        (chosen,) = brought
        try:
            with st.spinner("Reading the file …"):
                file = read_isolated(chosen.getvalue())
                person = match(file, ratings, loaders.title_index(ratings.dataset_id))
        except ExplorerError as error:
            elements.error(error.code, f"{error}. Your ratings are as they were")
            return
        except (RuntimeError, ValueError, OSError):  # a fault of the reader is no reason to lose the page
            _log.exception("the reader of own ratings failed")
            elements.error(
                INTERNAL, "the file cannot be read; its details are in the log. Your ratings are as they were"
            )
            return
    st.session_state[_KEPT] = Brought(chosen.name, ratings.dataset_id, file, person)
    st.session_state[_ROUND] += 1  # an empty place for files: Streamlit lets the one that was read go
    st.rerun()


def _preview(brought: Brought, ratings: Ratings) -> None:
    person, nouns = brought.person, phrases.plural(ratings.noun)
    st.markdown(f"**{escape(brought.name)}** · {_whose(brought, ratings)}")
    st.markdown(_summary(person, ratings.noun))
    if is_about_others(brought.file, ratings):
        about = "books" if brought.file.source == "Goodreads" else "films and series"
        st.caption(f"These are ratings of {about}, and this data is about {nouns}: confirm what is the same.")
    if brought.file.detected:
        _ask_scale(brought)
    if person.not_compared:
        st.caption(f"Titles that are written alike were looked for only for the first {MOST_COMPARED:,} not found.")
    titles = dict(zip(ratings.items.ids, loaders.item_labels(ratings.dataset_id), strict=True))
    if person.matched:
        _table(_rows(person.matched, titles, f"{ratings.noun.capitalize()} here"), "Matched entries and their ratings")
    _ask(brought, titles)
    lost = [one for one in person.unmatched if one.item_id is None]
    if lost:
        with st.expander(f"{phrases.count(len(lost), 'title')} not among these {nouns}"):
            _table(_rows(lost, titles), "Entries that are in no way like a title in the data")
    if person.rejected_total:
        with st.expander(f"{phrases.count(person.rejected_total, 'row')} left out"):
            rejected = [(one.line, one.reason) for one in person.rejected]
            _table(pd.DataFrame(rejected, columns=["Line", "Left out because"]), "Rows left out, and why")
    given = _given(brought)
    replaced = len(given.keys() & own_ratings.own(ratings.dataset_id).given.keys())
    if replaced:
        st.caption(f"{replaced:,} of these replace what you rated here; your other ratings stay.")
    n = len(given)
    with st.container(horizontal=True):
        label = f"Use {'this' if n == 1 else 'these'} {phrases.count(n, 'rating')}"
        elements.button(label, "check", "own_use", _use, primary=True, disabled=n == 0)
        elements.button("Choose another file", "close", "own_other", _drop)


def _whose(brought: Brought, ratings: Ratings) -> str:
    """The service and the scale of a file."""
    person = brought.person
    scale = person.file.scale
    if scale is None:
        return "a list on the scale of this data" if not person.file.detected else f"a list, {_as_data(ratings)}"
    source = person.file.source or "a list"
    told = ", as its ratings suggest" if person.file.detected and brought.out_of is None else ""
    return f"{source}, ratings from {scale[0]:g} to {scale[1]:g}{told}"


def _as_data(ratings: Ratings) -> str:
    return f"ratings from {ratings.min_rating:g} to {ratings.max_rating:g} as in this data"


def _summary(person: Person, noun: str) -> str:
    """How many entries of each kind there are; all rows of the file are in it."""
    n = len(person.file.entries) - len(person.outside)
    near = sum(one.item_id is not None for one in person.unmatched)
    parts = [
        f"**{len(person.matched):,} of {phrases.count(n, 'rating')}** matched to {phrases.plural(noun)} of this data"
    ]
    kinds = (
        (near, "to confirm"),
        (len(person.unmatched) - near, "not in it"),
        (person.repeated, "repeated, of which the last counts"),
        (person.file.unrated, "without a rating" + (f" ({person.file.zeros:,} with a 0)" if person.file.zeros else "")),
        (person.rejected_total, "left out"),
    )
    parts += [f"{number:,} {words}" for number, words in kinds if number]
    return " · ".join(parts)


def _rows(placed: tuple[Placed, ...] | list[Placed], titles: dict[str, str], here: str = "") -> pd.DataFrame:
    """Entries as a table; with a heading in `here` also the items they are matched to."""
    table = pd.DataFrame(
        {
            "Your title": [one.entry.titles[0] for one in placed],
            "Year": pd.array([one.entry.years[0] if one.entry.years else None for one in placed], "Int64"),
            "Yours": [one.entry.rating for one in placed],
        }
    )
    if here:
        table[here] = [titles[str(one.item_id)] for one in placed]
        table["Here"] = [one.rating for one in placed]
    return table


def _table(table: pd.DataFrame, alt: str) -> None:
    whole = st.column_config.NumberColumn(format="%d", width=62)
    narrow = st.column_config.NumberColumn(width=62)
    numbers = {"Year": whole, "Line": whole, "Yours": narrow, "Here": narrow}
    height = min(248, 38 + 35 * len(table))
    elements.table(table, height=height, column_config=numbers, alt=alt)


def _ask_scale(brought: Brought) -> None:
    """What the numbers of a list are out of, as it tells it or as somebody says."""
    st.selectbox(
        "Ratings are out of",
        list(_OUT_OF),
        index=list(_OUT_OF).index(brought.out_of),
        format_func=_OUT_OF.__getitem__,
        key=f"own_out_of_{st.session_state.get(_ROUND, 0)}",
        on_change=_rescale,
        width=260,
    )


def _rescale() -> None:
    """Match the file anew on the chosen scale; a callback."""
    brought: Brought = st.session_state[_KEPT]
    out_of = st.session_state[f"own_out_of_{st.session_state.get(_ROUND, 0)}"]
    index = loaders.title_index(brought.dataset_id)
    person = match(brought.file, loaders.ratings(brought.dataset_id), index, out_of)
    st.session_state[_KEPT] = replace(brought, person=person, out_of=out_of, confirmed=set())
    st.session_state[_ROUND] += 1


def _ask(brought: Brought, titles: dict[str, str]) -> None:
    """Entries that are about an item perhaps, each with a box to say so."""
    person = brought.person
    unsure = [place for place, one in enumerate(person.unmatched) if one.item_id is not None]
    if not unsure:
        return
    st.markdown("**Is it this one?** Tick what is right; what is not ticked is left out.")
    shown = unsure if st.session_state.get("own_all_unsure") else unsure[:MOST_ASKED]
    for place in shown:
        one = person.unmatched[place]
        year = f" ({one.entry.years[0]})" if one.entry.years else ""
        st.session_state.setdefault(_box(place), place in brought.confirmed)
        st.checkbox(
            f"{escape(one.entry.titles[0])}{year}, {one.entry.rating:g}: is it **{escape(titles[str(one.item_id)])}**?",
            key=_box(place),
            on_change=_tick,
            args=(place,),
        )
    if len(unsure) > MOST_ASKED:
        st.checkbox(f"Show all {len(unsure):,}", key="own_all_unsure")


def _tick(place: int) -> None:
    """Keep what a box says beside the file; a callback."""
    confirmed = st.session_state[_KEPT].confirmed
    (confirmed.add if st.session_state[_box(place)] else confirmed.discard)(place)


def _box(place: int) -> str:
    """Key of the box of an unmatched entry; another file's boxes are others."""
    return f"own_is_{st.session_state.get(_ROUND, 0)}_{place}"


def _given(brought: Brought) -> dict[str, float]:
    """Ratings by item id: the matched ones over those that were confirmed."""
    unmatched = brought.person.unmatched
    confirmed = {str(unmatched[place].item_id): unmatched[place].rating for place in sorted(brought.confirmed)}
    return confirmed | brought.person.given


def _use() -> None:
    """Take the ratings over; a callback."""
    brought: Brought | None = st.session_state.get(_KEPT)
    if brought is not None:
        own_ratings.add(brought.dataset_id, _given(brought))
        _drop()


def _drop() -> None:
    """Forget the file; a callback."""
    st.session_state.pop(_KEPT, None)
