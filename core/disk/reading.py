"""Reading what lies in the home, where anything may lie: the one way for every stored file.

A regular file alone is opened, never a pipe or a device, and no more of it is read than its kind may have. A link
counts as what it leads to, and is itself what is moved or removed. JSON is strict: no NaN, no number beyond floats, no
nesting without an end; as one of the program's own dataclasses it has every field, of its declared type and limits.
"""

import contextlib
import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, TypeAdapter, ValidationError

from core.settings import MIB

MOST_JSON_BYTES = 16 * MIB
"""More than any document that the program writes; the history of a long training has about one."""

DEEPEST_JSON = 32  # Lists and objects inside each other; the program writes at most eight

_OF_THE_MOMENT = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.EAGAIN, errno.ESTALE}
"""Refusals that say nothing about the file: a server short of descriptors must not take its runs for damaged."""

_FORBIDDEN = {errno.EACCES, errno.EPERM}
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class IntegrityError(Exception):
    """What is stored is not whole or not of this version; the message says what is wrong with it."""


class MissingError(IntegrityError):
    """There is no such file."""


class ForbiddenError(IntegrityError):
    """The system does not let this user read the file, which may be whole."""


class NotJsonError(IntegrityError):
    """A file holds no JSON object, as one that a power cut has cut off."""


@dataclass(frozen=True)
class SetAside:
    """Something in the home that is not used: what it is called, where it is now, and why."""

    name: str
    path: Path
    reason: str


@contextlib.contextmanager
def regular(path: Path) -> Iterator[BufferedReader]:
    """A regular file, opened for reading; errors while it is read are told like those of opening it.

    Raises MissingError, ForbiddenError, IntegrityError where it is no regular file or cannot be read, and OSError where
    the system refuses for a reason that lies not in the file.
    """
    try:
        _check_regular(path, path.stat().st_mode)  # before it is opened: opening a device can already do something
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:  # noqa: PTH123 - a descriptor has no path
            _check_regular(path, os.fstat(handle).st_mode)
            yield file
    except OSError as error:
        raise_unreadable(path, error)


def raise_unreadable(path: Path, error: OSError) -> NoReturn:
    """Raise what a refusal of the system means for the file; raises as `regular`."""
    if error.errno is None or error.errno in _OF_THE_MOMENT:
        raise error
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        raise MissingError(f"{path.name} is missing") from error
    kind = ForbiddenError if error.errno in _FORBIDDEN else IntegrityError
    raise kind(f"{path.name} cannot be read: {error.strerror}") from error


def read_bytes(path: Path, most: int = MOST_JSON_BYTES) -> bytes:
    """The whole of a file of at most `most` bytes; raises as `regular`, and IntegrityError where it has more."""
    with regular(path) as file:
        data = file.read(most + 1)
        if len(data) > most:
            size = os.fstat(file.fileno()).st_size
            raise IntegrityError(f"{path.name} has {size:,} bytes; at most {most:,} are read")
    return data


def read_text(path: Path, most: int = MOST_JSON_BYTES) -> str:
    """The same as UTF-8 text; raises as `read_bytes`, and NotJsonError where it is none."""
    try:
        return read_bytes(path, most).decode()
    except UnicodeDecodeError as error:
        raise NotJsonError(f"{path.name} is not text in UTF-8: {error.reason} at byte {error.start:,}") from error


def read_object(path: Path, most: int = MOST_JSON_BYTES) -> dict[str, Any]:
    """The object in a JSON file; raises as `read_bytes` and `parse_object`."""
    return parse_object(path.name, read_bytes(path, most))


def parse_object(name: str, data: bytes) -> dict[str, Any]:
    """The object in the bytes of a JSON file; NotJsonError where there is none.

    Raises IntegrityError for NaN, a number beyond floats, half of a character, or lists and objects nested too deep.
    """
    try:
        value = json.loads(data, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError as error:
        raise _too_deep(name) from error
    except ValueError as error:
        raise NotJsonError(f"{name} is not readable: {error}") from error
    if not isinstance(value, dict):
        raise NotJsonError(f"{name} does not hold one object")
    if _deeper_than(value, DEEPEST_JSON):
        raise _too_deep(name)
    if b"\\u" in data and not _is_text(value):
        raise IntegrityError(f"{name} holds half of a character, which no page could show")
    return value


def _check_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise IntegrityError(f"{path.name} is {_KINDS.get(stat.S_IFMT(mode), 'something else')}, not a file")


def _refuse_constant(text: str) -> NoReturn:
    raise IntegrityError(f"it holds {text}, which is no number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise IntegrityError(f"it holds {text:.20}, which is too large")
    return number


def _is_text(value: dict[str, Any]) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _deeper_than(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _too_deep(name: str) -> IntegrityError:
    return IntegrityError(f"{name} nests lists and objects more than {DEEPEST_JSON} deep")


Kind = TypeVar("Kind")

adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)  # making one takes a moment
_FIRST_YEAR, _LAST_YEAR = 1970, 2200  # what every table and chart can show


def typed(kind: type[Kind], value: Any, name: str) -> Kind:
    """A value of JSON as `kind`, without fields of newer versions; IntegrityError, about `name`, where it is none."""
    try:
        made: Kind = adapter(kind).validate_python(value)
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
