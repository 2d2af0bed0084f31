"""als: rating = mean + b_u + b_v + u · v, the averages first, then vectors for what they leave, by least squares.

Alternating least squares with each row's penalty times the number of its ratings (Zhou, Wilkinson, Schreiber and Pan
2008, "Large-scale parallel collaborative filtering for the Netflix Prize"): the sum over the training ratings of

    (r - mean - b_u - b_v - u · v)² + vector_penalty · (|u|² + |v|²)

which is what `l2` weighs in the models that Keras trains. The biases are those of `core.training.slopes.main_effects`
and stay. Spark's ALS minimizes the same sum with `regParam = vector_penalty`, so that it can do the work.
"""

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from core.config import RunConfig, family_name, passes, setting, vector_size
from core.model.around_mean import AroundMean


class AlsConfig(RunConfig):
    """Settings of the factorization by alternating least squares."""

    model: Literal["als"] = family_name("als")
    embedding_dim: int = vector_size(
        64,
        "How many numbers describe each user and each item.",
        grows="Room for finer tastes; slower.",
    )
    vector_penalty: float = setting(
        0.12,
        "Penalty on large vectors (weight of their squares), times the number of ratings that each takes part in.",
        title="Penalty",
        unit="weight",
        grows="Smoother, more cautious numbers; too much flattens all tastes.",
        ge=0.0001,
        le=10,
    )
    epochs: int = passes(10)
    engine: Literal["here", "spark"] = setting(
        "here",
        "What solves the equations. here: this program. spark: Spark, on one machine or many; it makes the same sum "
        "small, from another start.",
        title="Engine",
        offered=False,
    )
    table: str = setting(
        "",
        "What Spark learns from, beside the dataset that is a part of it: a path that it reads, such as "
        "s3a://bucket/ratings.parquet. Without one, the dataset alone.",
        title="Table",
        max_length=1000,
        offered=False,
    )

    @model_validator(mode="after")
    def _check_table(self) -> Self:
        if self.table and self.engine != "spark":
            raise ValueError("a table is read by Spark alone; choose the engine spark, or import it")
        return self


class Als(AroundMean):
    """Averages, and vectors that are solved for: all users' from all items', then all items' from all users'."""

    config_type: ClassVar[type[RunConfig]] = AlsConfig
    title: ClassVar[str] = "Alternating least squares"
    short_title: ClassVar[str] = "least squares"
    summary: ClassVar[str] = (
        "Subtracts averages first, then solves for all users' vectors and all items' in turn: for millions of ratings."
    )
    training: ClassVar[str] = "als"
    rating_bytes: ClassVar[int] = 64

    @classmethod
    def trained_elsewhere(cls, config: Any) -> bool:
        """Where the engine is Spark."""
        return bool(config.engine == "spark")

    @classmethod
    def epochs(cls, config: Any) -> int:
        """All iterations of Spark are one: it does not tell what they come to before the end."""
        return 1 if cls.trained_elsewhere(config) else int(config.epochs)

    @classmethod
    def products(cls, config: RunConfig, n_users: int, n_items: int, n_trained: int) -> int:
        """For each rating an outer product on both sides, for each row a system of equations."""
        dim = config.dimensions
        return 2 * n_trained * dim**2 + (n_users + n_items) * dim**3
