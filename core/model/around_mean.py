"""What families have in common whose ratings are rating = mean + b_u + b_v + u · v, in rating units."""

from typing import Any, ClassVar

from core.model.layers import Network, own_layers
from core.model.scale import Scale
from core.model.scoring import Bilinear


class AroundMean(Bilinear):
    """A mean, two biases and a dot product; training needs no Keras model, unless a family says otherwise."""

    score_latex: ClassVar[str] = r"m + b_u + b_v + u \cdot v"
    weights = own_layers("user_embedding", "item_embedding", "user_bias", "item_bias", "mean")
    level: ClassVar[str] = "mean"
    folded: ClassVar[frozenset[str]] = frozenset({"mean"})
    has_biases: ClassVar[bool] = True

    @property
    def constant(self) -> float:
        """The mean, in rating units."""
        return float(self.arrays["mean"][0])

    @classmethod
    def shapes(cls, config: Any, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """Two tables of vectors, the biases, and the mean."""
        return super().shapes(config, n_users, n_items) | {"mean": (1,)}

    @classmethod
    def build(cls, config: Any, *, n_users: int, n_items: int, scale: Scale, seed: int) -> Network:
        """The numbers as a Keras model, for exports."""
        from core.model.networks import looked_up_sum  # only exports need TensorFlow

        return looked_up_sum(config, n_users=n_users, n_items=n_items, scale=scale, seed=seed)
