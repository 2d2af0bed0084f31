"""How a training goes, from a finished run or from a job's measurements while it goes on, and what that says."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.analysis.compare.score import SplitScore
from core.analysis.new_item.placing import Unseen
from core.config import GradientConfig, RunConfig
from core.model.events import Epoch, Event, Started, Step
from core.model.families import family_of
from core.model.metrics import RMSE, Measured, Metric, guess_error
from core.model.run import Outcome, Run
from core.model.scoring import Scorer
from core.model.variational import STEPS_PER_EPOCH
from dashboard.shared import phrases, score_words

STILL = 0.0005
"""Differences in RMSE below this are nothing to speak of."""

REFERENCES = {
    "mean": "always guess the mean",
    "averages": "averages only, no embedding",
    "slopes": "consensus and popularity",
    "chance": "by chance",
    "popularity": "the most popular first",
}
"""What is reached without a model, by the names in `Started.references`."""

USED = 0.002
"""A dimension is used where what it adds to a guess is typically more than this share of the scale's width."""


@dataclass(frozen=True)
class Curve:
    """Everything a training curve shows: loss within the epochs, and results after each.

    `started` is None until the job has sizes and reference lines, `kept_epoch` while it goes on.
    """

    started: Started | None
    steps: tuple[Step, ...] = ()
    epochs: tuple[Epoch, ...] = ()
    kept_epoch: int | None = None

    @property
    def best(self) -> Epoch | None:
        """The epoch with the lowest validation loss, by which training keeps one, or the best metric where there is
        none; None before the first."""
        if not self.epochs:
            return None
        losses = [-math.inf if epoch.val_loss is None else epoch.val_loss for epoch in self.epochs]
        values = [epoch.value for epoch in self.epochs]
        return self.epochs[self.metric.best(values) if -math.inf in losses else RMSE.best(losses)]

    @property
    def metric(self) -> Metric:
        """What the epochs are judged by; the RMSE before the first."""
        measured = self.epochs[0].metric if self.epochs else None
        return RMSE if measured is None else measured.metric

    @property
    def shown_epoch(self) -> Epoch | None:
        """The epoch whose numbers stand for the whole: the kept one, else the latest; None before the first."""
        if self.kept_epoch is not None:
            return self.epochs[self.kept_epoch - 1]
        return self.epochs[-1] if self.epochs else None

    @property
    def done(self) -> float:
        """Epochs done so far, a part of one included."""
        last_step = self.steps[-1].at if self.steps else 0.0
        return max(last_step, float(self.epochs[-1].epoch if self.epochs else 0))

    def seconds_left(self) -> float | None:
        """Seconds until the last planned epoch, from the pace of the latest three; None before the first."""
        if self.started is None or not self.epochs:
            return None
        recent = self.epochs[-3:]
        pace = sum(epoch.seconds for epoch in recent) / len(recent)
        return max(0.0, (self.started.epochs - self.done) * pace)


def of_run(run: Run) -> Curve:
    """The curve of a finished run."""
    return Curve(run.started, run.steps, run.history, run.outcome.kept_epoch)


def of_events(events: Iterable[Event]) -> Curve:
    """The curve so far, from what a training has reported."""
    reported = list(events)
    return Curve(
        started=next((event for event in reported if isinstance(event, Started)), None),
        steps=tuple(event for event in reported if isinstance(event, Step)),
        epochs=tuple(event for event in reported if isinstance(event, Epoch)),
    )


def reading(curve: Curve, unit: str, *, ended: bool = False) -> str:
    """One sentence that reads a training curve aloud at any moment; `ended`: it was cut off, and keeps no epoch."""
    best = curve.best
    if best is None:
        within = ": the thin line is the training loss within it" if curve.steps else ""
        return f"The first epoch is on its way{within}."
    last = curve.epochs[-1]
    if best.epoch < last.epoch:
        return _past_the_best(curve, best.epoch)
    if len(curve.epochs) == 1:
        return f"After one epoch: {guess(last.metric, unit)}."
    gained = abs(curve.epochs[-2].value - last.value)
    if curve.kept_epoch is not None:
        return (
            f"Validation was still improving at the last epoch, by {gained:.3f}: more epochs might help."
            if gained > STILL
            else f"Validation has leveled off at {last.value:,.3f}: more epochs would change little."
        )
    if ended:
        return f"Validation was still improving when it ended: {last.value:,.3f} after epoch {last.epoch}."
    return f"Validation still improves: {last.value:,.3f} after epoch {last.epoch}, {gained:.3f} better than before."


def _past_the_best(curve: Curve, best_epoch: int) -> str:
    best, last = curve.epochs[best_epoch - 1], curve.epochs[-1]
    if abs(last.value - best.value) <= STILL:
        return f"Validation has leveled off at {best.value:,.3f} since epoch {best_epoch}."
    text = f"Validation stopped improving at epoch {best_epoch} ({best.value:,.3f}): from here it "
    if best.rmse is None or last.rmse is None:
        return f"{text}gets a little worse on what it has not seen ({last.value:,.3f})."
    text += (
        "learns the training ratings by heart" if last.rmse < best.rmse - STILL else "wanders without getting better"
    )
    return f"{text}, and unseen ratings are guessed a little worse ({last.value:,.3f})."


def against_references(measured: Measured | None, started: Started, unit: str) -> str:
    """How what was measured compares with what is reached without any embedding."""
    if measured is None or measured.metric is not RMSE:
        known = [f"{REFERENCES[name]}: {value:,.3f}" for name, value in started.references.items()]
        return f"Without a model: {phrases.together(known)}." if known else ""
    val_rmse, averages_rmse = measured.value, guess_error(started.averages_rmse)
    gain = averages_rmse - val_rmse
    text = f"Guessing from averages alone is off by {averages_rmse:,.3f}, always guessing the mean by "
    text += f"{started.mean_rmse:,.3f}"
    if gain > STILL:
        text += f"; the embedding is worth {gain:.3f} {unit} beyond the averages."
    elif gain < -STILL:
        text += f"; the averages alone guess {-gain:.3f} {unit} better than this model."
    else:
        text += "; this model does as well as the averages."
    return f"{text} {_boring(val_rmse, started, unit)}".strip()


def _boring(val_rmse: float, started: Started, unit: str) -> str:
    """What consensus and popularity reach without knowing what anything is about; empty for runs that did not ask."""
    if started.slopes_rmse is None:
        return ""
    gain = started.slopes_rmse - val_rmse
    than = f"{abs(gain):.3f} {unit} {'worse' if gain > 0 else 'better'} than" if abs(gain) > STILL else "as good as"
    return (
        "With two more numbers a person, how much they go with what is liked and with what is well known, averages are "
        f"off by {started.slopes_rmse:,.3f}: {than} this model, without knowing what anything is about."
    )


def result_words(outcome: Outcome, unit: str, score: SplitScore | None) -> str:
    """A finished run in one sentence; `score` is its own, None where its data is gone."""
    kept = "" if outcome.kept_epoch == outcome.epochs else f", kept from epoch {outcome.kept_epoch}"
    how = "stopped early after" if outcome.stopped_early else "after"
    after = f"{how} {phrases.count(outcome.epochs, 'epoch')}{kept}"
    if outcome.val_rmse is None:
        return f"{guess(outcome.metric, unit)} ({after})."
    return (
        f"{score_words.how_often(outcome.val_rmse, unit, score)} "
        f"(RMSE {outcome.val_rmse:,.3f} on ratings it has never seen, {after})."
    )


def unseen_known(found: Unseen, known: str, noun: str, unit: str) -> str:
    """What a model that was told `known` of the items (`told.columns`) guesses about those that it has not seen."""
    gain = found.averages_rmse - found.model_rmse
    worth = f"{abs(gain):.3f} {unit} {'better' if gain > 0 else 'worse'} than" if abs(gain) > STILL else "as good as"
    items = phrases.count(found.items, noun)
    return (
        f"Of the {items} without a single training rating only {known} tell it anything: its guesses there are {worth} "
        f"plain averages, which are off by {found.averages_rmse:,.3f}."
    )


EPOCHS = {
    "variational": f"{STEPS_PER_EPOCH} steps, each over all training ratings at once",
    "als": "one round: the numbers of all people are solved for, and then those of all {nouns}",
    "ranking": "one round: the numbers of all people are solved for, and then those of all {nouns}",
    "autoencoder_items": "one pass over all {nouns}, each with all its training ratings",
    "autoencoder_users": "one pass over all people, each with all their training ratings",
    "item2vec": "one pass over all pairs of {nouns} that somebody rated one soon after the other",
    "labels": "ten steps, each over all {nouns} at once",
}
"""What an epoch is, by the family, where it is no pass over batches of ratings."""


def epochs_words(config: RunConfig, noun: str) -> str:
    """What an epoch is, and that nothing was chosen, where the last epoch is always kept; else empty."""
    if isinstance(config, GradientConfig):
        return ""
    chose = (
        "the validation ratings chose nothing, so their error is one for ratings it has never seen"
        if family_of(config).guesses_ratings
        else "what was kept aside chose nothing, so the number above is one for what it has never seen"
    )
    kept = f"The last one is kept: {chose}."
    if family_of(config).trained_elsewhere(config):
        return f"Another engine trained it, and told nothing before the end: all its rounds are one epoch. {kept}"
    epoch = EPOCHS[config.model].format(**phrases.nouns(noun))
    return f"An epoch here is {epoch}. {kept}"


def dimensions_used(scorer: Scorer) -> int | None:
    """How many of its dimensions a model uses that switches off those it has no use for; None for any other."""
    if not scorer.has_uncertainty:
        return None
    product = np.sqrt(np.mean(scorer.user_embedding**2, axis=0) * np.mean(scorer.item_embedding**2, axis=0))
    return int(np.count_nonzero(product > USED * (scorer.scale.high - scorer.scale.low)))


def dimensions_words(scorer: Scorer) -> str:
    """The same in a sentence; empty for any other model."""
    used, of = dimensions_used(scorer), scorer.item_embedding.shape[1]
    if used is None:
        return ""
    if used == 0:
        return "It found no taste in these ratings that it could be sure of, and switched off all its dimensions."
    switched = "all of them" if used == of else f"{used} of them, and switched off the others"
    return f"It was given {phrases.count(of, 'dimension')} and uses {switched}."


def guess(measured: Measured | None, unit: str) -> str:
    """What was measured on validation data in plain words, without a full stop."""
    if measured is None:
        return "Nothing was measured"
    if measured.metric is RMSE:
        return f"Guesses of ratings that it has never seen are off by about {measured.value:,.2f} {unit}"
    metric = measured.metric
    return f"{metric.title} {measured.value:,.3f}, which {metric.meaning}; {metric.direction}"
