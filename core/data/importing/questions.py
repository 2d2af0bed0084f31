"""How tables of ratings are read, in words, and what only somebody who knows the data can say about them."""

import json
import shlex
from collections.abc import Sequence

from core.data.importing.heading import declared_delimiter
from core.data.importing.naming import RANK, plain
from core.data.importing.proposing import is_time, propose
from core.data.importing.request import ColumnMapping, Question, Role, Wide
from core.data.importing.sniffing import Headed, Table
from core.data.importing.wide import Melted, is_aggregate, melt
from core.data.services import whose_export
from core.data.text import one_line

RATING_TABLE = "rating table"

_LISTED = 30
_FOR_YOU = "person FILE --run RUN"
_OF_A_THING: tuple[Role, ...] = ("item", "title", "genres", "year", "timestamp")
_ABOUT_A_THING = ("author", "authors", "artist", "director", "directors", "publisher", "studio", "country", "language")


def question(table: Table, columns: ColumnMapping, mapping: ColumnMapping, roles: Sequence[str]) -> Question | None:
    """What keeps the rating table from being read; None where every needed role has its column.

    `columns` says what is known of them, `mapping` what somebody said of them, `roles` which needed ones have none.
    """
    if not roles:
        return None
    service, nothing_named = whose_export(table.columns), not (mapping.user or mapping.item or mapping.rating)
    if service or is_one_persons(table, columns):
        return Question(_one_persons(table, service), _FOR_YOU, one_persons=True, service=service)
    melted = melt(table) if nothing_named else None
    if melted:
        wide = describe(melted)
        other = "person" if wide.rows_are_items else "item"
        message = f"{table.name} is a wide table: {wide.words}; turn its cells into ratings"
        return Question(message, f"--reshape, or --reshape {other} if each row is one {other}", wide=wide)
    proposal = propose(table, columns)
    if proposal is None and _is_implicit(table, columns, roles):
        return Question(_not_how_liked(table))
    proposed = ColumnMapping()
    if proposal:
        unfit = (*RANK["year"], *_ABOUT_A_THING)
        free = iter([name for name in proposal.sides if plain(name) not in unfit])
        proposed = ColumnMapping(
            user=next(free, None) if "user" in roles else None,
            item=next(free, None) if "item" in roles else None,
            rating=proposal.rating if "rating" in roles else None,
        )
    options = [f"--{role} {_quoted(name)}" for role in roles if (name := getattr(proposed, role))]
    such_as = f"such as {' '.join(options)}" if options else ""
    return Question(_which_column(table, columns, roles), such_as, proposed)


def describe(table: Melted) -> Wide:
    """What a wide table would become."""
    original = table.original
    named = [row[original.columns.index(table.row_id)] for row in original.rows] if table.row_id else []
    aggregates = () if original.headless else tuple(filter(is_aggregate, named))
    names = {row[table.rows_are_items] for row in table.rows} - {""} if table.row_id else original.rows
    sides = len(names), len(table.cells)
    items, people = sides if table.rows_are_items else sides[::-1]
    used = (table.row_id, table.timestamp, *table.cells, *(original.columns[:1] if table.missing is not None else ()))
    return Wide(
        people=people,
        items=items,
        ratings=len(table.rows),
        whole=table.whole,
        rows_are_items=table.rows_are_items,
        row_id=table.row_id,
        used=() if original.headless else tuple(table.cells.values()),
        aggregates=aggregates,
        left=tuple(name for name in original.columns if name not in used),
    )


def layout_words(table: Table) -> str:
    """What kind of rating table it is."""
    if isinstance(table, Headed):
        return "ratings below the id of each item, as in the Netflix Prize"
    return "wide table" if isinstance(table, Melted) else RATING_TABLE


def named_item(table: Table, columns: ColumnMapping) -> str:
    """The name that says what is rated; "" where the file has none."""
    if isinstance(table, Melted):
        return table.row_id if table.rows_are_items else ""
    return columns.item or ""


def how_read(parts: Sequence[Table], table: Table, columns: ColumnMapping, mapping: ColumnMapping) -> list[str]:
    """Lines that were skipped, and columns that no name tells, in sentences; `table` joins the parts."""
    notes = [_skipped(part) for part in parts]
    if isinstance(table, Melted):
        notes.append(f"{table.name}: {describe(table).words}.")
    elif table.headless:
        by_values = [
            f"{getattr(columns, role)} is the {word}"
            for role, word in (("user", "person"), ("item", "item"), ("rating", "rating"), ("timestamp", "time"))
            if getattr(columns, role) and not getattr(mapping, role)
        ]
        if by_values:
            notes.append(f"{table.name} has no column names; by its values {', '.join(by_values)}.")
    return [note for note in notes if note]


def _skipped(table: Table) -> str:
    above = [one_line(line, 60) for line in table.above if line.strip() and not declared_delimiter([line])[1]]
    lines = "1 line above the table was" if len(above) == 1 else f"{len(above)} lines above the table were"
    return f"{table.name}: {lines} skipped: {'; '.join(above[:3])}." if above else ""


def _is_implicit(table: Table, columns: ColumnMapping, roles: Sequence[str]) -> bool:
    """Whether nothing in a table can be the rating: it has a person and a thing, a time perhaps, and no more."""
    if not table.headless:
        return bool(columns.user and columns.item) and list(roles) == ["rating"]
    times = sum(is_time([row[at].strip() for row in table.rows]) for at in range(len(table.columns)))
    return len(table.columns) - min(times, 1) == 2


def is_one_persons(table: Table, columns: ColumnMapping) -> bool:
    """Whether a table has things with ratings, each once, and beside the known `columns` none that may be a person."""
    if table.headless or columns.user is not None or not columns.item or not columns.rating:
        return False
    cells_of = dict(zip(table.columns, zip(*table.rows, strict=True), strict=True))
    rest = [name for name in table.columns if name not in (columns.item, columns.rating, columns.timestamp)]
    of_things = {*_ABOUT_A_THING, *(name for role in _OF_A_THING for name in RANK[role])}
    unknown = [name for name in rest if plain(name) not in of_things]
    if any(1 < 2 * len({*cells_of.get(name, ())}) <= len(table.rows) for name in unknown):
        return False
    things = [cells_of[name] for name in (columns.item, *(name for name in rest if name not in unknown)) if cells_of]
    return len(table.rows) > 1 and len({*zip(*things, strict=True)}) == len(table.rows)


def _one_persons(table: Table, service: str) -> str:
    exported = (
        f"holds one person's ratings, as {service} exports them" if service else "looks like one person's ratings"
    )
    return f"{table.name} {exported}, and a model learns from many people's; take them to For you"


def _not_how_liked(table: Table) -> str:
    return (
        f"{table.name} tells who took what, not how it was liked: no column holds a rating; "
        f"found: {_found(table)}; bring a table with a column of ratings, such as 1 to 5"
    )


def _which_column(table: Table, columns: ColumnMapping, roles: Sequence[str]) -> str:
    told = [
        f"by its values {name} is the {word}"
        for role, word in (("rating", "rating"), ("timestamp", "time"))
        if table.headless and (name := getattr(columns, role))
    ]
    missing = f"has no column for the {' and the '.join(roles)} that can be told by name"
    return "; ".join([f"{table.name} {missing}", f"found: {_found(table)}", *told, "say which column it is"])


def _found(table: Table) -> str:
    return ", ".join(table.columns[:_LISTED])


def _quoted(name: str) -> str:
    return shlex.quote(name) if set(name) & set('"$`\\') else json.dumps(name, ensure_ascii=False)
