"""The call that brings ratings in."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import get_args

from core import access, data
from core.access import COMMAND_LINE, Action
from core.cli.common import Answer, flag, given, pairs, table
from core.data import ColumnMapping, ImportOptions, ImportReport, Rejected
from core.data.download import RELEASES
from core.data.importing.request import STATED, Counts
from core.data.nouns import count
from core.errors import UsageError

SHOWN = 20
"""Rows left out that the text lists; the JSON holds all that were kept."""

_MAPPING = {
    "user": "Column of the rating table that names the person.",
    "item": "Column of the rating table that names the item.",
    "rating": "Column of the rating.",
    "timestamp": "Column of the time of a rating.",
    "item_id": "Column of the item table that names the item.",
    "title": "Column of its title.",
    "genres": "Column of its genres, tags or categories.",
    "year": "Column of its year.",
}
_TEXTS = {
    "name": ("N", "What people call the data."),
    "noun": ("WORD", "What is rated, singular, such as movie or book."),
    "delimiter": ("C", "The character between columns; TAB for a tab."),
    "encoding": ("E", "Encoding of text files: utf-8, utf-16 or latin-1."),
    "sheet": ("NAME", "The sheet of an Excel workbook to read; the first one without it."),
}
_NUMBERS = {
    "min_rating": (float, "X", "Lower end of the rating scale; lower ratings are left out."),
    "max_rating": (float, "X", "Upper end of the rating scale; higher ratings are left out."),
    "min_user_ratings": (int, "N", "Leave out people with fewer ratings."),
    "min_item_ratings": (int, "N", "Leave out items with fewer ratings."),
}


def add_flags(call: argparse.ArgumentParser) -> None:
    """Everything that can be said about an import; what is not said is found out."""
    call.add_argument("paths", nargs="+", metavar="PATH", help="A table, an archive or a folder of tables; or several.")
    columns = call.add_argument_group(
        "columns", "Which column is what, where the names do not tell; an empty name means that there is none."
    )
    for name, text in _MAPPING.items():
        columns.add_argument(flag(name), metavar="COLUMN", help=text)
    options = call.add_argument_group("options")
    for name, (metavar, text) in _TEXTS.items():
        options.add_argument(flag(name), metavar=metavar, help=text)
    options.add_argument(
        "--header", action=argparse.BooleanOptionalAction, default=None, help="Whether the first row names the columns."
    )
    options.add_argument(
        "--reshape",
        nargs="?",
        const="proposed",
        choices=("proposed", "person", "item"),
        metavar="ROW",
        help="Turn the cells of a wide table into ratings; person or item says what a row is, if not as proposed.",
    )
    for name, (kind, metavar, text) in _NUMBERS.items():
        options.add_argument(flag(name), type=kind, metavar=metavar, help=text)
    options.add_argument(
        flag("no_rating"), type=float, action="append", metavar="X", help="A value that means no rating; repeatable."
    )
    options.add_argument(
        flag("counts"),
        choices=get_args(Counts),
        help="The ratings are counts, such as plays: make ranks 1 to 5 within each person of them, or log2(1 + count).",
    )


def import_files(arguments: argparse.Namespace) -> Answer:
    """Make a dataset of files, and tell what was done."""
    access.check(Action.IMPORT, COMMAND_LINE)
    mapping = ColumnMapping(**given(arguments, _MAPPING))
    options = given(arguments, [field.name for field in fields(ImportOptions)])
    if options.get("delimiter") in ("TAB", "\\t"):
        options["delimiter"] = "\t"
    report = data.import_ratings(
        [as_path(path) for path in arguments.paths],
        mapping=mapping,
        options=ImportOptions(**options),
        reporter=Progress(),
    )
    return Answer(report.as_json(), _text(report))


def add_download_flags(call: argparse.ArgumentParser) -> None:
    """Which release, and whether its conditions are accepted."""
    call.add_argument("release", choices=RELEASES, metavar="RELEASE", help=", ".join(RELEASES))
    call.add_argument(
        "--accept-licence",
        action="store_true",
        help="You have read the conditions, which are printed without this flag, and accept them.",
    )


def download(arguments: argparse.Namespace) -> Answer:
    """Fetch an official MovieLens release and make a dataset of it."""
    access.check(Action.IMPORT, COMMAND_LINE)
    report = data.fetch(arguments.release, accepted=arguments.accept_licence, reporter=Progress())
    return Answer(report.as_json(), _text(report))


def as_path(text: str) -> Path:
    """A path that was typed; raises UsageError where it is none."""
    if "\0" in text or not text:
        raise UsageError(f"{text!r:.60} is no path")
    return Path(text)


class Progress:
    """Tells a person on stderr how the import goes; a terminal sees one line that changes."""

    def __init__(self) -> None:
        self.alive = sys.stderr.isatty()

    def __call__(self, progress: float, text: str) -> None:
        start, end = ("\r\033[K", "" if progress < 1 else "\n") if self.alive else ("", "\n")
        print(f"{start}{progress:4.0%}  {text}", end=end, file=sys.stderr, flush=True)


def _text(report: ImportReport) -> str:
    made = report.dataset
    done = pairs(
        [
            ("dataset", made.dataset_id + (" (was there before)" if report.already_there else "")),
            ("name", made.name),
            ("layout", report.layout),
            ("ratings", made.ratings),
            ("people", made.users),
            (made.noun, made.items),
            ("scale", f"{made.min_rating:g} to {made.max_rating:g}"),
            ("rows read", report.rows),
            ("rows left out", report.unusable),
            *([(STATED, stated)] if (stated := report.rejected_total - report.unusable) else []),
            ("duplicates", report.dropped_duplicates),
            ("too rare", report.dropped_rare.ratings),
        ]
    )
    mend = {"no_rating": "{value:g} leaves them out", "counts": "ranks or --counts log makes ratings of them"}
    doubts = [f"{d.words} {flag(d.option)} {mend[d.option].format(value=d.value)}." for d in report.doubts]
    parts = [done, *(f"Warning: {warning}" for warning in report.warnings), *report.notes, *doubts]
    return "\n\n".join([*parts, *left_out(report.rejected, report.unusable)])


def left_out(rejected: Sequence[Rejected], total: int) -> list[str]:
    """The first rows that were left out, and that there are more."""
    parts = []
    if rejected:
        rows = [(row.file, row.line, row.reason) for row in rejected[:SHOWN]]
        parts.append(table(("file", "line", "left out because"), rows))
    if total > SHOWN:
        parts.append(f"the first {SHOWN} of {count(total, 'row')} left out; --json lists more")
    return parts
