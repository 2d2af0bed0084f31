"""A study of twins made by hand, for pages that show one."""

import numpy as np

from core.data.ratings import Ratings
from core.model.run import Run
from core.store import study_store
from core.studies.twins import TwinSettings
from tests.conftest import scorer_on

TWO = TwinSettings(twins=2)


def keep_twins(run: Run, ratings: Ratings, seed: int = 9) -> None:
    """Put a study into the store whose shown twin has made-up numbers."""
    scorer = scorer_on(ratings, run.config, seed=seed)
    arrays = {"strength": np.zeros((2, run.config.dimensions))}
    arrays |= {f"twin_{name}": array for name, array in scorer.arrays.items()}
    facts = {"seeds": [1, 2], "val_rmse": [0.99, 1.0], "averages_rmse": [0.99, 1.0], "proven": [0, 0], "val_mae": 0.8}
    study_store.save(run.run_id, "twins", TWO, arrays, facts)
