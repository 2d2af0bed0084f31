"""Which component of the predictions another direction follows, to say of it what was tested of the component."""

import numpy as np

ALIKE = 0.9
"""|r| from which two components are taken for the same one."""


def counterparts(scores: np.ndarray, predicted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The component of the predictions that goes most closely together with each direction of the item matrix.

    Held-out ratings test components of what a model predicts. A direction of its item matrix, such as a component of
    PCA or somebody's own axis, is not among them: it inherits what is known of the one whose item scores it follows,
    by Pearson's correlation over the training ratings.

    Args:
        scores: Place of each item along each direction, (n_items, n_directions).
        predicted: `predicted_components(...).scores`, (n_items, n_components).
        weight: Share of the training ratings of each item, (n_items,).

    Returns:
        Numbers of components from 0, int64, (n_directions,); -1 where |r| is below ALIKE with all of them.
    """
    r = np.abs(_standard(scores, weight).T @ _standard(predicted, weight))
    best = r.argmax(axis=1)
    return np.where(r[np.arange(len(best)), best] >= ALIKE, best, -1)


def _standard(scores: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Columns whose product is the weighted correlation of scores; zeros for one whose scores are all alike."""
    scores = np.asarray(scores, np.float64)
    away = (scores - weight @ scores) * np.sqrt(weight)[:, None]
    length = np.linalg.norm(away, axis=0)
    spread = np.abs(scores).max(axis=0)
    return np.divide(away, length, out=np.zeros_like(away), where=length > 1e-12 * spread)
