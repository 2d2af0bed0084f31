"""Which table holds the ratings, which the items, and which column is what: for the preview and the import."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from core.data.importing.layouts import Layout, recognize
from core.data.importing.limits import ImportLimits
from core.data.importing.request import NO_COLUMN, ColumnMapping, ImportOptions, ImportRequest, Role
from core.data.importing.sniffing import Table, examine
from core.data.importing.sources import Source
from core.data.importing.values import one_line
from core.errors import ArchiveUnsafeError, BadEncodingError, DatasetError, MissingColumnError, NoRowsError

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
_NOUNS = {
    "movie": "movie film",
    "book": "book isbn",
    "game": "game",
    "product": "product asin",
    "song": "song track",
    "artist": "artist",
    "album": "album",
    "anime": "anime",
    "restaurant": "restaurant business",
    "recipe": "recipe",
    "joke": "joke",
    "course": "course",
    "beer": "beer",
    "wine": "wine",
    "show": "show series",
    "video": "video",
    "article": "article story",
    "podcast": "podcast",
    "hotel": "hotel",
    "place": "place venue",
    "app": "app",
}


def guess(columns: Sequence[str], role: Role) -> str | None:
    """The column whose name fits a role best; None where none does."""
    rank = _RANK[role]
    fitting = [column for column in columns if _plain(column) in rank]
    return min(fitting, key=lambda column: rank[_plain(column)], default=None)


def guess_item_key(columns: Sequence[str], rating_item: str | None) -> str | None:
    """The column of an item table that names the item: as in the rating table, else by its name, else "id"."""
    same = next((column for column in columns if rating_item and _plain(column) == _plain(rating_item)), None)
    found = same or guess(columns, "item")
    return found or next((column for column in columns if _plain(column) in ("id", "index", "key", "no")), None)


def noun(item_column: str) -> str:
    """What is rated, read from the name of the item column; "item" where it does not say."""
    plain = _plain(item_column)
    return next(
        (noun for noun, words in _NOUNS.items() if any(plain.startswith(word) for word in words.split())), "item"
    )


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]", "", column.lower())


NEEDED: tuple[Role, ...] = ("user", "item", "rating")
_OF_A_RATING: tuple[Role, ...] = (*NEEDED, "timestamp")


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
    found = _rating_tables(tables, mapping)
    ratings = found or [max(tables, key=lambda table: (_roles_found(table, mapping), table.source.size))]
    columns = _rating_columns(ratings[0], mapping)
    items = _items_table([table for table in tables if table not in ratings], mapping, columns)
    if items:
        columns = _item_columns(items, mapping, columns)
    elif mapping.title:
        items, columns = ratings[0], _item_columns(ratings[0], replace(mapping, item_id=columns.item), columns)
    used = {table.name for table in (*ratings, *([items] if items else []))}
    return Plan(
        layout="rating table" if found else "",
        group_lens=False,
        name=options.name or _name_of(ratings[0].name),
        noun=options.noun or noun(columns.item or ""),
        ratings=tuple(ratings),
        items=items,
        columns=columns,
        min_rating=options.min_rating,
        max_rating=options.max_rating,
        unclear=tuple(role for role in NEEDED if not getattr(columns, role)),
        notes=tuple(failed) + tuple(f"{table.name} was not used." for table in tables if table.name not in used),
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


def _agrees(told: ColumnMapping, layout: ColumnMapping) -> bool:
    """Whether whoever told the columns means the layout's own."""
    pairs = ((getattr(told, role.name), getattr(layout, role.name)) for role in fields(ColumnMapping))
    return all(name is None or name == (own or NO_COLUMN) for name, own in pairs)


def _from_layout(layout: Layout, tables: Sequence[Table], options: ImportOptions) -> Plan:
    used = {layout.ratings.name, layout.items.name if layout.items else ""}
    latin = layout.items is not None and not layout.items.encoding_found
    notes = [f"{table.name} was not used." for table in tables if table.name not in used]
    if latin and layout.items:
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
    told: dict[str, str | None] = {role: getattr(mapping, role) for role in _OF_A_RATING}
    _check_names(table, told)
    free = [name for name in table.columns if name not in told.values()]
    chosen: dict[str, str | None] = {}
    for role in _OF_A_RATING:
        chosen[role] = guess(free, role) if told[role] is None else told[role] or None
        free = [name for name in free if name != chosen[role]]
    if chosen["item"] is None and told["item"] is None:
        chosen["item"] = guess(free, "title")  # "user, title, rating": the title is the item
    return ColumnMapping(**chosen)


def _items_table(tables: Sequence[Table], mapping: ColumnMapping, columns: ColumnMapping) -> Table | None:
    """The first table that has an item id and something to say about it."""
    for table in tables:
        key = mapping.item_id or guess_item_key(table.columns, columns.item)
        title = mapping.title or guess([name for name in table.columns if name != key], "title")
        has_user = guess(table.columns, "user") is not None and guess(table.columns, "rating") is not None
        if key in table.columns and title in table.columns and not has_user:
            return table
    return None


def _item_columns(table: Table, mapping: ColumnMapping, columns: ColumnMapping) -> ColumnMapping:
    key = mapping.item_id or guess_item_key(table.columns, columns.item)
    told = {"item_id": key, **{role: getattr(mapping, role) for role in ("title", "genres", "year")}}
    _check_names(table, told)
    free = [name for name in table.columns if name != key and name not in told.values()]
    chosen: dict[str, str | None] = {"item_id": key}
    for role in ("title", "genres", "year"):
        chosen[role] = guess(free, role) if told[role] is None else told[role] or None
        free = [name for name in free if name != chosen[role]]
    return replace(columns, **chosen)


def _check_names(table: Table, told: dict[str, str | None]) -> None:
    for role, name in told.items():
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
    here = {field.name for field in fields(ColumnMapping)} if table in plan.ratings or table is plan.items else set()
    role_of = {getattr(plan.columns, role): role for role in sorted(here & _roles_in(plan, table))}
    return tuple(role_of.get(name, "") for name in table.columns)


def _roles_in(plan: Plan, table: Table) -> set[str]:
    of_ratings = set(_OF_A_RATING) if table in plan.ratings else set()
    return of_ratings | ({"item_id", "title", "genres", "year"} if table is plan.items else set())
