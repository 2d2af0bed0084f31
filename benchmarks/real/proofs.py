"""How many components are proven, on ratings of which it is known how many there are."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.real.sets import KINDS, simulated
from benchmarks.shuffled import noise_band
from benchmarks.stored import examined, stored
from core.analysis.components.proof import FEWEST_EPOCHS, FEWEST_PEOPLE, Proof, prove
from core.config import GradientConfig, RunConfig
from core.data.ratings import Ratings
from core.model.families import PRESETS
from core.training.trainer import fit
from core.training.twin import twin_config, without_taste

BUNDLED, TWIN = "bundled", "twin"
CELLS = (*KINDS, BUNDLED, TWIN)
SEEDS = 3
"""Seeds a split, for the bundled ratings and their twins: set 0 is split 0 and seed 0, set 3 is split 1 and seed 0."""
REPORTED, CHOSEN = 0, 100
"""First split seed and first set of those that are reported, and of those on which a rule may be chosen."""
KEPT = 24
"""Components whose numbers are kept."""


@dataclass(frozen=True)
class Answer:
    """What came of the trainings on one set.

    Attributes:
        z, score_z: Of the first components, on one split.
        pooled_z, pooled_score_z: On all splits together; empty where there is one.
        worth: What each component takes off the error, on one split, rating units.
        rmse: Error with all components on one split, rating units.
        epochs: Epochs behind the kept numbers; None for a model that is not stopped early.
        band: Components above the noise band of shuffled columns, on one split.
    """

    z: list[float]
    score_z: list[float]
    pooled_z: list[float]
    pooled_score_z: list[float]
    worth: list[float]
    rmse: float
    epochs: int | None
    band: int

    def proof(self, *, pooled: bool, by_score: bool) -> Proof:
        """The kept numbers as a proof, to count with its own rules."""
        z = np.array(self.pooled_z if pooled else self.z)
        score = np.array(self.pooled_score_z if pooled else self.score_z)
        rmse = self.rmse + np.append(np.cumsum(self.worth[::-1])[::-1], 0)
        counts = self.epochs is None or self.epochs >= FEWEST_EPOCHS
        people = FEWEST_PEOPLE  # the bundled data have more
        return Proof(z, z * 0, z, score, rmse, 0, 1, counts_score=by_score, counts_signal=counts, n_people=people)


def configured(preset: str, cell: str, number: int, ratings: Ratings) -> tuple[RunConfig, Ratings]:
    """Settings and ratings of one set."""
    first = CHOSEN if number >= CHOSEN else REPORTED
    if cell in KINDS:
        return PRESETS[preset].model_copy(update={"split_seed": first}), simulated(ratings, KINDS[cell], seed=number)
    place, seed = divmod(number - first, SEEDS)
    config = PRESETS[preset].model_copy(update={"split_seed": first + place, "seed": first + seed})
    if cell == BUNDLED:
        return config, ratings
    return twin_config(stored(config, ratings), seed=1 + seed), without_taste(ratings, seed=number)


def measure(preset: str, cell: str, number: int, ratings: Ratings, *, splits: int) -> Answer:
    """Train on one set, on one split or several, and test."""
    config, ratings = configured(preset, cell, number, ratings)
    first = CHOSEN if number >= CHOSEN else REPORTED
    seeds = [config.split_seed, *(range(first, first + splits) if splits > 1 else ())]
    train = fit if cell in KINDS else stored
    runs, parts = [], []
    for seed in dict.fromkeys(seeds):
        runs.append(train(config.model_copy(update={"split_seed": seed}), ratings))
        parts.append(examined(runs[-1], ratings).part)
    one = prove(parts[:1], by_score=False)
    several = prove(parts, by_score=False) if splits > 1 else replace(one, z=one.z[:0], score_z=one.z[:0])
    return Answer(
        z=one.z[:KEPT].tolist(),
        score_z=one.score_z[:KEPT].tolist(),
        pooled_z=several.z[:KEPT].tolist(),
        pooled_score_z=several.score_z[:KEPT].tolist(),
        worth=one.worth[:KEPT].tolist(),
        rmse=float(one.rmse[min(KEPT, len(one.z))]),
        epochs=runs[0].outcome.kept_epoch if isinstance(config, GradientConfig) else None,
        band=noise_band(runs[0].scorer.item_embedding).count,
    )


def kept(folder: Path, preset: str, cell: str, *, splits: int) -> list[Answer]:
    """All answers for a cell in the folder, those of sets for choosing too."""
    paths = sorted(folder.glob(f"{preset}-{cell}-[0-9]*-{splits}.json"))
    return [Answer(**json.loads(path.read_text())) for path in paths]


def answered(
    folder: Path, preset: str, cell: str, numbers: Sequence[int], ratings: Ratings, *, splits: int
) -> Iterator[Answer]:
    """The answers for some sets of a cell: those in the folder are taken from there, the others put into it."""
    for number in numbers:
        path = folder / f"{preset}-{cell}-{number}-{splits}.json"
        if not path.exists():
            found = measure(preset, cell, number, ratings, splits=splits)
            path.write_text(json.dumps(asdict(found)))
        yield Answer(**json.loads(path.read_text()))
