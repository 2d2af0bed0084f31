"""The test of a run's components on its own validation ratings, and what it says of directions that follow them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.components.hints import Standing
from core.analysis.components.pca import Pca
from core.analysis.components.predictions import predicted_components
from core.analysis.components.proof import HeldOut, Proof, held_out, prove, sample
from core.analysis.gauge import CenteredModel, centered_on
from core.config import GradientConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import AnalysisError
from core.model.run import Run
from core.model.scoring import Bilinear

ALIKE = 0.9  # |r| from which two components are taken for the same one


def counterparts(scores: np.ndarray, predicted: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The component of the predictions that goes most closely together with each direction of the item matrix.

    Held-out ratings test components of what a model predicts. A direction of its item matrix, such as a component of
    PCA or somebody's own axis, is not among them: it inherits what is known of the one whose item scores it follows,
    by Pearson's correlation over the training ratings.

    Args:
        scores: Place of each item along each direction, (n_items, n_directions).
        predicted: `predicted_components(...).scores`, (n_items, n_components).
        weight: Share of the training ratings of each item, (n_items,).

    Returns numbers of components from 0, int64, (n_directions,); -1 where |r| is below ALIKE with all of them.
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


@dataclass(frozen=True, eq=False)
class Examined:
    """The components of what a run predicts, and how they stand the test of its validation ratings."""

    model: CenteredModel  # the run's model in centered form
    result: Pca
    part: HeldOut | None  # what each of them changed in the guesses; None where that was let go, which is large
    proof: Proof  # what follows from that
    epochs: int | None = None  # epochs of training behind it; None for a model that is not stopped early


def examine(run: Run, ratings: Ratings) -> Examined | None:
    """Test a run's components on its validation ratings, or on a sample of very many.

    A model that averages over all that fit the ratings has components larger than what is best for prediction one at a
    time, so that there the score counts and not the gain.

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
    Raises AnalysisError: there are none."""
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
