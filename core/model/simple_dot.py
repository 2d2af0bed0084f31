"""simple_dot: rating = u · v, the first model of the article."""

from typing import Any, ClassVar, Literal

from core.config import GradientConfig, LayerConfig, RunConfig, VectorConfig, family_name
from core.model.layers import Network, own_layers
from core.model.scale import Scale
from core.model.scoring import Bilinear


class SimpleDotConfig(GradientConfig, VectorConfig, LayerConfig):
    """Settings of the dot product."""

    model: Literal["simple_dot"] = family_name("simple_dot")


class SimpleDot(Bilinear):
    """The dot product of the two vectors, and nothing else."""

    config_type: ClassVar[type[RunConfig]] = SimpleDotConfig
    title: ClassVar[str] = "Dot product"
    short_title: ClassVar[str] = "dot product"
    summary: ClassVar[str] = "Two vectors, nothing else: where both are large, the rating is high."
    score_latex: ClassVar[str] = r"u \cdot v"
    weights = own_layers("user_embedding", "item_embedding")

    @classmethod
    def build(cls, config: Any, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """Two embedding layers, dropout, and their dot product."""
        from core.model.networks import Builder, dot_product, layer_of  # only training and exports need TensorFlow

        builder = Builder(n_users=n_users, n_items=n_items, scale=scale, seed=seed)
        product, vectors = dot_product(builder, config, layer_of(config))
        return builder.network(product, vectors, name=config.model, sigmoid=cls.uses_sigmoid)
