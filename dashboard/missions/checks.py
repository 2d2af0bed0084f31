"""When a step of a mission is done: yes or no, from a snapshot of the session and nothing else."""

from collections.abc import Sequence

from core.config import GradientConfig, RunConfig
from core.data.vectors.samples import SAMPLES
from core.model.events import Epoch
from core.model.metrics import guess_error
from dashboard.missions.aims import Aims
from dashboard.missions.snapshot import Snapshot

WORKS, FAMOUS = ("brother", "sister", "daughter"), ("king", "man", "woman")
"""Two analogies, a − b + c: one that works in the words of six novels, and one that does not."""
WORDS = SAMPLES["words"].run_id
"""Id of the run of these words."""

TURNED = 0.002
"""A validation error that rises by so much above its lowest has turned."""
CAREFUL_DROPOUT = 0.2
"""A dropout of at least so much counts as a cure; of the penalty `Aims.is_careful` decides."""


def has_trained_first(now: Snapshot) -> bool:
    """Whoever looks on has asked for it: a model that somebody else has trained is no step of theirs."""
    return now.first_key in now.asked and any(run.run_id == now.first_key for run in now.runs)


def looks_at_training(now: Snapshot) -> bool:
    return now.page == "train" and now.run is not None


def opens_second_component(now: Snapshot) -> bool:
    return now.page == "components" and now.number("component", 1) == 2


def opens_first_component(now: Snapshot) -> bool:
    return now.page == "components" and now.run is not None and now.number("component", 1) == 1


def asks_for_neighbors(now: Snapshot) -> bool:
    """Of an item chosen by the person: the most rated one is there at first."""
    chosen = now.widgets.get(f"near_{now.noun}")
    return now.page == "neighbors" and chosen not in (None, now.most_rated)


def asks_for_any_neighbor(now: Snapshot) -> bool:
    return asks_for_neighbors(now) and now.number("min", 0) == 1


def asks_for_known_neighbors(now: Snapshot) -> bool:
    return asks_for_neighbors(now) and now.number("min", 1) >= now.aims.enough


def looks_at_people(now: Snapshot) -> bool:
    return now.page == "neighbors" and now.widgets.get("rows") == "Users"


def looks_at_numbers(now: Snapshot) -> bool:
    """One row of numbers beside its neighbor's, of an item chosen by the person."""
    chosen = now.widgets.get(f"one_{now.noun}")
    return now.page == "embeddings" and chosen not in (None, now.most_rated)


def lists_known_ends(now: Snapshot) -> bool:
    return opens_first_component(now) and now.number("min", 1) >= now.aims.enough


def colors_the_map(now: Snapshot) -> bool:
    """By something other than what the map shows at first."""
    return now.page == "components" and now.widgets.get("color") in {"Year", "Genre", "Number of ratings"}


def names_first_component(now: Snapshot) -> bool:
    return 0 in now.named


def opens_first_tested(now: Snapshot) -> bool:
    """Of a model whose components are tested, and on the page that shows those."""
    return opens_first_component(now) and now.signal is not None


def looks_at_twin(now: Snapshot) -> bool:
    return now.page == "components" and now.on_twin


def names_on_twin(now: Snapshot) -> bool:
    return now.named_on_twin


def leaves_twin(now: Snapshot) -> bool:
    return now.page == "components" and now.named_on_twin and not now.on_twin


def rates_some(now: Snapshot) -> bool:
    return now.rated >= now.aims.some


def rates_many(now: Snapshot) -> bool:
    return now.rated >= now.aims.many


def asks_why(now: Snapshot) -> bool:
    return now.page == "for_you" and now.explained != ""


def looks_at_words(now: Snapshot) -> bool:
    return now.page == "embeddings" and now.run is not None and now.run.run_id == WORDS


def asks_what_works(now: Snapshot) -> bool:
    return _asks(now, WORKS)


def asks_what_is_famous(now: Snapshot) -> bool:
    return _asks(now, FAMOUS)


def _asks(now: Snapshot, analogy: tuple[str, str, str]) -> bool:
    """An analogy, on its page; a and c are added, in whichever order."""
    a, b, c = analogy
    return now.page == "neighbors" and now.analogy in (analogy, (c, b, a))


def draws_own_axis(now: Snapshot) -> bool:
    """Between two poles of the person's own: nothing at them stood there at first, nor at both."""
    low, high = map(set, now.poles)
    first = {title for pole in now.first_poles for title in pole}
    return now.page == "maps" and bool(low) and bool(high) and not (low | high) & first and not low & high


def unprotected(config: RunConfig) -> bool:
    """Whether nothing keeps a model from learning the ratings by heart."""
    return isinstance(config, GradientConfig) and config.l2 == 0 and config.dropouts == (0, 0)


def protected(config: RunConfig, aims: Aims) -> bool:
    """Whether a penalty or dropout worth the name does."""
    return aims.is_careful(config) or max(config.dropouts) >= CAREFUL_DROPOUT


def takes_the_penalty_away(now: Snapshot) -> bool:
    return now.page == "train" and now.settings is not None and unprotected(now.settings)


def sees_it_turn(now: Snapshot) -> bool:
    """A finished model on the screen whose validation error turned while the training error went on falling."""
    return takes_the_penalty_away(now) and now.history is not None and has_turned(now.history)


def has_turned(history: Sequence[Epoch]) -> bool:
    """Whether the error on unseen ratings rose from its lowest while that on the training ratings fell."""
    best, last = min(history, key=lambda epoch: epoch.guess_error), history[-1]
    learned = best.rmse is not None and last.rmse is not None and last.rmse < best.rmse
    return last.guess_error - best.guess_error >= TURNED and learned


def cures_it(now: Snapshot) -> bool:
    """A protected model on the screen that guesses better than the mission's careless one ever did."""
    careless = [guess_error(run.outcome.best_val_rmse) for run in now.runs if run.run_id == now.careless_key]
    return (
        now.page == "train"
        and now.settings is not None
        and protected(now.settings, now.aims)
        and now.history is not None
        and bool(careless)
        and min(epoch.guess_error for epoch in now.history) < min(careless)
    )


def lays_it_behind(now: Snapshot) -> bool:
    """A protected model's curve with an unprotected one's behind it."""
    behind = next((run for run in now.runs if run.run_id == now.widgets.get("behind")), None)
    return (
        now.page == "train"
        and now.settings is not None
        and protected(now.settings, now.aims)
        and behind is not None
        and unprotected(behind.config)
    )
