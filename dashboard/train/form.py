"""The training form. Every range, unit and help text in it comes from the settings of the model families."""

import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, Literal, cast, get_args, get_origin

import streamlit as st
from annotated_types import Ge, Gt, Le
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from core.config import RunConfig, is_offered
from core.errors import LimitError
from core.model.families import FAMILIES, PRESETS, SETTINGS, new_defaults, parse_config
from dashboard.session import untrusted
from dashboard.shared import elements, model_names, phrases

START = "default"
"""The preset that a fresh form holds."""

SUITS = " (suits this data)"
"""Said behind the preset that does."""

PLAIN = (
    "embedding_dim",
    "hidden_units",
    "epochs",
    "steps",
    "raters",
    "item_columns",
    "user_dropout",
    "item_dropout",
    "learning_rate",
    "l2",
    "activation",
    "penalty",
    "unseen_weight",
    "row_penalty",
    "vector_penalty",
    "window",
    "negatives",
    "pair_penalty",
    "label_penalty",
)
"""Settings shown at once, where the model has them; the model has its own cards, and everything else is folded away."""

_STEPS = {
    "learning_rate": 0.0005,
    "l2": 0.01,
    "user_dropout": 0.05,
    "item_dropout": 0.05,
    "validation_fraction": 0.05,
    "test_fraction": 0.05,
    "init_min": 0.01,
    "init_max": 0.01,
    "penalty": 5.0,
    "unseen_weight": 0.05,
    "row_penalty": 0.001,
    "vector_penalty": 0.01,
    "pair_penalty": 0.01,
    "label_penalty": 0.1,
}
"""How far one click on plus or minus goes; whole numbers go by one."""


_KEPT = "_form"
"""Session key of the settings, kept while another page is open: Streamlit forgets widgets that are not drawn."""

_SUITED = "_form_suits"
"""Session key of the model for which the form holds the defaults that it has of its own."""


_FILLED = "_form_filled"
"""Session key of settings that were put into the form, until its widgets are drawn with them."""


def fill(config: Iterable[tuple[str, Any]]) -> None:
    """Put settings, the model among them, into the form; before its widgets are drawn, or in a callback."""
    st.session_state[_FILLED] = dict(config)
    begin()


def begin() -> None:
    """Put into the form what should have been drawn, before its widgets are.

    A run can be cut short by the browser's next message. That message still has the form as it was, and Streamlit
    believes it.
    """
    if filled := st.session_state.get(_FILLED):
        st.session_state.update(filled)
        st.session_state[_SUITED] = st.session_state["model"]


def drawn() -> None:
    """The form is on its way to the browser: from now on, that one's messages tell what it says."""
    st.session_state.pop(_FILLED, None)


def settings() -> dict[str, Any]:
    """What the form says about every setting of any model, checked or not."""
    start = PRESETS[START].model
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, {name: _first(name, start) for name in SETTINGS})
    kept.update({name: st.session_state[name] for name in kept if name in st.session_state})
    return dict(kept)


def _first(name: str, model: str) -> Any:
    """What a form says about a setting before anybody does, with this model chosen."""
    start = PRESETS[START]
    return new_defaults(start.model, model).get(name, getattr(start, name, SETTINGS[name].default))


def fields() -> dict[str, FieldInfo]:
    """The settings that the chosen model has and that leave a choice."""
    return _fields_of(_chosen())


def _chosen() -> str:
    """The model that is chosen."""
    model = st.session_state["model"] if "model" in st.session_state else settings()["model"]
    return str(model) if model in FAMILIES else PRESETS[START].model


@cache
def _fields_of(model: str) -> dict[str, FieldInfo]:
    every = FAMILIES[model].config_type.model_fields
    return {
        name: field
        for name, field in every.items()
        if name != "model" and len(_options(field)) != 1 and is_offered(field)
    }


def folded() -> tuple[str, ...]:
    """The settings that are folded away."""
    return tuple(name for name in SETTINGS if name in fields() and name not in PLAIN)


def current() -> RunConfig:
    """What the form says of the chosen model; raises LimitError where its settings do not go together."""
    return parse_config({name: value for name, value in settings().items() if name == "model" or name in fields()})


def presets(suits: str, on_change: Callable[[], None]) -> None:
    """The presets, the one first that suits the data; chosen is the one whose settings the form holds.

    Each that can be chosen has a field with a key of its own. A browser that is still to hear that a setting put the
    preset out, as when a second one is typed at once, speaks of the field before, in which nobody chose anything.
    """
    matching = matching_preset()
    key = f"preset_{matching}"

    def apply() -> None:
        if (chosen := st.session_state[key]) not in (None, matching):
            fill(PRESETS[chosen])
            on_change()

    elements.hold(key, matching)
    st.selectbox(
        "Preset",
        [suits, *(name for name in PRESETS if name != suits)],
        index=None,
        format_func=lambda name: phrases.PRESET_WORDS[name] + (SUITS if name == suits else ""),
        placeholder="Settings of your own",
        help=f"{phrases.PRESET_WORDS[suits]} suits the size and the scale of these ratings.",
        key=key,
        on_change=apply,
    )


def matching_preset() -> str | None:
    """Name of the preset that equals the form's settings, if one does."""
    try:
        config = current()
    except LimitError:
        return None
    return next((name for name, preset in PRESETS.items() if preset == config), None)


def model(on_change: Callable[[], None]) -> None:
    """The kinds of model; what each does, and the formula of the chosen one, in the help."""
    _remember("model")
    family = FAMILIES[_chosen()]
    told = [f"**{family.title}.** {family.summary}" for family in FAMILIES.values()]
    st.selectbox(
        SETTINGS["model"].title or "Model",
        list(FAMILIES),
        index=list(FAMILIES).index(PRESETS[START].model),
        format_func=lambda name: FAMILIES[name].title,
        help="\n\n".join([f"{family.title}: {family.rating_latex()}", *told]),
        key="model",
        on_change=on_change,
        persist_state="session",
    )
    before, now = st.session_state.get(_SUITED, PRESETS[START].model), _chosen()
    for name in new_defaults(before, now):
        st.session_state[name] = _first(name, now)
    st.session_state[_SUITED] = now


def setting(name: str, noun: str, on_change: Callable[[], None]) -> None:
    """One setting in the words of the data: what happens when it grows is in its help.

    A number that is not allowed is taken, and refused in words under its field: Streamlit's own limits would show it in
    red and leave the form with the number before.
    """
    field = fields()[name]
    extra = cast(dict[str, str], field.json_schema_extra)  # every setting has its unit and what growing does
    title = phrases.with_noun(str(field.title), noun)
    _remember(name)
    unit = f"In {extra['unit']}." if extra["unit"] else ""
    words = [
        unit,
        field.description or "",
        extra["grows"],
        "" if _options(field) else f"It can be {limits_words(name)}.",
    ]
    told = "\n\n".join(phrases.with_noun(word, noun) for word in words if word)
    for option in _options(field):
        told = told.replace(option, model_names.setting(option))
    _widget(name, field, title, {"key": name, "help": told, "on_change": on_change, "persist_state": "session"})
    if not is_allowed(name, st.session_state[name]):
        st.markdown(f":small[:red[:material/error: It can be {limits_words(name)}.]]")


def is_number(name: str) -> bool:
    """Whether a setting of the chosen model is a number."""
    return not _options(fields()[name]) and not isinstance(_first(name, _chosen()), bool)


def is_allowed(name: str, value: Any) -> bool:
    """Whether a setting of the chosen model may have this value, whatever the others are."""
    try:
        checked(fields()[name]).validate_python(value)
    except ValidationError:
        return False
    return True


def out_of_range(noun: str) -> list[str]:
    """The settings of the chosen model that it cannot have, and what each can be: "Epochs is 0, and can be …"."""
    said = settings()
    return [
        f"{phrases.with_noun(str(field.title), noun)} is {model_names.setting(said[name])}, "
        f"and can be {limits_words(name)}"
        for name, field in fields().items()
        if not is_allowed(name, said[name])
    ]


def checked(field: FieldInfo) -> TypeAdapter[Any]:
    """What reads one setting alone, with its limits."""
    return TypeAdapter(cast(Any, Annotated[cast(Any, field.annotation), field]))


def limits_words(name: str) -> str:
    """What a setting of the chosen model may be, in words."""
    return allowed(name, _chosen())


def _widget(name: str, field: FieldInfo, label: str, shared: dict[str, Any]) -> None:
    """What a person turns: buttons for a few words, a switch for yes or no, a number."""
    default = _first(name, _chosen())
    options = _options(field)
    if options:
        st.segmented_control(
            label, options, default=default, required=True, format_func=model_names.setting, **shared, wrap=True
        )
    elif isinstance(default, bool):
        st.toggle(label, value=default, **shared)
    elif isinstance(default, int):
        st.number_input(label, value=default, step=1, format="%d", **shared)
    else:
        st.number_input(label, value=default, step=_STEPS[name], format="%g", **shared)


def _remember(name: str) -> None:
    """Give a widget that was not drawn for a while the value it had."""
    if name not in st.session_state:
        st.session_state[name] = settings()[name]


def limits(field: FieldInfo) -> tuple[float, float]:
    """Lowest and highest value that the config allows; a millionth above a lower end that is not allowed itself."""
    low, high = -math.inf, math.inf
    for limit in field.metadata:
        if isinstance(limit, Ge):
            low = float(str(limit.ge))
        elif isinstance(limit, Gt):
            low = float(str(limit.gt)) + 1e-6
        elif isinstance(limit, Le):
            high = float(str(limit.le))
    return low, high


def allowed(name: str, model: str) -> str:
    """What a link may say for a setting of a model, in words."""
    field = FAMILIES[model].config_type.model_fields[name]
    if options := _options(field):
        return " or ".join(options)
    if isinstance(field.default, bool):
        return "true or false"
    low, high = limits(field)
    return untrusted.number_from(*(int(low), int(high)) if isinstance(field.default, int) else (low, high))


def _options(field: FieldInfo) -> list[str]:
    """Choices of a field that has a few words to choose from; empty for others."""
    kinds = [field.annotation, *get_args(field.annotation)]
    return next((list(get_args(kind)) for kind in kinds if get_origin(kind) is Literal), [])
