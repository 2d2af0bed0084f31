"""Which components of vectors stand above chance, where there are no ratings to prove them on.

Parallel analysis (Horn 1965, "A rationale and test for the number of factors in factor analysis", Psychometrika 30)
against random rotations: vectors with the same lengths whose directions mean nothing. It says that the rows differ more
along a component than rows without any structure would; not what the component is about, nor that it is of use.
"""

from dataclasses import dataclass

import numpy as np

from core.analysis.components.pca import pca
from core.errors import AnalysisError

MOST_ROWS = 2_000  # rows that are tested, drawn by chance from more

ROTATIONS = 10
CLEAR = 3.0
"""Standard deviations of what rotated rows have, above their mean, that a component has to exceed: about one in 200
does by chance."""

_SEED = 100
_FEWEST = 10


@dataclass(frozen=True)
class AboveChance:
    """How many components stand above chance, the largest first."""

    count: int  # how many do, before the first that does not
    # share of the variance that each tested one carries, fractions, (count + 1,) or, where all do, (count,)
    share: tuple[float, ...]
    level: tuple[float, ...]  # the share that a component has to exceed in its place, fractions, as many
    rows: int  # rows that were tested


def above_chance(vectors: np.ndarray, *, rows: int = MOST_ROWS) -> AboveChance:
    """Test the components of vectors around their mean, one after the other, until one is no larger than by chance.

    For each, what the larger ones say is taken out of every row; then each row is turned into a random direction of the
    space that is left, its length kept, and the largest component of such rows is compared, several times. No rotation
    or shift of all vectors changes that.

    Args:
        vectors: Float array, (n, d), finite; it may be mapped.
        rows: Most rows that are tested, drawn by chance.

    Raises AnalysisError: there are fewer than ten rows, or all are equal.
    """
    rng, n = np.random.default_rng(_SEED), len(vectors)
    if n < _FEWEST:
        raise AnalysisError(f"there are {n} rows; at least {_FEWEST} are needed to tell structure from chance")
    drawn = vectors if n <= rows else vectors[np.sort(rng.choice(n, rows, replace=False))]
    found = pca(drawn, centered=True)
    scores = np.square(found.scores)
    noise = [rng.standard_normal(drawn.shape, np.float32) for _ in range(ROTATIONS)]
    total, share, level = scores.sum(), [], []
    for component in range(scores.shape[1] - 1):  # the last has no direction left to differ in
        length = np.sqrt(scores[:, component:].sum(axis=1))
        share.append(float(scores[:, component].sum() / total))
        turned = [_largest(one[:, component:], length) for one in noise]
        level.append(float((np.mean(turned) + CLEAR * np.std(turned, ddof=1)) / total))
        if share[-1] <= level[-1]:
            break
    stands = sum(one > other for one, other in zip(share, level, strict=True))
    return AboveChance(stands, tuple(share), tuple(level), len(drawn))


def _largest(noise: np.ndarray, length: np.ndarray) -> float:
    """The largest sum of squares along any direction of rows of these lengths, in directions drawn by chance.

    The lengths are those around a mean of which each row is a part, and so are these again: without giving each row its
    part back, a few very long ones would always seem to differ less than they do.
    """
    whole = length * (len(length) / (len(length) - 1))
    turned = noise * (whole / np.linalg.norm(noise, axis=1)).astype(np.float32)[:, None]
    turned -= turned.mean(axis=0)
    return float(np.linalg.eigvalsh((turned.T @ turned).astype(np.float64))[-1])
