"""What guesses about items without a training rating are worth."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.new_item.placing import unseen
from core.data.splits import Split
from tests.conftest import run_on


def test_only_ratings_of_items_that_training_has_not_seen_count(small):
    parts = Split(np.arange(8), np.arange(8, 12), unseen_items=0, unseen_users=3)
    scorer, rows = run_on(small).scorer, [8, 11]
    assert unseen(scorer, small, parts) is None, "items 0 to 3 are all among the first eight ratings"
    items = small.item_index.copy()
    items[rows] = 4
    found = unseen(scorer, replace(small, item_index=items), parts)
    guess = np.clip(scorer.predict(small.user_index[rows], items[rows]), 0.5, 5)
    mean = small.rating[:8].mean()  # all that averages know: neither of the two people is in the training part
    assert (found.items, found.ratings) == (1, 2)
    for told, by in ((found.model_rmse, guess), (found.averages_rmse, mean)):
        assert told == pytest.approx(np.sqrt(np.mean((by - small.rating[rows]) ** 2)))
