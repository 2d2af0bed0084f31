"""What training leaves behind: the weights, how it went, and the formula that predicts from them."""

from dataclasses import dataclass

import numpy as np

from core.config import RunConfig


@dataclass(frozen=True)
class Started:
    """Known before the first step: sizes and reference lines (validation RMSE)."""

    epochs: int
    n_train: int
    n_validation: int
    unseen_items: int
    unseen_users: int
    mean_rmse: float
    averages_rmse: float


@dataclass(frozen=True)
class Step:
    """Within an epoch: `at` epochs done so far (2.25 is a quarter into the third), and the loss since the last Step."""

    at: float
    loss: float


@dataclass(frozen=True)
class Epoch:
    """After an epoch.

    `loss` is what training minimized, averaged over the epoch (dropout and
    penalty included); everything else is measured after the epoch without
    dropout. `val_loss` is the mean squared error; RMSE and MAE are of
    predictions clipped to the rating range, in rating units. With more than a
    million training ratings, theirs are measured on every second, third … one.
    """

    epoch: int
    seconds: float
    loss: float
    rmse: float
    mae: float
    val_loss: float
    val_rmse: float
    val_mae: float


Event = Started | Step | Epoch
"""What a training run reports while it goes on."""


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


@dataclass(frozen=True)
class DatasetRef:
    """Which data a run learned from."""

    dataset_id: str
    name: str
    noun: str
    digest: str
    users: int
    items: int
    ratings: int
    min_rating: float
    max_rating: float


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
