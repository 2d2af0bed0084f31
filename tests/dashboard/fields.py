"""The fields in which something is found by its name, which are no widgets that a test without a browser knows."""

import gzip
import json
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from tests.dashboard.map_view.drawn import numbers_of


class Field:
    """A field on a page: what it was told to show, and how something is chosen in it."""

    def __init__(self, app: AppTest, key: str) -> None:
        fields = [
            element.proto for element in app.get("bidi_component") if element.proto.component_name == "title_field"
        ]
        (self._proto,) = [proto for proto in fields if proto.id.endswith((f"-{key}", f"-{key}_field"))]
        self._app = app
        self._told: dict[str, Any] = json.loads(self._proto.json)[0]

    @property
    def label(self) -> str:
        """What it is called."""
        return str(self._told["label"])

    @property
    def value(self) -> str:
        """The name that it shows; empty where it waits for one."""
        return str(self._told["value"])

    @property
    def names(self) -> list[str]:
        """What can be chosen."""
        return gzip.decompress(numbers_of(self._told["names"], "u1").tobytes()).decode().split("\0")

    def choose(self, said: Any) -> AppTest:
        """Choose a name, or type a text; the page, which has run again."""
        known = self._app._session_state._state._new_widget_state.widget_metadata
        (events,) = [widget for widget in known if widget.endswith("__events") and self._proto.id in widget]
        states = self._app._tree.get_widget_states()
        states.widgets.append(
            WidgetState(id=events, json_trigger_value=json.dumps([{"event": "chosen", "value": said}]))
        )
        return self._app._run(states)


def field(app: AppTest, key: str) -> Field:
    """The field with this key, or that of what is found or chosen under this key."""
    return Field(app, key)
