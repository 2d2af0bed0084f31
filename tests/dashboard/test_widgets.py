"""What a person has chosen or typed is theirs: no page tells a browser again what a widget holds."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1.element_tree import Block

from core.model.families import run_config
from dashboard.session import callbacks
from dashboard.shell.frame import PAGES
from tests.dashboard.train.test_page import preset_of

pytestmark = pytest.mark.few


def widgets(block: Block) -> Iterator[Any]:
    """The messages of all widgets that hold a value."""
    for child in block.children.values():
        if isinstance(child, Block):
            yield from widgets(child)
        elif hasattr(getattr(child, "proto", None), "set_value"):
            yield child.proto


@pytest.mark.parametrize("name", [name for pages in PAGES.values() for name, *_ in pages])
def test_a_page_that_is_drawn_again_takes_nothing_back(open_page, publish, name: str):
    callbacks.install()
    for seed in (1, 2):
        publish(run_config(seed=seed))
    app = open_page(name).run()
    assert not app.exception
    shown = list(widgets(app._tree))
    assert shown
    assert [widget.label for widget in shown if widget.set_value] == []


def test_a_browser_that_has_not_heard_that_the_preset_is_out_does_not_choose_it_again(open_page):
    app = open_page("train")
    shown = app._tree
    preset_of(app).set_value("default")  # which it holds already
    app.number_input(key="embedding_dim").set_value(16).run()
    app._tree = shown
    app.number_input(key="epochs").set_value(7).run()
    assert [app.number_input(key=name).value for name in ("embedding_dim", "epochs")] == [16, 7]
