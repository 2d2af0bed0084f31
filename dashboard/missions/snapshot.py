"""What a mission looks at: the page, the models and the controls, from the session, the store and the caches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.access import Action
from core.config import RunConfig
from core.errors import CorruptRunError, LimitError
from core.model.events import Epoch
from core.store.run_files import RunSummary
from core.studies import component_names
from dashboard.cache import analyses, loaders
from dashboard.for_you import why_dialog
from dashboard.for_you.own_ratings import own
from dashboard.jobs import trainings
from dashboard.missions.aims import Aims, careless
from dashboard.principal_components import naming
from dashboard.principal_components.how import current
from dashboard.principal_components.proofs import tested
from dashboard.session import state, visitor
from dashboard.shared import twin
from dashboard.train import form

FIRST_POLES = "_first_poles"
"""Session key of the poles with which the page Maps begins an axis; that page keeps them here."""

Poles = tuple[tuple[str, ...], tuple[str, ...]]
"""Titles at the low and at the high pole of an axis."""


@dataclass(frozen=True)
class Snapshot:
    """Everything that the steps of missions are checked against.

    Attributes:
        page: Name of the open page, as its file is called.
        noun: What is rated.
        runs: All models on the selected data, newest first.
        run: The selected one; None where there is none.
        widgets: Values of the controls by their key; of pages shown before, what is still kept.
        settings: What the training form holds; None on other pages, or where it is not valid.
        history: Epochs of the finished model with these settings; None where there is none.
        most_rated: Name of the item with the most ratings, which pages show at first.
        signal: How many of the components on the page of components carry some signal; None where not known.
        named: Components of the selected model that this browser has named, from 0.
        on_twin: Whether the page shows a twin without taste in the place of the model.
        named_on_twin: Whether a component of one has a name in this session.
        rated: Items that the person has rated on the page For you.
        explained: Item whose score the person has chosen to see taken apart on the page For you; empty at first.
        poles: Of the axis on the page Maps, while that is open; both empty where there is none.
        first_poles: Those with which the page begins.
        aims: How much the steps ask for on this data.
        first_key: Id of the model that the first button trains, there or not.
        careless_key: Id of the model that nothing holds back (`aims.careless`), there or not.
        asked: Ids of the models that this session has asked for.
    """

    page: str
    noun: str = "movie"
    runs: tuple[RunSummary, ...] = ()
    run: RunSummary | None = None
    widgets: Mapping[str, Any] = field(default_factory=dict)
    settings: RunConfig | None = None
    history: tuple[Epoch, ...] | None = None
    most_rated: str = ""
    signal: int | None = None
    named: frozenset[int] = frozenset()
    on_twin: bool = False
    named_on_twin: bool = False
    rated: int = 0
    explained: str = ""
    poles: Poles = ((), ())
    first_poles: Poles = ((), ())
    aims: Aims = field(default_factory=Aims)
    first_key: str = ""
    careless_key: str = ""
    asked: frozenset[str] = frozenset()

    @property
    def analogy(self) -> tuple[str, str, str]:
        """Titles of the three that are chosen for a − b + c on the page Neighbors; empty where none is."""
        a, b, c = (str(self.widgets.get(key, "")) for key in "abc")
        return a, b, c

    def number(self, key: str, otherwise: int) -> int:
        """A control that holds a number; `otherwise` where it is not on the page."""
        value = self.widgets.get(key, otherwise)
        return value if isinstance(value, int) else otherwise


def look(page: str) -> Snapshot:
    """What there is to see now, with `page` open; what a page finds out itself only while it is open."""
    dataset_id = state.dataset_id()
    ratings = loaders.ratings(dataset_id)
    runs = tuple(loaders.runs_of(dataset_id))
    run_id = state.run_id()
    run = next((summary for summary in runs if summary.run_id == run_id), None)
    widgets = _widgets()
    settings, history = _training(runs) if page == "train" else (None, None)
    poles, first_poles = _poles() if page == "maps" else (_NO_POLES, _NO_POLES)
    return Snapshot(
        page=page,
        noun=ratings.noun,
        runs=runs,
        run=run,
        widgets=widgets,
        settings=settings,
        history=history,
        most_rated=_most_rated(run),
        signal=_signal(run) if page == "components" else None,
        named=_named(run),
        on_twin=run is not None and bool(widgets.get(twin.KEY)) and loaders.twins(run.run_id) is not None,
        named_on_twin=naming.last_on_twin() is not None,
        rated=len(own(dataset_id).given),
        explained=_explained(run, widgets) if page == "for_you" else "",
        poles=poles,
        first_poles=first_poles,
        aims=Aims.on(ratings),
        first_key=trainings.key(trainings.first_config()),
        careless_key=trainings.key(careless(ratings)),
        asked=trainings.asked() if visitor.may(Action.TRAIN) else frozenset({trainings.key(trainings.first_config())}),
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
    run = loaders.run(key)
    return config, run.history if run.scorer.guesses_ratings else None


def _most_rated(run: RunSummary | None) -> str:
    if run is None:
        return ""
    rows = loaders.item_rows(run.run_id)
    return rows.labels[int(rows.by_count[0])]


def _signal(run: RunSummary | None) -> int | None:
    """As the page of components has it; None where that shows components that are not tested."""
    return None if run is None else tested(run.run_id).signal(current(run.run_id))


def _explained(run: RunSummary | None, widgets: dict[str, Any]) -> str:
    """What the page For you takes apart, where somebody has chosen it."""
    if run is None:
        return ""
    at_first = loaders.item_rows(run.run_id).labels[int(analyses.first_items(run.run_id)[0])]
    chosen = str(widgets.get("item", at_first))
    return why_dialog.explained() if chosen == at_first else chosen


_NO_POLES: Poles = ((), ())


def _poles() -> tuple[Poles, Poles]:
    """The poles on the page Maps, and those with which it has begun."""
    low, high = (tuple(st.session_state.get(f"pole_{end}", ())) for end in ("low", "high"))
    return (low, high), st.session_state.get(FIRST_POLES, _NO_POLES)


def _named(run: RunSummary | None) -> frozenset[int]:
    """Components with a name of this browser's; none where the names cannot be read, which their page says.

    An administrator's names are everybody's, so what counts of those is what was typed in this session.
    """
    if run is None:
        return frozenset()
    try:
        own = {name.component for name in component_names.get(run.run_id, by=visitor.current()) if name.own}
    except CorruptRunError:
        own = set()
    return naming.typed_here(run.run_id) | own
