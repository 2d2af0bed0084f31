"""The call that opens vectors trained elsewhere."""

import argparse
from dataclasses import asdict, fields
from typing import Any, get_args

from core import access
from core.access import COMMAND_LINE, Action
from core.cli.common import Answer, flag, given, pairs, table
from core.cli.imports import SHOWN, Progress, as_path, left_out
from core.data.nouns import plural
from core.data.vectors.request import Guess, VectorOptions, VectorPreview, VectorReport
from core.store.opening import open_vectors, preview_vectors

_TEXTS = {
    "name": ("N", "What people call the vectors."),
    "noun": ("WORD", "What one of them is, singular, such as word or product."),
    "user_noun": ("WORD", "What one of the second set is, where there are two."),
    "array": ("NAME", "Which set of vectors to open, where the files hold several."),
    "id_column": ("COLUMN", "Column that names the rows; an empty name for none."),
    "title_column": ("COLUMN", "Column of what people call a row."),
    "delimiter": ("C", "The character between columns; TAB for a tab."),
    "encoding": ("E", "Encoding of text files: utf-8, utf-16 or latin-1."),
    "sheet": ("NAME", "The sheet of an Excel workbook to read; the first one without it."),
    "of": ("DATASET", "The dataset with ratings whose items, and users, the rows are, by their ids."),
}
_LISTS = {
    "dimensions": "A column that is a part of the vector; repeatable. Found by names that count up without it.",
    "left_out": "A column of the table that is not kept; repeatable.",
}


def add_flags(call: argparse.ArgumentParser) -> None:
    """Everything that can be said about vectors; what is not said is found out."""
    text = "Files, archives or folders with the vectors, and perhaps the table of their rows."
    call.add_argument("paths", nargs="+", metavar="PATH", help=text)
    text = "The table of their rows, in their order or with their ids; repeatable."
    call.add_argument("--metadata", metavar="PATH", action="append", default=[], help=text)
    for name, (metavar, text) in _TEXTS.items():
        call.add_argument(flag(name), metavar=metavar, help=text)
    for name, text in _LISTS.items():
        call.add_argument(flag(name), metavar="COLUMN", action="append", help=text)
    text = "Whether the first row of a text names the columns."
    call.add_argument("--header", action=argparse.BooleanOptionalAction, default=None, help=text)
    text = (
        "What stands for a rating of that dataset: the product of two vectors (with their columns “bias”, where there "
    )
    text += "are any), the same through a sigmoid over the scale, or nothing. Exports of models trained here say it."
    call.add_argument("--guess", choices=get_args(Guess), help=text)
    call.add_argument("--preview", action="store_true", help="Show what would be opened, and keep nothing.")


def open_files(arguments: argparse.Namespace) -> Answer:
    """Open vectors as a run, and tell what was done; or show what would be."""
    access.check(Action.IMPORT, COMMAND_LINE)
    stated = given(arguments, [field.name for field in fields(VectorOptions)])
    if stated.get("delimiter") in ("TAB", "\\t"):
        stated["delimiter"] = "\t"
    options = VectorOptions(**stated | {name: tuple(stated[name]) for name in _LISTS if name in stated})
    paths, metadata = ([as_path(text) for text in texts] for texts in (arguments.paths, arguments.metadata))
    if arguments.preview:
        seen = preview_vectors(paths, metadata=metadata, options=options)
        return Answer(asdict(seen), _preview_text(seen))
    report = open_vectors(paths, metadata=metadata, options=options, reporter=Progress())
    return Answer(asdict(report) | {"rejected_total": report.rejected_total}, _text(report))


def _text(report: VectorReport) -> str:
    facts: list[tuple[str, Any]] = [
        ("run", report.run_id + (" (was there before)" if report.already_there else "")),
        ("name", report.name),
        (report.noun, report.rows),
        *([(plural(report.user_noun), report.users)] if report.users else []),
        ("dimensions", report.dim),
        ("table", {"id": "matched by id", "order": "in the same order"}.get(report.joined, "none of its own")),
        ("rows left out", report.rejected_total),
    ]
    return "\n\n".join([pairs(facts), *report.notes, *left_out(report.rejected, report.rejected_total)])


def _preview_text(seen: VectorPreview) -> str:
    headings = ("vectors", "file is", "rows", "dimensions", "opened")
    found = [(one.name, one.kind, one.rows, one.dim, one.name in seen.chosen) for one in seen.found]
    parts = [table(headings, found, empty="no vectors"), *seen.notes]
    if seen.table is not None:
        joined = {"id": "matched by id", "order": "in the same order"}.get(seen.joined, "beside the vectors")
        parts.append(f"{seen.table.file}, {joined}")
        parts.append(table(seen.table.columns, seen.table.rows[: SHOWN // 4], empty="no rows"))
    if seen.code:
        parts.append(f"{seen.code}: {seen.message}")
    return "\n\n".join(parts)
