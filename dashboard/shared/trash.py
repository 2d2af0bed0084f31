"""What was deleted or is damaged: Undo right afterwards, lists of what can be restored and what is not used."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.access import Action
from core.data.text import one_line
from core.disk import quota
from core.disk.reading import SetAside
from core.disk.trash import Entry, Trash, kept_days
from dashboard.cache import loaders
from dashboard.session import dialogs, state, visitor
from dashboard.shared import elements, phrases
from dashboard.shared.markup import escape

_JUST = "_just_deleted"
_SELECTED = "_selected_before_deletion"
_MOST_NAMED = 3

COLUMNS = {
    "title": st.column_config.TextColumn("What", width="medium"),
    "kind": st.column_config.TextColumn("Kind"),
    "deleted": st.column_config.DatetimeColumn("Deleted", format="YYYY-MM-DD HH:mm"),
    "until": st.column_config.DatetimeColumn("Kept until", format="YYYY-MM-DD HH:mm"),
    "size": st.column_config.TextColumn("Size", width="small", help="On disk."),
}


def remember(entries: Sequence[Entry], *, selected: str | None = None) -> None:
    """Offer Undo for what this session has just deleted; it uses the dataset `selected` again, if it was in use."""
    st.session_state[_JUST] = [entry.entry_id for entry in entries]
    st.session_state[_SELECTED] = selected


def undo_line() -> None:
    """What this session deleted last, with a button that brings it back; it stays until that or Close is pressed."""
    there = {entry.entry_id: entry for entry in Trash().entries()}
    just = [there[entry_id] for entry_id in st.session_state.get(_JUST, ()) if entry_id in there]
    if not just:
        return
    names = [escape(entry.title) for entry in just[:_MOST_NAMED]]
    more = f" and {phrases.count(len(just) - _MOST_NAMED, 'more model')}" if len(just) > _MOST_NAMED else ""
    with_models = sum(len(entry.runs) for entry in just if entry.kind != "run")
    too = f" with {phrases.count(with_models, 'model')}" if with_models else ""
    with st.container(border=True):
        st.markdown(
            f":material/delete: Deleted {'; '.join(names)}{more}{too}. "
            f"The trash keeps it for {phrases.count(kept_days(), 'day')}."
        )
        with st.container(horizontal=True):
            elements.button("Undo", "undo", "undo_delete", _undo, [entry.entry_id for entry in just], primary=True)
            elements.button("Close", "close", "close_undo", _forget)


def overview() -> None:
    """How full the home is, where somebody set a limit, and what the trash holds, for who may restore it."""
    if quota.is_set():
        used = quota.usage()
        st.caption(
            f"{quota.megabytes(used.total)} of the {quota.megabytes(quota.limit())} allowed are in use"
            f"{f': {used.words}' if used.words else ''}. "
            "Where room is needed, the oldest of the trash is removed for good."
        )
    entries = Trash().entries()
    if not entries or not visitor.may(Action.RESTORE):
        return
    days = phrases.count(kept_days(), "day")
    size = phrases.size(sum(entry.size for entry in entries))
    title = f"Deleted in the last {days}: {phrases.count(len(entries), 'entry')}, {size}"
    with st.expander(title, icon=":material/auto_delete:"):
        key = f"trash_{hash(tuple(entry.entry_id for entry in entries))}"
        alt = "What was deleted and can be restored, with its size and how long it is kept"
        rows = elements.picked_rows(table(entries), COLUMNS, key, alt, several=True)
        with st.container(horizontal=True):
            chosen = [entries[row].entry_id for row in rows]
            elements.button(
                "Restore", "restore_from_trash", "restore", _restore, chosen, primary=True, disabled=not chosen
            )
            if st.button("Empty the trash", icon=":material/delete_forever:", key="empty"):
                confirm_empty()
        if not rows:
            st.caption("Select what is to come back to its place, as it was. Data comes back with its models.")


def table(entries: Sequence[Entry]) -> pd.DataFrame:
    """One row an entry, in the order given."""
    return pd.DataFrame(
        {
            "title": entry.title,
            "kind": kind_words(entry),
            "deleted": pd.Timestamp(entry.deleted_at),
            "until": pd.Timestamp(entry.kept_until),
            "size": phrases.size(entry.size),
        }
        for entry in entries
    )


def kind_words(entry: Entry) -> str:
    """What an entry is: "model", "data", "data with 2 models"."""
    kind = {"run": "model", "dataset": "data"}.get(entry.kind, entry.kind)
    too = entry.kind != "run" and entry.runs
    return f"{kind} with {phrases.count(len(entry.runs), 'model')}" if too else kind


@dialogs.dialog("Empty the trash", icon=":material/delete_forever:")
def confirm_empty() -> None:
    """Ask once: this cannot be undone."""
    entries = Trash().entries()
    size = phrases.size(sum(entry.size for entry in entries))
    st.write(f"{phrases.count(len(entries), 'entry')}, {size}, will be removed for good. This cannot be undone.")
    elements.confirm("Remove for good", "delete_forever", "confirm_empty", _empty)


@state.reporting
def _undo(entry_ids: list[str]) -> None:
    _restore_all(entry_ids)
    if selected := st.session_state.get(_SELECTED):
        state.select_dataset(selected)
    _forget()


@state.reporting
def _restore(entry_ids: list[str]) -> None:
    _restore_all(entry_ids)


def _restore_all(entry_ids: list[str]) -> None:
    for entry_id in entry_ids:
        entry = Trash().restore(entry_id, by=visitor.current())
        for dataset_id in entry.datasets:
            loaders.forget_dataset(dataset_id)
        st.toast(f"Restored {escape(entry.title)}.", icon=":material/restore_from_trash:")


@state.reporting
def _empty() -> None:
    Trash().empty(by=visitor.current())


def _forget() -> None:
    st.session_state.pop(_JUST, None)
    st.session_state.pop(_SELECTED, None)


MOST_LISTED = 200
"""More than this are counted, not listed."""


def set_aside(entries: Sequence[SetAside], what: str, explanation: str) -> None:
    """List what is not used with the reason and the place, under an explanation; nothing where there is none."""
    if not entries:
        return
    with st.expander(f"{phrases.count(len(entries), f'damaged {what}')} set aside", icon=":material/warning:"):
        st.write(explanation)
        rows = ((entry.name, entry.reason, str(entry.path)) for entry in entries[:MOST_LISTED])
        table = pd.DataFrame([[one_line(text) for text in row] for row in rows], columns=["Id", "Why", "Where"])
        elements.table(table, alt=f"What was set aside as a damaged {what}, with the reason")
        if len(entries) > MOST_LISTED:
            st.caption(f"The first {MOST_LISTED} of {len(entries):,}.")
