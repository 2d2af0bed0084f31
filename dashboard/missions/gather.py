"""Gather what a mission is checked against, from the session, the store and the caches."""

from typing import Any

import streamlit as st

from core.config import RunConfig
from core.errors import CorruptRunError, LimitError
from core.model.events import Epoch
from core.store.runs import RunSummary
from core.studies import component_names
from core.studies.stability import STABILITY
from dashboard.cache import analyses, loaders
from dashboard.for_you.own_ratings import own
from dashboard.jobs import trainings
from dashboard.missions.snapshot import Seen
from dashboard.session import state
from dashboard.train import form


def look(page: str) -> Seen:
    """What there is to see now, with `page` open; a page's own finds only while it is open."""
    dataset_id = state.dataset_id()
    ratings = loaders.ratings(dataset_id)
    runs = tuple(loaders.runs_of(dataset_id))
    run_id = state.run_id()
    run = next((summary for summary in runs if summary.run_id == run_id), None)
    widgets = _widgets()
    settings, history = _training(runs) if page == "train" else (None, None)
    return Seen(
        page=page,
        noun=ratings.noun,
        runs=runs,
        run=run,
        widgets=widgets,
        settings=settings,
        history=history,
        most_rated=_most_rated(run),
        above_noise=_above_noise(run, widgets) if page == "components" else (),
        named=_named(run),
        studied=run is not None and STABILITY.latest(run.run_id) is not None,
        rated=len(own(dataset_id).given),
        explained=_explained(run, widgets) if page == "for_you" else "",
    )


def _widgets() -> dict[str, Any]:
    """The session's plain values by key; what starts with an underscore is the program's own."""
    return {
        str(key): value
        for key, value in st.session_state.items()
        if isinstance(value, str | int | float | bool) and not str(key).startswith("_")
    }


def _training(runs: tuple[RunSummary, ...]) -> tuple[RunConfig | None, tuple[Epoch, ...] | None]:
    """What the training form holds, and how a model with these settings learned, if there is one."""
    try:
        config = form.current()
    except LimitError:
        return None, None
    key = trainings.key(config)
    if all(summary.run_id != key for summary in runs):
        return config, None
    return config, loaders.run(key).history


def _most_rated(run: RunSummary | None) -> str:
    if run is None:
        return ""
    rows = loaders.item_rows(run.run_id)
    return rows.labels[int(rows.by_count[0])]


def _above_noise(run: RunSummary | None, widgets: dict[str, Any]) -> tuple[bool, ...]:
    """As the page of components has it with the settings on it; one dimension has no noise band."""
    if run is None or run.config.dimensions == 1:
        return ()
    least = widgets.get("min", 0) if widgets.get("shaped") else 0
    noise = analyses.item_noise(run.run_id, centered=bool(widgets.get("centered")), min_ratings=int(least))
    return tuple(noise.above.tolist())


def _explained(run: RunSummary | None, widgets: dict[str, Any]) -> str:
    """What the page For you takes apart, where somebody has chosen it."""
    if run is None:
        return ""
    at_first = loaders.item_rows(run.run_id).labels[int(analyses.first_items(run.run_id)[0])]
    chosen = str(widgets.get("item", at_first))
    return "" if chosen == at_first else chosen


def _named(run: RunSummary | None) -> frozenset[int]:
    """Components that have a name; none where the file with the names cannot be read, which its page says."""
    if run is None:
        return frozenset()
    try:
        return frozenset(name.component for name in component_names.get(run.run_id))
    except CorruptRunError:
        return frozenset()
