"""What can be stated about vectors to open, what a preview shows before it, and what a report says after it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Self, get_args

from core.data.importing.request import FileOptions, Rejected, TablePreview
from core.data.ratings import USER
from core.data.text import noun_of
from core.errors import LimitError
from core.settings import ImportLimits

Guess = Literal["none", "product", "sigmoid"]


@dataclass(frozen=True)
class VectorOptions(FileOptions):
    """What can be said about vectors; None means: find out."""

    user_noun: str | None = None  # What one of the second set is, where there are two
    array: str | None = None  # Which one, by its name in the preview, where files hold several sets of vectors
    id_column: str | None = None  # The column that names the rows; "" for none, so that their numbers do, from 0
    title_column: str | None = None  # The column of what people call a row
    dimensions: tuple[str, ...] = ()  # The columns that are the vector, where a table has one column a dimension
    left_out: tuple[str, ...] = ()  # Columns of the table that are not kept
    of: str | None = None  # Id of a dataset with ratings whose items, and users, the rows are, by their ids
    # What a rating in it is: the product of two vectors with the biases there are, or that through a sigmoid over the
    # scale; "none" where no rating follows.
    guess: Guess | None = None

    def check(self) -> None:
        """Pass if the options make sense; raises LimitError, naming the one that does not."""
        super().check()
        if self.guess not in (None, *get_args(Guess)):
            raise LimitError(f"guess is {self.guess!r:.30}; it must be {', '.join(get_args(Guess))}")
        if self.guess in ("product", "sigmoid") and self.of is None:
            raise LimitError(f"guess is {self.guess}, and ratings are of a dataset; name it with of")

    def as_kept(self) -> Self:
        """The same with texts as they are kept; raises LimitError as `check`."""
        return replace(super().as_kept(), user_noun=noun_of(self.user_noun or "") or None)


@dataclass(frozen=True)
class VectorRequest:
    """What the reading process works from; `metadata` is a table of the rows, found among the paths without it."""

    paths: Sequence[Path]
    metadata: Sequence[Path]
    options: VectorOptions
    limits: ImportLimits


@dataclass(frozen=True)
class Found:
    """A set of vectors in the files."""

    name: str  # Of the file, and of the array in it, as `VectorOptions.array` takes it
    kind: str  # What the file is: "word2vec, binary"
    rows: int | None  # How many; None where only reading all of it tells
    dim: int  # Numbers in each
    side: str  # What the rows are: "user" of the second set where two belong together


@dataclass(frozen=True)
class VectorPreview:
    """What opening would do, found in the beginning of the files."""

    # As they would be called.
    name: str = ""
    noun: str = ""
    found: tuple[Found, ...] = ()  # Every set of vectors in the files
    chosen: tuple[str, ...] = ()  # Names of those that would be opened: one, or one of items and one of users
    ids: tuple[str, ...] = ()  # The first rows' ids, as far as they are known before all is read
    # The first numbers of the same rows; None for one that is not finite.
    numbers: tuple[tuple[float | None, ...], ...] = ()
    table: TablePreview | None = None  # The table of the rows as it would be read; None without one
    joined: str = ""  # How the table belongs to the vectors: "order", "id" or, without a table, ""
    notes: tuple[str, ...] = ()  # What was found besides, in sentences
    # What would stop the opening, and how to mend it; "" where nothing was found.
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class VectorReport:
    """What opening did."""

    run_id: str  # The run that the vectors are
    name: str
    noun: str
    # Vectors, numbers in each, and vectors of the second set, if there is one.
    rows: int
    dim: int
    users: int
    dataset_id: str  # The dataset of what is known of the rows
    joined: str  # As in the preview
    already_there: bool  # Whether these vectors were a run before
    rejected: tuple[Rejected, ...]  # Rows left out, the first of each file's, by line or row
    rejected_by_reason: dict[str, int] = field(default_factory=dict)  # How many rows were left out, for each reason
    notes: tuple[str, ...] = ()  # What else was found and done, in sentences
    origin: str = "imported"
    user_noun: str = USER

    @property
    def rejected_total(self) -> int:
        """Rows left out, listed or not."""
        return sum(self.rejected_by_reason.values())
