"""Settings as flags: one for every field of a model, with its description and limits."""

import argparse
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo


def flag(name: str) -> str:
    """The flag of a setting."""
    return f"--{name.replace('_', '-')}"


def given(arguments: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Those of the named settings that were given, with their values."""
    values = {name: getattr(arguments, name, None) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def add_fields(group: Any, fields: Mapping[str, FieldInfo]) -> None:
    """Add a flag for every field. A value stays text: the config turns it into what it wants; without the flag None."""
    for name, field in fields.items():
        text = (field.description or "").replace("%", "%%")
        if field.annotation is bool:
            group.add_argument(flag(name), action=argparse.BooleanOptionalAction, default=None, help=text)
            continue
        choices = _choices(field.annotation)
        metavar = f"{{{','.join(choices)}}}" if choices else ("N" if field.annotation is int else "X")
        group.add_argument(flag(name), default=None, metavar=metavar, help=text + _limits(field))


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words of a Literal, also of one that may be None."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) for word in _choices(part))


def _limits(field: FieldInfo) -> str:
    limits = []
    for limit in field.metadata:
        match limit:
            case annotated_types.Ge():
                limits.append(f"at least {limit.ge}")
            case annotated_types.Gt():
                limits.append(f"more than {limit.gt}")
            case annotated_types.Le():
                limits.append(f"at most {limit.le}")
    return f" ({', '.join(limits)})" if limits else ""
