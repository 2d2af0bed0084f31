"""Settings as flags: one for every field of a model, with its description and limits."""

import argparse
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo


def add_fields(group: Any, fields: Mapping[str, FieldInfo]) -> None:
    """Add a flag for every field; without the flag a value is None."""
    for name, field in fields.items():
        _add_setting(group, name, field)


def given(called: argparse.Namespace, settings: type[BaseModel]) -> dict[str, Any]:
    """The values that were given for a model's fields."""
    values = {name: getattr(called, name, None) for name in settings.model_fields}
    return {name: value for name, value in values.items() if value is not None}


def _add_setting(group: Any, name: str, field: FieldInfo) -> None:
    """One flag. Its value stays text: the config turns it into what it wants, or says why not."""
    flag, text = f"--{name.replace('_', '-')}", (field.description or "").replace("%", "%%")
    if field.annotation is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
        return
    choices = _choices(field.annotation)
    metavar = f"{{{','.join(choices)}}}" if choices else ("N" if field.annotation is int else "X")
    group.add_argument(flag, default=None, metavar=metavar, help=text + _limits(field))


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, also of one that may be None."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) for word in _choices(part))


def _limits(field: FieldInfo) -> str:
    said = []
    for limit in field.metadata:
        match limit:
            case annotated_types.Ge():
                said.append(f"at least {limit.ge}")
            case annotated_types.Gt():
                said.append(f"more than {limit.gt}")
            case annotated_types.Le():
                said.append(f"at most {limit.le}")
    return f" ({', '.join(said)})" if said else ""
