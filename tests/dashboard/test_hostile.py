"""No page dies of what a link says, or of what a browser forges."""

from collections.abc import Callable

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from benchmarks import hostile_links
from benchmarks.hostile_links import Hostile
from dashboard.shared.markup import escape

PAGES = hostile_links.all_pages()


@pytest.fixture
def hostile(open_page: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Hostile:
    """Draws links and states for a small dataset with two models."""
    monkeypatch.setattr(hostile_links, "HUGE", 100_000)
    return Hostile(open_page, PAGES, hostile_links.prepare(), seed=0)


def test_no_page_dies_of_a_link(hostile: Hostile):
    hostile.links(2 * len(PAGES))
    assert hostile.counts.died == hostile.counts.left == []
    assert hostile.counts.values > 100
    assert hostile.counts.told > len(PAGES) / 2


def test_no_page_dies_of_what_a_browser_forges(hostile: Hostile):
    hostile.states(len(PAGES))
    assert hostile.counts.died == []
    assert hostile.counts.values > 100


@pytest.mark.parametrize(
    ("page", "name", "value", "may_be"),
    [
        ("train", "epochs", "inf", "a number from 1 to 500"),
        ("train", "learning_rate", "1e999", "a number from 0.000001 to 1"),
        ("train", "model", "best", "dot_with_bias or "),
        ("compare", "models", "0,1", "ids of models that are here, with commas between them"),
        ("start", "class", "yes", "on or off"),
    ],
)
def test_the_page_opens_as_usual_and_says_what_it_left_out(
    open_page: Callable[..., AppTest], page: str, name: str, value: str, may_be: str
):
    app = open_page(page, **hostile_links.prepare(), **{name: value})
    assert not app.exception
    (error,) = app.error
    said = f"Not all that the link says can be used: {name}='{value}' (it may be {may_be}"
    assert error.value.startswith(escape(said))
    assert app.query_params.get(name) != value
    assert not app.run().error


def pressed(app: AppTest, *keys: str) -> AppTest:
    """The page after a browser said that all of these buttons were pressed at once."""
    states = [WidgetState(id=app.button(key=key).proto.id, trigger_value=True) for key in keys]
    return app._run(WidgetStates(widgets=states))


def test_of_two_windows_asked_for_at_once_one_opens(open_page: Callable[..., AppTest]):
    app = open_page("for_you", **hostile_links.prepare())
    assert not pressed(app, "own_why_1", "own_why_2").exception
    app = app.switch_page("app_pages/datasets.py").run()
    assert not pressed(app, "rename", "delete").exception
    assert app.button(key="confirm_rename")


def test_a_button_that_cannot_be_pressed_does_nothing_when_it_is_forged(open_page: Callable[..., AppTest]):
    app = open_page("datasets")
    assert app.button(key="delete").disabled
    assert not pressed(app, "delete", "rename", "use").exception
    assert not [button for button in app.button if button.key in {"confirm_delete", "confirm_rename"}]
