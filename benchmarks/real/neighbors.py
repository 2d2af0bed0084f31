"""Neighbors that hold, on ratings with taste and without."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.real.proofs import BUNDLED, TWIN
from benchmarks.real.sets import KINDS, simulated
from benchmarks.stored import examined, stored
from core.analysis.neighbors.all_neighbors import nearest
from core.analysis.neighbors.support import support
from core.data.ratings import Ratings
from core.model.families import PRESETS
from core.training.trainer import fit
from core.training.twin import twin_config, without_taste

FEWEST, WELL_KNOWN = 21, 100
"""Ratings of an item that is listed, and of one whose neighbors are looked at."""
LISTED = 10
MEASURES = ("vectors", "predictions")


@dataclass(frozen=True, eq=False)
class Trainings:
    """One set of ratings, trained on several splits.

    Attributes:
        vectors, predictions: Matrices of the listed items, (n_items, d) each; the first training lists the neighbors.
        asked: Rows of the well-known ones among them.
    """

    vectors: Sequence[np.ndarray]
    predictions: Sequence[np.ndarray]
    asked: np.ndarray

    @cached_property
    def near(self) -> dict[str, np.ndarray]:
        """Neighbors of all listed items in the first training, by measure."""
        return {measure: nearest(getattr(self, measure)[0], LISTED) for measure in MEASURES}

    def support(self, measure: str, floor: float = 0.0) -> np.ndarray:
        """Support of all items' neighbors, (n_items, LISTED)."""
        base, *others = getattr(self, measure)
        return support(base, others, np.arange(len(base)), self.near[measure], floor=floor)


def trained(folder: Path, preset: str, cell: str, number: int, ratings: Ratings, *, first: int, n: int) -> Trainings:
    """Train one set on the splits first, first + 1, …; what is in the folder is taken from there.

    A twin is trained as long as the bundled ratings were on the first split.
    """
    shown = np.flatnonzero(ratings.item_count >= FEWEST)
    made, config, found = None, PRESETS[preset], []
    for place in range(n):
        path = folder / f"neighbors-{preset}-{cell}-{number}-{first + place}.npz"
        if not path.exists():
            if made is None:
                made = _made(cell, number, ratings)
                if cell == TWIN:
                    config = twin_config(
                        stored(config.model_copy(update={"split_seed": first}), ratings), seed=1 + number
                    )
            run = fit(config.model_copy(update={"split_seed": first + place, "seed": config.seed + place}), made)
            scores = examined(run, made).result.scores
            vectors = run.scorer.item_embedding[shown]
            np.savez(path, vectors=vectors, predictions=scores[shown].astype(np.float32))
        with np.load(path) as one:
            found.append({measure: one[measure] for measure in MEASURES})
    asked = np.flatnonzero(ratings.item_count[shown] >= WELL_KNOWN)
    return Trainings(**{measure: [one[measure] for one in found] for measure in MEASURES}, asked=asked)


def _made(cell: str, number: int, ratings: Ratings) -> Ratings:
    if cell == BUNDLED:
        return ratings
    return without_taste(ratings, seed=number) if cell == TWIN else simulated(ratings, KINDS[cell], seed=number)
