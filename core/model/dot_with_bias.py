"""dot_with_bias: rating = min + (max - min) · sigmoid(u · v + b_u + b_v).

The second model of the article, and that of fast.ai's lesson.
"""

from typing import Any, ClassVar, Literal

from core.config import GradientConfig, LayerConfig, RunConfig, VectorConfig, family_name
from core.model.layers import Network, own_layers
from core.model.scale import Scale
from core.model.scoring import Bilinear


class DotWithBiasConfig(GradientConfig, VectorConfig, LayerConfig):
    """Settings of the dot product with biases."""

    model: Literal["dot_with_bias"] = family_name("dot_with_bias")


class DotWithBias(Bilinear):
    """The dot product and two biases, held inside the rating scale by a sigmoid."""

    config_type: ClassVar[type[RunConfig]] = DotWithBiasConfig
    title: ClassVar[str] = "Dot product with biases"
    short_title: ClassVar[str] = "with biases"
    summary: ClassVar[str] = (
        "Adds how generous the person is and how liked what they rate is, and stays inside the scale."
    )
    score_latex: ClassVar[str] = r"u \cdot v + b_u + b_v"
    weights = own_layers("user_embedding", "item_embedding", "user_bias", "item_bias")
    level: ClassVar[str] = "item_bias"
    uses_sigmoid: ClassVar[bool] = True
    has_biases: ClassVar[bool] = True

    @classmethod
    def build(cls, config: Any, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """The dot product and the biases, added."""
        from core.model.backend import keras  # only training and exports need TensorFlow
        from core.model.networks import Builder, dot_product, layer_of

        builder = Builder(n_users=n_users, n_items=n_items, scale=scale, seed=seed)
        product, vectors = dot_product(builder, config, layer_of(config))
        score = keras.layers.Add(name="score")([product, *builder.biases()])
        return builder.network(score, vectors, name=config.model, sigmoid=cls.uses_sigmoid)
