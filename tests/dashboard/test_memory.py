"""A session lets go of the models it no longer shows.

Streamlit keeps the callback of every widget a session has ever drawn, a new
one whenever a chart's figure changes. A callback that holds a model, or that
stands in a page's script and so holds all of its names, would keep it for good.
"""

import gc
import weakref

import pytest
import streamlit as st

from core.config import PRESETS
from dashboard import frame, loaders, memory

PAGES = [name for pages in frame.PAGES.values() for name, _, _ in pages]


@pytest.mark.parametrize("page", PAGES)
def test_a_model_that_is_no_longer_shown_is_let_go(open_page, publish, monkeypatch, page):
    monkeypatch.setattr(memory, "settle", lambda page: None)  # what it sets aside is looked at once for each page
    runs = [publish(PRESETS["default"].model_copy(update={"seed": seed})).run_id for seed in range(4)]
    app = open_page(page, run=runs[0], models=",".join(runs[:2]))  # these two side by side, on the page that compares
    held = weakref.ref(loaders.run(runs[0]))
    app.query_params.update(run=runs[2], models=",".join(runs[2:]))
    app.run()
    assert not app.exception
    app.run()
    assert app.query_params["run"] == runs[2]
    st.cache_resource.clear()
    gc.collect()
    assert held() is None
