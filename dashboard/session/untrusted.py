"""What a link or a browser says of a widget, taken only where the widget could have said it itself.

Streamlit hands such a value to the widget's own deserializer, and whatever that raises ends the run: `int(inf)` of a
number field, JSON that is none, a word where a number is due. It happens before a callback or within the call that
draws the widget, and no public function stands between. So methods of its session are wrapped here, once, for every
widget of every page; this module's tests fail where a later Streamlit has other ones.
"""

import contextlib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.elements.widgets.number_input import NumberInputSerde
from streamlit.elements.widgets.selectbox import SelectboxSerde
from streamlit.elements.widgets.slider import SliderSerde
from streamlit.elements.widgets.text_widgets import TextInputSerde
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata, is_element_id
from streamlit.runtime.state.query_params import is_empty_url_value, parse_url_param
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX, Serialized, SessionState, WStates

from dashboard.session import address_bar

FEW = 8
"""Options that are listed where a link names another one; of more, only their number is said."""

_NUMBER = {"int_value", "double_value"}
"""Fields in which a number arrives: a browser sends whole ones in the first, though the widget is registered with the
second."""

_value_of, _take, _seed = (
    WStates.__getitem__,
    WStates.set_widget_from_proto,
    SessionState._seed_widget_from_url,  # noqa: SLF001 - see above
)


def install() -> None:
    """Check from now on what links and browsers say; once a process."""
    if WStates.__getitem__.__module__ != __name__:
        WStates.__getitem__ = _checked_value  # type: ignore[method-assign]
        WStates.set_widget_from_proto = _checked_take  # type: ignore[method-assign, assignment]
        SessionState._seed_widget_from_url = _checked_link  # type: ignore[method-assign, assignment]  # noqa: SLF001


def _checked_take(states: WStates, state: WidgetState) -> None:
    """Hear what a browser says of a widget.

    What has no widget's name is dropped: it would be looked for among the session's own keys, in every later run.
    """
    if is_element_id(state.id) or _is_of_component(state.id):
        _take(states, state)


def _is_of_component(name: str) -> bool:
    """Whether this is how what happens in a component is called: by the component's own name."""
    own = name.removeprefix(f"{STREAMLIT_INTERNAL_KEY_PREFIX}_")
    return own != name and is_element_id(own) and own.endswith(f"{EVENT_DELIM}events")


def _checked_value(states: WStates, widget: str) -> Any:
    """The value of a widget; its default where a browser says what the widget cannot say."""
    state, metadata = states.states.get(widget), states.widget_metadata.get(widget)
    if not isinstance(state, Serialized) or metadata is None:
        return _value_of(states, widget)
    try:
        if _fits(state.value, metadata):
            return _value_of(states, widget)
    except Exception:  # noqa: BLE001, S110 - a deserializer raises whatever it stumbles over
        pass
    finally:
        states.set_widget_metadata(metadata)  # what was sent would become the type that is expected
    states.set_from_value(widget, deepcopy(metadata.deserializer(None)))
    return _value_of(states, widget)


def _fits(state: WidgetState, metadata: WidgetMetadata[Any]) -> bool:
    """Whether the widget's kind of value was sent, and of its options only; one that was emptied sends none."""
    sent, expected = state.WhichOneof("value"), metadata.value_type
    if sent is not None and sent != expected and not {sent, expected} <= _NUMBER:
        return False
    if sent == "double_array_value":
        return _rising(state.double_array_value.data)
    options = metadata.formatted_options
    if options is None or sent is None:
        return True
    if sent != "string_array_value":
        return state.string_value in options
    chosen, most = state.string_array_value.data, metadata.max_array_length
    if not chosen:
        return not _always_lit(metadata)
    return (most is None or len(chosen) <= most) and set(options).issuperset(chosen)


def _rising(ends: Sequence[float]) -> bool:
    """Whether the ends of a range are in order; one that nothing lies in cannot be chosen on a slider."""
    return list(ends) == sorted(ends)


def _always_lit(metadata: WidgetMetadata[Any]) -> bool:
    """Whether one of some buttons has to be lit: so it is on our pages where one is from the start.

    Streamlit tells that to the browser alone, and believes one, or a link, that lights none.
    """
    return metadata.max_array_length == 1 and metadata.deserializer(None) is not None


def _checked_link(
    session: SessionState, metadata: WidgetMetadata[Any], key: str, widget: str, value: str | list[str]
) -> bool:
    """Give a widget the value a link has for it, as Streamlit does; what is not used as it stands is reported."""
    if isinstance(
        serde := _serde(metadata), SelectboxSerde
    ):  # a person may type what is none of its options, a link not
        metadata = replace(metadata, formatted_options=serde.formatted_options)
    used, value = False, _as_shown(metadata, value)
    with contextlib.suppress(Exception):  # as above
        if not (is_empty_url_value(value) and _always_lit(metadata)):
            parsed = parse_url_param(value, metadata.value_type)
            ordered = metadata.value_type != "double_array_value" or _rising(parsed)
            used = ordered and _seed(session, metadata, key, widget, value)
    if not used:
        session.query_params.remove_param(key)
    taken = session[key] if used else metadata.deserializer(None)
    if not _says(value, metadata, taken):
        address_bar.ignore(key, value, allowed(metadata))
    return used


def _as_shown(metadata: WidgetMetadata[Any], value: str | list[str]) -> str | list[str]:
    """An option that a link names as the program does (`model=variational`), or the data ("Matrix, The"), as shown."""
    shown, options = metadata.formatted_options, getattr(_serde(metadata), "options", ())
    if shown is None:
        return value
    from core.data.spoken import said  # not before: the server answers while the data's libraries are loaded

    names = set(shown)
    if isinstance(value, list):
        return [name if name in names else said(name, names) for name in value]
    value = said(value, names)
    if value in names or value not in options:
        return value
    return str(metadata.serializer(value))


def _says(value: str | list[str], metadata: WidgetMetadata[Any], taken: Any) -> bool:
    """Whether a link's value and a widget's are the same."""
    try:
        return bool(parse_url_param(value, metadata.value_type) == metadata.serializer(taken))
    except (ValueError, TypeError):
        return False


def _serde(metadata: WidgetMetadata[Any]) -> Any:
    """What turns a widget's value into what a browser sends, and back."""
    return getattr(metadata.deserializer, "__self__", None)


def allowed(metadata: WidgetMetadata[Any]) -> str:
    """What a link may say for a widget, in words."""
    serde = _serde(metadata)
    if metadata.value_type == "bool_value":
        return "true or false"
    if metadata.formatted_options is not None:
        return any_of(metadata.formatted_options)
    if isinstance(serde, NumberInputSerde | SliderSerde):
        kind = "two numbers, the lower one first," if metadata.value_type == "double_array_value" else "a number"
        return number_from(serde.min_value, serde.max_value, kind)
    if isinstance(serde, TextInputSerde) and serde.max_chars is not None:
        return f"a text of at most {serde.max_chars} characters"
    return "another one"


def any_of(options: Sequence[str]) -> str:
    """What a link may say where these are the options, in words."""
    several = f"any of {len(options):,}" if len(options) > FEW else " or ".join(options)
    return several if options else "nothing"


def number_from(low: float, high: float, kind: str = "a number") -> str:
    """The range of what may be said, in words."""
    return f"{kind} from {_number(low)} to {_number(high)}"


def _number(limit: float) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:f}".rstrip("0").rstrip(".")
