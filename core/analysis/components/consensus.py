"""Which components are mostly the boring part: how much people go with what is liked and with what is well known."""

from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import Pca
from core.analysis.components.proof import held_out
from core.analysis.gauge import CenteredModel
from core.data.ratings import Ratings
from core.data.splits import Split
from core.training.slopes import main_effects, slopes

LEAST_EXPLAINED = 0.15
"""Share of a component's scores from which on its items are said to follow consensus and popularity (a multiple
correlation of 0.39). Chosen on split seeds 100 to 102 of the bundled ratings, where components of predictions lie at
0.24 and more or at 0.12 and less, of `best` and of `best-ratings`."""

MOST_LEFT = 0.5
"""A component is mostly consensus and popularity where less than this share of its gain is left without them."""


@dataclass(frozen=True, eq=False)
class Consensus:
    """How much of each component is consensus and popularity, (n_components,) each.

    Attributes:
        explained: Share of the variance of the items' scores, over the training ratings, that how liked and how well
            known they are explains, fractions.
        gain: By how much a component lowers the squared error of held-out ratings, rating units².
        left: The same when what each person makes of the two is taken out of the ratings first.
    """

    explained: np.ndarray
    gain: np.ndarray
    left: np.ndarray

    @property
    def mostly(self) -> np.ndarray:
        """Whether a component is mostly this, boolean: its items follow the two, and without them half of its gain is
        gone. A component without any gain is nothing, and not this either."""
        return (self.explained >= LEAST_EXPLAINED) & (self.gain > 0) & (self.left < MOST_LEFT * self.gain)


def consensus(model: CenteredModel, result: Pca, ratings: Ratings, parts: Split, rows: np.ndarray) -> Consensus:
    """Hold components against averages with two slopes a person (`core.training.slopes`), fitted to the same ratings.

    Args:
        model: The model in centered form.
        result: Its components, scores of all items.
        ratings: The data.
        parts: The split that the model was trained on.
        rows: Held-out ratings to measure the gain on.

    Raises:
        AnalysisError: There are no held-out ratings.
    """
    boring = slopes(ratings, parts.train, main_effects(ratings, parts.train))
    users, items, rating = ratings.user_index[rows], ratings.item_index[rows], ratings.rating[rows]
    whole = held_out(model, result, users, items, rating)
    beyond = held_out(model, result, users, items, rating - boring.leaning(ratings, rows))
    return Consensus(
        explained=explained(result.scores, boring.places, model.item_weight),
        gain=whole.gain.mean(axis=0, dtype=np.float64),
        left=beyond.gain.mean(axis=0, dtype=np.float64),
    )


def explained(scores: np.ndarray, columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """R² of the weighted least-squares fit of each component's scores by some columns, fractions, (n_components,).

    Args:
        scores: Of items along components, (n_items, n_components).
        columns: What may explain them, (n_items, n_columns).
        weight: Of each item, (n_items,), which sum to 1.
    """
    root = np.sqrt(weight)[:, None]
    known, target = ((matrix - weight @ matrix) * root for matrix in (columns, np.asarray(scores, np.float64)))
    fit, *_ = np.linalg.lstsq(known, target, rcond=None)
    total = np.square(target).sum(axis=0)
    rest = np.square(target - known @ fit).sum(axis=0)
    return 1 - np.divide(rest, total, out=np.ones_like(total), where=total > 0)
