"""What tests of studies that train again share: ratings with a taste in them, and a model that learns them at once."""

import numpy as np

from core.config import RunConfig
from core.data.ratings import Ratings
from core.model.families import run_config
from core.model.run import Run
from core.store.runs import RunStore
from tests.made_up import ids, made_up

N_USERS, N_ITEMS, N_RATINGS = 60, 40, 1200
CONFIG: RunConfig = run_config(model="variational", embedding_dim=3, steps=30, raters=False, item_columns=False)
"""A training of a twentieth of a second, without TensorFlow."""


def planted(seed: int = 0) -> Ratings:
    """Ratings of averages, one strong taste and some noise."""
    rng = np.random.default_rng(seed)
    user, item = np.divmod(np.sort(rng.permutation(N_USERS * N_ITEMS)[:N_RATINGS]), N_ITEMS)
    taste = rng.normal(size=N_USERS)[user] * rng.normal(size=N_ITEMS)[item]
    score = 3 + 0.8 * taste + 0.4 * rng.normal(size=N_ITEMS)[item] + 0.3 * rng.normal(size=N_RATINGS)
    stars, stamps = np.clip(np.round(2 * score) / 2, 0.5, 5), np.arange(N_RATINGS, dtype=np.int64)
    sides = {"users": ids("u", N_USERS), "items": ids("i", N_ITEMS)}
    return made_up(user, item, stars, **sides, ends=(0.5, 5.0), noun="book", timestamp=stamps)


def trained(ratings: Ratings, config: RunConfig = CONFIG) -> Run:
    """A run in the store."""
    from core.training.trainer import fit

    run = fit(config, ratings)
    RunStore().publish(run)
    return run
