"""A dataset as a folder.

    dataset.json      name, noun, scale, sizes, digest, licence, citation
    users.parquet     user_id; row number = user_index
    items.parquet     item_id, title, year, genres, further columns; row number = item_index
    ratings.parquet   user_index, item_index (int32), rating (float32), timestamp (int64 epoch seconds, null where
                     a rating has none; not in all)

The ratings hold row numbers, not ids, so that 32 million of them load in
seconds and in no more memory than the arrays need.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field

from core.data.ratings import NO_TIME, USER, Ratings, Vocabulary
from core.disk.checksums import to_disk
from core.disk.reading import IntegrityError, Moment, read_object, regular, typed
from core.errors import BadSchemaError

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 2
ABOUT = "dataset.json"
_ROW_GROUP = 2**20
_Size = Annotated[int, Field(ge=1, le=2**31)]
_SizeOrNone = Annotated[int, Field(ge=0, le=2**31)]
_TEXTS = ("licence", "citation", "source", "url")


def write_folder(folder: Path, ratings: Ratings, *, created_at: str = "") -> None:
    """Write a dataset into a folder that exists, each file down to the disk."""
    columns = {"user_index": ratings.user_index, "item_index": ratings.item_index, "rating": ratings.rating}
    if ratings.timestamp is not None:
        missing = ratings.timestamp == NO_TIME
        columns["timestamp"] = pa.array(ratings.timestamp, mask=missing) if missing.any() else ratings.timestamp
    _write(folder / "ratings.parquet", pa.table(columns))
    _write(folder / "users.parquet", pa.table({"user_id": pa.array(ratings.users.ids, pa.string())}))
    _write(folder / "items.parquet", _item_columns(ratings))
    about = {
        "schema_version": SCHEMA_VERSION,
        "name": ratings.name,
        "noun": ratings.noun,
        "users": len(ratings.users),
        "items": len(ratings.items),
        "ratings": len(ratings),
        "timestamps": ratings.timestamp is not None,
        "min_rating": ratings.min_rating,
        "max_rating": ratings.max_rating,
        "digest": ratings.digest,
        "created_at": created_at,
    }
    about |= {key: ratings.about[key] for key in _TEXTS if key in ratings.about}
    about |= {} if ratings.user_noun == USER else {"user_noun": ratings.user_noun}
    with (folder / ABOUT).open("wb") as file:
        file.write((json.dumps(about, indent=2) + "\n").encode())
        to_disk(file)


@dataclass(frozen=True)
class About:
    """What `dataset.json` says and the program relies on."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    noun: Annotated[str, Field(min_length=1, max_length=100)]
    users: _SizeOrNone
    items: _Size
    ratings: _SizeOrNone
    timestamps: bool
    min_rating: float
    max_rating: float
    digest: Annotated[str, Field(pattern="^[0-9a-f]{8,128}$")]
    created_at: Moment
    user_noun: Annotated[str, Field(min_length=1, max_length=100)] = field(default=USER, kw_only=True)

    def __post_init__(self) -> None:
        if self.min_rating > self.max_rating:
            raise ValueError(f"the scale is {self.min_rating:g} to {self.max_rating:g}")


def read_about(folder: Path) -> dict[str, Any]:
    """What `dataset.json` says; raises BadSchemaError where it is missing, damaged or of another version."""
    try:
        about = read_object(folder / ABOUT)
        if about.get("schema_version") == SCHEMA_VERSION:
            texts = {key: about[key] for key in _TEXTS if key in about}
            return about | vars(typed(About, about, ABOUT)) | typed(dict[str, str], texts, ABOUT)
    except (IntegrityError, OSError) as error:
        raise _unreadable(folder, error) from error
    raise BadSchemaError(
        f"dataset {folder.name!r:.60} has format {about.get('schema_version')!r:.20}, this version reads "
        f"{SCHEMA_VERSION}; import it again or update the program"
    )


def read_folder(folder: Path) -> Ratings:
    """Ratings from one dataset folder; raises BadSchemaError as `read_about` does."""
    about = read_about(folder)
    try:
        ratings = _read(folder / "ratings.parquet", about["ratings"])
        users = _read(folder / "users.parquet", about["users"])["user_id"]
        items = _read(folder / "items.parquet", about["items"])
        timestamp = _numbers(ratings["timestamp"], np.int64) if "timestamp" in ratings.column_names else None
        return Ratings(
            dataset_id=folder.name,
            name=about["name"],
            noun=about["noun"],
            users=Vocabulary(_ids(users)),
            items=Vocabulary(_ids(items["item_id"])),
            user_index=_rows(ratings["user_index"], len(users)),
            item_index=_rows(ratings["item_index"], len(items)),
            rating=_ratings(ratings["rating"], about),
            timestamp=timestamp,
            item_table=_item_table(items),
            min_rating=float(about["min_rating"]),
            max_rating=float(about["max_rating"]),
            about={key: about[key] for key in _TEXTS if key in about},
            user_noun=about["user_noun"],
        )
    except (IntegrityError, OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise _unreadable(folder, error) from error


def _numbers(column: pa.ChunkedArray, kind: type[np.generic]) -> np.ndarray:
    """A column of just this type; where a time is missing, NO_TIME stands."""
    numbers = np.asarray((column.fill_null(NO_TIME) if column.null_count else column).to_numpy())
    if numbers.dtype != kind:
        raise ValueError(f"a column is {column.type}, {np.dtype(kind)} was expected")
    return numbers


def _ratings(column: pa.ChunkedArray, about: dict[str, Any]) -> np.ndarray:
    """Ratings, checked: all of them numbers on the scale."""
    ratings = np.asarray(column.to_numpy())
    low, high = np.float32(about["min_rating"]), np.float32(about["max_rating"])
    if ratings.dtype != np.float32 or (len(ratings) and not low <= ratings.min() <= ratings.max() <= high):
        raise ValueError(f"ratings are {ratings.dtype} and not all within {low:g} to {high:g}")
    return ratings


def _rows(column: pa.ChunkedArray, size: int) -> np.ndarray:
    """Row numbers, checked: one outside the table would read somebody else's numbers without a word."""
    rows = column.to_numpy()
    if rows.dtype != np.int32 or (len(rows) and not 0 <= rows.min() <= rows.max() < size):
        raise ValueError(f"row numbers are {rows.dtype} and not all within 0 to {size - 1}")
    return rows


def _item_table(items: pa.Table) -> "pd.DataFrame":
    import pandas as pd

    if not _is_text(items["title"]):
        raise ValueError("an item has no title")
    column = items["genres"].cast(pa.list_(pa.string()))
    listed = column.to_pylist() if pc.sum(pc.list_value_length(column)).as_py() else [[]] * len(column)
    genres = pd.Series(listed, dtype=object)
    table = items.drop_columns(["item_id", "genres"]).to_pandas()
    if not np.issubdtype(table["year"].dtype, np.number):
        raise ValueError(f"years are {table['year'].dtype}, numbers were expected")
    table.insert(2, "genres", genres)
    return table


def _item_columns(ratings: Ratings) -> pa.Table:
    rest = {name: pa.array(column) for name, column in ratings.item_table.items() if name != "genres"}
    genres = pa.array(list(ratings.item_table["genres"]), pa.list_(pa.string()))
    table = pa.table({"item_id": pa.array(ratings.items.ids, pa.string()), **rest})
    return table.add_column(3, "genres", genres)


def _ids(column: pa.ChunkedArray) -> np.ndarray:
    """Ids, checked: text, none missing, each once."""
    if not _is_text(column) or pc.count_distinct(column).as_py() != len(column):
        raise ValueError("ids are missing, or one is there twice")
    return np.asarray(column.to_numpy(), dtype=object)


def _is_text(column: pa.ChunkedArray) -> bool:
    """Whether every row of a column has a text."""
    return (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)) and not column.null_count


def _read(path: Path, rows: int) -> pa.Table:
    """A table of so many rows, whose file claims no other number and no more memory than there is."""
    with regular(path), pq.ParquetFile(path, page_checksum_verification=True) as file:
        claimed, groups = file.metadata.num_rows, range(file.metadata.num_row_groups)
        unpacked = sum(file.metadata.row_group(group).total_byte_size for group in groups)
        if claimed != rows:
            raise ValueError(f"{path.name} has {claimed:,} rows, {ABOUT} says {rows:,}")
        if max(unpacked, claimed * file.metadata.num_columns) > psutil.virtual_memory().total:
            raise ValueError(f"{path.name} would unfold to {unpacked:,} bytes, more than this computer has memory")
        return file.read()


def _write(path: Path, table: pa.Table) -> None:
    with path.open("xb") as file:
        pq.write_table(table, file, compression="zstd", row_group_size=_ROW_GROUP, write_page_checksum=True)
        to_disk(file)


def _unreadable(folder: Path, error: Exception) -> BadSchemaError:
    return BadSchemaError(f"dataset {folder.name!r:.60} cannot be read ({error}); import it again")
