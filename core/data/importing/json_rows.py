"""Objects in JSON as rows, one a line or all in one array over any lines; memory is bounded by one object."""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from core.errors import BadFormatError

MAX_CHARACTERS = 2**20  # Of one line, or of one object

_PIECE = 2**16
_BETWEEN = re.compile(r"[\s,]*")
_OPENING = re.compile(r"\ufeff?\s*\[")
_decoder = json.JSONDecoder(parse_int=str, parse_constant=str)


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object that is the whole text, its whole numbers as text; None where there is none."""
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def numbered_lines(text: TextIO, name: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers from 1; raises BadFormatError for one that is too long."""
    number = 0
    while line := text.readline(MAX_CHARACTERS + 1):
        number += 1
        if len(line) > MAX_CHARACTERS:
            raise BadFormatError(
                f"{name}: line {number:,} is longer than {MAX_CHARACTERS:,} characters; mend that line"
            )
        yield number, line.rstrip("\r\n")


def array_objects(text: TextIO) -> Iterator[dict[str, Any] | None]:
    """The elements of one JSON array, in order; None for what is no object, or a broken one, behind which reading goes
    on at the next opening brace, so that it costs no other one."""
    buffer = text.read(_PIECE)
    opening = _OPENING.match(buffer)
    at, ended = (opening.end() if opening else 0), False
    while True:
        at = _end_of_blanks(buffer, at)
        if len(buffer) - at < MAX_CHARACTERS and not ended:
            if at > _PIECE or at == len(buffer):
                buffer, at = buffer[at:], 0
            value, stop = _element(buffer, at)
            if value is None:  # it may be cut
                piece = text.read(_PIECE)
                buffer, ended = buffer + piece, not piece
                continue
        else:
            value, stop = _element(buffer, at)
        if at == len(buffer) or (buffer[at] == "]" and not buffer[at + 1 :].strip() and ended):
            return
        yield value
        at = stop


def _end_of_blanks(buffer: str, at: int) -> int:
    between = _BETWEEN.match(buffer, at)
    return between.end() if between else at


def _element(buffer: str, at: int) -> tuple[dict[str, Any] | None, int]:
    """The object at a place and where it ends, or None and where the next one may begin."""
    if buffer.startswith("{", at):
        try:
            value, stop = _decoder.raw_decode(buffer, at)
        except (ValueError, RecursionError):
            pass
        else:
            return dict(value), stop
    following = buffer.find("{", at + 1)
    return None, following if following >= 0 else len(buffer)
