"""factors: the users and items of somebody else's recommender, whose products stand for ratings of a dataset.

Two sets of vectors do not say whether their product is a rating, an order or nothing, so whoever opens them says it, or
the file does, as an export of a model that was trained here. What held-out ratings would say is not known: they may all
have been learned from.
"""

from typing import ClassVar, Literal

from core.config import RunConfig, family_name
from core.model.scoring import Bilinear, own_layers
from core.model.vectors import Opened, OpenedConfig


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
