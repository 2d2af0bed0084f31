"""Values of JSON, Parquet and Excel as the text that a person would have written."""

from typing import Any

import numpy as np

LONGEST = 2500  # Characters of a value that are looked at: far more than an id or a title may have
EXACT = 2**53  # Whole numbers up to here are exact as floats

_BY_HAND = 15  # Characters of a float that somebody may have written: its text stays


def text_of(value: Any) -> str:
    """One value as text: whole floats without ".0", lists joined by | but for dicts, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, list) and not any(isinstance(part, dict) for part in value):
        return "|".join(text_of(part) for part in value[:1000] if not isinstance(part, list))
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)[:LONGEST]


def _float_text(value: float) -> str:
    """A float as text; 0.10000000149011612, which is 0.1 written by a program that had a float32, as 0.1."""
    if value.is_integer() and abs(value) <= EXACT:
        return str(int(value))
    text = repr(value)
    if len(text) <= _BY_HAND or abs(value) > np.finfo(np.float32).max:
        return text
    single = np.float32(value)
    return str(single) if float(single) == value else text
