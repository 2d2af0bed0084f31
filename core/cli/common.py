"""What several calls share: flags, the run they are about, answers and how they are laid out, and tables as files."""

import argparse
import contextlib
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import annotated_types
import numpy as np
from pydantic.fields import FieldInfo

from core.analysis.components.pca import Basis
from core.data import ratings_of
from core.data.ratings import Ratings
from core.data.text import inert
from core.disk.files import disk_full_told, is_disk_full
from core.errors import LimitError, UsageError
from core.model.run import Run
from core.store.runs import RunStore

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
        case float() if math.isnan(value):
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


def add_count(call: argparse.ArgumentParser, flag: str, default: int, text: str, *, minimum: int = 0) -> None:
    """A flag for a whole number; LimitError where what is given is below the minimum."""

    def whole(value: str) -> int:
        """The number, where it is large enough."""
        number = int(value)
        check_range(flag, number, minimum)
        return number

    whole.__name__ = "int"  # what a refusal calls it
    call.add_argument(flag, type=whole, metavar="N", default=default, help=text)


def add_listing(call: argparse.ArgumentParser, *, rows: str = "items", top: str = "Items at each end") -> None:
    """How many rows are listed, and which."""
    add_count(call, "--top", 10, f"{top} (default 10).", minimum=1)
    add_count(call, "--min-ratings", 21, f"List only {rows} with at least N ratings (default 21).")


def add_settings(call: argparse.ArgumentParser) -> None:
    """How components come about."""
    text = (
        "pca: components of the item matrix, as in the article (default). predictions: of the tastes that the model "
        "predicts, which no rotation of its numbers changes."
    )
    call.add_argument("--basis", choices=get_args(Basis), default="pca", help=text)
    text = "Compute the components from items with at least N ratings (default 0: from all)."
    add_count(call, "--fit-min-ratings", 0, text)
    call.add_argument("--centered", action="store_true", help="Subtract the column means first (default: do not).")


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


def check_range(flag: str, value: int, minimum: int, maximum: int | None = None) -> None:
    """Raise LimitError where a flag's value is out of range."""
    if value < minimum or (maximum is not None and value > maximum):
        allowed = f"{minimum} to {maximum}" if maximum is not None else f"{minimum} or more"
        raise LimitError(f"{flag} is {value}; allowed is {allowed}")


def load(run_id: str) -> tuple[Run, Ratings]:
    """A run and the data it learned from; UnknownRunError, CorruptRunError or UnknownDatasetError without them."""
    run = RunStore().load(run_id)
    return run, ratings_of(run.dataset)


def entry(ratings: Ratings, row: int, *, users: bool = False) -> dict[str, Any]:
    """What a listing says first about an item, its id and title, or about a user, the id."""
    if users:
        return {"user_id": ratings.users.ids[row]}
    return {"item_id": ratings.items.ids[row], "title": str(ratings.item_table["title"].iloc[row])}


@contextlib.contextmanager
def target_file(path: Path) -> Iterator[None]:
    """Make the folder of a file that is about to be written, and say so where it cannot be.
    Raises UsageError: the place cannot be written to; DiskFullError: there is no room."""
    with disk_full_told(f"the file {path.name}", path.parent):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            if is_disk_full(error):
                raise
            raise UsageError(f"{path} cannot be written to ({error.strerror}); choose another file") from error


def write_items(path: Path, ratings: Ratings, rows: np.ndarray, columns: Mapping[str, Any]) -> None:
    """Write a table for spreadsheets, in place of a file that is there: one line an item, its id, title and columns.
    Raises UsageError, DiskFullError as `target_file` says."""
    import pandas as pd

    items = [entry(ratings, row) for row in rows]
    named = {name: [inert(str(item[name])) for item in items] for name in ("item_id", "title")}
    with target_file(path):
        pd.DataFrame(named | dict(columns)).to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


class Percent:
    """Prints every tenth of the work on stderr."""

    def __init__(self) -> None:
        self._tenths = 0

    def __call__(self, share: float) -> None:
        if int(10 * share) > self._tenths:
            self._tenths = int(10 * share)
            print(f"{10 * self._tenths:>4} %", file=sys.stderr)
