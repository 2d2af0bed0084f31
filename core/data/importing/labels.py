"""Texts of item tables as they are shown: entities of HTML undone, lists of labels in the ways people write them."""

import ast
import html
import json
import re
from typing import Any

from core.data.text import one_line

_NONE = {"", "(no genres listed)"}
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MOST, _LONGEST_LIST = 100, 20_000
_NAME_KEYS = ("name", "title", "label", "genre", "category", "tag", "value")


def plain_text(text: str | None, limit: int = 300) -> str:
    """One line of text, at most `limit` long; entities such as &amp; become what they stand for, and stay text."""
    text = (text or "")[: 16 * limit]
    return one_line(_ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text, limit)


def split_labels(cells: list[str | None]) -> list[list[str]]:
    """Lists of labels from texts.

    A text that is a list in JSON or in Python's way holds its elements, dicts
    among them by their name; others are divided at |, else at semicolons, else
    at commas, as the column does.
    """
    listed = [_listed((cell or "").strip()) for cell in cells]
    rest = "\n".join(cell or "" for cell, labels in zip(cells, listed, strict=True) if labels is None)
    rest = _ENTITY.sub("", rest)  # its semicolon divides nothing
    sign = next((sign for sign in "|;," if sign in rest), "|")
    return [
        _labels(_unescaped(cell or "").split(sign) if labels is None else labels)
        for cell, labels in zip(cells, listed, strict=True)
    ]


def _labels(texts: list[str]) -> list[str]:
    labels = (plain_text(label, 100).strip("[]'\" ") for label in texts[:_MOST])
    return list(dict.fromkeys(label for label in labels if label not in _NONE))


def _unescaped(cell: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), cell) if "&" in cell else cell


def _listed(text: str) -> list[str] | None:
    """The labels of a list or dict that a text spells; None where it spells none."""
    if text[:1] + text[-1:] not in ("[]", "{}") or len(text) > _LONGEST_LIST:
        return None
    text = re.sub(r"(['\"])\s+(?=['\"])", r"\1, ", text)  # NumPy puts no commas between
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        values = list(value.values()) if isinstance(value, dict) and not set(value) & set(_NAME_KEYS) else value
        return [_label(part) for part in (values if isinstance(values, list | tuple | set) else [values])]
    return None


def _label(part: Any) -> str:
    """What an element of a list is called."""
    if isinstance(part, dict):
        part = next(
            (part[key] for key in _NAME_KEYS if key in part), next((v for v in part.values() if isinstance(v, str)), "")
        )
    return "" if part is None or isinstance(part, dict | list | tuple | set) else str(part)
