"""How much the steps of a mission ask for: what suits the data of a film club and that of MovieLens alike."""

from dataclasses import dataclass
from typing import Self

from core.config import GradientConfig, RunConfig
from core.data.ratings import Ratings
from dashboard.shared import coloring, elements, phrases

ENOUGH, SOME, MANY = 50, 3, 10
"""Ratings that make an item well known, and how many a person rates at first and in the end."""

LISTED = 20
"""Items that remain where `ENOUGH` is asked for, at least, or half of few."""

PENALTY = 0.005
"""A penalty worth the name, where errors count as a share of the scale's width; 0.1 on the scale of MovieLens."""


@dataclass(frozen=True)
class Aims:
    """What the steps ask for.

    Attributes:
        enough: Ratings that make an item well known here.
        some, many: Items to rate at first, and in the end.
        width: Of the rating scale.
    """

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
    }
