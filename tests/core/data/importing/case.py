"""What an input is, and what becomes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.data import ColumnMapping, ImportOptions
from tests.core.data.importing import made

FULL = len(made.ROWS)
AS_NAMED, AS_FOUND = ColumnMapping(), ImportOptions()


@dataclass(frozen=True)
class Case:
    """One input and what becomes of it.

    Attributes:
        files: By name; one is brought as a file, several as a folder.
        outcome: The code of the refusal, or the number of ratings kept.
        rejected: Rows left out by reason.
    """

    name: str
    files: Mapping[str, str | bytes] | Callable[[], Mapping[str, str | bytes]]
    outcome: str | int
    rejected: Mapping[str, int] = field(default_factory=dict)
    duplicates: int = 0
    scale: tuple[float, float] = (1, 5)
    mapping: ColumnMapping = AS_NAMED
    options: ImportOptions = AS_FOUND


def one(content: str | bytes, name: str = "ratings.csv") -> dict[str, str | bytes]:
    return {name: content}


def scaled(*ratings: float) -> str:
    return made.table(
        [(u, i, ratings[at % len(ratings)]) for at, (u, i, *_) in enumerate(made.ROWS)], "user,item,rating"
    )
