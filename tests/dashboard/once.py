"""What pages compute of the same content is computed once, whichever test asks for it."""

import hashlib
import marshal
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel

from core.data.ratings import Ratings

_everything: list[dict[bytes, Any]] = []


def forget() -> None:
    """Let go of all that is shared: for tests of what is held by others."""
    for kept in _everything:
        kept.clear()


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, called once for arguments of the same content; nothing may change what it returns."""
    kept: dict[bytes, Any] = {}
    _everything.append(kept)

    def call(*args: Any, **options: Any) -> Any:
        known_by = content([args, options])
        if known_by not in kept:
            kept[known_by] = function(*args, **options)
        return kept[known_by]

    return call


def content(value: Any) -> bytes:
    """What tells arguments of one content from others. Raises TypeError: it cannot be told what one of them holds."""
    sha = hashlib.blake2b(digest_size=16)
    _tell(value, sha.update)
    return sha.digest()


def _tell(value: Any, tell: Callable[[bytes], Any]) -> None:
    tell(type(value).__name__.encode())
    if isinstance(value, np.ndarray) and value.dtype != object:
        tell(f"{value.dtype}{value.shape}".encode() + value.tobytes())
    elif isinstance(value, Ratings):
        tell(f"{value.dataset_id} {value.digest}".encode())
    elif isinstance(value, BaseModel):
        tell(value.model_dump_json().encode())
    elif is_dataclass(value):
        _tell({field.name: getattr(value, field.name) for field in fields(value)}, tell)
    elif isinstance(value, np.ndarray):
        _tell(value.tolist(), tell)
    else:
        _tell_builtin(value, tell)


def _tell_builtin(value: Any, tell: Callable[[bytes], Any]) -> None:
    if _is_plain(value):
        tell(marshal.dumps(value, 2))  # the version that says the same of equal values
    elif isinstance(value, list | tuple | Mapping):
        for part in value.items() if isinstance(value, Mapping) else value:
            _tell(part, tell)
        tell(b"end")
    else:
        raise TypeError(f"the content of a {type(value).__name__} cannot be told")


def _is_plain(value: Any) -> bool:
    """Whether it is text, a number or none, or a list with nothing else in it, nor in lists within."""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return type(value) in (str, bytes, int, float, bool, type(None))
