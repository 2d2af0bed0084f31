"""item2vec: log P(next | item) = v · c + log q + constant, learned from what is rated next to what in time.

Skip-gram with negative sampling on histories instead of sentences: Barkan and Koenigstein (2016), arXiv:1603.04259. At
the optimum a product is the log odds of a pair over the noise (Levy and Goldberg 2014), so the logarithm of the noise,
`next_offset`, makes it a probability to rank by.
"""

from typing import Any, ClassVar, Literal

from core.config import RunConfig, family_name, passes, setting, vector_size
from core.model.layers import own_layers
from core.model.metrics import RECALL, Metric
from core.model.products import Products

NOISE = 64  # items drawn by chance for a step of training, which all of its pairs are held against


class Item2vecConfig(RunConfig):
    """Settings of the model of what comes next to what."""

    model: Literal["item2vec"] = family_name("item2vec")
    embedding_dim: int = vector_size(
        32,
        "How many numbers describe each item.",
        grows="Room for finer neighborhoods; slower.",
    )
    window: int = setting(
        5,
        "How many ratings before and after one, in order of time, count as next to it.",
        title="Window",
        unit="ratings",
        grows="Neighborhoods grow broader, and training slower.",
        ge=1,
        le=50,
    )
    negatives: int = setting(
        5,
        "How much what is drawn by chance counts beside each true neighbor.",
        title="Negatives",
        unit="for each neighbor",
        grows="Steadier, and frequent items are pushed further apart.",
        ge=1,
        le=50,
    )
    pair_penalty: float = setting(
        0.3,
        "Penalty on large vectors (weight of the squares of the two that a pair is made of).",
        title="Penalty",
        unit="weight",
        grows="Smoother, more cautious numbers; too much leaves how common everything is.",
        ge=0,
        le=10,
    )
    epochs: int = passes(3)


class Item2vec(Products):
    """An item's vector and what it looks like from the item before."""

    config_type: ClassVar[type[RunConfig]] = Item2vecConfig
    title: ClassVar[str] = "What comes next to what"
    short_title: ClassVar[str] = "item2vec"
    summary: ClassVar[str] = "Learns which items people rate one after another; it knows of no person and of no rating."
    score_latex: ClassVar[str] = r"v \cdot c + \log q"
    training: ClassVar[str] = "item2vec"
    metric: ClassVar[Metric] = RECALL
    sides: ClassVar[tuple[str, str]] = ("item", "next")
    rows: ClassVar[frozenset[str]] = frozenset({"item_embedding"})
    weights = own_layers("item_embedding", "next_embedding", "next_offset")

    @classmethod
    def counts(cls, n_users: int, n_items: int) -> tuple[int, int]:
        """Items on both sides."""
        return n_items, n_items

    @classmethod
    def products(cls, config: Any, n_users: int, n_items: int, n_trained: int) -> int:
        """Each pair of a window against the noise of its batch, and its gradients."""
        return 6 * n_trained * config.window * NOISE * config.dimensions
