"""When a step of a mission is done: yes or no, from what was seen and nothing else."""

from collections.abc import Sequence

from core.config import RunConfig
from core.model.events import Epoch
from dashboard.missions.snapshot import Seen

ENOUGH = 50
"""Ratings that make an item well known."""
TURNED = 0.002
"""A validation error that rises by so much above its lowest has turned."""
CAREFUL_PENALTY, CAREFUL_DROPOUT = 0.05, 0.2
"""A penalty or dropout of at least so much counts as a cure."""


def has_model(seen: Seen) -> bool:
    return bool(seen.runs)


def looks_at_training(seen: Seen) -> bool:
    return seen.page == "train" and seen.run is not None


def opens_second_component(seen: Seen) -> bool:
    return seen.page == "components" and seen.number("component", 1) == 2


def opens_first_component(seen: Seen) -> bool:
    return seen.page == "components" and seen.run is not None and seen.number("component", 1) == 1


def asks_for_neighbors(seen: Seen) -> bool:
    """Of an item chosen by the person: the most rated one is there at first."""
    chosen = seen.widgets.get(f"near_{seen.noun}")
    return seen.page == "neighbors" and chosen not in (None, seen.most_rated)


def asks_for_any_neighbor(seen: Seen) -> bool:
    return asks_for_neighbors(seen) and seen.number("min", ENOUGH) == 1


def asks_for_known_neighbors(seen: Seen) -> bool:
    return asks_for_neighbors(seen) and seen.number("min", 1) >= ENOUGH


def looks_at_people(seen: Seen) -> bool:
    return seen.page == "neighbors" and seen.widgets.get("rows") == "Users"


def looks_at_numbers(seen: Seen) -> bool:
    """One row of numbers beside its neighbor's, of an item chosen by the person."""
    chosen = seen.widgets.get(f"one_{seen.noun}")
    return seen.page == "embeddings" and chosen not in (None, seen.most_rated)


def lists_known_ends(seen: Seen) -> bool:
    return opens_first_component(seen) and seen.number("min", 1) >= ENOUGH


def colors_the_map(seen: Seen) -> bool:
    """By something other than what the map shows at first."""
    return seen.page == "components" and seen.widgets.get("color") in {"Year", "Genre", "Number of ratings"}


def names_first_component(seen: Seen) -> bool:
    return 0 in seen.named


def opens_noise(seen: Seen) -> bool:
    """Another one than the first, which is there without choosing."""
    component = seen.number("component", 1) - 1
    return seen.page == "components" and 0 < component < len(seen.above_noise) and not seen.above_noise[component]


def studies_seeds(seen: Seen) -> bool:
    return seen.studied


def compares_with_first(seen: Seen) -> bool:
    return opens_first_component(seen) and seen.studied


def rates_some(seen: Seen) -> bool:
    return seen.rated >= 3


def rates_ten(seen: Seen) -> bool:
    return seen.rated >= 10


def asks_why(seen: Seen) -> bool:
    return seen.page == "for_you" and seen.explained != ""


def unprotected(config: RunConfig) -> bool:
    """Whether nothing keeps a model from learning the ratings by heart."""
    return config.l2 == 0 and config.user_dropout == 0 and config.item_dropout == 0


def protected(config: RunConfig) -> bool:
    """Whether a penalty or dropout worth the name does."""
    return config.l2 >= CAREFUL_PENALTY or max(config.user_dropout, config.item_dropout) >= CAREFUL_DROPOUT


def takes_the_penalty_away(seen: Seen) -> bool:
    return seen.page == "train" and seen.settings is not None and unprotected(seen.settings)


def sees_it_turn(seen: Seen) -> bool:
    """A finished model on the screen whose validation error turned while the training error went on falling."""
    return takes_the_penalty_away(seen) and seen.history is not None and has_turned(seen.history)


def has_turned(history: Sequence[Epoch]) -> bool:
    """Whether the error on unseen ratings rose from its lowest while that on the training ratings fell."""
    best, last = min(history, key=lambda epoch: epoch.val_rmse), history[-1]
    return last.val_rmse - best.val_rmse >= TURNED and last.rmse < best.rmse


def cures_it(seen: Seen) -> bool:
    """A protected model on the screen that guesses better than the best unprotected one ever did."""
    careless = [run.outcome.best_val_rmse for run in seen.runs if unprotected(run.config)]
    return (
        seen.page == "train"
        and seen.settings is not None
        and protected(seen.settings)
        and seen.history is not None
        and bool(careless)
        and min(epoch.val_rmse for epoch in seen.history) < min(careless)
    )


def lays_it_behind(seen: Seen) -> bool:
    """A protected model's curve with an unprotected one's behind it."""
    behind = next((run for run in seen.runs if run.run_id == seen.widgets.get("behind")), None)
    return (
        seen.page == "train"
        and seen.settings is not None
        and protected(seen.settings)
        and behind is not None
        and unprotected(behind.config)
    )
