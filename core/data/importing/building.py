"""What the reading process makes of untrusted files: a dataset folder, or a preview of one."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.data.folder import write_folder
from core.data.importing.gathering import (
    Columns,
    Gathering,
    Reporter,
    renumbered,
    usual_scale,
    without_duplicates,
    without_rare,
)
from core.data.importing.items import Items, read_items
from core.data.importing.layouts import ABOUT
from core.data.importing.plan import Plan, make_plan, roles_of
from core.data.importing.reading import Malformed
from core.data.importing.request import ColumnMapping, DroppedRare, ImportOptions, ImportRequest, Preview, TablePreview
from core.data.importing.sniffing import Table, even_sign, first_lines
from core.data.importing.sources import Source, collect
from core.data.importing.values import number
from core.data.ratings import Ratings, Vocabulary
from core.data.text import one_line
from core.errors import (
    DatasetError,
    EmptyFileError,
    MissingColumnError,
    NoGoodRowsError,
    NoRowsError,
    TooSmallError,
    WrongDelimiterError,
)

MIN_USERS, MIN_ITEMS, MIN_RATINGS = 2, 2, 20
_ROWS, _CELL = 20, 100
_NOTHING = Preview("", "", "", (), (), None, None, (), "", "")


def build(request: ImportRequest, out: Path, report: Reporter) -> dict[str, Any]:
    """Read, clean and write a dataset into `out`, a folder that exists and is empty.

    Returns:
        The fields of an `ImportReport` that come from the files, as JSON takes them.

    Raises:
        DatasetError: Whatever keeps the files from becoming a dataset.
    """
    report(0.0, "Looking at the files")
    options, limits = request.options, request.limits
    plan = make_plan(collect(request.paths, limits, options.sheet), request)
    plan.check()
    gathering = Gathering(plan, limits)
    columns = gathering.read(report)
    good = len(columns)
    _check_rows(plan, gathering, good)
    plan = plan.fitting(columns.rating)
    report(0.8, "Cleaning")
    columns = without_duplicates(columns)  # each step lets go of the arrays before it
    unique = len(columns)
    columns, rare = without_rare(columns, options.min_user_ratings, options.min_item_ratings)
    columns, user_ids, item_ids = renumbered(columns, gathering.users.array(), gathering.items.array())
    _check_size(len(user_ids), len(item_ids), len(columns), rare)
    report(0.85, "Reading the items")
    malformed = Malformed(limits.max_rejected)
    items = read_items(plan, item_ids, limits, malformed)
    report(0.9, "Writing")
    if columns.stamp is not None:
        columns = replace(columns, stamp=gathering.times.seconds(columns.stamp))
    write_folder(
        out,
        _ratings(plan, columns, user_ids, item_ids, items),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return {
        "layout": plan.layout,
        "rows": gathering.rows,
        "lines_without_rows": gathering.lines_without_rows,
        "rejected": [asdict(row) for row in gathering.rejected],
        "rejected_by_reason": dict(gathering.reasons),
        "dropped_duplicates": good - unique,
        "dropped_rare": asdict(rare),
        "untitled": items.untitled,
        "notes": [*plan.notes, *gathering.notes, *_aside(gathering), *_item_notes(plan, items, malformed)],
    }


def _ratings(plan: Plan, columns: Columns, user_ids: np.ndarray, item_ids: np.ndarray, items: Items) -> Ratings:
    """The dataset; raises TooSmallError where all ratings are equal and no usual scale holds them."""
    low, high = _scale(plan, float(columns.rating.min()), float(columns.rating.max()))
    if low >= high:
        raise TooSmallError(
            f"all ratings are {columns.rating[0]:g}: nothing can be learned from them; state the rating scale, "
            "or bring others"
        )
    return Ratings(
        dataset_id="",
        name=plan.name,
        noun=plan.noun,
        users=Vocabulary(user_ids),
        items=Vocabulary(item_ids),
        user_index=columns.user,
        item_index=columns.item,
        rating=columns.rating,
        timestamp=columns.stamp,
        item_table=items.table,
        min_rating=low,
        max_rating=high,
        about={**ABOUT, "source": f"{plan.layout}, imported."} if plan.group_lens else {},
    )


def _scale(plan: Plan, lowest: float, highest: float) -> tuple[float, float]:
    """The ends of the scale as stated, else of the usual one that the ratings fit."""
    low, high = plan.usual_scale or (lowest, highest)
    if not low <= lowest <= highest <= high or plan.usual_scale is None:
        low, high = usual_scale(lowest, highest)
    return low if plan.min_rating is None else plan.min_rating, high if plan.max_rating is None else plan.max_rating


def _check_rows(plan: Plan, gathering: Gathering, good: int) -> None:
    name = plan.ratings[0].name
    if not gathering.rows:
        raise NoRowsError(f"{name} has no rows; export it again")
    if not good:
        common = sorted(gathering.reasons.items(), key=lambda pair: -pair[1])[:3]
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in common)
        raise NoGoodRowsError(
            f"none of the {gathering.rows:,} rows of {name} is a rating: {reasons}; "
            "check which column is which, the delimiter and the rating scale"
        )


def _check_size(users: int, items: int, ratings: int, rare: DroppedRare) -> None:
    if users < MIN_USERS or items < MIN_ITEMS or ratings < MIN_RATINGS:
        dropped = f" after {rare.ratings:,} ratings of rare users and items were left out" if rare.ratings else ""
        raise TooSmallError(
            f"{ratings:,} ratings by {users:,} users on {items:,} items remain{dropped}; at least {MIN_RATINGS} "
            f"ratings by {MIN_USERS} users on {MIN_ITEMS} items are needed; bring more, or leave fewer out"
        )


def _aside(gathering: Gathering) -> list[str]:
    return [f"{what}: {count:,}." for what, count in gathering.aside.items() if count]


def _item_notes(plan: Plan, items: Items, malformed: Malformed) -> list[str]:
    notes = malformed.notes(plan.items.name) if plan.items and plan.items not in plan.ratings else []
    if plan.items and malformed.count:
        notes.append(f"{plan.items.name}: {malformed.count:,} rows have a wrong number of columns and were left out.")
    if items.untitled:
        notes.append(f"{items.untitled:,} rated items are not in the item table; their id serves as their title.")
    return notes


def preview(request: ImportRequest) -> Preview:
    """What an import would do, as far as the first rows show; code and message say what would stop it."""
    sources: list[Source] = []
    result = _NOTHING
    try:
        sources = collect(request.paths, request.limits, request.options.sheet)
        plan = make_plan(sources, request)
        result = _preview(plan)
        plan.check()
    except DatasetError as error:
        empty_sheet = isinstance(error, EmptyFileError) and sources and sources[0].sheets
        if isinstance(error, WrongDelimiterError) or empty_sheet:
            result = _undivided(sources[0], request.options)
        elif isinstance(error, MissingColumnError) and result is _NOTHING:  # show the columns that there are
            result = preview(replace(request, mapping=ColumnMapping()))
        result = replace(result, code=error.code, message=str(error))
    return result


def _preview(plan: Plan) -> Preview:
    table, column = plan.ratings[0], plan.columns.rating
    place = table.columns.index(column) if column in table.columns else None
    numbers = [] if place is None else [value for row in table.rows if (value := number(row[place])) is not None]
    low, high = _scale(plan, min(numbers), max(numbers)) if numbers else (plan.min_rating, plan.max_rating)
    tables = [*plan.ratings, *([plan.items] if plan.items and plan.items not in plan.ratings else [])]
    return replace(
        _NOTHING,
        layout=plan.layout,
        name=plan.name,
        noun=plan.noun,
        tables=tuple(_table_preview(plan, table) for table in tables),
        unclear=plan.unclear,
        min_rating=low,
        max_rating=high,
        notes=plan.notes,
        question=plan.question,
    )


def _undivided(source: Source, options: ImportOptions) -> Preview:
    """The lines as they stand, so that a person sees what divides them."""
    lines, encoding = first_lines(source, options)
    rows = tuple((one_line(line, _CELL),) for line in lines[:_ROWS] if line.strip())
    table = TablePreview(source.name, "ratings", "text", "", False, encoding, ("column 1",), ("",), rows)
    table = replace(table, sheet=source.sheet, sheets=source.sheets)
    return replace(_NOTHING, tables=(table,), delimiter=even_sign("\n".join(lines)))


def _table_preview(plan: Plan, table: Table) -> TablePreview:
    return TablePreview(
        file=table.name,
        part="ratings" if table in plan.ratings else "items",
        kind=table.kind,
        delimiter=table.delimiter,
        header=table.header_rows > 0 and not table.headless,
        encoding=table.encoding,
        columns=table.columns,
        roles=roles_of(plan, table),
        rows=tuple(tuple(one_line(cell, _CELL) for cell in row) for row in table.rows[:_ROWS]),
        sheet=table.source.sheet,
        sheets=table.source.sheets,
    )
