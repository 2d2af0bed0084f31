"""Which table holds the ratings, which the items, and which column is what: for the preview and the import."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

from core.data.importing.joining import Key, best_key
from core.data.importing.layouts import Layout, recognize
from core.data.importing.request import NO_COLUMN, ColumnMapping, ImportOptions, ImportRequest, Role
from core.data.importing.sniffing import Table, examine
from core.data.importing.sources import Source
from core.data.text import one_line
from core.errors import ArchiveUnsafeError, BadEncodingError, DatasetError, MissingColumnError, NoRowsError
from core.settings import ImportLimits

# The usual names, compared without case, spaces and punctuation; an earlier one wins over a later.
_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        "user": (
            "userid uid user users userno usernumber userkey useridentifier reviewerid customerid memberid "
            "accountid visitorid profileid personid raterid readerid listenerid playerid authorid customer "
            "reviewer member rater person visitor account profile reader listener player username "
            "reviewername profilename respondent"
        ),
        "item": (
            "itemid movieid filmid bookid isbn gameid productid asin parentasin songid trackid artistid "
            "albumid animeid restaurantid businessid recipeid jokeid courseid beerid wineid showid seriesid "
            "videoid articleid storyid podcastid venueid hotelid placeid appid iid item movie film book game "
            "product song track artist album anime restaurant business recipe joke course beer wine show "
            "series video article podcast venue hotel place app itemname moviename movietitle booktitle "
            "gametitle"
        ),
        "rating": (
            "rating ratings score stars star overall userrating userscore reviewscore reviewrating "
            "bookrating movierating ratingvalue value preference grade mark vote votes like liked thumbs "
            "thumb feedback playcount points reviewoverall"
        ),
        "timestamp": (
            "timestamp time unixtimestamp unixreviewtime reviewtime ratedat ratingtime ratingtimestamp "
            "createdat created datetime date reviewdate ratingdate ts datecreated updatedat tstamp"
        ),
        "title": (
            "title itemtitle movietitle booktitle gametitle name itemname moviename productname gamename "
            "songname trackname artistname animename recipename primarytitle originaltitle label"
        ),
        "genres": (
            "genres genre genreslist tags tag categories category listedin subjects topics styles style keywords type"
        ),
        "year": (
            "year releaseyear yearofpublication publicationyear originalpublicationyear startyear "
            "yearpublished releasedate publicationdate published released date"
        ),
    }
)
_RANK = {role: {name: rank for rank, name in enumerate(names.split())} for role, names in _NAMES.items()}
_OTHER_NAMES = {
    "movie": "film", "book": "isbn", "product": "asin", "song": "track", "restaurant": "business", "show": "series",
    "article": "story", "place": "venue",
}  # fmt: skip
_NOUNS = (
    "movie", "book", "game", "product", "song", "artist", "album", "anime", "restaurant", "recipe", "joke", "course",
    "beer", "wine", "show", "video", "article", "podcast", "hotel", "place", "app",
)  # fmt: skip


def guess(columns: Sequence[str], role: Role) -> str | None:
    """The column whose name fits a role best; None where none does."""
    rank = _RANK[role]
    fitting = [column for column in columns if _plain(column) in rank]
    return min(fitting, key=lambda column: rank[_plain(column)], default=None)


def guess_item_key(columns: Sequence[str], rating_item: str | None) -> str | None:
    """The column of an item table that names the item: as in the rating table, else by its name, else "id"."""
    same = next((column for column in columns if rating_item and _plain(column) == _plain(rating_item)), None)
    named = same or guess(columns, "item")
    return named or next((column for column in columns if _plain(column) in ("id", "index", "key", "no")), None)


def noun(item_column: str) -> str:
    """What is rated, read from the name of the item column; "item" where it does not say."""
    plain = _plain(item_column)
    return next((noun for noun in _NOUNS if plain.startswith((noun, _OTHER_NAMES.get(noun, noun)))), "item")


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.lower())


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
    items, key = _items_table(others, ratings[0], mapping, columns, request.limits)
    warnings = list[str]()
    if items:
        if key:
            columns = replace(columns, item=key.rating)
        elif columns.item:
            warnings = [f"None of the first rated items is in {items.name}: its rows are not joined to the ratings."]
        columns = _item_columns(items, mapping, columns, key)
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


def _items_table(
    tables: Sequence[Table], ratings: Table, mapping: ColumnMapping, columns: ColumnMapping, limits: ImportLimits
) -> tuple[Table | None, Key | None]:
    """The table that says most about the rated items, and the columns that join it; None where no value matches.

    Where no table's values match, the first that has an item id by its name and something to say about it.
    """
    joined: list[tuple[bool, float, int, Table, Key]] = []
    for table in tables:
        has_user = guess(table.columns, "user") is not None and guess(table.columns, "rating") is not None
        if has_user or not _says_something(table, mapping):
            continue
        familiar, strange = _pairs(ratings, table, mapping, columns)
        key = best_key(ratings, table, familiar, limits, least=_LEAST_FAMILIAR)
        certain = key is not None
        key = key or best_key(ratings, table, strange, limits, least=_LEAST_STRANGE)
        if key:
            title = mapping.title or guess(table.columns, "title") or key.item
            joined.append((certain, key.share, -_RANK["title"].get(_plain(title), 99), table, key))
    if joined:
        *_, items, key = max(joined, key=lambda found: found[:3])
        return items, key
    for table in tables:
        by_name = mapping.item_id or guess_item_key(table.columns, columns.item)
        has_user = guess(table.columns, "user") is not None and guess(table.columns, "rating") is not None
        if by_name in table.columns and _says_something(table, mapping) and not has_user:
            return table, None
    return None, None


_LEAST_FAMILIAR, _LEAST_STRANGE = 0.02, 0.5
"""Shares of the first ratings' items that a key has to hold: one that names the item, and any other column.

Small numbers match any column that counts something; so another column has to match well.
"""


def _says_something(table: Table, mapping: ColumnMapping) -> bool:
    return (mapping.title or guess(table.columns, "title")) in table.columns


def _pairs(
    ratings: Table, items: Table, mapping: ColumnMapping, columns: ColumnMapping
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Columns that may join the two tables: those whose names say that they name the item, and the others.

    A column of both tables comes first; then the rating table's item with each that is named like an id.
    """
    if not columns.item:
        return [], []
    taken = {columns.user, columns.rating, columns.timestamp}
    free = [name for name in ratings.columns if name not in taken and _names_an_item(name)]
    ones = [columns.item, *([] if mapping.item else [name for name in free if name != columns.item])]
    others = [mapping.item_id] if mapping.item_id else [n for n in items.columns if _plain(n) not in _RANK["user"]]
    others = [name for name in others if name in items.columns][:_MOST_KEYS]
    rank = _RANK["item"]
    usual = sorted(filter(_names_an_item, others), key=lambda name: rank.get(_plain(name), len(rank)))
    same = [(one, other) for one in ones for other in others if _plain(one) == _plain(other)]
    familiar = [*same, *((columns.item, other) for other in (others if mapping.item_id else usual))]
    strange = [(columns.item, other) for other in others if (columns.item, other) not in familiar]
    return list(dict.fromkeys(familiar)), strange


_MOST_KEYS = 60


def _names_an_item(column: str) -> bool:
    plain = _plain(column)
    return (plain in _RANK["item"] and plain not in _RANK["title"]) or plain.endswith(("id", "key", "no", "index", "code"))


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
