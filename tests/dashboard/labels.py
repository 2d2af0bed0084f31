"""What items are called on the pages, for tests that compare the two."""

import pandas as pd

from core.data.ratings import Ratings
from dashboard.shared.matrix_rows import item_labels


def labels_of(ratings: Ratings) -> pd.Series:
    """The titles on the screen, in the order of the items."""
    return pd.Series(item_labels(ratings), dtype=str)
