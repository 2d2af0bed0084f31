"""A place for files on a page. While it is drawn its session may bring files, and no other; refusals are said."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.settings import MIB
from dashboard.server.owners import owner_of
from dashboard.server.uploads import UPLOADS, largest_file
from dashboard.session import state

_DRAWN = "_uploader_drawn"


def uploader(
    label: str,
    *,
    key: str,
    words: str,
    several: bool = False,
    types: Sequence[str] | None = None,
    largest: int | None = None,
    on_change: Callable[[], None] | None = None,
) -> list[UploadedFile]:
    """A place for files, of at most `largest` bytes each; those that are in it."""
    session, most = _session(), min(largest or largest_file(), largest_file())
    UPLOADS.open(session, owner_of(st.context.cookies) or session, most)
    st.session_state[_DRAWN] = True
    chosen: Any = st.file_uploader(
        label,
        type=types,
        accept_multiple_files=several,
        key=key,
        help=words,
        on_change=on_change,
        max_upload_size=max(1, most // MIB),
    )
    brought: list[UploadedFile] = chosen if several else [chosen] if chosen else []
    UPLOADS.use(session, key, frozenset(file.file_id for file in brought))
    return brought


def begin() -> None:
    """A page is about to be drawn."""
    st.session_state[_DRAWN] = False


def settle() -> None:
    """The page has been drawn: without a place for files on it, no more may come."""
    if not st.session_state.get(_DRAWN):
        UPLOADS.close(_session())


def report_refusal() -> None:
    """Have the page say why a file was refused, where one was."""
    if words := UPLOADS.take_refusal(_session()):
        state.report("QUOTA", words)


def _session() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else "no session"
