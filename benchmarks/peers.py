"""Other programs on the same rows; each is None where it is not installed."""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.ratings import Ratings
from core.data.splits import Split
from core.training.baselines import rmse

FACTORS = 64


@dataclass(frozen=True)
class Timed:
    """Seconds of fitting alone, and validation RMSE of clipped predictions."""

    name: str
    seconds: float
    val_rmse: float


def surprise_svd(ratings: Ratings, parts: Split) -> Timed | None:
    """Surprise's SVD with its defaults (20 epochs), biases included."""
    try:
        import surprise
    except ImportError:
        return None
    train, validation = parts.train, parts.validation
    columns = {"user": ratings.user_index[train], "item": ratings.item_index[train], "rating": ratings.rating[train]}
    reader = surprise.Reader(rating_scale=(ratings.min_rating, ratings.max_rating))
    data = surprise.Dataset.load_from_df(pd.DataFrame(columns), reader).build_full_trainset()
    model = surprise.SVD(n_factors=FACTORS, random_state=0)
    began = time.perf_counter()
    model.fit(data)
    seconds = time.perf_counter() - began
    pairs = zip(ratings.user_index[validation].tolist(), ratings.item_index[validation].tolist(), strict=True)
    predicted = np.array([model.predict(user, item).est for user, item in pairs])
    return Timed(f"Surprise {surprise.__version__} SVD", seconds, rmse(predicted, ratings.rating[validation]))


def cornac_mf(ratings: Ratings, parts: Split) -> Timed | None:
    """Cornac's MF with biases: 50 iterations, learning rate 0.01, penalty 0.1."""
    try:
        import cornac
    except ImportError:
        return None
    train, validation = parts.train, parts.validation
    columns = (ratings.user_index[train].tolist(), ratings.item_index[train].tolist(), ratings.rating[train].tolist())
    data = cornac.data.Dataset.from_uir(zip(*columns, strict=True), seed=0)
    model = cornac.models.MF(
        k=FACTORS, max_iter=50, learning_rate=0.01, lambda_reg=0.1, use_bias=True, num_threads=1, seed=0
    )
    began = time.perf_counter()
    model.fit(data)
    seconds = time.perf_counter() - began
    predicted = _cornac_predictions(model, data, ratings.user_index[validation], ratings.item_index[validation])
    clipped = np.clip(predicted, ratings.min_rating, ratings.max_rating)
    return Timed(f"Cornac {cornac.__version__} MF", seconds, rmse(clipped, ratings.rating[validation]))


def _cornac_predictions(model, data, user: np.ndarray, item: np.ndarray) -> np.ndarray:
    """Its formula over whole arrays; who or what it has not seen has neither bias nor factors."""
    rows = np.array([data.uid_map.get(index, -1) for index in user.tolist()])
    columns = np.array([data.iid_map.get(index, -1) for index in item.tolist()])
    known_user, known_item = rows >= 0, columns >= 0
    both = known_user & known_item
    predicted = model.global_mean + known_user * model.u_biases[rows] + known_item * model.i_biases[columns]
    return predicted + both * np.einsum("ij,ij->i", model.u_factors[rows], model.i_factors[columns])
