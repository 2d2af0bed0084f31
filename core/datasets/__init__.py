"""Datasets as folders: `dataset.json`, `ratings.parquet`, `items.parquet`.

One folder is bundled; others live in the home, under `datasets/`.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from core.errors import BadSchemaError, UnknownDatasetError
from core.home import home
from core.ratings import Ratings, Vocabulary

BUNDLED = "ml-latest-small"
SCHEMA_VERSION = 1


def dataset_ids() -> list[str]:
    """Ids of all datasets, the bundled one first."""
    own = sorted(path.parent.name for path in (home() / "datasets").glob("*/dataset.json"))
    return [BUNDLED, *(name for name in own if name != BUNDLED)]


def load(dataset_id: str = BUNDLED) -> Ratings:
    """The dataset with this id.

    Raises:
        UnknownDatasetError: There is none.
        BadSchemaError: Its folder was written by a newer version or is damaged.
    """
    known = dataset_ids()
    if dataset_id not in known:
        raise UnknownDatasetError(f"there is no dataset {dataset_id!r:.60}; there are: {', '.join(known)}")
    parent = Path(__file__).parent if dataset_id == BUNDLED else home() / "datasets"
    return read_folder(parent / dataset_id)


def read_folder(folder: Path) -> Ratings:
    """Ratings from one dataset folder; raises BadSchemaError as `load` does."""
    try:
        about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        if about["schema_version"] != SCHEMA_VERSION:
            raise BadSchemaError(
                f"dataset {folder.name!r:.60} has format {about['schema_version']!r:.20}, this version reads {SCHEMA_VERSION}; "
                "import it again or update the program"
            )
        columns = pq.read_table(folder / "ratings.parquet")
        items = pq.read_table(folder / "items.parquet").to_pandas()
    except (OSError, ValueError, KeyError) as error:
        raise BadSchemaError(f"dataset {folder.name!r:.60} cannot be read ({error}); import it again") from error
    return _assemble(folder.name, about, columns.to_pydict() | {"items": items})


def _assemble(dataset_id: str, about: dict, data: dict) -> Ratings:
    items = Vocabulary(data["items"]["item_id"].to_numpy(object))
    users = Vocabulary(np.array(list(dict.fromkeys(data["user_id"])), dtype=object))
    rating = np.asarray(data["rating"], np.float32)
    return Ratings(
        dataset_id=dataset_id,
        name=about["name"],
        noun=about["noun"],
        users=users,
        items=items,
        user_index=users.indices(data["user_id"]),
        item_index=items.indices(data["item_id"]),
        rating=rating,
        timestamp=np.asarray(data["timestamp"], np.int64) if "timestamp" in data else None,
        item_table=_item_table(data["items"]),
        min_rating=float(about.get("min_rating", rating.min())),
        max_rating=float(about.get("max_rating", rating.max())),
        about={key: about[key] for key in ("licence", "citation", "source", "url") if key in about},
    )


def _item_table(items: pd.DataFrame) -> pd.DataFrame:
    year = items["title"].str.extract(r"\((\d{4})[^()]*\)\s*$", expand=False).astype(float)
    table = items.drop(columns="item_id").assign(genres=[list(genres) for genres in items["genres"]])
    if "year" not in table:
        table.insert(1, "year", year)
    return table
