"""One byte of a table is changed: every row is still in a number, or the whole file is refused with a code."""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import ColumnMapping, ImportLimits, ImportOptions
from core.data.importing import building
from core.data.importing.request import ImportRequest
from core.errors import ExplorerError
from tests.core.data.importing import made

COMMENTS = st.sampled_from(["", "fine", 'a "b"', "so,\nso", "1;2\t3|4", '"', "\r\n\r\n", "Töne", "\\", "u1,i1,3,x"])
BYTES = st.one_of(st.sampled_from(list(b'"\n\r\0\xff\xe9,;\t|\\{}[]:')), st.integers(0, 255))
COLUMNS = ("user", "item", "rating", "comment")


@dataclass(frozen=True)
class Edit:
    """One byte put in, taken out or replaced, at a place that is a share of the whole."""

    kind: str
    share: float
    byte: int

    def of(self, content: bytes) -> bytes:
        at = int(self.share * len(content))
        new = b"" if self.kind == "delete" else bytes([self.byte])
        return content[:at] + new + content[at + (self.kind != "insert") :]


EDITS = st.builds(Edit, st.sampled_from(["insert", "delete", "replace"]), st.floats(0, 1, exclude_max=True), BYTES)


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[str, str, int, str]]:
    return [(user, item, rating, draw(COMMENTS)) for user, item, rating, _ in made.ROWS[: draw(st.integers(24, 30))]]


def outcome(content: bytes, *asked: Any) -> tuple[int, dict[str, Any]] | None:
    """How many ratings are kept and what is said about the others; None where the file is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r"
        path.write_bytes(content)
        request = ImportRequest([path], *(asked or (ColumnMapping(), ImportOptions())), ImportLimits())
        with mock.patch.object(building, "write_folder") as written:  # what takes most of the time
            try:
                said = building.build(request, Path(folder), lambda progress, text: None)
            except ExplorerError:
                return None
        return len(written.call_args.args[1]), said


def counted(kept: int, said: dict[str, Any]) -> int:
    return int(kept + sum(said["rejected_by_reason"].values()) + said["dropped_duplicates"])


def lines_of(content: bytes) -> int:
    ends = len(re.findall(rb"\r\n|\n|\r", content))
    return ends + (not content.endswith((b"\n", b"\r")))


def delimited(delimiter: str, quoting: int, end: str) -> Callable[[list[tuple[str, str, int, str]]], bytes]:
    def write(table: list[tuple[str, str, int, str]]) -> bytes:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
        writer.writerows([COLUMNS, *table])
        return out.getvalue().encode()

    return write


def objects(table: list[tuple[str, str, int, str]]) -> list[str]:
    return [json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) for row in table]


LINES = {
    "comma": delimited(",", csv.QUOTE_MINIMAL, "\n"),
    "semicolon, all quoted": delimited(";", csv.QUOTE_ALL, "\r\n"),
    "tab": delimited("\t", csv.QUOTE_MINIMAL, "\n"),
    "bar, old mac": delimited("|", csv.QUOTE_NONNUMERIC, "\r"),
    "json lines": lambda table: "\n".join(objects(table)).encode(),
}
FEW_SECONDS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("layout", LINES)
@FEW_SECONDS
@given(table=tables(), edit=EDITS)
def test_no_line_is_in_no_number(layout: str, table: list[tuple[str, str, int, str]], edit: Edit) -> None:
    content = edit.of(LINES[layout](table))
    result = outcome(content)
    if result is None:
        return
    kept, said = result
    assert said["rows"] == counted(kept, said)
    assert said["rows"] + said["lines_without_rows"] == lines_of(content)
    assert kept >= len(table) - 3


def headed() -> str:
    by_item = {item: [f"{user},{rating},2005-09-06\n" for user, other, rating, _ in made.ROWS if other == item]
               for _, item, _, _ in made.ROWS}  # fmt: skip
    return "".join(f"{item}:\n{''.join(rows)}" for item, rows in by_item.items())


FIRST_TWO = ColumnMapping(user="column 1", item="column 2")
SHAPES = {
    "headings": (headed(), ColumnMapping(), ImportOptions()),
    "spaces, no header": (made.table(header=None, delimiter=" "), FIRST_TWO, ImportOptions(no_rating=(1.0,))),
    "double colons": (made.table(header=None, delimiter="::"), FIRST_TWO, ImportOptions()),
    "lines above": (f"# Ratings of 2024\n\n{made.table()}", ColumnMapping(), ImportOptions()),
}


@pytest.mark.parametrize("shape", SHAPES)
@FEW_SECONDS
@given(edit=EDITS)
def test_no_line_of_another_shape_is_in_no_number(shape: str, edit: Edit) -> None:
    text, *asked = SHAPES[shape]
    content = edit.of(text.encode())
    if result := outcome(content, *asked):
        kept, said = result
        assert said["rows"] == counted(kept, said)
        assert said["rows"] + said["lines_without_rows"] == lines_of(content)


@FEW_SECONDS
@given(edit=EDITS)
def test_no_cell_of_a_wide_table_is_in_no_number(edit: Edit) -> None:
    people = [[user, *(rating for other, _, rating, _ in made.ROWS if other == user)] for user, *_ in made.ROWS[::5]]
    content = edit.of(made.table([[*row, 3, "", ""] for row in people], "name,A,B,C,D,E,F,G,H").encode())
    if result := outcome(content, ColumnMapping(), ImportOptions(reshape="proposed")):
        kept, said = result
        notes = " ".join(said["notes"])
        things, empty = (re.search(words, notes) for words in (r"of (\d+) items", r"no ratings: (\d+)"))
        assert said["rows"] == counted(kept, said)
        wrong = said["rejected_by_reason"].get("wrong number of columns", 0)
        rows = lines_of(content) - said["lines_without_rows"] - wrong
        assert things
        assert rows * int(things[1]) == said["rows"] - wrong + (int(empty[1]) if empty else 0)


@FEW_SECONDS
@given(table=tables(), edit=EDITS)
def test_no_element_of_an_array_is_in_no_number(table: list[tuple[str, str, int, str]], edit: Edit) -> None:
    result = outcome(edit.of(f"[{', '.join(objects(table))}]".encode()))
    if result is None:
        return
    kept, said = result
    assert said["rows"] == counted(kept, said) >= len(table)
    assert kept >= len(table) - 1


@pytest.mark.parametrize("layout", LINES)
def test_without_an_edit_nothing_is_refused(layout: str) -> None:
    table = [(user, item, rating, "so,\nso") for user, item, rating, _ in made.ROWS]
    kept, said = outcome(LINES[layout](table)) or (0, {})
    assert (kept, said["rejected_by_reason"]) == (len(table), {})
