"""What somebody exported elsewhere, or wrote down, as entries: a title, its year and a rating on the file's own scale.

Runs in the process of `isolation`: the bytes are a stranger's.
"""

import io
import json
import math
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from core.data.importing.rating_cells import is_unrated
from core.data.own import roles, table
from core.data.own.table import Row
from core.data.ratings import year_in
from core.data.services import Service, service_of
from core.data.text import one_line
from core.errors import (
    ArchiveRatioError,
    ArchiveUnsafeError,
    BadFormatError,
    EmptyFileError,
    NoRowsError,
    TooLargeError,
)

FORMAT = "embedding-explorer ratings"  # What the dashboard's own file says it is
MOST_BYTES, MOST_UNPACKED, MOST_ROWS = 20_000_000, 100_000_000, 20_000
"""More than anybody's own; Goodreads' and Letterboxd's exports hold reviews, too."""
LISTED = 20  # Rejected rows listed one by one; all are counted
_MOST_MEMBERS, _MOST_RATIO = 5_000, 200
_TABLES = (".csv", ".tsv", ".txt", ".json")


@dataclass(frozen=True)
class Entry:
    """One rating in the file."""

    titles: tuple[str, ...]  # What the thing is called; the first is the main title
    years: tuple[int, ...]  # Years that it may be from, the likeliest first; empty where the file has none
    rating: float  # On the file's scale
    item_id: str = ""  # Its id where the file is from this program; else ""
    out_of: float = 0  # The highest rating possible where this one says it, as in 4/5, 1 for a like; else 0
    line: int = field(default=0, compare=False)  # Number of its line; 0 where it is from none
    doubt: str = ""  # Why no item is certain to be it; "" for no reason


@dataclass(frozen=True)
class Rejected:
    """A row that could not be read, by the number of its line."""

    line: int
    reason: str


@dataclass(frozen=True)
class OwnFile:
    """A file of one person's ratings; `rows` are its entries, the unrated and the rejected."""

    source: str  # Name of the service; "" for a list
    entries: tuple[Entry, ...]
    # Lowest and highest rating possible; None where the file keeps to the scale of the data.
    scale: tuple[float, float] | None
    detected: bool  # Whether the scale is to be told from the ratings and the data, by `scaling`
    rows: int
    unrated: int  # Rows without a rating
    rejected: tuple[Rejected, ...]  # The first rows that could not be read
    rejected_total: int  # All of these
    zeros: int = 0  # Unrated rows with a 0


def read(content: bytes) -> OwnFile:
    """What a file of own ratings holds: a service's export, a zip with one, a list, or the dashboard's own file; raises
    DatasetError, by its code, where it is none."""
    check_size(len(content))
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        content = _unpacked(content)
    text = table.decoded(content)
    if not text.strip():
        raise EmptyFileError("the file is empty; choose the file with your ratings")
    if text.lstrip()[0] in "[{":
        return _from_json(text)
    found = []
    for row in table.rows(text):
        found.append(row)
        if len(found) > MOST_ROWS + 1:
            raise _too_many(len(found))
    if not found:
        raise EmptyFileError("the file has no row with anything in it; choose the file with your ratings")
    service = service_of(found[0].cells)
    return _from_service(service, found) if service else _from_list(found)


def check_size(n_bytes: int) -> None:
    """Pass if a file has no more bytes than anybody's own ratings; raises TooLargeError."""
    if n_bytes > MOST_BYTES:
        raise TooLargeError(f"the file has {n_bytes:,} bytes; a file of own ratings has at most {MOST_BYTES:,}")


def _too_many(n: int) -> TooLargeError:
    return TooLargeError(
        f"the file has more than {n - 2:,} rows; one person's ratings are at most {MOST_ROWS:,}. Ratings of many "
        "people are imported on the page Datasets, or by `import`"
    )


def _unpacked(content: bytes) -> bytes:
    """The rating table in a zip: `ratings.csv`, or the only table there is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = _rating_table(archive.infolist())
            with archive.open(member) as stream:
                unpacked = stream.read(MOST_UNPACKED + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BadFormatError(f"the zip cannot be unpacked ({one_line(str(error), 100)}); export it again") from None
    if len(unpacked) > MOST_UNPACKED or len(unpacked) > _MOST_RATIO * max(len(content), 10_000):
        raise ArchiveRatioError(
            f"{one_line(member.filename, 100)} unfolds to more than {len(unpacked) - 1:,} bytes; a file of own ratings "
            f"unfolds to at most {MOST_UNPACKED:,}, and {_MOST_RATIO} times its size"
        )
    return unpacked


def _rating_table(members: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(members) > _MOST_MEMBERS:
        raise ArchiveUnsafeError(f"the zip holds {len(members):,} files; allowed are {_MOST_MEMBERS:,}")
    paths = {
        PurePosixPath(member.filename): member
        for member in members
        if not member.is_dir() and not member.filename.startswith("__MACOSX")
    }
    tables = sorted((path for path in paths if path.suffix.casefold() in _TABLES), key=lambda path: len(path.parts))
    best = next((path for path in tables if path.name.casefold() == "ratings.csv"), None)
    for kind in _TABLES:  # a list is sooner in a table than in a text
        same = [path for path in tables if path.suffix.casefold() == kind]
        best = same[0] if best is None and len(same) == 1 else best
        if best is not None or same:
            break
    if not paths:
        raise BadFormatError("the zip is empty: it holds no file; export it again")
    if best is None:
        names = ", ".join(one_line(str(path), 60) for path in list(paths)[:8])
        raise BadFormatError(f"the zip holds no ratings.csv but {names}; choose the file with your ratings")
    if paths[best].flag_bits & 1:
        raise ArchiveUnsafeError("the zip is encrypted; unpack it, and choose the file with your ratings")
    return paths[best]


def _from_service(service: Service, found: Sequence[Row]) -> OwnFile:
    places = {name.casefold(): place for place, name in reversed(list(enumerate(found[0].cells)))}

    def cell(row: Row, name: str) -> str:
        """The cell under a heading; "" where there is none."""
        place = places.get(name.casefold(), len(row.cells))
        return row.cells[place] if place < len(row.cells) else ""

    def entry(row: Row) -> Entry | None:
        """The rating in a row; None where there is none."""
        if len(row.cells) != len(found[0].cells):
            raise ValueError(f"wrong number of columns: {len(row.cells)} instead of {len(found[0].cells)}")
        text = cell(row, service.rating)
        if text in service.unrated:
            return None
        titles = (cell(row, service.title), cell(row, "Original Title"))
        year = cell(row, service.year) or (cell(row, service.other_year) if service.other_year else "")
        one = _entry(titles, (year,), roles.number_in(text))
        kind = cell(row, service.kind) if service.kind else ""
        if kind and kind.casefold().replace(" ", "") not in service.kinds:
            one = replace(one, doubt=f"{one_line(kind, 30)} is another kind of thing")
        return one

    return _gathered(found[1:], entry, source=service.name, scale=service.scale)


def _from_list(found: Sequence[Row]) -> OwnFile:
    """A plain list; the scale of its numbers is told where the data is known, or stands in them, as in 7/10."""
    layout = roles.layout_of([row.cells for row in found])

    def entry(row: Row) -> Entry | None:
        """The rating in a row; None where there is none."""
        cells = layout.cells(row.cells)
        if is_unrated(cells.rating):
            return None
        rating, out_of = roles.rating_in(cells.rating)
        one = _entry((cells.title or cells.item_id,), (cells.year,), rating, cells.item_id)
        return replace(one, out_of=out_of or layout.out_of, line=row.line)

    gathered = _gathered(
        [*found[: layout.above], *found[layout.above + layout.has_header :]], entry, source="", scale=None
    )
    stars = [one.rating for one in gathered.entries if one.out_of == roles.STARS]
    end = 10 if max(stars, default=0) > 5 else 5  # one list counts all its stars alike
    entries = (replace(one, out_of=end) if one.out_of == roles.STARS else one for one in gathered.entries)
    return replace(gathered, entries=tuple(entries), detected=True)


def _from_json(text: str) -> OwnFile:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFormatError(
            "the file is not JSON; choose one that was saved on the page For you, or a table"
        ) from None
    entries = document.get("ratings") if isinstance(document, dict) else document
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadFormatError(
            'the file has no list of "ratings"; choose one that was saved on the page For you, or a table'
        )
    if len(entries) > MOST_ROWS:
        raise _too_many(len(entries) + 1)
    if not entries:
        raise NoRowsError("the file holds no ratings; choose the file with your ratings")
    names = list(dict.fromkeys(name for entry in entries for name in entry))
    found = [Row(number, [_text(one.get(name)) for name in names]) for number, one in enumerate(entries, 1)]
    if isinstance(document, list):
        return _from_list([Row(0, names), *found])
    layout = roles.layout_of([names], required=("rating",))

    def entry(row: Row) -> Entry | None:
        """The rating in an entry; None where there is none."""
        cells = layout.cells(row.cells)
        if cells.rating == "":
            return None
        rating = roles.number_in(cells.rating)
        return _entry((cells.title or cells.item_id,), (cells.year,), rating, cells.item_id)

    return _gathered(found, entry, source="", scale=_scale(document.get("scale")))


def _text(value: object) -> str:
    """A value of JSON as the text of a cell; what is neither text nor number is no rating and no title."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _scale(value: object) -> tuple[float, float] | None:
    match value:
        case [int() | float() as low, int() | float() as high] if -1e9 < low < high < 1e9:
            return float(low), float(high)
    return None


def _entry(titles: Iterable[str], years: Iterable[str], rating: float, item_id: str = "") -> Entry:
    """An entry with what its texts say; raises ValueError without a title."""
    names = tuple(dict.fromkeys(name for title in titles if (name := one_line(title))))
    if not names:
        raise ValueError("no title")
    numbers = [year for text in years if (year := roles.year_in_cell(text))]
    unread = next((text for text in years if not numbers and not is_unrated(text)), "")
    inside = year_in(names[0])
    if not numbers and math.isfinite(inside):
        numbers = [int(inside)]
        names = (names[0][: names[0].rindex("(")].rstrip() or names[0], *names[1:])
    doubt = f"{one_line(unread, 30)!r} is no year" if unread and not numbers else ""
    return Entry(names, tuple(dict.fromkeys(numbers)), rating, item_id, doubt=doubt)


def _gathered(
    found: Sequence[Row], entry: Callable[[Row], Entry | None], *, source: str, scale: tuple[float, float] | None
) -> OwnFile:
    """All rows: each an entry on the scale, unrated, or rejected, as where `entry` raises a ValueError."""
    if not found:
        raise NoRowsError("the file has a header and no rows below it; choose the file with your ratings")
    entries, rejected, unrated = [], [], 0
    for row in found:
        try:
            one = entry(row)
        except ValueError as error:
            rejected.append(Rejected(row.line, one_line(str(error), 120)))
            continue
        if one is None:
            unrated += 1
        elif scale and not scale[0] <= one.rating <= scale[1]:
            rejected.append(Rejected(row.line, f"rating {one.rating:g} is outside {scale[0]:g} to {scale[1]:g}"))
        else:
            entries.append(one)
    return OwnFile(source, tuple(entries), scale, False, len(found), unrated, tuple(rejected[:LISTED]), len(rejected))
