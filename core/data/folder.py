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
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.data.ratings import NO_TIME, Ratings, Vocabulary
from core.disk.checksums import to_disk
from core.errors import BadSchemaError

SCHEMA_VERSION = 2
ABOUT = "dataset.json"
_ROW_GROUP = 2**20
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
    with (folder / ABOUT).open("wb") as file:
        file.write((json.dumps(about, indent=2) + "\n").encode())
        to_disk(file)


def read_about(folder: Path) -> dict[str, Any]:
    """What `dataset.json` says.

    Raises:
        BadSchemaError: It is missing, damaged or of another version.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        version = about["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unreadable(folder, error) from error
    if version != SCHEMA_VERSION:
        raise BadSchemaError(
            f"dataset {folder.name!r:.60} has format {version!r:.20}, this version reads {SCHEMA_VERSION}; "
            "import it again or update the program"
        )
    return dict(about)


def read_folder(folder: Path) -> Ratings:
    """Ratings from one dataset folder; raises BadSchemaError as `read_about` does."""
    about = read_about(folder)
    try:
        ratings = _read(folder / "ratings.parquet")
        users = _read(folder / "users.parquet")["user_id"]
        items = _read(folder / "items.parquet")
        return Ratings(
            dataset_id=folder.name,
            name=about["name"],
            noun=about["noun"],
            users=Vocabulary(_objects(users)),
            items=Vocabulary(_objects(items["item_id"])),
            user_index=_rows(ratings["user_index"], len(users)),
            item_index=_rows(ratings["item_index"], len(items)),
            rating=ratings["rating"].to_numpy(),
            timestamp=_times(ratings["timestamp"]) if "timestamp" in ratings.column_names else None,
            item_table=_item_table(items),
            min_rating=float(about["min_rating"]),
            max_rating=float(about["max_rating"]),
            about={key: about[key] for key in _TEXTS if key in about},
        )
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise _unreadable(folder, error) from error


def _times(column: pa.ChunkedArray) -> np.ndarray:
    """Epoch seconds, NO_TIME where there are none."""
    return np.asarray((column.fill_null(NO_TIME) if column.null_count else column).to_numpy())


def _rows(column: pa.ChunkedArray, size: int) -> np.ndarray:
    """Row numbers, checked: one outside the table would read somebody else's numbers without a word."""
    rows = column.to_numpy()
    if rows.dtype != np.int32 or (len(rows) and not 0 <= rows.min() <= rows.max() < size):
        raise ValueError(f"row numbers are {rows.dtype} and not all within 0 to {size - 1}")
    return rows


def _item_table(items: pa.Table) -> pd.DataFrame:
    genres = pd.Series(items["genres"].to_pylist(), dtype=object)
    table = items.drop_columns(["item_id", "genres"]).to_pandas()
    table.insert(2, "genres", genres)
    return table


def _item_columns(ratings: Ratings) -> pa.Table:
    rest = {name: pa.array(column) for name, column in ratings.item_table.items() if name != "genres"}
    genres = pa.array(list(ratings.item_table["genres"]), pa.list_(pa.string()))
    table = pa.table({"item_id": pa.array(ratings.items.ids, pa.string()), **rest})
    return table.add_column(3, "genres", genres)


def _objects(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(), dtype=object)


def _read(path: Path) -> pa.Table:
    return pq.read_table(path, page_checksum_verification=True)


def _write(path: Path, table: pa.Table) -> None:
    with path.open("xb") as file:
        pq.write_table(table, file, compression="zstd", row_group_size=_ROW_GROUP, write_page_checksum=True)
        to_disk(file)


def _unreadable(folder: Path, error: Exception) -> BadSchemaError:
    return BadSchemaError(f"dataset {folder.name!r:.60} cannot be read ({error}); import it again")
