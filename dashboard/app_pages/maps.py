"""Maps: pictures of all items at once, how far to trust them, and axes of people's own."""

import streamlit as st

from dashboard.cache import loaders
from dashboard.maps import axis_view, explanation, view
from dashboard.shell.needs_run import require_run

MAP, AXIS = "A map", "An axis of your own"

run = require_run("has_vectors")
ratings = loaders.ratings(run.dataset.dataset_id)
rows = loaders.item_rows(run.run_id)

st.title(f"Where does each {rows.noun} lie?")
introduction = st.container()
line = st.container(horizontal=True, vertical_alignment="bottom")
with line:
    shown = st.segmented_control("Look at", [MAP, AXIS], default=MAP, required=True, key="maps", bind="query-params")
show, words = (view.show, view.INTRODUCTION) if shown == MAP else (axis_view.show, axis_view.INTRODUCTION)
introduction.markdown(words.format(noun=rows.noun, nouns=rows.nouns, dimensions=run.config.dimensions))
show(run, ratings, rows, line)
explanation.show(run, rows)
