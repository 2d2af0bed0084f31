"""Which table holds the ratings, which the items, and which column is what: for the preview and the import."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from core.data.importing.keys import Key, column_of, guess_item_key, items_table, nothing_joined
from core.data.importing.layouts import Layout, recognize
from core.data.importing.naming import guess, noun
from core.data.importing.request import NO_COLUMN, ColumnMapping, ImportOptions, ImportRequest, Role
from core.data.importing.sniffing import Table, examine
from core.data.importing.sources import Source
from core.data.text import one_line
from core.errors import ArchiveUnsafeError, BadEncodingError, DatasetError, MissingColumnError, NoRowsError
from core.settings import ImportLimits

NEEDED: tuple[Role, ...] = ("user", "item", "rating")
_OF_A_RATING: tuple[Role, ...] = (*NEEDED, "timestamp")
_OF_AN_ITEM: tuple[Role, ...] = ("title", "genres", "year")


@dataclass(frozen=True, eq=False)
class Plan:
    """How the tables would be read.

    Attributes:
        layout: In words.
        group_lens: Whether it is one of GroupLens' releases.
        ratings: One table or more of the same columns.
        columns: Every role's column; None where there is none.
        min_rating, max_rating: The scale as stated; None where the ratings shall tell.
        unclear: Needed roles without a column.
        notes: What was left aside, in sentences.
        warnings: What is probably not as somebody wants it, in sentences.
    """

    layout: str
    group_lens: bool
    name: str
    noun: str
    ratings: tuple[Table, ...]
    items: Table | None
    columns: ColumnMapping
    min_rating: float | None
    max_rating: float | None
    unclear: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def check(self) -> None:
        """Pass if the plan can be carried out.

        Raises:
            MissingColumnError: A needed role has no column.
            NoRowsError: The rating table has a header and nothing more.
            BadEncodingError: The text is not UTF-8, and nothing tells what it is.
        """
        table = self.ratings[0]
        if self.unclear:
            raise MissingColumnError(
                f"{table.name} has no column for the {' and the '.join(self.unclear)} that can be told by name; "
                f"found: {', '.join(table.columns[:30])}; say which column it is"
            )
        if not any(table.rows for table in self.ratings):
            raise NoRowsError(f"{table.name} has a header and no rows below it; export it again")
        for part in (*self.ratings, *([self.items] if self.items else [])):
            if not part.encoding_found and not self.group_lens:
                raise BadEncodingError(
                    f"{part.name} is not UTF-8 text; choose the encoding latin-1 if accents look right with it, "
                    "or save it as UTF-8"
                )


def make_plan(sources: Sequence[Source], request: ImportRequest) -> Plan:
    """The plan for some sources.

    Raises:
        DatasetError: No table can be read at all, or a name in the mapping is no column.
    """
    mapping, options = request.mapping, request.options
    tables, failed = _tables(sources, options, request.limits)
    layout = recognize(tables)
    if layout and _agrees(mapping, layout.mapping):
        return _from_layout(layout, tables, options)
    complete = _rating_tables(tables, mapping)
    ratings = complete or [max(tables, key=lambda table: (_roles_found(table, mapping), table.source.size))]
    columns = _rating_columns(ratings[0], mapping)
    named = columns.item or ""
    others = [table for table in tables if table not in ratings]
    items, key = items_table(others, ratings[0], mapping, columns, request.limits)
    warnings = list[str]()
    if items:
        columns = _item_columns(items, mapping, replace(columns, item=key.rating) if key else columns, key)
        if not key and columns.item:
            ids = (dict.fromkeys(column_of(*pair)) for pair in ((ratings[0], columns.item), (items, columns.item_id)))
            warnings = [nothing_joined(items, columns.item_id, *ids)]
    elif mapping.title:
        items, columns = ratings[0], _item_columns(ratings[0], replace(mapping, item_id=columns.item), columns)
    used = {table.name for table in (*ratings, *([items] if items else []))}
    return Plan(
        layout="rating table" if complete else "",
        group_lens=False,
        name=options.name or _name_of(ratings[0].name),
        noun=options.noun or noun(named),
        ratings=tuple(ratings),
        items=items,
        columns=columns,
        min_rating=options.min_rating,
        max_rating=options.max_rating,
        unclear=tuple(role for role in NEEDED if not getattr(columns, role)),
        notes=tuple(failed) + tuple(f"{table.name} was not used." for table in tables if table.name not in used),
        warnings=tuple(warnings),
    )


def _tables(sources: Sequence[Source], options: ImportOptions, limits: ImportLimits) -> tuple[list[Table], list[str]]:
    """What can be read of several; a single one must be readable."""
    if len(sources) == 1:
        return [examine(sources[0], options, limits)], []
    tables, failed, first = [], [], None
    for source in sources:
        try:
            tables.append(examine(source, options, limits))
        except ArchiveUnsafeError:
            raise
        except DatasetError as error:
            first = first or error
            failed.append(f"{source.name} was not used: it is no table.")
    if not tables and first:
        raise first
    return tables, failed


def _agrees(mapping: ColumnMapping, layout: ColumnMapping) -> bool:
    """Whether the columns that somebody named are those of the layout."""
    pairs = ((getattr(mapping, role.name), getattr(layout, role.name)) for role in fields(ColumnMapping))
    return all(named is None or named == (usual or NO_COLUMN) for named, usual in pairs)


def _from_layout(layout: Layout, tables: Sequence[Table], options: ImportOptions) -> Plan:
    used = (layout.ratings.name, layout.items and layout.items.name)
    notes = [f"{table.name} was not used." for table in tables if table.name not in used]
    if layout.items and not layout.items.encoding_found:
        notes.append(f"{layout.items.name} was read as Latin-1, the encoding of this release.")
    return Plan(
        layout=layout.name,
        group_lens=True,
        name=options.name or layout.name,
        noun=options.noun or "movie",
        ratings=(layout.ratings,),
        items=layout.items,
        columns=layout.mapping,
        min_rating=layout.min_rating if options.min_rating is None else options.min_rating,
        max_rating=layout.max_rating if options.max_rating is None else options.max_rating,
        unclear=(),
        notes=tuple(notes),
    )


def _rating_tables(tables: Sequence[Table], mapping: ColumnMapping) -> list[Table]:
    """All tables with the columns of the first, largest one that has user, item and rating."""
    full = [table for table in tables if _roles_found(table, mapping) == len(NEEDED)]
    if not full:
        return []
    largest = max(full, key=lambda table: table.source.size)
    same = [table for table in full if table.columns == largest.columns and table.kind == largest.kind]
    return same if largest.columns[0] != "column 1" else [largest]


def _roles_found(table: Table, mapping: ColumnMapping) -> int:
    with contextlib.suppress(MissingColumnError):
        columns = _rating_columns(table, mapping)
        return sum(bool(getattr(columns, role)) for role in NEEDED)
    return -1


def _rating_columns(table: Table, mapping: ColumnMapping) -> ColumnMapping:
    """Columns of the four roles of a rating table; a column serves one role."""
    chosen, free = _choose(table, {role: getattr(mapping, role) for role in _OF_A_RATING}, table.columns)
    if chosen["item"] is None and mapping.item is None:
        chosen["item"] = guess(free, "title")  # "user, title, rating": the title is the item
    return ColumnMapping(**chosen)


def _choose(
    table: Table, named: dict[Role, str | None], columns: Sequence[str]
) -> tuple[dict[str, str | None], list[str]]:
    """The column of each role, as stated or by its name, and the columns that are left; raises MissingColumnError."""
    _check_names(table, named)
    free = [name for name in columns if name not in named.values()]
    chosen: dict[str, str | None] = {}
    for role, name in named.items():
        chosen[role] = guess(free, role) if name is None else name or None
        free = [column for column in free if column != chosen[role]]
    return chosen, free


def _item_columns(
    table: Table, mapping: ColumnMapping, columns: ColumnMapping, joined: Key | None = None
) -> ColumnMapping:
    key = mapping.item_id or (joined.item if joined else guess_item_key(table.columns, columns.item))
    _check_names(table, {"item_id": key})
    named = {role: getattr(mapping, role) for role in _OF_AN_ITEM}
    chosen, _ = _choose(table, named, [name for name in table.columns if name != key])
    return replace(columns, item_id=key, **chosen)


def _check_names(table: Table, named: Mapping[Any, str | None]) -> None:
    for role, name in named.items():
        if name not in (None, NO_COLUMN, *table.columns):
            raise MissingColumnError(
                f"{table.name} has no column {one_line(name or '', 60)!r} for the {role}; "
                f"found: {', '.join(table.columns[:30])}"
            )


def _name_of(source: str) -> str:
    stem = source.partition("/")[0]
    for ending in (".gz", ".zip", ".csv", ".tsv", ".txt", ".dat", ".data", ".parquet", ".jsonl", ".ndjson", ".json"):
        stem = stem.removesuffix(ending)
    return one_line(stem, 100) or "Ratings"


def roles_of(plan: Plan, table: Table) -> tuple[str, ...]:
    """The role of each column of a table, "" where it has none."""
    roles = [*_OF_A_RATING] if table in plan.ratings else list[str]()
    roles += ["item_id", *_OF_AN_ITEM] if table is plan.items else []
    role_of = {getattr(plan.columns, role): role for role in sorted(roles)}
    return tuple(role_of.get(name, "") for name in table.columns)
