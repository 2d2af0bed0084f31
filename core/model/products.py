"""What families that guess no rating have in common: a score is the product of two vectors, and says what is likelier.

    score = a · b + b_b

Whose vectors these are is the family's matter: a person's and an item's, two items', an item's and a label's.
"""

from typing import ClassVar, NoReturn

import numpy as np

from core.config import RunConfig
from core.model.layers import Network
from core.model.scale import Scale
from core.model.scoring import Scorer, refuse


class Products(Scorer):
    """Two tables of vectors, and a number for each row of the second where a family `has_offsets`.

    The arrays are `user_embedding` or `item_embedding`, whichever `sides` begins with, that of the other side, and
    `<other side>_offset`.
    """

    sides: ClassVar[tuple[str, str]]
    has_offsets: ClassVar[bool] = True
    guesses_ratings: ClassVar[bool] = False

    @classmethod
    def counts(cls, n_users: int, n_items: int) -> tuple[int, int]:
        """Rows of the two tables; ANY_LENGTH where the data decide."""
        known = {"user": n_users, "item": n_items}
        return known[cls.sides[0]], known[cls.sides[1]]

    @classmethod
    def shapes(cls, config: RunConfig, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """The two tables and the offsets."""
        (first, second), (n, m) = cls.sides, cls.counts(n_users, n_items)
        tables: dict[str, tuple[int, ...]] = {
            f"{first}_embedding": (n, config.dimensions),
            f"{second}_embedding": (m, config.dimensions),
        }
        return tables | ({f"{second}_offset": (m,)} if cls.has_offsets else {})

    @classmethod
    def build(cls, config: RunConfig, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """Both vectors looked up and multiplied: inputs are called like the sides."""
        return cls._looked_up(config, cls.counts(n_users, n_items))

    def rebuilt(self, config: RunConfig) -> Network:
        """The same, of as many rows as there are."""
        n, m = (len(self.arrays[f"{side}_embedding"]) for side in self.sides)
        return self._looked_up(config, (n, m))

    @classmethod
    def _looked_up(cls, config: RunConfig, counts: tuple[int, int]) -> Network:
        from core.model.networks import looked_up_product  # only exports need TensorFlow

        return looked_up_product(dict(zip(cls.sides, counts, strict=True)), config, offsets=cls.has_offsets)

    def score(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Scores of pairs, (n,): rows of the first side and of the second."""
        first, second = self.sides
        left, right = self.arrays[f"{first}_embedding"][user_index], self.arrays[f"{second}_embedding"][item_index]
        product: np.ndarray = np.einsum("ij,ij->i", left, right)
        return product + self.arrays[f"{second}_offset"][item_index] if self.has_offsets else product

    def score_new_user(self, numbers: np.ndarray, items: np.ndarray) -> NoReturn:
        """Nobody new is guessed for; raises NotApplicableError."""
        refuse(self, self.why_no_guesses())

    def formula(self) -> str:
        """The product of the two exported vectors."""
        first, second = self.sides
        offset = f" + {second}.offset" if self.has_offsets else ""
        return f"score = dot({first}.embedding, {second}.embedding){offset}"

    @classmethod
    def rating_latex(cls) -> str:
        """The formula of a score for people, in TeX."""
        return f"score $= {cls.score_latex}$"
