"""The settings of the form in the address bar, all of them in one entry of the browser's history.

Streamlit's own binding of widgets writes one entry for each of them, leaves out those that were filled in by the page,
and calls a model by its title. Here the address names the model and what differs from that model's usual settings.
Where it names none, the form is that of the selected model.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from core.config import RunConfig, is_offered
from core.model.families import FAMILIES, PRESETS, SETTINGS, parse_config
from dashboard.session import address_bar
from dashboard.train import form

_KNOWN = "_form_link"
"""Session key of what the address says, as far as the session knows; there once the form was drawn."""

_REPLACED = "_form_link_replaced"
"""Session key of what the session has replaced since the browser last confirmed: a late request may still say it."""


_RUN = "_form_run"
"""Session key of the model that was selected when the form was last drawn."""


def another_run(run_id: str | None) -> bool:
    """Whether another model has been selected since the form was last drawn: from now on it is that one's."""
    return run_id is not None and st.session_state.get(_RUN, run_id) != run_id


def adopt(selected: RunConfig | None, *, anew: bool = False) -> bool:
    """Fill the form where the address brings news, before its widgets are drawn; whether it took settings from there.

    News is a link, and an address to which somebody went back. One without settings leaves the form alone where it
    is reached from another page: what somebody chose stays. An untouched form begins with those of the selected
    model, also `anew`, when somebody has selected another since.
    """
    if address_bar.went_back():
        st.session_state.pop(_REPLACED, None)
    confirm()
    said, known = _said(), st.session_state.get(_KNOWN)
    if (said == known or said in st.session_state.get(_REPLACED, ())) and not anew:
        return False
    st.session_state[_KNOWN] = said
    st.session_state.pop(_REPLACED, None)
    if said and said != known:
        form.fill(_usable(said).items())
        return True
    if known is None or anew or address_bar.went_back() or not address_bar.from_another_page():
        form.fill(selected or PRESETS[form.START])
    return False


def write(selected: RunConfig | None, run_id: str | None) -> None:
    """Make the address say what the form says, unless it is that of the selected model; after its widgets are drawn."""
    st.session_state[_RUN] = run_id
    now, before = _link(form.settings(), form.fields(), selected), _said()
    st.session_state[_KNOWN] = now
    if now == before:
        return
    st.session_state[_REPLACED] = [*st.session_state.get(_REPLACED, ()), before]
    others: dict[str, str | list[str]] = {
        name: st.query_params.get_all(name) for name in st.query_params if name not in before
    }
    st.query_params.from_dict({**others, **now})


def confirm() -> None:
    """Hear whether the browser has what was written last: from then on, what that replaced is news again."""
    if _said() == st.session_state.get(_KNOWN):
        st.session_state.pop(_REPLACED, None)


def _said() -> dict[str, str]:
    """The settings that the address names now."""
    return {name: st.query_params[name] for name in st.query_params if name in SETTINGS}


def _link(settings: Mapping[str, Any], fields: Mapping[str, FieldInfo], selected: RunConfig | None) -> dict[str, str]:
    """What a link says for these settings; nothing where they are those of the selected model."""
    chosen = {name: value for name, value in settings.items() if name == "model" or name in fields}
    if selected is not None and all(value == getattr(selected, name, None) for name, value in chosen.items()):
        return {}
    usual = dict(_usual(chosen["model"]))
    own = {name: _text(value) for name, value in chosen.items() if value != usual[name]}
    if chosen["model"] == PRESETS[form.START].model and (own or selected is None):
        return own  # a link without a model is about this one
    return {"model": chosen["model"]} | own


def to(config: RunConfig) -> dict[str, str]:
    """Query parameters with which the form opens with these settings."""
    return _link(dict(config), SETTINGS, None)


def _usual(model: str) -> RunConfig:
    """What a link that names this model and nothing else stands for."""
    return parse_config({"model": model}, base=PRESETS[form.START])


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _usable(said: Mapping[str, str]) -> dict[str, Any]:
    """The settings a link stands for; what of it cannot be used is left out, and reported.

    Settings that cannot be had together are taken: the page says so beside the form.
    """
    model = _model(said.get("model", PRESETS[form.START].model))
    values = dict(_usual(model))
    for name in said.keys() - {"model"}:
        field = FAMILIES[model].config_type.model_fields.get(name)
        if field is not None and not is_offered(field) and said[name] == _text(field.default):
            continue
        if field is None or not is_offered(field):
            address_bar.ignore(name, said[name], "left out: this model has no such setting")
            continue
        try:
            values[name] = form.checked(field).validate_strings(said[name])
        except ValidationError:
            address_bar.ignore(name, said[name], form.allowed(name, model))
    return values


def _model(said: str) -> str:
    """The model that a link names, by its name or, as older links do, by its title in bold."""
    name = next((name for name, family in FAMILIES.items() if said == f"**{family.title}**"), said)
    if name in FAMILIES:
        return name
    address_bar.ignore("model", said, " or ".join(FAMILIES))
    return PRESETS[form.START].model
