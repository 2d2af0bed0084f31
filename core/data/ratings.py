"""Ratings as arrays, with tables of who rated and what was rated, and what kinds of columns these have."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.data.item_table import ItemTable, StoredItems
from core.errors import UnknownItemError

if TYPE_CHECKING:  # a worker that waits, and a command that reads no ratings, need half a second less
    import pandas as pd

NO_TIME = int(np.iinfo(np.int64).min)
"""Stands among timestamps where a rating has none: NumPy's "not a time", before all times."""

USER = "user"  # What a row of the second set is, where nothing else is said


def shortest(value: float) -> float:
    """A rating as somebody wrote it: 128.1 for 128.10000610351562, which is 128.1 held as float32."""
    is_single = abs(value) < np.finfo(np.float32).max and np.float32(value) == value
    return float(str(np.float32(value))) if is_single else value


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The data's own ids and their rows 0…n-1; the only place where one becomes the other."""

    ids: np.ndarray  # Object array of distinct strings, (n,); the id of row i is ids[i]

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {item: row for row, item in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, item: str) -> bool:
        return item in self._row_of

    def index(self, item: str) -> int:
        """Row of one id; raises UnknownItemError where it does not occur."""
        try:
            return self._row_of[item]
        except KeyError:
            alike = f"; they look like {self.ids[0]!r:.60}" if len(self) else ""
            raise UnknownItemError(f"{str(item)!r:.60} does not occur among the {len(self):,} ids{alike}") from None

    def indices(self, items: Iterable[str]) -> np.ndarray:
        """Rows of many ids, int32; raises as `index` does."""
        return np.fromiter((self.index(item) for item in items), dtype=np.int32)


@dataclass(frozen=True)
class DatasetRef:
    """Which data a run learned from."""

    dataset_id: str
    name: str
    noun: str
    digest: str
    users: int
    items: int
    ratings: int
    min_rating: float
    max_rating: float


@dataclass(frozen=True, eq=False)
class Ratings:
    """One dataset in memory, in canonical order."""

    dataset_id: str  # Name of the dataset's folder
    name: str  # What people call it
    noun: str  # What is rated, singular: "movie", "book"
    # The ids of the rows.
    users: Vocabulary
    items: Vocabulary
    # int32, (n_ratings,), rows in `users` and `items`.
    user_index: np.ndarray
    item_index: np.ndarray
    rating: np.ndarray  # float32, (n_ratings,), in rating units
    # int64 epoch seconds, (n_ratings,), NO_TIME for a rating without one; None where the data has none.
    timestamp: np.ndarray | None
    # Ends of the rating scale.
    min_rating: float
    max_rating: float
    # One row an item in the order of `items`: title (str), year (float, NaN where unknown), genres (list of str), then
    # any further columns of the data.
    item_table: ItemTable = ItemTable()  # noqa: RUF009 - no default: what makes it when it is asked for
    about: dict[str, str] = field(default_factory=dict)  # Licence, citation and provenance, as shown to people
    user_noun: str = USER  # What a row of `users` is, singular; beside vectors from elsewhere it may be anything

    def __len__(self) -> int:
        return len(self.rating)

    @property
    def titles(self) -> list[str]:
        """Of each item, as in `item_table`."""
        known = vars(self)["_items"]
        return known.titles if isinstance(known, StoredItems) else known["title"].tolist()

    @property
    def genres(self) -> list[list[str]]:
        """Those of each item, as in `item_table`."""
        known = vars(self)["_items"]
        return known.genres if isinstance(known, StoredItems) else known["genres"].tolist()

    @cached_property
    def item_count(self) -> np.ndarray:
        """Ratings per item, int64, (n_items,)."""
        return np.bincount(self.item_index, minlength=len(self.items))

    @cached_property
    def item_mean(self) -> np.ndarray:
        """Mean rating per item, float64, (n_items,); NaN where an item has none."""
        return mean_by(self.item_index, self.rating, len(self.items))

    def rated(self, least: int, *, users: bool = False) -> np.ndarray:
        """Whether each item, or user, has at least so many ratings, boolean, (n_rows,); all, where nobody rated."""
        return ((self.user_count if users else self.item_count) >= least) | (len(self) == 0)

    @cached_property
    def user_count(self) -> np.ndarray:
        """Ratings per user, int64, (n_users,)."""
        return np.bincount(self.user_index, minlength=len(self.users))

    @cached_property
    def user_mean(self) -> np.ndarray:
        """Mean rating per user, float64, (n_users,); NaN where a user has none."""
        return mean_by(self.user_index, self.rating, len(self.users))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content: ids, ratings, timestamps, scale and the item table, not names or files."""
        sha = hashlib.sha256()
        for ids in (self.users.ids, self.items.ids, self.titles):
            sha.update("\0".join(ids).encode())
            sha.update(b"\1")
        sha.update("\0".join("|".join(genres) for genres in self.genres).encode())
        stamps = np.empty(0, np.int64) if self.timestamp is None else self.timestamp
        for array in (self.user_index, self.item_index, self.rating, stamps):
            sha.update(np.ascontiguousarray(array).data)
        sha.update(np.array([self.min_rating, self.max_rating], np.float64).tobytes())
        for name, values in self._further_columns():
            sha.update(f"\1{name}\1".encode())
            sha.update("\0".join(map(str, values)).encode())
        return sha.hexdigest()

    @property
    def reference(self) -> DatasetRef:
        """What a run remembers of the data it learned from."""
        return DatasetRef(
            dataset_id=self.dataset_id,
            name=self.name,
            noun=self.noun,
            digest=self.digest,
            users=len(self.users),
            items=len(self.items),
            ratings=len(self),
            min_rating=self.min_rating,
            max_rating=self.max_rating,
        )

    def _further_columns(self) -> "Iterator[tuple[str, list[float] | list[str] | pd.Series]]":
        """Columns of the item table that do not follow from its titles and genres."""
        known, years = vars(self)["_items"], np.array([year_in(title) for title in self.titles], np.float64)
        stored = isinstance(known, StoredItems)
        for name, values in known.further() if stored else known.drop(columns=["title", "genres"]).items():
            numbers = np.asarray(values, np.float64) if name == "year" else None
            if numbers is None or not np.array_equal(numbers, years, equal_nan=True):
                yield str(name), values


def unrated(
    items: Vocabulary,
    item_table: "pd.DataFrame | StoredItems",
    *,
    name: str,
    noun: str = "item",
    users: Sequence[str] = (),
    user_noun: str = USER,
) -> Ratings:
    """What is known of rows that nobody rated, such as words, and of a second set, `users`, where there is one."""
    nothing, others = np.zeros(0, np.int32), Vocabulary(np.array(users, object))
    arrays = nothing, nothing, nothing.astype(np.float32), None
    return Ratings("", name, noun, others, items, *arrays, 0, 0, item_table, user_noun=user_noun)


def part_of(ratings: Ratings, *, users: np.ndarray, items: np.ndarray, name: str) -> Ratings:
    """The ratings that some users gave to some items, booleans, (n_users,) and (n_items,), with these rows alone; it
    has no folder yet."""
    kept = users[ratings.user_index] & items[ratings.item_index]
    return replace(
        ratings,
        dataset_id="",
        name=name,
        users=Vocabulary(ratings.users.ids[users]),
        items=Vocabulary(ratings.items.ids[items]),
        user_index=(np.cumsum(users) - 1)[ratings.user_index[kept]].astype(np.int32),
        item_index=(np.cumsum(items) - 1)[ratings.item_index[kept]].astype(np.int32),
        rating=ratings.rating[kept],
        timestamp=None if ratings.timestamp is None else ratings.timestamp[kept],
        item_table=ratings.item_table[items].reset_index(drop=True),
    )


def table_of_ids(ids: np.ndarray) -> "pd.DataFrame":
    """An item table that says nothing but the ids, which serve as titles."""
    import pandas as pd

    columns = {"title": pd.Series(ids, dtype=str), "year": np.full(len(ids), np.nan)}
    return pd.DataFrame(columns | {"genres": pd.Series([[]] * len(ids), dtype=object)})


def year_in(title: str) -> float:
    """The year in round brackets that ends a title, NaN where there is none: "Heat (1995)", "Lost (2004-2010)"."""
    year = re.search(r"\(([0-9]{4})[^()]*\)\s*$", title)
    return float(year[1]) if year else float("nan")


def mean_by(index: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Mean of the values, (n,), of each row that `index`, (n,), names, float64, (size,); NaN without any."""
    count = np.bincount(index, minlength=size)
    total = np.bincount(index, weights=values, minlength=size)
    return np.divide(total, count, out=np.full(size, np.nan), where=count > 0)


MOST_VALUES = 50  # A text column with more different values than this is a description, not a category


def number_columns(table: "pd.DataFrame") -> dict[str, np.ndarray]:
    """The year, then every further column of numbers: float64 by name, (n_items,), NaN where unknown."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    numbers = {"year": table["year"].to_numpy(float)}
    for name in _further(table):
        if is_numeric_dtype(table[name]) and not is_bool_dtype(table[name]):
            numbers[name] = table[name].to_numpy(float, na_value=np.nan)
    return numbers


def category_columns(table: "pd.DataFrame") -> dict[str, Sequence[Sequence[str]]]:
    """The genres, then every further column of text with few different values: each item's categories, by name."""
    import pandas as pd

    categories: dict[str, Sequence[Sequence[str]]] = {"genres": table["genres"].tolist()}
    for name in category_names(table):
        place, values = pd.factorize(table[name])
        lists = [[str(value)] if value else [] for value in values] + [[]]  # the last of what is missing, -1
        categories[name] = [lists[at] for at in place.tolist()]  # one for all that are alike: there may be a million
    return categories


def category_names(table: "pd.DataFrame") -> list[str]:
    """The further columns of text with few different values."""
    import pandas as pd

    texts = [name for name in _further(table) if pd.api.types.is_string_dtype(table[name])]
    return [name for name in texts if table[name].nunique() <= MOST_VALUES]


def _further(table: "pd.DataFrame") -> Sequence[str]:
    return [str(name) for name in table.columns.difference(["title", "year", "genres"], sort=False)]
