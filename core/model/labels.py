"""labels: P(label | item) = sigmoid(v · l + b_l), learned from which genres an item has, without any rating.

Logistic factorization of the table of items and labels: some of its cells are kept aside, and what an item's other
labels say of them is what its vector knows.
"""

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from core.config import RunConfig, family_name, passes, setting, vector_size
from core.model.layers import ANY_LENGTH, own_layers
from core.model.metrics import AUC, Metric
from core.model.products import Products


class LabelsConfig(RunConfig):
    """Settings of the model of labels."""

    model: Literal["labels"] = family_name("labels")
    embedding_dim: int = vector_size(
        8,
        "How many numbers describe each item.",
        grows="Room for rarer combinations; easier to learn the labels by heart.",
    )
    label_penalty: float = setting(
        1.0,
        "Penalty on large vectors (weight of their squares beside the log loss of an item's cells).",
        title="Penalty",
        unit="weight",
        grows="Smoother, more cautious numbers; too much leaves how common each label is.",
        ge=0,
        le=100,
    )
    epochs: int = passes(12)

    @model_validator(mode="after")
    def _check_split(self) -> Self:
        if not self.is_drawn:
            raise ValueError(f"split_kind is {self.split_kind}, and labels have no time; choose random")
        return self


class Labels(Products):
    """An item's vector, and a direction for each label."""

    config_type: ClassVar[type[RunConfig]] = LabelsConfig
    title: ClassVar[str] = "Which genres it has"
    short_title: ClassVar[str] = "labels"
    summary: ClassVar[str] = "Learns to tell the genres of an item; it knows of no person and of no rating."
    score_latex: ClassVar[str] = r"v \cdot l + b_l"
    training: ClassVar[str] = "labels"
    metric: ClassVar[Metric] = AUC
    sides: ClassVar[tuple[str, str]] = ("item", "label")
    rows: ClassVar[frozenset[str]] = frozenset({"item_embedding"})
    weights = own_layers("item_embedding", "label_embedding", "label_offset")

    def learned_items(self, trained: np.ndarray) -> np.ndarray:
        """Those with a label; the vectors of the others are zeros."""
        return np.any(self.item_embedding, axis=1)

    @classmethod
    def counts(cls, n_users: int, n_items: int) -> tuple[int, int]:
        """Items, and however many labels the data have."""
        return n_items, ANY_LENGTH
