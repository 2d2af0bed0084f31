"""The test of a run's components on its own validation ratings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.components.counterparts import counterparts
from core.analysis.components.hints import Standing
from core.analysis.components.pca import Pca
from core.analysis.components.predictions import predicted_components
from core.analysis.components.proof import HeldOut, Proof, held_out, prove
from core.analysis.components.truncation import sample
from core.analysis.gauge import CenteredModel, centered_on
from core.config import GradientConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import AnalysisError
from core.model.run import Run
from core.model.scoring import Bilinear


@dataclass(frozen=True, eq=False)
class Examined:
    """The components of what a run predicts, and how they stand the test of its validation ratings.

    Attributes:
        model: The run's model in centered form.
        result: Its components.
        part: What each of them changed in the guesses; None where that was let go, which is large.
        proof: What follows from that.
        epochs: Epochs of training behind it; None for a model that is not stopped early.
    """

    model: CenteredModel
    result: Pca
    part: HeldOut | None
    proof: Proof
    epochs: int | None = None


def examine(run: Run, ratings: Ratings) -> Examined | None:
    """Test a run's components on its validation ratings, or on a sample of very many.

    A model that averages over all that fit the ratings has components larger than what is best for prediction one at a
    time, so that there the score counts and not the gain.

    Returns:
        None where there is nothing to test: the score is no sum with a product of vectors in it, it is not known which
        ratings the model learned from, or it predicts the same taste for everybody.
    """
    scorer = run.scorer
    if not isinstance(scorer, Bilinear) or not scorer.has_vectors or run.origin.kind != "trained":
        return None
    parts = split(ratings, run.config.split)
    model = centered_on(scorer, ratings, parts)
    try:
        result = predicted_components(model)
    except AnalysisError:  # everybody is the same, or all items are
        return None
    rows = sample(parts.validation)
    part = held_out(model, result, ratings.user_index[rows], ratings.item_index[rows], ratings.rating[rows])
    epochs = run.outcome.kept_epoch if isinstance(run.config, GradientConfig) else None
    return Examined(model, result, part, prove([part], by_score=scorer.has_uncertainty, epochs=epochs), epochs)


def pooled(outcomes: Sequence[Examined]) -> Proof:
    """The proof from tests of runs that differ in their split alone, each with its part.

    Raises:
        AnalysisError: There are none.
    """
    epochs = [outcome.epochs for outcome in outcomes if outcome.epochs is not None]
    parts = [outcome.part for outcome in outcomes if outcome.part is not None]
    by_score = any(outcome.proof.counts_score for outcome in outcomes)
    return prove(parts, by_score=by_score, epochs=min(epochs, default=None))


def standings(outcome: Examined | None, scores: np.ndarray) -> list[Standing]:
    """What held-out ratings say of directions of the item matrix, by the components that they follow.

    Args:
        outcome: The test of the run; without one they say nothing.
        scores: Place of each item along each direction, (n_items, n_directions).
    """
    if outcome is None:
        return [Standing(tested=False)] * scores.shape[1]
    numbers = counterparts(scores, outcome.result.scores, outcome.model.item_weight)
    return [Standing(0 <= number < outcome.proof.signal, number == 0) for number in numbers.tolist()]
