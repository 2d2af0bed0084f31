"""What can be set: range, default, unit and meaning of each setting in plain words, and the id of a run.

A run's settings are one object: those of the split, those of the training, and those of its model family. What
belongs to a family is chosen in the family's own file (`core.model`), from the groups here or with settings of its
own. The form, the command line and the checks all read these classes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

SCHEMA_VERSION = 1  # Part of every run id: raise it when the same settings would give another result


class Settings(BaseModel):
    """A group of settings that cannot be changed once it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def setting(
    default: Any, help_text: str, *, title: str, unit: str = "", grows: str = "", offered: bool = True, **limits: Any
) -> Any:
    """A field with what a form shows beside it; `grows` says what happens when it grows. What is not `offered` can be
    set on the command line alone: it reaches beyond the program."""
    extra: dict[str, Any] = {"unit": unit, "grows": grows, "offered": offered}
    return Field(default, title=title, description=help_text, json_schema_extra=extra, **limits)


def is_offered(field: FieldInfo) -> bool:
    """Whether a form shows a setting, and a sweep may vary it."""
    extra = field.json_schema_extra
    return not isinstance(extra, dict) or bool(extra.get("offered", True))


MOST_DIMENSIONS = 16_384  # Of vectors from elsewhere; those of large language models have 4,096 and more


def vector_size(default: int, help_text: str, *, grows: str = "", most: int = 1024) -> Any:
    """The field `embedding_dim` of a family whose rows have vectors: its range is one for all that are trained here."""
    return setting(default, help_text, title="Dimensions", unit="numbers per vector", grows=grows, ge=1, le=most)


def passes(
    default: int,
    help_text: str = "Passes over everything that is learned from; nothing is chosen by what the model is judged on.",
    *,
    grows: str = "More time to learn.",
) -> Any:
    """The field `epochs`: its range is one for all."""
    return setting(default, help_text, title="Epochs", unit="passes", grows=grows, ge=1, le=500)


def step_size(default: float) -> Any:
    """The field `learning_rate` of a family that learns by gradient steps."""
    return setting(
        default,
        "How far each step moves the numbers (step size of the Adam optimizer).",
        title="Learning rate",
        unit="step size",
        grows="Faster learning, until it overshoots and the loss explodes.",
        gt=0,
        le=1,
    )


def family_name(name: str) -> Any:
    """The field `model` of a family's settings, which tells the families apart."""
    return setting(name, "The kind of model: how a user's and an item's numbers make a guess.", title="Model")


class SplitConfig(Settings):
    """Which ratings the model learns from and which it is tested on."""

    split_kind: Literal["random", "temporal", "global_time"] = setting(
        "random",
        "Which ratings are kept aside. random: drawn by chance. temporal: the latest of each user, though others may "
        "have rated later still. global_time: all from one moment on, so that nothing is learned from the future.",
        title="Split",
    )
    validation_fraction: float = setting(
        0.2,
        "Share of the ratings kept aside to test the model on.",
        title="Validation fraction",
        unit="fraction",
        grows="A steadier test, and less to learn from.",
        ge=0.01,
        le=0.5,
    )
    split_seed: int = setting(
        0,
        "Starting number of the random draw. Another one draws another test set of the same size; of a split by time, "
        "the same.",
        title="Split seed",
        ge=0,
        le=2**31 - 1,
    )
    test_fraction: float = setting(
        0.0,
        "Share of the ratings set aside before all else, the same whatever the split seed: no training learns from "
        "them and nothing is chosen by them, so that a last test on them is fair.",
        title="Test fraction",
        unit="fraction",
        grows="A steadier last test, and less to learn from.",
        ge=0,
        le=0.5,
    )

    @property
    def is_drawn(self) -> bool:
        """Whether chance divides the ratings, so that another split seed divides them otherwise."""
        return self.split_kind == "random"


def _dropout(side: str, lost: str) -> Any:
    return setting(
        0.0,
        f"Share of each {side} vector hidden at random in every training step.",
        title=f"{side.capitalize()} dropout",
        unit="fraction",
        grows=f"Less learning by heart; too much hides {lost} itself.",
        ge=0,
        le=0.95,
    )


class VectorConfig(Settings):
    """The vectors of users and items before they have learned anything."""

    embedding_dim: int = vector_size(
        64,
        "How many numbers describe each user and each item.",
        grows="Room for finer tastes; slower, and easier to learn the training ratings by heart.",
    )
    user_dropout: float = _dropout("user", "the taste")
    item_dropout: float = _dropout("item", "the item")
    init_min: float = setting(
        -0.05,
        "Lowest value a vector's numbers start from, drawn evenly between the two ends.",
        title="Initial range, low end",
        unit="embedding units",
        ge=-1,
        le=1,
    )
    init_max: float = setting(
        0.05,
        "Highest value a vector's numbers start from, drawn evenly between the two ends.",
        title="Initial range, high end",
        unit="embedding units",
        grows="Items start further apart, and take longer to forget where they started.",
        ge=-1,
        le=1,
    )

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        if self.init_min >= self.init_max:
            raise ValueError(
                f"the initial range is empty: init_min {self.init_min} is not below init_max {self.init_max}"
            )
        return self


class LayerConfig(Settings):
    """Which code looks the vectors up."""

    embedding_layer: Literal["keras", "diy"] = setting(
        "keras",
        "keras: the library's embedding layer. diy: the hand-written one. They compute the same.",
        title="Embedding layer",
    )


class TrainConfig(Settings):
    """How a model learns by gradient steps over batches of ratings."""

    epochs: int = passes(
        10, "Most passes over the training ratings.", grows="More time to learn, and in the end to learn by heart."
    )
    batch_size: int = setting(
        32,
        "How many ratings are looked at before the numbers are adjusted once.",
        title="Batch size",
        unit="ratings",
        grows="Faster epochs with fewer, steadier steps.",
        ge=1,
        le=131_072,
    )
    learning_rate: float = step_size(1e-3)
    l2: float = setting(
        0.0,
        "Penalty on large numbers that take part in a step: the vectors, or the biases of a model without vectors "
        "(weight of their mean squared length).",
        title="Penalty",
        unit="weight",
        grows="Smoother, more cautious numbers; too much flattens all tastes.",
        ge=0,
        le=10,
    )
    l2_unit: Literal["rating", "scale"] = setting(
        "rating",
        "What the penalty is weighed against. rating: the squared error in rating units, so that the same penalty does "
        "less on a wider scale. scale: the squared error as a share of the scale's width.",
        title="Penalty counts errors in",
    )
    patience: int = setting(
        2,
        "Epochs without a better validation loss before training stops early.",
        title="Early stopping patience",
        unit="epochs",
        grows="Training gives a stalled model longer to recover.",
        ge=1,
        le=500,
    )
    starting_guess: Literal["middle", "average"] = setting(
        "middle",
        "What is guessed before anything is learned, and still is about items and users without a training rating. "
        "middle: the middle of the scale (about zero in a dot product without biases). average: the mean of the "
        "training ratings, with what was learned of the other side.",
        title="Starting guess",
    )
    restore_best: bool = setting(
        False, "Keep the vectors of the best epoch instead of the last one.", title="Keep the best epoch"
    )


class RunConfig(SplitConfig):
    """All settings of one run; each model family adds its own. Equal settings on equal data are one run."""

    model: str = family_name("")
    seed: int = setting(
        0,
        "Starting number of everything drawn by chance in training. The same number gives the same model, bit for bit.",
        title="Seed",
        ge=0,
        le=2**31 - 1,
    )

    @property
    def split(self) -> SplitConfig:
        """The part that says which ratings train and which validate; runs with equal ones share a split. The seed of a
        split that chance has no part in says nothing, and is 0 here."""
        values = {name: getattr(self, name) for name in SplitConfig.model_fields}
        return SplitConfig(**values if self.is_drawn else values | {"split_seed": 0})

    @property
    def dimensions(self) -> int:
        """Numbers in the vector of a user or an item; 0 where the family has no vectors."""
        return getattr(self, "embedding_dim", 0)

    @property
    def dropouts(self) -> tuple[float, float]:
        """Shares of a user's and of an item's vector hidden in training; 0 where the family has no dropout."""
        return getattr(self, "user_dropout", 0.0), getattr(self, "item_dropout", 0.0)


class GradientConfig(RunConfig, TrainConfig):
    """All settings of one run of a Keras model; its families add their own."""

    @property
    def architecture(self) -> Self:
        """The same model with everything else at its default: what a compiled program depends on. Where the vectors
        start is put into a program that is compiled already."""
        names = set(family_fields(type(self))) - {"init_min", "init_max"}
        return type(self)(**{name: getattr(self, name) for name in names})


SHARED_FIELDS: Mapping[str, FieldInfo] = MappingProxyType({"seed": RunConfig.model_fields["seed"]})
"""The settings that every family has besides those of the split."""


def family_fields(config_type: type[RunConfig]) -> Iterator[str]:
    """Names of the settings that belong to a family itself, not to the split or the training."""
    shared = {*RunConfig.model_fields, *TrainConfig.model_fields}
    return (name for name in config_type.model_fields if name not in shared)


def run_id(config: RunConfig, dataset_digest: str) -> str:
    """The run's name: 16 hex digits that equal settings on equal data share.

    The settings of the program's first version count in full, those that a family does not have with their defaults.
    Any other counts only where it differs from its default, so that a new one renames no run.
    """
    values: dict[str, Any] = dict(_FIRST_SETTINGS)
    for name, value in config:
        if name in values or value != type(config).model_fields[name].default:
            values[name] = value + 0.0 if isinstance(value, float) else value  # -0.0 is 0.0
    text = json.dumps([SCHEMA_VERSION, values, dataset_digest], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def content_id(arrays: Mapping[str, np.ndarray], row_ids: Mapping[str, Sequence[str]]) -> str:
    """The id of a run of imported numbers: 16 hex digits that equal numbers on equal rows share.

    The data's own ids name the rows of each kind ("item", "user"); no name and no other metadata counts.
    """
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(array.data)
    digest.update(json.dumps({kind: list(row_ids[kind]) for kind in sorted(row_ids)}).encode())
    return digest.hexdigest()[:16]


_FIRST_SETTINGS = {
    "split_kind": "random", "validation_fraction": 0.2, "split_seed": 0, "model": "", "embedding_dim": 64,
    "embedding_layer": "keras", "user_dropout": 0.0, "item_dropout": 0.0, "init_min": -0.05, "init_max": 0.05,
    "epochs": 10, "batch_size": 32, "learning_rate": 1e-3, "l2": 0.0, "patience": 2, "restore_best": False, "seed": 0,
}  # fmt: skip
"""The settings of the first version and what a family without one of them stands for."""
