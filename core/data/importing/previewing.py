"""What an import would do, told from the first rows."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.data.importing.clean import usual_scale
from core.data.importing.limits import ImportLimits
from core.data.importing.plan import Plan, make_plan, roles_of
from core.data.importing.request import ColumnMapping, ImportOptions, Preview, TablePreview
from core.data.importing.sniffing import Table, even_sign, first_lines
from core.data.importing.sources import Source, collect
from core.data.importing.text import one_line
from core.data.importing.values import number
from core.errors import DatasetError, MissingColumnError, WrongDelimiterError

_ROWS, _CELL = 20, 100
_NOTHING = Preview("", "", "", (), (), None, None, (), "", "")


def look(paths: Sequence[Path], mapping: ColumnMapping, options: ImportOptions, limits: ImportLimits) -> dict[str, Any]:
    """A `Preview` as JSON takes it; what would stop the import stands in it as code and message."""
    sources: list[Source] = []
    try:
        sources = collect(paths, limits)
        plan = make_plan(sources, mapping, options, limits)
    except WrongDelimiterError as error:
        return asdict(_undivided(sources[0], options)) | {"code": error.code, "message": str(error)}
    except MissingColumnError as error:  # the mapping names a column that is not there: show those that are
        seen = look(paths, ColumnMapping(), options, limits)
        return seen | {"code": error.code, "message": str(error)}
    except DatasetError as error:
        return asdict(_NOTHING) | {"code": error.code, "message": str(error)}
    code = message = ""
    try:
        plan.check()
    except DatasetError as error:
        code, message = error.code, str(error)
    low, high = _scale(plan)
    tables = [*plan.ratings, *([plan.items] if plan.items and plan.items not in plan.ratings else [])]
    return asdict(
        Preview(
            layout=plan.layout,
            name=plan.name,
            noun=plan.noun,
            tables=tuple(_preview(plan, table) for table in tables),
            unclear=plan.unclear,
            min_rating=low,
            max_rating=high,
            notes=plan.notes,
            code=code,
            message=message,
        )
    )


def _undivided(source: Source, options: ImportOptions) -> Preview:
    """The lines as they stand, so that a person sees what divides them."""
    lines, encoding = first_lines(source, options)
    rows = tuple((one_line(line, _CELL),) for line in lines[:_ROWS] if line.strip())
    table = TablePreview(source.name, "ratings", "text", "", False, encoding, ("column 1",), ("",), rows)
    return replace(_NOTHING, tables=(table,), delimiter=even_sign("\n".join(lines)))


def _preview(plan: Plan, table: Table) -> TablePreview:
    return TablePreview(
        file=table.name,
        part="ratings" if table in plan.ratings else "items",
        kind=table.kind,
        delimiter=table.delimiter,
        header=table.header_rows > 0,
        encoding=table.encoding,
        columns=table.columns,
        roles=roles_of(plan, table),
        rows=tuple(tuple(one_line(cell, _CELL) for cell in row) for row in table.rows[:_ROWS]),
    )


def _scale(plan: Plan) -> tuple[float | None, float | None]:
    table, column = plan.ratings[0], plan.columns.rating
    if column not in table.columns:
        return plan.min_rating, plan.max_rating
    place = table.columns.index(column)
    found = [value for row in table.rows if (value := number(row[place])) is not None]
    low, high = usual_scale(min(found), max(found)) if found else (None, None)
    return (
        low if plan.min_rating is None else plan.min_rating,
        high if plan.max_rating is None else plan.max_rating,
    )
