"""vectors and factors: embeddings that were trained elsewhere, of items alone or of a recommender's two sides.

Words, products, sentences, the items and perhaps the users of somebody's own recommender: a row of numbers each. What
can be asked of rows of numbers alone can be asked of them; no rating follows from them, and nothing here trains them.

Two sets of vectors do not say whether their product is a rating, an order or nothing, so whoever opens them says it, or
the file does, as an export of a model that was trained here. What held-out ratings would say is not known: they may all
have been learned from.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from core.config import MOST_DIMENSIONS, RunConfig, SplitConfig, family_name, setting, vector_size
from core.model.layers import Network, own_layers
from core.model.scale import Scale
from core.model.scoring import Bilinear, Scorer, refuse


class OpenedConfig(RunConfig):
    """Of what was trained elsewhere: how long the vectors are. There is no training that a setting could be one of."""

    embedding_dim: int = vector_size(64, "How many numbers describe each row.", most=MOST_DIMENSIONS)

    @property
    def split(self) -> SplitConfig:
        """No rating is kept aside: nobody knows which ones the numbers were learned from, so each may be one."""
        return SplitConfig.model_construct(**dict(super().split) | {"validation_fraction": 0.0})


class VectorsConfig(OpenedConfig):
    """Of vectors from which no rating follows."""

    model: Literal["vectors"] = family_name("vectors")
    user_vectors: bool = setting(
        True, "Whether there are vectors of the users too, where the data have users.", title="Vectors of users"
    )


class Opened(Scorer):
    """Numbers that were trained elsewhere."""

    trained_here: ClassVar[bool] = False

    def learned_items(self, trained: np.ndarray) -> np.ndarray:
        """All: each is what somebody brought."""
        return np.ones(len(self.item_embedding), bool)

    @classmethod
    def build(cls, config: RunConfig, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """Raise NotApplicableError: there is no network."""
        refuse(cls, "they were trained elsewhere")


class Vectors(Opened):
    """A vector for each item and, where two sets were brought, for each user."""

    config_type: ClassVar[type[RunConfig]] = VectorsConfig
    title: ClassVar[str] = "Vectors from elsewhere"
    short_title: ClassVar[str] = "vectors from elsewhere"
    summary: ClassVar[str] = "Embeddings trained by another program: rows of numbers, from which no rating follows."
    score_latex: ClassVar[str] = ""
    weights: ClassVar[Mapping[str, tuple[str, int]]] = {}
    guesses_ratings: ClassVar[bool] = False

    @classmethod
    def shapes(cls, config: RunConfig, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """One table of vectors, or two."""
        two = n_users and getattr(config, "user_vectors", True)
        sizes = {"item_embedding": n_items} | ({"user_embedding": n_users} if two else {})
        return {name: (rows, config.dimensions) for name, rows in sizes.items()}

    @classmethod
    def why_no_guesses(cls) -> str:
        """That it came without."""
        return "it was trained elsewhere and no rating follows from it, so there is nothing to guess or to test"

    def score(self, user_index: np.ndarray, item_index: np.ndarray) -> np.ndarray:
        """Raise NotApplicableError: there is no score."""
        refuse(self, self.why_no_guesses())

    def score_new_user(self, numbers: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Raise NotApplicableError: there is no score."""
        refuse(self, self.why_no_guesses())

    def formula(self) -> str:
        """That there is none."""
        return "none: no rating follows from these vectors"


class FactorsConfig(OpenedConfig):
    """Of a product of two vectors."""

    model: Literal["factors"] = family_name("factors")


class FactorsWithBiasConfig(OpenedConfig):
    """Of a product of two vectors with a bias of each side."""

    model: Literal["factors_with_bias"] = family_name("factors_with_bias")


class FactorsInScaleConfig(OpenedConfig):
    """Of the same, held inside the scale."""

    model: Literal["factors_in_scale"] = family_name("factors_in_scale")


class Factors(Opened, Bilinear):
    """The product is the rating, as in alternating least squares."""

    config_type: ClassVar[type[RunConfig]] = FactorsConfig
    title: ClassVar[str] = "Factors from elsewhere"
    short_title: ClassVar[str] = "factors from elsewhere"
    summary: ClassVar[str] = "The two sets of another program's recommender: the product of two vectors is the rating."
    score_latex: ClassVar[str] = r"u \cdot v"
    weights = own_layers("user_embedding", "item_embedding")


class FactorsWithBias(Factors):
    """The product and two biases are the rating, as in Surprise's SVD; a mean of all is in the biases of the items."""

    config_type: ClassVar[type[RunConfig]] = FactorsWithBiasConfig
    title: ClassVar[str] = "Factors and biases from elsewhere"
    summary: ClassVar[str] = "The two sets of another program's recommender: the product and two biases are the rating."
    score_latex: ClassVar[str] = r"u \cdot v + b_u + b_v"
    weights = own_layers("user_embedding", "item_embedding", "user_bias", "item_bias")
    level: ClassVar[str] = "item_bias"
    has_biases: ClassVar[bool] = True


class FactorsInScale(FactorsWithBias):
    """The same through a sigmoid stretched over the scale, as in fast.ai's collab learner with a `y_range`."""

    config_type: ClassVar[type[RunConfig]] = FactorsInScaleConfig
    title: ClassVar[str] = "Factors and biases from elsewhere (sigmoid)"
    uses_sigmoid: ClassVar[bool] = True


GUESSING: dict[str, type[Factors]] = {
    family.config_type.model_fields["model"].default: family for family in (Factors, FactorsWithBias, FactorsInScale)
}
