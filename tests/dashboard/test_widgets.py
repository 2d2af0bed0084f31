"""What a person has chosen or typed is theirs: no page tells a browser again what a widget holds."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1.element_tree import Block

from core.model.families import run_config
from dashboard.session import callbacks
from dashboard.shell.frame import PAGES

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
