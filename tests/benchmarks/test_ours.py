"""The guesses of every family that makes some come back from its Parquet export."""

import numpy as np
import pytest

from benchmarks.ours import from_export
from core.data.ratings import Ratings
from core.model.families import FAMILIES
from tests.conftest import run_on


@pytest.mark.parametrize("model", [name for name, family in FAMILIES.items() if family.guesses_ratings])
def test_an_export_alone_gives_the_same_guesses(model: str, small: Ratings):
    run, rows = run_on(small, model=model), np.arange(1, len(small), 2)
    guess = run.scorer.predict(small.user_index[rows], small.item_index[rows])
    np.testing.assert_allclose(from_export(run, small, rows), guess, atol=1e-5)
