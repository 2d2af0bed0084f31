"""Curves and results in sentences, made from their numbers."""

from core.model.events import Started
from core.model.run import Outcome
from dashboard.shared import phrases
from dashboard.train.curve import Curve

STILL = 0.0005
"""Differences in RMSE below this are nothing to speak of."""


def curve(shown: Curve, unit: str, *, ended: bool = False) -> str:
    """One sentence that reads a training curve aloud, at any moment of it.

    Args:
        shown: The curve.
        unit: As `copy.unit` gives it.
        ended: Whether it was cut off: nothing more comes, and no epoch is kept.
    """
    best = shown.best
    if best is None:
        return "The first epoch is on its way: the thin line is the training loss within it."
    last = shown.epochs[-1]
    if best.epoch < last.epoch:
        return _past_the_best(shown, best.epoch)
    if len(shown.epochs) == 1:
        return f"After one epoch the guesses on ratings it has never seen are off by about {last.val_rmse:.2f} {unit}."
    gained = shown.epochs[-2].val_rmse - last.val_rmse
    if shown.kept_epoch is not None:
        return (
            f"Validation was still improving at the last epoch, by {gained:.3f}: more epochs might help."
            if gained > STILL
            else f"Validation has leveled off at {last.val_rmse:.3f}: more epochs would change little."
        )
    if ended:
        return f"Validation was still improving when it ended: {last.val_rmse:.3f} after epoch {last.epoch}."
    return f"Validation still improves: {last.val_rmse:.3f} after epoch {last.epoch}, {gained:.3f} better than before."


def _past_the_best(shown: Curve, best_epoch: int) -> str:
    best, last = shown.epochs[best_epoch - 1], shown.epochs[-1]
    still_learns = last.rmse < best.rmse - STILL
    if last.val_rmse - best.val_rmse <= STILL:
        return f"Validation has leveled off at {best.val_rmse:.3f} since epoch {best_epoch}."
    reading = f"Validation stopped improving at epoch {best_epoch} ({best.val_rmse:.3f}): from here it "
    reading += "learns the training ratings by heart" if still_learns else "wanders without getting better"
    return f"{reading}, and unseen ratings are guessed a little worse ({last.val_rmse:.3f})."


def against_references(val_rmse: float, started: Started, unit: str) -> str:
    """How a validation RMSE compares with guessing without any embedding."""
    gain = started.averages_rmse - val_rmse
    compared = f"Guessing from averages alone is off by {started.averages_rmse:.3f}, always guessing the mean by "
    compared += f"{started.mean_rmse:.3f}"
    if gain > STILL:
        return f"{compared}; the embedding is worth {gain:.3f} {unit} beyond the averages."
    if gain < -STILL:
        return f"{compared}; the averages alone guess {-gain:.3f} {unit} better than this model."
    return f"{compared}; this model does as well as the averages."


def result(outcome: Outcome, unit: str) -> str:
    """A finished run in one sentence."""
    kept = "" if outcome.kept_epoch == outcome.epochs else f", kept from epoch {outcome.kept_epoch}"
    how = "stopped early after" if outcome.stopped_early else "after"
    return (
        f"This model guesses a rating within about {outcome.val_rmse:.2f} {unit} "
        f"(RMSE {outcome.val_rmse:.3f} on ratings it has never seen, "
        f"{how} {phrases.count(outcome.epochs, 'epoch')}{kept})."
    )


def unseen(started: Started, noun: str) -> str:
    """How many validation ratings no embedding can help with."""
    if not started.unseen_items:
        return f"Every {noun} in the validation ratings also occurs in the training ratings."
    share = started.unseen_items / started.n_validation
    return (
        f"{started.unseen_items:,} of the {started.n_validation:,} validation ratings ({share:.1%}) are about "
        f"{phrases.plural(noun)} without a single training rating: the model knows nothing of those but where "
        "it started."
    )


def guess(val_rmse: float, unit: str) -> str:
    """A validation RMSE in plain words, without a full stop."""
    return f"Guesses are off by about {val_rmse:.2f} {unit}"
