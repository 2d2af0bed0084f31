"""Two runs compared on the items that both have learned about, by every measure there is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.compare import measures
from core.analysis.compare.measures import Overlap
from core.analysis.components.pca import pca
from core.analysis.components.proof import sample
from core.analysis.neighbors.all_neighbors import Space, fitting_k
from core.data.nouns import count
from core.data.ratings import Ratings, Vocabulary
from core.data.splits import trained_rows
from core.errors import AnalysisError, LimitError
from core.model.run import Run
from core.model.scoring import require_vectors

FEWEST = 5  # items in common below which nothing is compared
FEW = 20  # items in common below which lists of neighbors are shorter than asked for, as `fitting_k` says

MOST_COMPARED = 100_000
"""Items that are compared; of more, so many are drawn by chance, for each is looked for among all others."""

MOST_AXES = 8  # principal components of the first that both can be drawn along


@dataclass(frozen=True, eq=False)
class Part:
    """What a comparison needs to know of one run's items."""

    ids: Vocabulary
    matrix: np.ndarray  # their embedding, (n_items, embedding_dim)
    # ratings of each in the whole dataset, (n_items,); infinite where nobody rates anything, so none is rare
    count: np.ndarray
    trained: np.ndarray  # whether training ever moved the row, boolean, (n_items,)


@dataclass(frozen=True, eq=False)
class Shared:
    """The items that a pair of runs is compared on, and what was left out."""

    # first, second: their rows in each run, int64, (n_shared,), in the order of the first
    first: np.ndarray
    second: np.ndarray
    in_both: int  # items that occur in both datasets
    untrained: int  # of those, without a training rating in at least one of the runs
    rare: int  # of the others, with fewer ratings than asked for in at least one dataset
    of: int = 0  # items that could be compared; more than there are rows where those were drawn by chance

    def __len__(self) -> int:
        return len(self.first)


def part(run: Run, ratings: Ratings) -> Part:
    """A run's items; `ratings` is the data it learned from. NotApplicableError where the model has no vectors."""
    return Part(
        ids=ratings.items,
        matrix=require_vectors(run.scorer).item_embedding,
        count=ratings.item_count if len(ratings) else np.full(len(ratings.items), np.inf),
        trained=run.scorer.learned_items(trained_rows(ratings, run.config.split)),
    )


def shared(first: Part, second: Part, *, min_ratings: int) -> Shared:
    """The items in both, matched by id, that both runs have learned about; of very many MOST_COMPARED."""
    ids = [item for item in first.ids.ids if item in second.ids]
    mine, theirs = (one.ids.indices(ids).astype(np.int64) for one in (first, second))
    trained = first.trained[mine] & second.trained[theirs]
    often = np.minimum(first.count[mine], second.count[theirs]) >= min_ratings
    kept = np.flatnonzero(trained & often)
    drawn = sample(kept, MOST_COMPARED)
    return Shared(
        first=mine[drawn],
        second=theirs[drawn],
        in_both=len(ids),
        untrained=int(np.count_nonzero(~trained)),
        rare=int(np.count_nonzero(trained & ~often)),
        of=len(kept),
    )


def check_enough(items: Shared, *, min_ratings: int) -> None:
    """Pass if there is something to compare. Raises LimitError: fewer than FEWEST items are left."""
    if len(items) < FEWEST:
        untrained = f", {items.untrained:,} of them without a training rating in one of the runs"
        rare = f", {items.rare:,} with fewer than {count(min_ratings, 'rating')}"
        raise LimitError(
            f"there are too few items to compare, {len(items):,} where {FEWEST} are needed: {items.in_both:,} occur in "
            f"both{untrained if items.untrained else ''}{rare if items.rare else ''}; "
            f"{'ask for fewer ratings, or ' if items.rare else ''}choose runs of data with more in common"
        )


@dataclass(frozen=True)
class Measured:
    """Each measure, and `by_chance` what it would be between runs that have nothing in common: the mean over random
    pairings of the items."""

    cka: float  # linear CKA, 0–1, 1 for the same but for rotation and size
    cka_by_chance: float
    distance: float  # Procrustes distance, 0–1, 0 for the same but for rotation, reflection, size and place
    distance_by_chance: float
    kept: float  # neighbors that an item keeps on average, 0 … k
    kept_by_chance: float
    overlap: float  # mean Jaccard overlap of the neighbor lists, 0–1
    overlap_by_chance: float
    # linear CKA when the strongest direction of either is left out, which the other two measures of whole spaces mostly
    # listen to; None where nothing is left, and in comparisons made before it was measured
    cka_rest: float | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two embeddings of the same items."""

    measured: Measured
    overlap: Overlap  # neighbors that each item keeps
    # how far each item is from its counterpart after alignment, float32, (n_items,), in the first's units
    moved: np.ndarray
    # places, aligned: where the first's items are along its own principal components (centered), and the second's,
    # aligned, along the very same ones; float32, (n_items, up to MOST_AXES), in the first's units
    places: np.ndarray
    aligned: np.ndarray
    variance_ratio: np.ndarray  # share of the first's variance along each, fractions

    @property
    def agreement(self) -> dict[str, float]:
        """How far each measure is on its way from chance to the same: 1 for the same, 0 and below for chance.

        By "kept", "cka", "distance", and "cka_rest" where there is one, which is held against the same chance as "cka".
        """
        found, chance = self.measured, self.measured.cka_by_chance
        ways = {
            "kept": _way(found.kept, found.kept_by_chance, self.overlap.k),
            "cka": _way(found.cka, chance, 1),
            "distance": _way(found.distance, found.distance_by_chance, 0),
        }
        return ways if found.cka_rest is None else ways | {"cka_rest": _way(found.cka_rest, chance, 1)}


def _way(value: float, chance: float, best: float) -> float:
    """How far a value is from chance towards its best; all of the way where the two are one."""
    return (value - chance) / (best - chance) if best != chance else 1.0


def compare(
    first: np.ndarray,
    second: np.ndarray,
    *,
    k: int = 10,
    metric: Space = "cosine",
    on_progress: Callable[[float], None] = lambda share: None,
) -> Comparison:
    """Compare two embeddings of the same items, row by row.

    Nearly all of the time goes into the neighbors: 0.2 s for 1,247 rows of 64, over a minute for 87,585.

    `k`: length of a list of neighbors, 1 … n_items - 1. Raises AnalysisError: the numbers of rows differ, a value is
    not finite, all rows of a matrix are equal, or k is out of range.
    """
    turned = measures.procrustes(first, second)
    axes = pca(first, n_components=min(MOST_AXES, *np.shape(first)), centered=True)
    overlap = measures.neighbor_overlap(first, second, k=k, metric=metric, on_progress=on_progress)
    return Comparison(
        measured=Measured(
            cka=measures.linear_cka(first, second),
            cka_by_chance=measures.cka_by_chance(first, second),
            distance=turned.distance,
            distance_by_chance=measures.procrustes_by_chance(first, second),
            kept=float(overlap.kept.mean()),
            kept_by_chance=k**2 / (len(first) - 1),
            overlap=overlap.mean,
            overlap_by_chance=measures.overlap_by_chance(len(first), k),
            cka_rest=measures.rest_cka(first, second),
        ),
        overlap=overlap,
        moved=turned.residual.astype(np.float32),
        places=np.asarray(axes.scores, np.float32),
        aligned=np.asarray(axes.project(turned.second), np.float32),
        variance_ratio=axes.variance_ratio,
    )


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison and the items it is about, in the order of `shared`."""

    shared: Shared
    comparison: Comparison


def compare_parts(
    first: Part,
    second: Part,
    *,
    min_ratings: int,
    k: int = 10,
    metric: Space = "cosine",
    on_progress: Callable[[float], None] = lambda share: None,
) -> Compared:
    """Compare two runs on the items that both have learned about.

    Args:
        first, second: Their items, as `part` gives them.
        k: Length of a list of neighbors; with fewer than FEW items they are shorter.

    Raises LimitError: too few items in common, more neighbors than others, or an embedding that says nothing.
    """
    items = shared(first, second, min_ratings=min_ratings)
    check_enough(items, min_ratings=min_ratings)
    k = fitting_k(len(items), k) if len(items) < FEW else k
    try:
        comparison = compare(
            first.matrix[items.first], second.matrix[items.second], k=k, metric=metric, on_progress=on_progress
        )
    except AnalysisError as error:
        raise LimitError(f"the runs cannot be compared: {error}") from error
    return Compared(items, comparison)
