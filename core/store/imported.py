"""Vectors from elsewhere become a run: a dataset of what is known of their rows, and the vectors beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.config import content_id
from core.data import catalog
from core.data.folder import write_folder
from core.data.ratings import DatasetRef, Ratings
from core.disk.files import new_folder
from core.disk.home import home
from core.model.families import OPENED
from core.model.run import UNMEASURED, UNSTARTED, Origin, Run
from core.store.runs import RunStore


@dataclass(frozen=True, eq=False)
class Imported:
    """What `core.data.vectors` makes of files, and a run is made of."""

    # The ids, the table, the name and the noun (`core.data.ratings.unrated`), or a dataset with ratings whose items,
    # and users, the vectors are of.
    rows: Ratings
    items: np.ndarray  # A vector for each item, float32, (n_items, d), finite
    users: np.ndarray | None  # The same for each user, (n_users, d); None without a second set
    provenance: Mapping[str, str]  # What is known of the making, as `Origin` holds it
    # One of each item and of each user, float32, (n_items,) and (n_users,), where the family has them.
    biases: tuple[np.ndarray, np.ndarray] | None = None
    model: str = "vectors"  # The family, one of `core.model.families.OPENED`

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The vectors by the names that a run gives them."""
        biases = {} if self.biases is None else dict(zip(("item_bias", "user_bias"), self.biases, strict=True))
        users = {} if self.users is None else {"user_embedding": self.users}
        return {"item_embedding": self.items} | users | biases

    @property
    def run_id(self) -> str:
        """That of the run: equal vectors of equal rows are one, whatever their name and their table."""
        ids = {"item": self.rows.items.ids} | ({} if self.users is None else {"user": self.rows.users.ids})
        guess = {} if self.model == "vectors" else {"model": [self.model]}
        return content_id(self.arrays, {kind: list(of_rows) for kind, of_rows in ids.items()} | guess)


def keep(vectors: Imported) -> Run:
    """Store the vectors as a run, and what is known of their rows as a dataset; the run. Raises as `keep_run`."""
    created_at = datetime.now(UTC).isoformat(timespec="seconds")
    dataset = _dataset(vectors.rows, created_at)
    return keep_run(run_of(vectors.run_id, vectors.arrays, dataset, vectors.provenance, created_at, vectors.model))


def keep_run(run: Run) -> Run:
    """Store a run of vectors from elsewhere; what is there now. Raises as `RunStore.publish` does.

    Where the vectors are there already, under another name or with another table, they have the new one from now on;
    the dataset of the earlier stays.
    """
    store = RunStore()
    there = store.get(run.run_id)
    if there is None:
        store.publish(run)
    elif there.dataset != run.dataset:
        store.republish(run)
    return store.load(run.run_id)


def run_of(
    run_id: str,
    arrays: Mapping[str, np.ndarray],
    dataset: DatasetRef,
    provenance: Mapping[str, str],
    created_at: str = "",
    model: str = "vectors",
) -> Run:
    """The run that vectors are, whose rows are those of a dataset."""
    settings: dict[str, Any] = {"embedding_dim": arrays["item_embedding"].shape[1]}
    if model == "vectors":
        settings["user_vectors"] = "user_embedding" in arrays or not dataset.users
    return Run(
        run_id=run_id,
        config=OPENED[model].config_type(**settings),
        dataset=dataset,
        started=UNSTARTED,
        history=(),
        steps=(),
        outcome=UNMEASURED,
        scorer=OPENED[model].make(arrays, min_rating=dataset.min_rating, max_rating=dataset.max_rating),
        origin=Origin("imported", dict(provenance)),
        created_at=created_at,
        versions=(("numpy", np.__version__),),
    )


def _dataset(rows: Ratings, created_at: str) -> DatasetRef:
    """The dataset of the rows, put into the home where it is not there."""
    if rows.dataset_id:
        return rows.reference
    with new_folder(home() / "datasets", "what is known of the vectors", mode=0o700) as folder:
        fresh = Path(folder) / "dataset"
        fresh.mkdir()
        write_folder(fresh, rows, created_at=created_at)
        about, _ = catalog.take_in(fresh)
    return replace(rows.reference, dataset_id=about.dataset_id, name=about.name)
