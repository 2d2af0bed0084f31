"""What training leaves behind: the weights, how it went, and the formula that predicts from them."""

from dataclasses import dataclass

import numpy as np

from core.config import RunConfig
from core.data.ratings import DatasetRef
from core.model.events import Epoch, Started, Step


@dataclass(frozen=True, eq=False)
class Weights:
    """The learned numbers, float32.

    Attributes:
        user_embedding: (n_users, embedding_dim).
        item_embedding: (n_items, embedding_dim).
        user_bias, item_bias: (n_users,), (n_items,); None where the model has none.
    """

    user_embedding: np.ndarray
    item_embedding: np.ndarray
    user_bias: np.ndarray | None = None
    item_bias: np.ndarray | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        epochs: Epochs trained.
        kept_epoch: The epoch whose weights the run keeps, from 1.
        stopped_early: Whether patience ran out before the last epoch.
        val_rmse, val_mae: Of the kept weights, clipped, in rating units.
        best_val_rmse: The lowest of any epoch.
        train_seconds: From data in memory to the last weight, compiling included.
    """

    epochs: int
    kept_epoch: int
    stopped_early: bool
    val_rmse: float
    val_mae: float
    best_val_rmse: float
    train_seconds: float


@dataclass(frozen=True, eq=False)
class Run:
    """A trained model with everything needed to look inside it."""

    run_id: str
    config: RunConfig
    dataset: DatasetRef
    started: Started
    history: tuple[Epoch, ...]
    steps: tuple[Step, ...]
    outcome: Outcome
    weights: Weights
    created_at: str = ""
    versions: tuple[tuple[str, str], ...] = ()

    def predict(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Predicted ratings, float32, not clipped; index arrays of one shape."""
        return predict(self.weights, user_index, item_index, self.dataset.min_rating, self.dataset.max_rating)


def predict(
    weights: Weights, user_index: np.ndarray, item_index: np.ndarray, min_rating: float, max_rating: float
) -> np.ndarray:
    """The models' formula in NumPy.

    Without biases u·v; with them sigmoid(u·v + b_u + b_v) scaled to the rating range.
    """
    score = np.einsum("ij,ij->i", weights.user_embedding[user_index], weights.item_embedding[item_index])
    if weights.user_bias is None or weights.item_bias is None:
        return score
    score = score + weights.user_bias[user_index] + weights.item_bias[item_index]
    share = 1 / (1 + np.exp(-score))
    return (share * (max_rating - min_rating) + min_rating).astype(np.float32)
