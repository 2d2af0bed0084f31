"""How sure a model is of its vectors, along any directions: for models that know it (`Scorer.has_uncertainty`)."""

import numpy as np

from core.model.scoring import Scorer

INSIDE = 2 / 3  # share of the posterior that lies inside the ellipse that is drawn: two times in three


def vector_variance(scorer: Scorer, *, users: bool = False) -> np.ndarray | None:
    """Posterior variance of each number of the items' vectors, or the users', (n_rows, d), squared embedding units.

    The numbers are independent in the posterior. None where the model does not know how sure it is.
    """
    if not scorer.has_uncertainty:
        return None
    return scorer.arrays["user_variance" if users else "item_variance"][:, 1:]


def std_along(variance: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Standard deviations of w · v for independent numbers v: the root of Σ w² s. `variance`: of each number, (n_rows,
    d); `directions`: the vectors w, one a row, (k, d). Returns float32, (n_rows, k), in the units of w · v."""
    return np.sqrt(variance @ np.square(directions).T).astype(np.float32)


def covariances(variance: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Covariances of W v for independent numbers v: W diag(s) W', exactly, float64, (n_rows, k, k).

    Args:
        variance: Of each number, (n_rows, d).
        directions: W, one direction a row, (k, d); they need be neither of length one nor at right angles.
    """
    pairs = directions[:, None, :] * directions[None, :, :]
    k, dim = directions.shape
    return (np.asarray(variance, np.float64) @ pairs.reshape(k * k, dim).T).reshape(-1, k, k)


def ellipse(center: np.ndarray, covariance: np.ndarray, *, n: int = 40) -> np.ndarray:
    """The outline inside which a normal variable in the plane lies with probability INSIDE, (n, 2).

    Its squared Mahalanobis distance from the center is chi-square with two degrees of freedom, so the outline is at
    -2 log(1 - INSIDE).
    """
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    values, axes = np.linalg.eigh(covariance)
    radius = np.sqrt(-2 * np.log(1 - INSIDE) * np.maximum(values, 0))
    circle: np.ndarray = np.column_stack([np.cos(angle), np.sin(angle)])
    return np.asarray(center, np.float64) + (circle * radius) @ axes.T
