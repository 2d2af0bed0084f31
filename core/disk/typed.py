"""Stored JSON as the program's own dataclasses: every field there, of its declared type, within its declared limits."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, TypeAdapter, ValidationError

from core.disk.reading import IntegrityError

Kind = TypeVar("Kind")

_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)  # making one takes a moment
_FIRST_YEAR, _LAST_YEAR = 1970, 2200  # what every table and chart can show


def typed(kind: type[Kind], value: Any, name: str) -> Kind:
    """A value of JSON as `kind`, without fields of newer versions; IntegrityError, about `name`, where it is none."""
    try:
        made: Kind = _adapter(kind).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, (name, *first["loc"])))
        raise IntegrityError(f"{place} is {first['input']!r:.60}: {first['msg']}") from None
    return made


def _moment(text: str) -> str:
    if text:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ValueError(f"a time has its zone and a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return text


Moment = Annotated[str, AfterValidator(_moment)]  # A time in ISO 8601 with its zone; empty where it is not known
