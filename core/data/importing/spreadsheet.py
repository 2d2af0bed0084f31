"""Excel workbooks: one sheet as a text table, a line for each row, tabs between cells.

So everything that is known about text tables holds for sheets: headers, layouts, line numbers, limits. Tabs and line
ends inside of cells become blanks.
"""

import datetime as dt
import re
import tempfile
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.data.importing.values import text_of
from core.data.text import one_line
from core.errors import BadFormatError
from core.settings import MIB, ImportLimits

_OFFICE, _OPEN_DOCUMENT = "[Content_Types].xml", "mimetype"
_WORKBOOK = "xl/workbook.xml"
_DIVIDING = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_HOW = "save the sheet as .xlsx or as CSV and bring that"


@dataclass(frozen=True)
class Sheet:
    """One sheet as text, UTF-8 with tabs, in a file that is removed with the last reference; `names` has all sheets."""

    name: str
    names: tuple[str, ...]
    text: IO[bytes]


def is_workbook(name: str, entries: list[zipfile.ZipInfo]) -> bool:
    """Whether a zip file with these entries is an Excel workbook; raises BadFormatError for another office document."""
    inside = {entry.filename for entry in entries}
    if _WORKBOOK in inside and _OFFICE in inside:
        return True
    if _OFFICE in inside or {_OPEN_DOCUMENT, "content.xml"} <= inside:
        raise BadFormatError(f"{name} is an office document, and no Excel workbook (.xlsx); {_HOW}")
    return False


def read_sheet(path: Path, wanted: str | None, limits: ImportLimits) -> Sheet:
    """A sheet by its name, else the first that is not empty; the entries of the zip file have been checked. Raises
    BadFormatError where the workbook is damaged or has no such sheet, and TooLargeError."""
    from python_calamine import CalamineError, CalamineWorkbook  # only this kind of file needs it

    try:
        workbook = CalamineWorkbook.from_path(path)
        names = tuple(workbook.sheet_names)
        if not names or wanted not in (None, *names):
            shown = ", ".join(one_line(name, 60) for name in names[:20])
            raise BadFormatError(f"{path.name:.100} has no sheet {wanted or ''!r:.60}; found: {shown}")
        sheet = workbook.get_sheet_by_name(wanted or names[0])
        for name in names[1:] if wanted is None else ():
            if sheet.height:
                break
            sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BadFormatError(f"{path.name:.100} is a damaged Excel workbook ({error!s:.120}); {_HOW}") from error
    limits.check("max_rows", sheet.height, f"rows in the sheet {one_line(sheet.name, 60)!r}")
    limits.check("max_columns", sheet.width, f"columns in the sheet {one_line(sheet.name, 60)!r}")
    text = tempfile.NamedTemporaryFile(suffix=".tsv")  # noqa: SIM115  # read as often as somebody opens its source
    for line in _lines(sheet):
        text.write(line.encode("utf-8", "replace"))
        limits.check("max_unpacked_mb", text.tell() / MIB, f"MiB in the sheet {one_line(sheet.name, 60)!r}")
    text.flush()
    read = Sheet(sheet.name, names, text)
    weakref.finalize(read, text.close)  # a file that is collected in a circle, as of a traceback, is else told as lost
    return read


def _lines(sheet: Any) -> Iterator[str]:
    for row in sheet.iter_rows():  # empty ones above the first cell included: lines have the numbers of rows
        yield "\t".join(map(_cell, row)) + "\n"


def _cell(value: Any) -> str:
    """A cell as text: dates in ISO's form, whole numbers without a point."""
    if isinstance(value, str):
        return _DIVIDING.sub(" ", value) if _DIVIDING.search(value) else value
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return text_of(value)
