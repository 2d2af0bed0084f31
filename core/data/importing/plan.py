"""Which table holds the ratings, which the items, and which column is what: for the preview and the import."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from typing import Any

import numpy as np

from core.data.importing.keys import Key, column_of, guess_item_key, items_table, join, not_used, nothing_joined
from core.data.importing.layouts import Layout, fits, movietweetings_scale, recognize
from core.data.importing.naming import guess, noun, plain
from core.data.importing.proposing import aligned, groups, joined, propose, size
from core.data.importing.questions import RATING_TABLE, how_read, layout_words, named_item, question
from core.data.importing.request import NO_COLUMN, ColumnMapping, ImportOptions, ImportRequest, Question, Role
from core.data.importing.sniffing import Table, examine
from core.data.importing.sources import Source
from core.data.importing.wide import Melted, melt
from core.data.services import whose_export
from core.data.text import one_line
from core.errors import ArchiveUnsafeError, BadEncodingError, DatasetError, MissingColumnError, NoRowsError

NEEDED: tuple[Role, ...] = ("user", "item", "rating")
_OF_A_RATING: tuple[Role, ...] = (*NEEDED, "timestamp")
_ENDINGS = (".gz", ".zip", ".xlsx", ".csv", ".tsv", ".txt", ".dat", ".data", ".parquet", ".jsonl", ".ndjson", ".json")
_OF_AN_ITEM: tuple[Role, ...] = ("title", "genres", "year")


@dataclass(frozen=True, eq=False)
class Plan:
    """How the tables would be read."""

    layout: str
    group_lens: bool  # Whether it is one of GroupLens' releases
    name: str
    noun: str
    ratings: tuple[Table, ...]  # One table or more that are parts of one
    items: Table | None
    columns: ColumnMapping
    unclear: tuple[str, ...]  # Needed roles without a column that somebody has to name
    notes: tuple[str, ...]
    question: Question | None = None
    usual_scale: tuple[float, float] | None = None  # Of a layout that is known, if all ratings fit it; else None
    warnings: tuple[str, ...] = ()
    least_ratings: int = 0  # How many a release has at least
    part_columns: tuple[ColumnMapping, ...] = ()  # Of each table of ratings, where their columns differ; else empty

    def columns_of(self, table: Table) -> ColumnMapping:
        """Every role's column in one of the tables of ratings."""
        return self.part_columns[self.ratings.index(table)] if self.part_columns else self.columns

    def check(self) -> None:
        """Pass if the plan can be carried out; raises MissingColumnError for a needed role without a column,
        NoRowsError for a header with nothing below it, and BadEncodingError where the text is not UTF-8 and nothing
        tells what it is."""
        table = self.ratings[0]
        if self.question:
            raise MissingColumnError(self.question.in_full)
        if not any(table.rows for table in self.ratings):
            raise NoRowsError(f"{table.name} has a header and no rows below it; export it again")
        for part in (*self.ratings, *([self.items] if self.items else [])):
            if not part.encoding_found and not self.group_lens:
                raise BadEncodingError(
                    f"{part.name} is not UTF-8 text; choose the encoding latin-1 if accents look right with it, "
                    "or save it as UTF-8"
                )

    def fitting(self, ratings: np.ndarray) -> "Plan":
        """The plan for what was read: not a GroupLens release where the ratings are not such a release's."""
        is_so = not self.group_lens or (len(ratings) >= self.least_ratings and fits(ratings))
        return self if is_so else self.as_own()

    def as_own(self) -> "Plan":
        """The same tables, as somebody's own and not as a release."""
        name = _name_of(self.ratings[0].name) if self.name == self.layout else self.name
        note = f"The files are laid out as {self.layout}, and the ratings are others: no licence of it was noted."
        return replace(
            self, layout=RATING_TABLE, group_lens=False, name=name, usual_scale=None, notes=(*self.notes, note)
        )


def make_plan(sources: Sequence[Source], request: ImportRequest) -> Plan:
    """The plan for some sources; raises DatasetError where no table can be read, or a mapped name is no column."""
    mapping, options = request.mapping, request.options
    tables, failed = _tables(sources, options)
    layout = recognize(tables)
    if layout and _agrees(mapping, layout.mapping):
        plan = _from_layout(layout, tables, options)
        return plan.as_own() if layout.is_too_small else plan
    ratings = _rating_tables(tables, mapping, options)
    first = max(groups(ratings), key=size)
    whole = joined(first)
    columns = _rating_columns(whole, mapping)
    if len(first) < len(ratings):
        rest = [table for table in ratings if table not in first]
        whole = joined([*first, *(aligned(part, _rating_columns(part, mapping), whole, columns) for part in rest)])
    others = [table for table in tables if table.source not in [part.source for part in ratings]]
    named = named_item(whole, columns)
    columns, items, alarms, notes = _with_items(others, first[0], whole, columns, mapping)
    used = {table.name for table in (*ratings, *([items] if items else []))}
    lacking = tuple(role for role in NEEDED if not getattr(columns, role))
    asked = question(whole, columns, mapping, lacking)
    if asked and (asked.wide or asked.one_persons):
        columns = ColumnMapping()  # what a name told does not hold: nothing is the rating, or nobody the person
        items = None if asked.one_persons else items  # the other tables of one person's export
    part_columns = tuple(_part_columns(part, mapping, whole, columns) for part in ratings)
    notes = [*failed, *how_read(ratings, whole, columns, mapping), *(notes if items else [])]
    if options.reshape and not isinstance(whole, Melted):
        notes.append(f"{whole.name} is no wide table: nothing was reshaped.")
    return Plan(
        layout="" if asked else layout_words(whole),
        group_lens=False,
        name=options.name or _name_of(ratings[0].name),
        noun=options.noun or noun(named),
        ratings=tuple(ratings),
        items=items,
        columns=columns,
        unclear=lacking if asked and asked.proposed is not None else (),
        question=asked,
        usual_scale=movietweetings_scale(whole, columns),
        notes=(*notes, *(not_used(table, mapping) for table in tables if table.name not in used)),
        warnings=(*_left_aside(others), *alarms, *_names_that_differ(ratings, part_columns, columns)),
        part_columns=part_columns if len(first) < len(ratings) else (),
    )


def _with_items(
    others: Sequence[Table], first: Table, whole: Table, columns: ColumnMapping, mapping: ColumnMapping
) -> tuple[ColumnMapping, Table | None, list[str], list[str]]:
    """The columns with those of the item table, where there is one; that table; and alarms and notes about it."""
    if not (mapping.item_id or mapping.title) and (told := _told_by_items(whole, columns, mapping, others)):
        return *told, [], []
    items, key = items_table(others, whole, mapping, columns)
    if items is None:
        if not mapping.title:
            return columns, None, [], []
        return _item_columns(first, replace(mapping, item_id=columns.item), columns), first, [], []
    columns = _item_columns(items, mapping, replace(columns, item=key.rating) if key else columns, key)
    if key or not columns.item:
        return columns, items, [], [] if key is None or key.familiar else [key.note(items)]
    ids = (dict.fromkeys(column_of(*pair)) for pair in ((whole, columns.item), (items, columns.item_id)))
    return columns, items, [nothing_joined(items, columns.item_id, *ids)], []


def _tables(sources: Sequence[Source], options: ImportOptions) -> tuple[list[Table], list[str]]:
    """The tables that can be read, one at least, and why others cannot, in sentences."""
    tables, failed = [], list[tuple[str, DatasetError]]()
    for source in sources:
        try:
            tables.append(examine(source, options))
        except ArchiveUnsafeError:
            raise
        except DatasetError as error:
            failed.append((source.name, error))
    if failed and not tables:
        raise failed[0][1]
    return tables, [f"{name} was not used: {one_line(str(error), 300)}" for name, error in failed]


def _agrees(mapping: ColumnMapping, layout: ColumnMapping) -> bool:
    """Whether the columns that somebody named are those of the layout."""
    pairs = ((getattr(mapping, role.name), getattr(layout, role.name)) for role in fields(ColumnMapping))
    return all(named is None or named == (usual or NO_COLUMN) for named, usual in pairs)


def _from_layout(layout: Layout, tables: Sequence[Table], options: ImportOptions) -> Plan:
    used = (layout.ratings.name, layout.items and layout.items.name)
    notes = [not_used(table, ColumnMapping()) for table in tables if table.name not in used]
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
        unclear=(),
        notes=tuple(notes),
        usual_scale=layout.scale,
        least_ratings=layout.least,
    )


def _rating_tables(tables: Sequence[Table], mapping: ColumnMapping, options: ImportOptions) -> list[Table]:
    """The parts of the table of ratings: the largest that has user, item and rating, else what is most like one."""
    candidates = groups(tables)
    full = [group for group in candidates if _roles_found(joined(group), mapping) == len(NEEDED)]
    if not full and options.reshape:
        rows_are_items = {"item": True, "person": False}.get(options.reshape)
        full = groups([melted for table in tables if (melted := melt(table, rows_are_items))])
    if not full:
        exports = [group for group in candidates if whose_export(group[0].columns)]
        return max(exports or candidates, key=lambda group: _likeness(group, mapping))
    largest = max(full, key=size)
    if not _named(largest[0]):
        return largest
    return [table for table in tables if any(table in group and _named(table) for group in full)]


def _named(table: Table) -> bool:
    """Whether a table has one rating a row and names its columns: such ones are parts of one by their roles."""
    return type(table) is Table and not table.headless


def _left_aside(others: Sequence[Table]) -> list[str]:
    """Alarms for tables of ratings that are not read, because what was stated is not in them."""
    return [
        f"{table.name} has ratings too, and none of them was read: the columns that were chosen are not in it. "
        "Import it by itself, or name its columns alike."
        for table in others
        if _named(table) and _roles_found(table, ColumnMapping()) == len(NEEDED)
    ]


def _part_columns(part: Table, mapping: ColumnMapping, whole: Table, columns: ColumnMapping) -> ColumnMapping:
    """The columns of a part: those of the whole where it has them, else those that its own names tell;
    MissingColumnError where the item was found by the item table, in a column that this part does not have."""
    if part.columns == whole.columns:
        return columns
    own = _rating_columns(part, mapping)
    roles = {
        role: name if (name := getattr(columns, role)) in part.columns else getattr(own, role) for role in _OF_A_RATING
    }
    if columns.item not in (None, *part.columns) and columns.item != _rating_columns(whole, mapping).item:
        raise MissingColumnError(
            f"{part.name} has no column {one_line(columns.item or '', 60)!r}, which names the item in {whole.name}; "
            "import it by itself, or name its columns alike"
        )
    return replace(columns, **roles)


def _names_that_differ(
    parts: Sequence[Table], part_columns: Sequence[ColumnMapping], columns: ColumnMapping
) -> list[str]:
    """Alarms for parts whose person, item or rating is called otherwise: it may be something else."""
    alarms = []
    for role in NEEDED:
        usual = getattr(columns, role)
        for part, own in zip(parts, part_columns, strict=True):
            name = getattr(own, role)
            if usual and name and plain(name) != plain(usual):
                alarms.append(
                    f"The {'person' if role == 'user' else role} is {one_line(name, 60)!r} in {part.name} and "
                    f"{one_line(usual, 60)!r} elsewhere: read as the same. If they differ in meaning, import "
                    f"{part.name} by itself."
                )
    return alarms


def _likeness(group: Sequence[Table], mapping: ColumnMapping) -> tuple[int, bool, int]:
    whole = joined(group)
    return _roles_found(whole, mapping), propose(whole, ColumnMapping()) is not None, size(group)


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
    columns = ColumnMapping(**chosen)
    return _by_values(table, columns, mapping) if table.headless else columns


def _by_values(table: Table, columns: ColumnMapping, mapping: ColumnMapping) -> ColumnMapping:
    """Columns of a table without a header that only one choice is left for: never both the person and the thing."""
    proposal = propose(table, columns)
    if proposal is None or not proposal.certain:
        return columns
    time = proposal.timestamp if mapping.timestamp is None else columns.timestamp
    columns = replace(columns, rating=proposal.rating, timestamp=time)
    if bool(columns.user) != bool(columns.item):
        columns = replace(columns, user=columns.user or proposal.sides[0], item=columns.item or proposal.sides[0])
    return columns


def _told_by_items(
    table: Table, columns: ColumnMapping, mapping: ColumnMapping, others: Sequence[Table]
) -> tuple[ColumnMapping, Table] | None:
    """The columns and the table of items where its ids tell, in place of names, which column is rated."""
    if columns.item:
        sides: tuple[str, ...] = (columns.item,)
    else:
        proposal = propose(table, columns) if table.headless else None
        sides = proposal.sides if proposal and proposal.certain else ()
    found = join(table, sides, others) if sides and columns.rating else None
    if found is None:
        return None
    items, told = found
    named = replace(mapping, item=told.item, item_id=told.item_id)
    columns = _rating_columns(table, named)
    if not items.headless:
        return _item_columns(items, named, columns), items
    return replace(columns, **{role: getattr(told, role) or None for role in ("item_id", *_OF_AN_ITEM)}), items


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
    return one_line(reduce(str.removesuffix, _ENDINGS, source.partition("/")[0]), 100) or "Ratings"


def roles_of(plan: Plan, table: Table) -> tuple[str, ...]:
    """The role of each column of a table, "" where it has none."""
    roles = [*_OF_A_RATING] if table in plan.ratings else list[str]()
    roles += ["item_id", *_OF_AN_ITEM] if table is plan.items else []
    columns = plan.columns_of(table) if table in plan.ratings else plan.columns
    role_of = {getattr(columns, role): role for role in sorted(roles)}
    return tuple(role_of.get(name, "") for name in table.columns)
