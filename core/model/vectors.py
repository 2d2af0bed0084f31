"""vectors: embeddings that were trained elsewhere, and nothing besides them.

Words, products, sentences, the items and perhaps the users of somebody's own recommender: a row of numbers each. What
can be asked of rows of numbers alone can be asked of them; no rating follows from them, and nothing here trains them.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from core.config import MOST_DIMENSIONS, RunConfig, family_name, vector_size
from core.model.scale import Scale
from core.model.scoring import Network, Scorer, refuse


class VectorsConfig(RunConfig):
    """Of imported vectors: how long they are. They have no other setting, and no training that it could be one of."""

    model: Literal["vectors"] = family_name("vectors")
    embedding_dim: int = vector_size(64, "How many numbers describe each row.", most=MOST_DIMENSIONS)


class Vectors(Scorer):
    """A vector for each item and, where two sets were brought, for each user."""

    config_type: ClassVar[type[RunConfig]] = VectorsConfig
    title: ClassVar[str] = "Vectors from elsewhere"
    short_title: ClassVar[str] = "vectors from elsewhere"
    summary: ClassVar[str] = "Embeddings trained by another program: rows of numbers, from which no rating follows."
    score_latex: ClassVar[str] = ""
    weights: ClassVar[Mapping[str, tuple[str, int]]] = {}
    guesses_ratings: ClassVar[bool] = False

    @cached_property
    def user_embedding(self) -> np.ndarray:
        """A vector for each user, float32, (n_users, d); no rows where one set was brought."""
        empty = np.zeros((0, self.item_embedding.shape[1]), np.float32)
        return self.arrays.get("user_embedding", empty)

    @classmethod
    def shapes(cls, config: RunConfig, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """One table of vectors, or two."""
        sizes = {"item_embedding": n_items} | ({"user_embedding": n_users} if n_users else {})
        return {name: (rows, config.dimensions) for name, rows in sizes.items()}

    @classmethod
    def why_no_guesses(cls) -> str:
        """That it came without."""
        return "it was trained elsewhere and no rating follows from it, so there is nothing to guess or to test"

    @classmethod
    def build(cls, config: RunConfig, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """Raise NotApplicableError: there is no network."""
        refuse(cls, "they were trained elsewhere")

    def score(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Raise NotApplicableError: there is no score."""
        refuse(self, self.why_no_guesses())

    def score_new_user(self, numbers: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Raise NotApplicableError: there is no score."""
        refuse(self, self.why_no_guesses())

    def formula(self) -> str:
        """That there is none."""
        return "none: no rating follows from these vectors"
