"""What a model is judged by on the part of the data that it did not learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from core.errors import NotApplicableError


@dataclass(frozen=True)
class Metric:
    """A measure of models, on data that they did not learn from."""

    name: Literal["rmse", "ndcg@10", "recall@10", "auc"]
    title: str  # as people write it
    higher_is_better: bool  # its direction
    meaning: str  # what a value of it says, as the rest of a sentence that begins with it

    @property
    def direction(self) -> str:
        """Its direction in words."""
        return "higher is better" if self.higher_is_better else "lower is better"

    def best(self, values: Sequence[float]) -> int:
        """The place of the best of some values, the first of several."""
        return (max if self.higher_is_better else min)(range(len(values)), key=values.__getitem__)


@dataclass(frozen=True)
class Measured:
    """The value of a metric, and the name of that."""

    name: Literal["rmse", "ndcg@10", "recall@10", "auc"]
    value: float

    @property
    def metric(self) -> Metric:
        """Which metric it is."""
        return METRICS[self.name]

    def better_than(self, other: "Measured") -> bool:
        """Whether it is the better of two values; of two metrics neither is."""
        ahead = self.value - other.value if self.metric.higher_is_better else other.value - self.value
        return self.name == other.name and ahead > 0


RMSE = Metric("rmse", "RMSE", False, "is how far guesses of ratings are typically off")
NDCG = Metric(
    "ndcg@10",
    "NDCG@10",
    True,
    "says how good the ten are that the model puts first for somebody: 1 where ratings of theirs that were kept aside "
    "come first of all, 0 where none is among the ten",
)
RECALL = Metric(
    "recall@10",
    "Recall@10",
    True,
    "is how often what somebody rated next is among the ten that the model puts first: 1 would be always",
)
AUC = Metric(
    "auc",
    "AUC",
    True,
    "is how often the model tells, of one with a genre and one without it, which is which: 1 is always, 0.5 is "
    "guessing",
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in (RMSE, NDCG, RECALL, AUC)})


def guess_error(val_rmse: float | None) -> float:
    """A validation RMSE that has to be there; raises NotApplicableError where the model guesses no rating."""
    if val_rmse is None:
        raise NotApplicableError(
            "this does not apply to a model that guesses no ratings; choose a model of another kind"
        )
    return val_rmse
