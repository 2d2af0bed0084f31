"""How much the steps of a mission ask for: what suits the data of a film club and that of MovieLens alike."""

from dataclasses import dataclass
from typing import Self

from core.config import GradientConfig, RunConfig
from core.data.ratings import Ratings
from core.model.families import PRESETS, parse_config
from core.training.budget import first_preset
from dashboard.shared import coloring, elements, phrases

ENOUGH, SOME, MANY = 50, 3, 10
"""Ratings that make an item well known, and how many a person rates at first and in the end."""

LISTED = 20
"""Items that remain where `ENOUGH` is asked for, at least, or half of few."""

PENALTY = 0.005
"""A penalty worth the name, where errors count as a share of the scale's width; 0.1 on the scale of MovieLens."""


CARELESS_EPOCHS = 20
"""Long enough that a model which nothing holds back is seen getting worse."""


@dataclass(frozen=True)
class Aims:
    """What the steps ask for: ratings that make an item well known here, items to rate at first and in the end."""

    enough: int = ENOUGH
    some: int = SOME
    many: int = MANY
    width: float = 4.5

    @classmethod
    def on(cls, ratings: Ratings) -> Self:
        """Less of everything where there is little: there has to be something left to recommend."""
        n = len(ratings.items)
        return cls(
            enough=min(ENOUGH, elements.most_asked_for(ratings.item_count, LISTED)),
            some=min(SOME, max(1, n // 4)),
            many=min(MANY, max(1, n // 2)),
            width=ratings.max_rating - ratings.min_rating,
        )

    def penalty(self, l2_unit: str) -> float:
        """The penalty to ask for; no more than a training may have."""
        return PENALTY if l2_unit == "scale" else min(10.0, float(f"{PENALTY * self.width**2:.1g}"))

    def is_careful(self, config: RunConfig) -> bool:
        """Whether a penalty is half of that or more; a model that finds its own prior is."""
        if not isinstance(config, GradientConfig):
            return True
        return config.l2 >= self.penalty(config.l2_unit) / 2


def careless(ratings: Ratings) -> RunConfig:
    """The model that the mission on overfitting trains: nothing holds it back, and nothing ends it early.

    Half of the usual learning rate shows how it gets better first. On the bundled ratings its training RMSE falls from
    0.926 to 0.155, while its validation RMSE falls to 0.873 in three epochs and then rises to 0.983.
    """
    if first_preset(ratings.reference) == "large":
        name = "large"
    else:
        # Widths of rating scales that the usual preset suits.
        name = "default" if ratings.max_rating - ratings.min_rating in (4.0, 4.5) else "any-scale"
    usual = PRESETS[name]
    changed = {"l2": 0.0, "epochs": CARELESS_EPOCHS, "patience": CARELESS_EPOCHS}
    return parse_config(changed | {"learning_rate": dict(usual)["learning_rate"] / 2}, base=usual)


def words(ratings: Ratings, *, l2_unit: str = "rating") -> dict[str, str]:
    """What the texts of the missions name: what is rated, how much of it, and what the data can be colored by."""
    aims = Aims.on(ratings)
    colors = [f"*{choice}*" for choice in coloring.choices(ratings) if choice != coloring.MEAN]
    return phrases.nouns(ratings.noun) | {
        "enough": str(aims.enough),
        "some": phrases.count(aims.some, ratings.noun),
        "many": phrases.count(aims.many, ratings.noun),
        "colors": " or ".join(filter(None, [", ".join(colors[:-1]), colors[-1]])),
        "penalty": f"{aims.penalty(l2_unit):g}",
        "plain": phrases.PRESET_WORDS["default"],
    }
