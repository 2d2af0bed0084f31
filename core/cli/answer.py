"""What a call answers, and how it is laid out for people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDEST_CELL = 50


@dataclass(frozen=True)
class Answer:
    """One result: `document` for `--json`, `text` for people."""

    document: Any
    text: str


def attributes(source: object, names: Iterable[str]) -> dict[str, Any]:
    """Some attributes of an object, by name."""
    return {name: getattr(source, name) for name in names}


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], *, empty: str = "none") -> str:
    """Aligned columns, numbers to the right; `empty` where there are no rows."""
    if not rows:
        return empty
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    numeric = [all(isinstance(value, int | float | None) for value in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths, numeric) for row in (headings, *cells))


def listing(entries: Sequence[Mapping[str, Any]], headings: Mapping[str, str], *, empty: str = "none") -> str:
    """A table of the entries of a document: for each key in `headings` a column under that heading."""
    rows = [[entry[key] for key in headings] for entry in entries]
    return table(list(headings.values()), rows, empty=empty)


def pairs(values: Iterable[tuple[str, Any]]) -> str:
    """One `name  value` a line."""
    lines = [(name, _cell(value)) for name, value in values]
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    placed = (
        f"{cell:>{width}}" if right else f"{cell:<{width}}"
        for cell, width, right in zip(cells, widths, numeric, strict=True)
    )
    return "  ".join(placed).rstrip()


def _cell(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}" if abs(value) < 1e-3 else f"{value:.3f}"
        case int():
            return f"{value:,}"
        case list():  # such as an item's genres
            value = "|".join(value)
    text = "".join(letter if letter.isprintable() else " " for letter in str(value))  # no title moves the cursor
    return text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…"
