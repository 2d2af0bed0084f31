"""What can be stated about an import, what a preview shows before it, and what a report says after it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

from core.data.catalog import DatasetInfo
from core.data.text import noun_of, one_line
from core.disk.reading import adapter
from core.errors import LimitError
from core.settings import ImportLimits

Result = TypeVar("Result")

Reporter = Callable[[float, str], None]  # Receives how far the work is, 0-1, and what is being done

Encoding = Literal["utf-8", "utf-16", "latin-1"]
RowIs = Literal["proposed", "person", "item"]
Counts = Literal["ranks", "log"]
Role = Literal["user", "item", "rating", "timestamp", "title", "genres", "year"]
NO_COLUMN = ""  # In a `ColumnMapping`: there is no such column, whatever a name may suggest
STATED = "stated as no rating"  # Why rows are left out whose value somebody called no rating


@dataclass(frozen=True)
class ColumnMapping:
    """Which column holds what, by its name in the preview; None leaves it to the names.

    The first four are columns of the rating table, the others of the item table.
    """

    user: str | None = None
    item: str | None = None
    rating: str | None = None
    timestamp: str | None = None
    item_id: str | None = None
    title: str | None = None
    genres: str | None = None
    year: str | None = None


@dataclass(frozen=True)
class FileOptions:
    """What can be said about any files; None means: find out."""

    name: str | None = None  # What people call what is in them
    noun: str | None = None  # What one of it is, or what is rated, singular: "movie"
    delimiter: str | None = None  # One character between columns
    header: bool | None = None  # Whether the first row names the columns
    encoding: Encoding | None = None  # Of text files
    sheet: str | None = None  # Which one of a workbook to read, by its name; None for the first

    def check(self) -> None:
        """Pass if the options make sense; raises LimitError, naming the one that does not."""
        if self.delimiter is not None and (
            len(self.delimiter) != 1 or self.delimiter in '"\r\n\0' or ord(self.delimiter) > 127
        ):
            raise LimitError(
                f"delimiter is {self.delimiter!r:.30}; it must be one ASCII character that is no quote or line end"
            )
        self._check_choice("encoding", Encoding)

    def as_kept(self) -> Self:
        """The same with texts as they are kept; raises LimitError as `check`."""
        self.check()
        return replace(self, name=one_line(self.name or "", 100) or None, noun=noun_of(self.noun or "") or None)

    def _check_choice(self, name: str, kind: Any) -> None:
        value, allowed = getattr(self, name), get_args(kind)
        if value not in (None, *allowed):
            raise LimitError(f"{name} is {value!r:.30}; it must be {', '.join(allowed[:-1])} or {allowed[-1]}")


@dataclass(frozen=True)
class ImportOptions(FileOptions):
    """What can be said about an import besides the columns."""

    # Ends of the rating scale; ratings outside are left out.
    min_rating: float | None = None
    max_rating: float | None = None
    # Users and items with fewer are left out.
    min_user_ratings: int = 1
    min_item_ratings: int = 1
    # Turn the cells of a wide table into ratings; what a row of it is, or "proposed", as it seems to be.
    reshape: RowIs | None = None
    no_rating: tuple[float, ...] = ()  # Values that mean "no rating": rows with one of them are left out
    # What to make of counts, such as plays: "ranks", 1 to 5 within each person, or "log", log2(1 + count); None takes
    # them as ratings. The ends of the rating scale are then ends of the counts.
    counts: Counts | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "no_rating", tuple(self.no_rating))  # a list where it was read from JSON

    def check(self) -> None:
        """Pass if the options make sense; raises LimitError, naming the one that does not."""
        super().check()
        self._check_choice("reshape", RowIs)
        self._check_choice("counts", Counts)
        for name in ("min_rating", "max_rating"):
            value = getattr(self, name)
            if value is not None and not abs(value) <= 1e9:
                raise LimitError(f"{name} is {value}; it must be a number from -1e9 to 1e9")
        if self.min_rating is not None and self.max_rating is not None and self.min_rating >= self.max_rating:
            raise LimitError(
                f"the rating scale is empty: min_rating {self.min_rating} is not below max_rating {self.max_rating}"
            )
        for name in ("min_user_ratings", "min_item_ratings"):
            if getattr(self, name) < 1:
                raise LimitError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if not all(abs(value) <= 1e9 for value in self.no_rating):
            raise LimitError(f"no_rating is {self.no_rating!s:.60}; it must be numbers from -1e9 to 1e9")


@dataclass(frozen=True)
class ImportRequest:
    """What the reading process works from: files, what was stated about them, and the limits."""

    paths: Sequence[Path]
    mapping: ColumnMapping
    options: ImportOptions
    limits: ImportLimits


_NAMED = 5  # Columns of a wide table that are named in its description


@dataclass(frozen=True)
class Wide:
    """What a wide table would become, as far as its first rows show."""

    # How many there would be.
    people: int
    items: int
    ratings: int
    whole: bool  # Whether that is all of the table; else there are more
    rows_are_items: bool  # Whether a row is taken for what is rated, and a column for a person
    row_id: str  # The column that names the rows; "" where their numbers do
    # The things, or people, that the columns of ratings are, by name; none where these have no names.
    used: tuple[str, ...]
    aggregates: tuple[str, ...]  # Rows of averages or totals, by name; they would not be used
    left: tuple[str, ...]  # Columns that would not be used

    @property
    def words(self) -> str:
        """How the table would be read: what its rows and columns are, and how many ratings there are."""
        row, column = ("item", "person") if self.rows_are_items else ("person", "item")
        named = f"named in {self.row_id!r}" if self.row_id else "numbered"
        least = "" if self.whole else "at least "
        counts = f"{least}{self.ratings:,} ratings of {self.items:,} items by {self.people:,} people"
        first = ", ".join(map(repr, self.used[:_NAMED]))
        more = f" and {len(self.used) - _NAMED:,} more" if len(self.used) > _NAMED else ""
        used = f" ({first}{more})" if first else ""
        not_used = [*map(repr, self.left[:30]), *(f"the row {name!r}" for name in self.aggregates[:30])]
        left = f"; not used: {', '.join(not_used)}" if not_used else ""
        return f"each row is one {row}, {named}, and each column one {column}{used}; that makes {counts}{left}"


@dataclass(frozen=True)
class Question:
    """What somebody has to say before an import, or why there is nothing to say."""

    message: str  # What was found, and what is to be said
    options: str = ""  # What says it on the command line; "" where nothing does
    # Columns for the unclear roles, as far as the values suggest them; None where no column is asked for.
    proposed: ColumnMapping | None = None
    wide: Wide | None = None  # What a wide table would become, if it is one
    one_persons: bool = False  # Whether they are one person's ratings, which are brought in For you
    service: str = ""  # Whose export of them it is; "" where it is none that is known

    @property
    def in_full(self) -> str:
        """The message with the options of the command line."""
        return f"{self.message}; on the command line: {self.options}" if self.options else self.message


@dataclass(frozen=True)
class Doubt:
    """Numbers that may not be ratings, with the option of `ImportOptions` that says what they are."""

    option: Literal["no_rating", "counts"]
    value: float | None  # The one that may mean "no rating"; None where all of them may be counts
    # How many ratings are in doubt, and of how many.
    rows: int
    of: int
    # Ends of the ratings that are not in doubt, or of the counts.
    low: float
    high: float

    @property
    def words(self) -> str:
        """A sentence."""
        if self.value is None:
            return (
                f"These look like counts, not ratings: {self.of:,} numbers from {self.low:,.10g} to {self.high:,.10g}."
            )
        others = f"the others go from {self.low:g} to {self.high:g}"
        return f"{self.rows:,} of {self.of:,} ratings are {self.value:g}, which may mean “no rating”: {others}."


@dataclass(frozen=True)
class TablePreview:
    """One file, as it would be read."""

    file: str
    part: Literal["ratings", "items"]  # What it would be used for
    kind: Literal["text", "parquet", "json lines", "json array"]
    delimiter: str  # Between columns; "" where lines did not fall into columns, or the kind has none
    header: bool
    encoding: str
    columns: tuple[str, ...]  # Names, as a `ColumnMapping` takes them
    roles: tuple[str, ...]  # What each column was taken for, "" where for nothing
    rows: tuple[tuple[str, ...], ...]  # The first rows, as text
    # The sheet's name and those of all sheets of the workbook; none where it is no workbook.
    sheet: str = ""
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preview:
    """What an import would do, found in the first rows."""

    layout: str = ""  # The layout that was recognized: "MovieLens 1M", "rating table"; "" for none
    name: str = ""
    noun: str = ""
    tables: tuple[TablePreview, ...] = ()
    unclear: tuple[str, ...] = ()  # Roles for which somebody has to name the column
    # The rating scale as stated, or as the first rows suggest; None without a number in them.
    min_rating: float | None = None
    max_rating: float | None = None
    notes: tuple[str, ...] = ()
    # What would stop the import, and how to mend it; "" where nothing was found.
    code: str = ""
    message: str = ""
    delimiter: str = ""  # One that may mend WRONG_DELIMITER; "" where there is none
    # What somebody has to say, with a proposal where there is one; None where all is clear.
    question: Question | None = None
    doubts: tuple[Doubt, ...] = ()  # What may be no rating, whether or not the options say already what it is
    warnings: tuple[str, ...] = ()  # What is probably not as somebody wants it, in sentences


@dataclass(frozen=True)
class Rejected:
    """A row left out. `line` counts the file's lines from 1; rows, where the file has no lines."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class DroppedRare:
    """What fell under the least number of ratings."""

    users: int = 0
    items: int = 0
    ratings: int = 0


@dataclass(frozen=True)
class ImportReport:
    """What an import did."""

    dataset: DatasetInfo  # The dataset as it is now
    layout: str
    already_there: bool  # Whether the same content under the same name was there before
    rows: int  # Rows found in the rating tables: ratings, rejected ones and duplicates, and those that were too rare
    rejected: tuple[Rejected, ...]  # Rows that are unusable, the first of each file's, by line
    rejected_by_reason: dict[str, int] = field(default_factory=dict)  # How many rows were left out, for each reason
    dropped_duplicates: int = 0  # Ratings of a user for an item that a later one replaced
    dropped_rare: DroppedRare = DroppedRare()
    untitled: int = 0  # Items that the item table does not name; 0 where there is none
    # Lines of these tables that hold no row: headers, blank ones, and lines that continue a row above them. With `rows`
    # these are all lines of the files, where a row begins on a line of its own.
    lines_without_rows: int = 0
    notes: tuple[str, ...] = ()  # What else was found and done, in sentences
    doubts: tuple[Doubt, ...] = ()  # What may be no rating, and was taken for one
    warnings: tuple[str, ...] = ()  # What is probably not as somebody wants it, in sentences

    @property
    def rejected_total(self) -> int:
        """Rows left out, listed or not."""
        return sum(self.rejected_by_reason.values())

    @property
    def unusable(self) -> int:
        """Rows left out for what is in them; not those that were stated as no rating."""
        return self.rejected_total - self.rejected_by_reason.get(STATED, 0)

    def as_json(self) -> dict[str, Any]:
        """One JSON object: the dataset as lists show it, with what was left out."""
        rest = asdict(self)
        del rest["dataset"]
        return self.dataset.as_json() | rest | {"rejected_total": self.rejected_total}


def of_json(kind: type[Result], fields: dict[str, Any]) -> Result:
    """A dataclass of this file from its fields as JSON has them, all tuples as lists."""
    made: Result = adapter(kind).validate_python(fields)
    return made
