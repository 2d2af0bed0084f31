"""Models are held by the caches alone, which are bounded, and by no session.

Streamlit keeps, as long as a session, the callback of every widget it has
ever drawn, and as long as a page is shown its fragments with their arguments
and what its download buttons were given. One that holds a model, or that
stands in a page's script and so holds all of its names, keeps a model for
every person.
"""

import gc
import weakref

import pytest
import streamlit as st

from core.analysis.components.bases import PREDICTIONS
from core.model.families import PRESETS
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.shell import frame, memory
from tests.dashboard import once
from tests.dashboard.own_ratings import STAR_WARS, button

pytestmark = pytest.mark.few

VIEWS: list[tuple[str, dict[str, str]]] = [
    *((name, {}) for pages in frame.PAGES.values() for name, _, _ in pages),
    *((name, {"rows": "Users"}) for name in ("embeddings", "neighbors", "biases")),
    *(("under_the_hood", {"step": str(step)}) for step in range(2, 9)),
    *(("questions", {"question": question}) for question in ("Which task?", "An autoencoder?")),
    ("maps", {"maps": "An axis of your own"}),
    ("components", {"view": "3D", "color": "Genre"}),
]


def of_model(run_id: str) -> list[object]:
    """What a page takes of a model out of the caches."""
    return [
        loaders.run(run_id),
        loaders.item_rows(run_id),
        loaders.user_rows(run_id),
        component_analyses.components(run_id, PREDICTIONS),
        analyses.new_user_model(run_id),
    ]


@pytest.mark.parametrize(("page", "query"), VIEWS)
def test_a_session_holds_no_model_of_its_own(open_page, publish, monkeypatch, page, query):
    monkeypatch.setattr(memory, "settle", lambda page: None)  # what it sets aside is looked at once for each page
    handed_out: list[object] = []
    monkeypatch.setattr(st, "download_button", lambda label, data, **options: handed_out.append(data))
    runs = [publish(PRESETS["default"].model_copy(update={"seed": seed})).run_id for seed in range(2)]
    app = open_page(
        page, run=runs[0], models=",".join(runs), **query
    )  # these two side by side, on the page that compares
    assert not app.exception
    assert app.query_params["run"] == runs[0]
    assert kept_alive(runs[0]) == []


@pytest.fixture(scope="module", autouse=True)
def _only_new_garbage() -> None:
    """What other tests have left in memory is not searched for garbage again and again."""
    gc.collect()
    gc.freeze()


def kept_alive(run_id: str) -> list[str]:
    """What somebody still holds of a model once the caches have let it go."""
    held = [weakref.ref(part) for part in of_model(run_id)]
    st.cache_resource.clear()
    once.forget()
    gc.collect()
    return [type(part()).__name__ for part in held if part()]


def test_a_session_that_asked_why_holds_no_model(open_page, publish, monkeypatch):
    monkeypatch.setattr(memory, "settle", lambda page: None)
    handed_out: list[object] = []
    monkeypatch.setattr(st, "download_button", lambda label, data, **options: handed_out.append(data))
    run_id = publish().run_id
    app = open_page("for_you", run=run_id, rated=f"{STAR_WARS}:5")
    button(app, "own_why_2").click().run()
    assert not app.exception
    assert any(chart.proto.id.endswith("-own_waterfall_dialog") for chart in app.get("plotly_chart"))
    assert kept_alive(run_id) == []
