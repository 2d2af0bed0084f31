"""Services from which people take their own ratings along, and how the files they export are laid out."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One person's ratings as a service exports them; the person is in no column."""

    name: str  # As people know it
    signature: frozenset[str]  # Columns that such a file has and other rating files do not have together
    scale: tuple[float, float]
    rating: str  # Names of this column, and of the next two
    title: str = "Title"
    year: str = "Year"
    unrated: frozenset[str] = frozenset({""})  # Values of the rating column that stand for no rating
    other_year: str = ""  # The column of the year where `year` is empty; "" for none
    # The column that says what a row is about, and what items of rating data usually are, in small letters without
    # spaces; "" where all rows are about the same.
    kind: str = ""
    kinds: frozenset[str] = frozenset()
    noun: str = "movie"  # What the service is about


_FILMS = frozenset(
    {"movie", "film", "featurefilm", "tvmovie", "tvseries", "tvminiseries", "tvspecial", "short", "tvshort", "video"}
)
SERVICES = (
    Service("Letterboxd", frozenset({"Name", "Year", "Letterboxd URI", "Rating"}), (0.5, 5), "Rating", title="Name"),
    Service(
        "IMDb",
        frozenset({"Const", "Your Rating", "Title", "Year"}),
        (1, 10),
        "Your Rating",
        kind="Title Type",
        kinds=_FILMS,
    ),
    Service(
        "Goodreads",
        frozenset({"Book Id", "Title", "Author", "My Rating"}),
        (1, 5),
        "My Rating",
        year="Original Publication Year",
        unrated=frozenset({"", "0"}),
        other_year="Year Published",
        noun="book",
    ),
)


def service_of(columns: Iterable[str]) -> Service | None:
    """The service whose export has these columns, compared without case and blanks around; None for no such file."""
    names = {column.strip().casefold() for column in columns}
    return next((service for service in SERVICES if {name.casefold() for name in service.signature} <= names), None)


def whose_export(columns: Iterable[str]) -> str:
    """The name of the service whose export has these columns; "" where it is no one person's export."""
    service = service_of(columns)
    return service.name if service else ""
