"""The MovieLens releases that can be fetched, with the conditions to be shown first."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_FOR_ALL = (
    "The data may be used for research. Do not state or imply that the University of Minnesota or the GroupLens "
    "Research Group endorses you; name the data in what you publish; commercial use needs their permission; they "
    "guarantee nothing."
)
_KEEP = " The files may not be passed on to others without separate permission."
_SHARE_ALIKE = " The files, changed or not, may be passed on under these same conditions."
_README = " The README inside the archive and on grouplens.org is what counts."


@dataclass(frozen=True)
class Release:
    """One official archive."""

    release_id: str
    title: str
    file: str  # Name on the server
    # Rounded, as announced.
    ratings: int
    users: int
    movies: int
    megabytes: int  # Size of the archive, about
    licence: str  # The conditions in short, to be shown and accepted before anything is fetched
    readme: str  # Where the conditions stand in full
    fixed: bool = True  # Whether the content never changes; the others grow, so that results on them cannot be compared


def _release(
    name: str, title: str, ratings: int, users: int, movies: int, megabytes: int, licence: str, fixed: bool
) -> Release:
    ending = "txt" if name in ("ml-100k", "ml-1m") else "html"
    readme = f"https://files.grouplens.org/datasets/movielens/{name}-README.{ending}"
    return Release(
        name, title, f"{name}.zip", ratings, users, movies, megabytes, _FOR_ALL + licence + _README, readme, fixed
    )


RELEASES: Mapping[str, Release] = MappingProxyType(
    {
        release.release_id: release
        for release in (
            _release("ml-latest-small", "MovieLens latest, small", 100_000, 600, 9_000, 1, _SHARE_ALIKE, fixed=False),
            _release("ml-100k", "MovieLens 100K", 100_000, 1_000, 1_700, 5, _KEEP, fixed=True),
            _release("ml-1m", "MovieLens 1M", 1_000_000, 6_000, 4_000, 6, _KEEP, fixed=True),
            _release("ml-10m", "MovieLens 10M", 10_000_000, 72_000, 10_000, 63, _KEEP, fixed=True),
            _release("ml-20m", "MovieLens 20M", 20_000_000, 138_000, 27_000, 190, _SHARE_ALIKE, fixed=True),
            _release("ml-25m", "MovieLens 25M", 25_000_000, 162_000, 62_000, 250, _SHARE_ALIKE, fixed=True),
            _release("ml-32m", "MovieLens 32M", 32_000_000, 200_948, 87_585, 239, _SHARE_ALIKE, fixed=True),
            _release(
                "ml-latest", "MovieLens latest, full", 33_000_000, 331_000, 86_000, 335, _SHARE_ALIKE, fixed=False
            ),
        )
    }
)
"""By id, the smallest first."""
