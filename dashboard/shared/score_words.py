"""What the errors of a finished model mean, in sentences made from its numbers (Markdown)."""

from collections.abc import Sequence

from core.analysis.compare.score import SplitScore
from core.config import RunConfig
from core.model.run import Outcome
from dashboard.shared.phrases import count, plural, together

HARDLY = 0.0005
"""Differences in RMSE below this are nothing to speak of."""


def how_often(rmse: float, unit: str, score: SplitScore | None, *, who: str = "This model") -> str:
    """How many guesses are as near as the RMSE, without a full stop; without a score what is usual for errors."""
    often = "about two times in three" if score is None else f"{score.within:.0%} of the time"
    return f"{who} guesses a rating within {rmse:,.2f} {unit} {often}"


def seen_and_unseen(score: SplitScore, noun: str, unit: str) -> str:
    """The error apart for items with and without a training rating."""
    nouns, n = plural(noun), score.n_warm + score.n_cold
    if score.cold_rmse is None:
        return f"Every {noun} in the validation ratings also occurs in the training ratings."
    if score.warm_rmse is None:
        return f"None of the {nouns} in the validation ratings occurs in the training ratings."
    return (
        f"On {nouns} that it has seen it is off by **{score.warm_rmse:,.3f}** {unit}, on the "
        f"{count(score.n_cold, 'rating')} of {nouns} without a training rating by **{score.cold_rmse:,.3f}**: "
        f"{score.n_cold / n:.1%} of the validation ratings make up {score.cold_share:.0%} of the squared error."
    )


def raw(score: SplitScore) -> str:
    """The error before clipping, where that is another; else nothing."""
    if score.raw_rmse - score.val_rmse < HARDLY:
        return ""
    return (
        f"RMSE {score.raw_rmse:,.3f} before guesses beyond the scale are moved to its ends, as other programs may "
        "report it."
    )


def chosen(config: RunConfig, outcome: Outcome) -> str:
    """Which ratings chose the epoch, where something was chosen; else nothing."""
    if getattr(config, "restore_best", False):
        what = "The kept epoch was chosen"
    elif outcome.stopped_early:
        what = "When to stop was chosen"
    else:
        return ""
    return f"{what} on the very validation ratings that the error is reported on: it is slightly too low."


def side_by_side(letters: Sequence[str], scores: Sequence[SplitScore], noun: str, unit: str) -> str:
    """The errors of several models on the same validation ratings, apart by what training has seen."""
    first, nouns = scores[0], plural(noun)
    if first.cold_rmse is None or first.warm_rmse is None:
        return seen_and_unseen(first, noun, unit)
    seen = _each(letters, [score.warm_rmse for score in scores])
    unseen = _each(letters, [score.cold_rmse for score in scores])
    text = (
        f"On {nouns} that they have seen they are off by {seen} {unit}; on the {count(first.n_cold, 'rating')} of "
        f"{nouns} without a training rating by {unseen}."
    )
    best, worst = (choose(scores, key=lambda score: score.val_rmse) for choose in (min, max))
    apart = _squares(worst.val_rmse, first.n_warm + first.n_cold) - _squares(best.val_rmse, first.n_warm + first.n_cold)
    share = (_squares(worst.cold_rmse, first.n_cold) - _squares(best.cold_rmse, first.n_cold)) / apart if apart else 0
    if worst.val_rmse - best.val_rmse < HARDLY or not 0.1 <= share <= 1:
        return text
    return (
        f"{text} Of what sets {letters[scores.index(worst)]} apart from {letters[scores.index(best)]}, in squared "
        f"errors, {share:.0%} are those {count(first.n_cold, 'rating')}."
    )


def _each(letters: Sequence[str], errors: Sequence[float | None]) -> str:
    """ "0.851 (A) and 0.926 (B)"."""
    words = [f"{error or 0:,.3f} ({letter})" for letter, error in zip(letters, errors, strict=True)]
    return together(words)


def _squares(rmse: float | None, n: int) -> float:
    return n * (rmse or 0.0) ** 2
