"""Parallel analysis (Horn 1965), which earlier versions took for a test; `benchmarks.real` shows what it is worth."""

from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import pca

DRAWS, QUANTILE = 20, 0.95
"""Random matrices, and which quantile of them makes the band."""


@dataclass(frozen=True, eq=False)
class Noise:
    """The noise band, component by component in the order of `Pca.variance_ratio`.

    Attributes:
        ratio: Share of the total the component carries, fractions, (n_components,).
        band: Share it would carry at most without any structure, fractions, (n_components,).
        above: Whether it carries more than that, and so does every component with a wider spread, boolean.
    """

    ratio: np.ndarray
    band: np.ndarray
    above: np.ndarray

    @property
    def count(self) -> int:
        """Components above the band."""
        return int(self.above.sum())


def noise_band(embeddings: np.ndarray) -> Noise:
    """Parallel analysis (Horn 1965): what uncentered PCA finds when the columns know nothing of each other.

    Every column is shuffled by itself, which keeps its values and takes away what it shares with the others. The
    spreads found then, largest first, are what the spreads of the real components are compared with.

    Shuffling keeps the column means, and an uncentered component also carries how far the middle of all items lies
    along it. That part is the same for every item, so it is added to the band: a component stands above only where
    items differ along it by more than chance. (Where the middle lies about as far out as a factor reaches, uncentered
    components mix the two, and both stand above.)

    About 0.1 s a draw for 87,585 rows of 64. `embeddings`: the rows that take part, float array, (n_items,
    embedding_dim). Raises AnalysisError as `pca` does.
    """
    fitted = pca(embeddings)
    matrix = np.asarray(embeddings, np.float64)
    middle = matrix.mean(axis=0)
    offset = np.square(fitted.components @ middle)  # (n_components,)
    spread = fitted.scores.var(axis=0)
    total = np.square(matrix).sum(axis=1).mean()

    chance = _chance_spreads(matrix - middle, len(spread))
    order = np.argsort(-spread, kind="stable")
    allowed = np.empty_like(spread)
    allowed[order] = chance
    above = np.zeros(len(spread), bool)
    above[order] = np.logical_and.accumulate(spread[order] > chance)
    return Noise(fitted.variance_ratio, (offset + allowed) / total, above)


def _chance_spreads(centered: np.ndarray, kept: int) -> np.ndarray:
    """Spreads along the components of shuffled matrices, largest first, (kept,)."""
    rng = np.random.default_rng(0)
    shuffled = np.ascontiguousarray(centered.T)  # numbers that lie together shuffle several times as fast
    spreads = np.empty((DRAWS, kept))
    for draw in spreads:
        rng.permuted(shuffled, axis=1, out=shuffled)
        draw[:] = np.linalg.eigvalsh(shuffled @ shuffled.T)[::-1][:kept] / len(centered)
    return np.quantile(np.maximum(spreads, 0), QUANTILE, axis=0)
