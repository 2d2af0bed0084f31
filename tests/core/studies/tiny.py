"""What tests of studies that train again share: ratings with a taste in them, and a model that learns them at once."""

import numpy as np
import pandas as pd

from core.config import RunConfig
from core.data.ratings import Ratings, Vocabulary
from core.model.families import run_config
from core.model.run import Run
from core.store.runs import RunStore

N_USERS, N_ITEMS, N_RATINGS = 60, 40, 1200
CONFIG: RunConfig = run_config(model="variational", embedding_dim=3, steps=30, raters=False, item_columns=False)
"""A training of a twentieth of a second, without TensorFlow."""


def planted(seed: int = 0) -> Ratings:
    """Ratings of averages, one strong taste and some noise."""
    rng = np.random.default_rng(seed)
    user, item = np.divmod(np.sort(rng.permutation(N_USERS * N_ITEMS)[:N_RATINGS]), N_ITEMS)
    taste = rng.normal(size=N_USERS)[user] * rng.normal(size=N_ITEMS)[item]
    score = 3 + 0.8 * taste + 0.4 * rng.normal(size=N_ITEMS)[item] + 0.3 * rng.normal(size=N_RATINGS)
    ids = [f"i{number}" for number in range(N_ITEMS)]
    return Ratings(
        dataset_id="planted",
        name="Planted",
        noun="book",
        users=Vocabulary(np.array([f"u{number}" for number in range(N_USERS)], object)),
        items=Vocabulary(np.array(ids, object)),
        user_index=user.astype(np.int32),
        item_index=item.astype(np.int32),
        rating=np.clip(np.round(2 * score) / 2, 0.5, 5).astype(np.float32),
        timestamp=np.arange(N_RATINGS, dtype=np.int64),
        item_table=pd.DataFrame({"title": ids, "year": np.nan, "genres": [[] for _ in ids]}),
        min_rating=0.5,
        max_rating=5.0,
    )


def trained(ratings: Ratings, config: RunConfig = CONFIG) -> Run:
    """A run in the store."""
    from core.training.trainer import fit

    run = fit(config, ratings)
    RunStore().publish(run)
    return run
