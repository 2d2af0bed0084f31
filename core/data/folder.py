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
from typing import Annotated, Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from core.data.item_table import StoredItems
from core.data.ratings import NO_TIME, USER, Ratings, Vocabulary
from core.disk.checksums import to_disk
from core.disk.reading import IntegrityError, Moment, read_object, regular, typed
from core.errors import BadSchemaError

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
        timestamp = _times(ratings["timestamp"]) if "timestamp" in ratings.column_names else None
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


def _times(column: pa.ChunkedArray) -> np.ndarray:
    """Timestamps; where one is missing, NO_TIME stands."""
    return _array(column.fill_null(NO_TIME) if column.null_count else column, np.int64)


def _array(column: pa.ChunkedArray, kind: type[np.generic]) -> np.ndarray:
    """A column of just this type without gaps, where it lies; Arrow's `to_numpy` would import pandas."""
    if column.type != pa.from_numpy_dtype(kind) or column.null_count:
        raise ValueError(f"a column is {column.type} with {column.null_count} gaps, {np.dtype(kind)} was expected")
    chunks = [chunk for chunk in column.chunks if len(chunk)]
    parts = [np.frombuffer(chunk.buffers()[1], kind)[chunk.offset :][: len(chunk)] for chunk in chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, kind), *parts])


def _ratings(column: pa.ChunkedArray, about: dict[str, Any]) -> np.ndarray:
    """Ratings, checked: all of them numbers on the scale."""
    ratings = _array(column, np.float32)
    low, high = np.float32(about["min_rating"]), np.float32(about["max_rating"])
    if len(ratings) and not low <= ratings.min() <= ratings.max() <= high:
        raise ValueError(f"ratings are not all within {low:g} to {high:g}")
    return ratings


def _rows(column: pa.ChunkedArray, size: int) -> np.ndarray:
    """Row numbers, checked: one outside the table would read somebody else's numbers without a word."""
    rows = _array(column, np.int32)
    if len(rows) and not 0 <= rows.min() <= rows.max() < size:
        raise ValueError(f"row numbers are not all within 0 to {size - 1}")
    return rows


def _item_table(items: pa.Table) -> StoredItems:
    """The table, checked: each item has a title, and years are numbers."""
    if not _is_text(items["title"]):
        raise ValueError("an item has no title")
    years = items["year"].type
    if not (pa.types.is_integer(years) or pa.types.is_floating(years)):
        raise ValueError(f"years are {years}, numbers were expected")
    genres = items["genres"].type
    if not (pa.types.is_list(genres) and pa.types.is_string(genres.value_type)):
        raise ValueError(f"genres are {genres}, lists of texts were expected")
    stored = StoredItems(items)
    stored.genres  # noqa: B018 - read now, where a damaged file is told
    return stored


def _item_columns(ratings: Ratings) -> pa.Table:
    if isinstance(stored := vars(ratings)["_items"], StoredItems):
        return stored.columns
    rest = {name: pa.array(column) for name, column in ratings.item_table.items() if name != "genres"}
    genres = pa.array(list(ratings.item_table["genres"]), pa.list_(pa.string()))
    table = pa.table({"item_id": pa.array(ratings.items.ids, pa.string()), **rest})
    return table.add_column(3, "genres", genres)


def _ids(column: pa.ChunkedArray) -> np.ndarray:
    """Ids, checked: text, none missing, each once."""
    ids = np.array(column.to_pylist(), dtype=object)
    if not _is_text(column) or len(set(ids)) != len(ids):
        raise ValueError("ids are missing, or one is there twice")
    return ids


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
