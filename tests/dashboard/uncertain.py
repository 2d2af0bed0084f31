"""A small model with uncertainty, trained on planted ratings of movies with genres and years."""

from dataclasses import replace
from functools import cache

import numpy as np

from benchmarks.calibration import planted
from core.data.folder import write_folder
from core.data.ratings import Ratings
from core.disk.home import home
from core.model.families import run_config
from core.model.run import Run
from core.store.runs import RunStore
from core.training.trainer import fit

GENRES = ("Drama", "Horror", "War")


def publish_uncertain() -> tuple[Run, Ratings]:
    """The run and its data, where the program looks for them."""
    run, ratings = _trained()
    folder = home() / "datasets" / ratings.dataset_id
    folder.mkdir(parents=True)
    write_folder(folder, ratings)
    RunStore().publish(run)
    return run, ratings


@cache
def _trained() -> tuple[Run, Ratings]:
    ratings = planted(n_users=60, n_items=40, n_ratings=1600, seed=0, step=0.5)
    genres = [[GENRES[number % 3]] for number in range(40)]
    table = ratings.item_table.assign(genres=genres, year=1950.0 + 2 * np.arange(40))
    ratings = replace(ratings, item_table=table)
    return fit(run_config(model="variational", embedding_dim=4), ratings), ratings
