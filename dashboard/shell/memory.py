"""What keeps a server that runs for weeks from growing: its garbage, and memory that C never gave back."""

import contextlib
import ctypes
import gc
import importlib
import sys
import threading
import time

import streamlit as st
from streamlit import delta_generator
from streamlit.runtime.caching.cache_utils import CachedFunc

_M_MMAP_THRESHOLD = -3
_SMALLEST_OF_ITS_OWN = 128 * 1024
"""Bytes from which an array gets memory of its own. glibc begins there too, but raises it with every array it frees;
then arrays lie between other things, and what they leave behind cannot be given back. See mallopt(3)."""


FIRST = ("dashboard.shell.frame", "dashboard.start.stage", "PIL.Image", "numpy.ma")
"""What the first page needs: the frame, the map, and what Streamlit takes for an icon and NumPy for a median."""

FURTHER = (
    *("scipy.stats", "sklearn.neighbors", "sklearn.metrics", "sklearn.feature_extraction.text"),
    *("dashboard.start.steps", "dashboard.missions.bar", "dashboard.jobs.every_kind", "dashboard.maps.view"),
)
"""What most pages need beside what the first one does: a second of a processor, for which the next would wait.

Every page but the first needs pandas: that is imported before, as soon as the first is there to be seen.
"""


@st.cache_resource(show_spinner=False)
def give_back() -> None:
    """Let freed arrays go back to the system, once for the server; nothing where the C library is not glibc."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _SMALLEST_OF_ITS_OWN)


def load_pages() -> None:
    """Import what the first visitor would wait for: the frame of the pages, the page Start, and what they need.

    What modules make is there to stay. Looking for garbage in it while it grows took a fifth of the time, and looking
    through it again after the first page as long as that page.
    """
    # With the first element of the first page Streamlit would look through every module for whether it runs in a shell.
    delta_generator._use_warning_has_been_displayed = True  # noqa: SLF001 - no setting says so
    gc.disable()
    try:
        for name in FIRST:
            importlib.import_module(name)
        gc.freeze()
    finally:
        gc.enable()


@st.cache_resource(show_spinner=False)
def settle(page: str) -> None:
    """Take what a page has imported and cached out of the garbage collector's sight, once for each page.

    It is called when the page is there to be seen, since it takes a moment. Looking through every module again and
    again cost more than the pages themselves as soon as several were open.
    """
    gc.collect()
    gc.freeze()
    _load_further()


@st.cache_resource(show_spinner=False)
def _load_further() -> None:
    """Import the rest, once for the server, while the first page is read."""

    def load() -> None:
        importlib.import_module("pandas")
        time.sleep(2.0)  # the first page is there to be read before the rest is imported
        for name in FURTHER:
            importlib.import_module(name)

    threading.Thread(target=load, daemon=True).start()


def shed() -> None:
    """Let go what the caches hold of data and models, and give it back; what runs the jobs stays."""
    for name in ("dashboard.cache.analyses", "dashboard.cache.loaders"):
        for function, cached in vars(sys.modules.get(name)).items() if name in sys.modules else ():
            if isinstance(cached, CachedFunc) and function != "runner":
                cached.clear()
    settle.clear()  # pages settle anew
    gc.unfreeze()
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
