"""ranking: score = u · v, learned from what somebody has rated or not, whatever the rating was.

Implicit matrix factorization: every pair of a person and an item counts, those that are there towards 1, all of them a
little towards 0. Hu, Koren and Volinsky (2008), doi:10.1109/ICDM.2008.22; with the penalty by how often a row occurs it
ranks as well as what was made for ranking: Rendle, Krichene, Zhang and Koren (2022), arXiv:2110.14037.
"""

from typing import ClassVar, Literal

from core.config import RunConfig, family_name, passes, setting, vector_size
from core.model.layers import own_layers
from core.model.metrics import NDCG, Metric
from core.model.products import Products


class RankingConfig(RunConfig):
    """Settings of the model of what people have seen."""

    model: Literal["ranking"] = family_name("ranking")
    embedding_dim: int = vector_size(
        32,
        "How many numbers describe each user and each item.",
        grows="Room for finer tastes; slower.",
    )
    unseen_weight: float = setting(
        0.3,
        "How much every pair counts towards “not seen”, beside 1 for a pair that is there.",
        title="Weight of the unseen",
        unit="weight",
        grows="What few have seen is ranked lower.",
        gt=0,
        le=10,
    )
    row_penalty: float = setting(
        0.01,
        "Penalty on large vectors (weight of their squares), times the number of pairs that each takes part in.",
        title="Penalty",
        unit="weight",
        grows="Smoother, more cautious numbers; too much flattens all tastes.",
        ge=0,
        le=10,
    )
    epochs: int = passes(8)


class Ranking(Products):
    """What somebody has not seen is ranked by the product with their vector; no rating is read."""

    config_type: ClassVar[type[RunConfig]] = RankingConfig
    title: ClassVar[str] = "Ranking by what was seen"
    short_title: ClassVar[str] = "ranking"
    summary: ClassVar[str] = "Learns from who rated what, not from how they liked it, and puts what fits best first."
    score_latex: ClassVar[str] = r"u \cdot v"
    training: ClassVar[str] = "ranking"
    metric: ClassVar[Metric] = NDCG
    sides: ClassVar[tuple[str, str]] = ("user", "item")
    has_offsets: ClassVar[bool] = False
    weights = own_layers("user_embedding", "item_embedding")

    @classmethod
    def products(cls, config: RunConfig, n_users: int, n_items: int, n_trained: int) -> int:
        """For each pair an outer product on both sides, for each row a system of equations."""
        dim = config.dimensions
        return 2 * n_trained * dim**2 + (n_users + n_items) * dim**3
