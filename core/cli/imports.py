"""The calls that bring ratings in, and vectors that were trained elsewhere."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_args

from core import access, data
from core.access import COMMAND_LINE, Action
from core.cli.common import Answer, flag, given, pairs, table
from core.data import ColumnMapping, ImportOptions, ImportReport, Rejected
from core.data.download import RELEASES, fetch
from core.data.importing.request import STATED, Counts
from core.data.nouns import count, plural
from core.data.vectors.request import Guess, VectorOptions, VectorPreview, VectorReport
from core.errors import UsageError
from core.store.opening import open_vectors, preview_vectors

SHOWN = 20  # rows left out that the text lists; the JSON holds all that were kept

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
    text = "The ratings are counts, such as plays: make ranks 1 to 5 within each person of them, or log2(1 + count)."
    options.add_argument(flag("counts"), choices=get_args(Counts), help=text)


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
    text = "You have read the conditions, which are printed without this flag, and accept them."
    call.add_argument("--accept-licence", action="store_true", help=text)


def download(arguments: argparse.Namespace) -> Answer:
    """Fetch an official MovieLens release and make a dataset of it."""
    access.check(Action.IMPORT, COMMAND_LINE)
    report = fetch(arguments.release, accepted=arguments.accept_licence, reporter=Progress())
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


_VECTOR_TEXTS = {
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
_VECTOR_LISTS = {
    "dimensions": "A column that is a part of the vector; repeatable. Found by names that count up without it.",
    "left_out": "A column of the table that is not kept; repeatable.",
}


def add_vector_flags(call: argparse.ArgumentParser) -> None:
    """Everything that can be said about vectors; what is not said is found out."""
    text = "Files, archives or folders with the vectors, and perhaps the table of their rows."
    call.add_argument("paths", nargs="+", metavar="PATH", help=text)
    text = "The table of their rows, in their order or with their ids; repeatable."
    call.add_argument("--metadata", metavar="PATH", action="append", default=[], help=text)
    for name, (metavar, text) in _VECTOR_TEXTS.items():
        call.add_argument(flag(name), metavar=metavar, help=text)
    for name, text in _VECTOR_LISTS.items():
        call.add_argument(flag(name), metavar="COLUMN", action="append", help=text)
    text = "Whether the first row of a text names the columns."
    call.add_argument("--header", action=argparse.BooleanOptionalAction, default=None, help=text)
    text = (
        "What stands for a rating of that dataset: the product of two vectors (with their columns “bias”, where there "
        "are any), the same through a sigmoid over the scale, or nothing. Exports of models trained here say it."
    )
    call.add_argument("--guess", choices=get_args(Guess), help=text)
    call.add_argument("--preview", action="store_true", help="Show what would be opened, and keep nothing.")


def open_files(arguments: argparse.Namespace) -> Answer:
    """Open vectors as a run, and tell what was done; or show what would be."""
    access.check(Action.IMPORT, COMMAND_LINE)
    stated = given(arguments, [field.name for field in fields(VectorOptions)])
    if stated.get("delimiter") in ("TAB", "\\t"):
        stated["delimiter"] = "\t"
    options = VectorOptions(**stated | {name: tuple(stated[name]) for name in _VECTOR_LISTS if name in stated})
    paths, metadata = ([as_path(text) for text in texts] for texts in (arguments.paths, arguments.metadata))
    if arguments.preview:
        seen = preview_vectors(paths, metadata=metadata, options=options)
        return Answer(asdict(seen), _preview_text(seen))
    report = open_vectors(paths, metadata=metadata, options=options, reporter=Progress())
    return Answer(asdict(report) | {"rejected_total": report.rejected_total}, _opened_text(report))


def _opened_text(report: VectorReport) -> str:
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
