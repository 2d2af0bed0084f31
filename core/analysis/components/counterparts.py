"""Which component of the predictions another direction follows, to say of it what was tested of the component."""

import numpy as np

from core.errors import AnalysisError

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
    r = absolute_correlations(scores, predicted, weight)
    best = r.argmax(axis=1)
    return np.where(r[np.arange(len(best)), best] >= ALIKE, best, -1)


def absolute_correlations(first: np.ndarray, second: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """|Pearson r| of every column with every column, 0–1, (columns of first, columns of second).

    A column that is the same for all items correlates with nothing: 0. Items count by their weight, (n_items,), all
    alike without one. Raises AnalysisError where the two have different numbers of rows.
    """
    if len(first) != len(second):
        raise AnalysisError(f"{len(first):,} and {len(second):,} rows; the same items are needed in the same order")
    shares = np.full(len(first), 1 / len(first)) if weight is None else weight
    return np.clip(np.abs(_standardized(first, shares).T @ _standardized(second, shares)), 0, 1)


def _standardized(columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Columns whose products are weighted correlations; zeros where a column is constant."""
    columns, root = np.asarray(columns, np.float64), np.sqrt(weight)[:, None]
    centered = (columns - weight @ columns) * root
    length = np.linalg.norm(centered, axis=0)
    varies = length > 1e-12 * np.linalg.norm(columns * root, axis=0)  # the rest is rounding
    return np.divide(centered, length, out=np.zeros_like(centered), where=varies)
