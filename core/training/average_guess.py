"""A model that begins at the mean of the training ratings: the setting `starting_guess` = "average".

Training never moves the rows of a user or an item that no training rating is about. Left as they started they give the
middle of the scale in a model with biases, and about zero in a dot product, however the ratings are spread: with play
counts from 1 to 350,000 that is 175,000. And what is rated seldom is far from its own average for as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.scale import Scale
from core.model.scoring import Bilinear, Scorer

NEAREST = 1e-6
"""Share of the scale by which a mean is kept away from its ends, where the score of a sigmoid is infinite."""


@dataclass(frozen=True)
class AverageGuess:
    """What the guess of the average needs to know of the training ratings."""

    # training ratings of each user and of each item, (n_users,) and (n_items,), by "user" and "item"
    counts: Mapping[str, np.ndarray]
    mean_rating: float  # their mean, in rating units

    @classmethod
    def of(cls, ratings: Ratings, parts: Split) -> Self:
        """From the training part of the ratings."""
        counts = {"user": parts.training_count(ratings, users=True), "item": parts.training_count(ratings)}
        return cls(counts, float(ratings.rating[parts.train].mean(dtype=np.float64)))

    def first_arrays(self, scorer: Scorer) -> dict[str, np.ndarray]:
        """The array that moves every score alike, raised until a score of nothing else is that of the mean rating.

        Empty for a dot product without biases, which has no such array.
        """
        if not scorer.level:
            return {}
        return {scorer.level: np.full_like(scorer.arrays[scorer.level], self._score(scorer.scale))}

    def unseen_rows(self, scorer: Scorer) -> dict[str, np.ndarray]:
        """The tables of users and items, with the rows that training never moved set to the average.

        An unseen user gets the mean of the trained users' rows, an unseen item that of the trained items', each row
        counted as often as it was rated. Where the score is a sum, the unseen item is then moved (by its bias, or
        without biases along the average user's vector) until the average user is guessed to give it the mean rating.
        So any other user's guess differs from that mean by their own part: their bias, and what their taste makes of
        the average item. A network whose score is no sum keeps the mean rows as they are.

        Returns the arrays of `Scorer.rows` that the family has, by name; rows with a training rating are as they were.
        """
        tables = {name: scorer.arrays[name].copy() for name in scorer.rows & scorer.arrays.keys()}
        count_of = {name: self.counts[name.partition("_")[0]] for name in tables}
        average = {name: np.average(table, axis=0, weights=count_of[name]) for name, table in tables.items()}
        if isinstance(scorer, Bilinear):
            self._move_item(average, scorer)
        for name, table in tables.items():
            table[count_of[name] == 0] = average[name]
        return tables

    def _move_item(self, average: dict[str, np.ndarray], scorer: Bilinear) -> None:
        """Change the average item until the average user is guessed to give it the mean rating."""
        user, item = average.get("user_embedding", np.zeros(0)), average.get("item_embedding", np.zeros(0))
        reached = scorer.constant + user @ item
        if scorer.has_biases:
            average["item_bias"] = self._score(scorer.scale) - reached - average["user_bias"]
        elif user.any():
            average["item_embedding"] = item + (self._score(scorer.scale) - reached) * user / (user @ user)

    def _score(self, scale: Scale) -> float:
        return float(scale.score(np.array(self.mean_rating), nearest=NEAREST))
