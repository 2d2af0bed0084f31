"""Models ranked by their errors on whatever splits each was trained on, freed of the splits' own luck."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Measured:
    """The error of one run."""

    model: Hashable  # what was trained: equal ones are one model on several splits
    split: Hashable  # which ratings it was tested on
    error: float  # in rating units


@dataclass(frozen=True)
class Standing:
    """A model on the leaderboard."""

    model: Hashable
    error: float  # what it would reach on the average of the splits, in rating units
    se: float | None  # its standard error; None where nothing says how far models and splits go their own ways
    splits: int  # on how many splits it was measured


def leaderboard(measured: Sequence[Measured]) -> list[Standing]:
    """The models, the best first.

    Errors are taken as the sum of what a model and what a split contributes, by least squares (two-way analysis of
    variance without interaction, Fisher 1925): a model that was tried on a lucky split alone is moved back by that
    luck, as the models show it that were tried on several. What is left over gives the standard errors; of a model on
    n splits it is about the residual deviation by the root of n.

    Models can be compared where a chain of splits leads from one to the other. Of several groups without such a chain
    only the largest is ranked; of two as large, that with the run that comes first.
    """
    chain = _largest_chain(measured)
    if not chain:
        return []
    models = list(dict.fromkeys(one.model for one in chain))
    splits = list(dict.fromkeys(one.split for one in chain))
    design = np.zeros((len(chain), len(models) + len(splits) - 1))
    for row, one in enumerate(chain):
        design[row, models.index(one.model)] = 1
        # The splits' contributions add up to zero, so that a model's own is its error on the average split.
        place = splits.index(one.split)
        design[row, len(models) :] += -1.0 if place == len(splits) - 1 else np.eye(len(splits) - 1)[place]
    errors = np.array([one.error for one in chain])
    solution, *_ = np.linalg.lstsq(design, errors, rcond=None)
    free = len(chain) - design.shape[1]
    deviation = np.sqrt(np.square(errors - design @ solution).sum() / free) if free > 0 else None
    variance = np.diag(np.linalg.pinv(design.T @ design))
    result = [
        Standing(
            model,
            float(solution[place]),
            None if deviation is None else float(deviation * np.sqrt(variance[place])),
            len({one.split for one in chain if one.model == model}),
        )
        for place, model in enumerate(models)
    ]
    return sorted(result, key=lambda standing: standing.error)


def _largest_chain(measured: Sequence[Measured]) -> list[Measured]:
    """The runs of the most models that splits connect."""
    open_models = dict.fromkeys(one.model for one in measured)
    best: set[Hashable] = set()
    while open_models:
        reached, splits = {next(iter(open_models))}, set[Hashable]()
        while True:
            further = {one.split for one in measured if one.model in reached} - splits
            if not further:
                break
            splits |= further
            reached |= {one.model for one in measured if one.split in splits}
        for model in reached:
            open_models.pop(model)
        best = max(best, reached, key=len)
    return [one for one in measured if one.model in best]
