"""Every setting of a run: its range, default, unit and meaning in plain words.

The form, the command line and the checks all read this file. A preset is a
named `RunConfig` and nothing more.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import LimitError

SCHEMA_VERSION = 1
"""Part of every run id: raise it when the same settings would give another result."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _setting(default: Any, help_text: str, *, title: str, unit: str = "", grows: str = "", **limits: Any) -> Any:
    """A field with what a form shows beside it; `grows` says what happens when it grows."""
    return Field(
        default, title=title, description=help_text, json_schema_extra={"unit": unit, "grows": grows}, **limits
    )


class SplitConfig(_Settings):
    """Which ratings the model learns from and which it is tested on."""

    split_kind: Literal["random", "temporal"] = _setting(
        "random",
        "random: ratings drawn by chance. temporal: the latest ratings of each user, closer to predicting the future.",
        title="Split",
    )
    validation_fraction: float = _setting(
        0.2,
        "Share of the ratings kept aside to test the model on.",
        title="Validation fraction",
        unit="fraction",
        grows="A steadier test, and less to learn from.",
        ge=0.01,
        le=0.5,
    )
    split_seed: int = _setting(
        0,
        "Starting number of the random draw. Another one draws another test set of the same size.",
        title="Split seed",
        ge=0,
        le=2**31 - 1,
    )


class ModelConfig(_Settings):
    """What the model looks like before it has learned anything."""

    model: Literal["simple_dot", "dot_with_bias", "simple_dot_diy"] = _setting(
        "dot_with_bias",
        "simple_dot: the dot product of two vectors. dot_with_bias: adds how generous the user and how liked "
        "the item is, held inside the rating scale. simple_dot_diy: simple_dot with a hand-written embedding layer.",
        title="Model",
    )
    embedding_dim: int = _setting(
        64,
        "How many numbers describe each user and each item.",
        title="Dimensions",
        unit="numbers per vector",
        grows="Room for finer tastes; slower, and easier to learn the training ratings by heart.",
        ge=1,
        le=1024,
    )
    embedding_layer: Literal["keras", "diy"] | None = _setting(
        None,
        "keras: the library's embedding layer. diy: the hand-written one. They compute the same.",
        title="Embedding layer",
    )
    user_dropout: float = _setting(
        0.0,
        "Share of each user vector hidden at random in every training step.",
        title="User dropout",
        unit="fraction",
        grows="Less learning by heart; too much hides the taste itself.",
        ge=0,
        le=0.95,
    )
    item_dropout: float = _setting(
        0.0,
        "Share of each item vector hidden at random in every training step.",
        title="Item dropout",
        unit="fraction",
        grows="Less learning by heart; too much hides the item itself.",
        ge=0,
        le=0.95,
    )
    init_min: float = _setting(
        -0.05,
        "Lowest value a vector's numbers start from, drawn evenly between the two ends.",
        title="Initial range, low end",
        unit="embedding units",
        ge=-1,
        le=1,
    )
    init_max: float = _setting(
        0.05,
        "Highest value a vector's numbers start from, drawn evenly between the two ends.",
        title="Initial range, high end",
        unit="embedding units",
        grows="Items start further apart, and take longer to forget where they started.",
        ge=-1,
        le=1,
    )

    @model_validator(mode="before")
    @classmethod
    def _name_the_embedding_layer(cls, data: Any) -> Any:
        """simple_dot_diy has the hand-written layer by name; others have Keras' unless told."""
        if isinstance(data, Mapping) and data.get("embedding_layer") is None:
            layer = "diy" if data.get("model") == "simple_dot_diy" else "keras"
            return {**data, "embedding_layer": layer}
        return data

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if self.model == "simple_dot_diy" and self.embedding_layer == "keras":
            raise ValueError("simple_dot_diy always has the hand-written layer; choose simple_dot for Keras' own")
        if self.init_min >= self.init_max:
            raise ValueError(
                f"the initial range is empty: init_min {self.init_min} is not below init_max {self.init_max}"
            )
        return self


class TrainConfig(_Settings):
    """How the model learns."""

    epochs: int = _setting(
        10,
        "Most passes over the training ratings.",
        title="Epochs",
        unit="passes",
        grows="More time to learn, and in the end to learn by heart.",
        ge=1,
        le=500,
    )
    batch_size: int = _setting(
        32,
        "How many ratings are looked at before the numbers are adjusted once.",
        title="Batch size",
        unit="ratings",
        grows="Faster epochs with fewer, steadier steps.",
        ge=1,
        le=131_072,
    )
    learning_rate: float = _setting(
        1e-3,
        "How far each step moves the numbers (step size of the Adam optimizer).",
        title="Learning rate",
        unit="step size",
        grows="Faster learning, until it overshoots and the loss explodes.",
        gt=0,
        le=1,
    )
    l2: float = _setting(
        0.0,
        "Penalty on large numbers in the vectors that take part in a step (weight of their mean squared length).",
        title="Penalty",
        unit="weight",
        grows="Smoother, more cautious vectors; too much flattens all tastes.",
        ge=0,
        le=10,
    )
    patience: int = _setting(
        2,
        "Epochs without a better validation loss before training stops early.",
        title="Early stopping patience",
        unit="epochs",
        grows="Training gives a stalled model longer to recover.",
        ge=1,
        le=500,
    )
    restore_best: bool = _setting(
        False,
        "Keep the vectors of the best epoch instead of the last one.",
        title="Keep the best epoch",
    )
    seed: int = _setting(
        0,
        "Starting number of everything drawn by chance in training. The same number gives the same model, bit for bit.",
        title="Seed",
        ge=0,
        le=2**31 - 1,
    )


class RunConfig(SplitConfig, ModelConfig, TrainConfig):
    """All settings of one run. Equal configs on equal data are one run."""

    @property
    def split(self) -> SplitConfig:
        """The part that says which ratings train and which validate; runs with equal ones share a split."""
        return SplitConfig(**{name: getattr(self, name) for name in SplitConfig.model_fields})


def parse_config(settings: Mapping[str, Any], *, base: RunConfig | None = None) -> RunConfig:
    """A checked config from loose settings, laid over `base` where one is given.

    Raises:
        LimitError: A setting is unknown, of the wrong type or out of range;
            the message names each with what was given.
    """
    start = base.model_dump() if base else {}
    if "model" in settings and "embedding_layer" not in settings:
        start.pop("embedding_layer", None)  # it follows from the model unless somebody says otherwise
    try:
        return RunConfig.model_validate({**start, **settings})
    except ValidationError as error:
        raise LimitError("; ".join(_explain(detail) for detail in error.errors())) from None


def _explain(detail: Any) -> str:
    name = ".".join(map(str, detail["loc"]))
    said = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{name} is {detail['input']!r:.60}: {said}" if name else said


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same in all of them.

    Attributes:
        name: Its field in `RunConfig`.
        title: The words of the form.
        values: One a config, in their order.
    """

    name: str
    title: str
    values: tuple[Any, ...]


def differences(configs: Sequence[RunConfig]) -> tuple[Difference, ...]:
    """Settings with more than one value: those of the model first, then of training, then of the split."""
    found = []
    for part in (ModelConfig, TrainConfig, SplitConfig):
        for name, field in part.model_fields.items():
            values = tuple(getattr(config, name) for config in configs)
            if any(value != values[0] for value in values):
                found.append(Difference(name, str(field.title), values))
    return tuple(found)


def run_id(config: RunConfig, dataset_digest: str) -> str:
    """The run's name: 16 hex digits that equal configs on equal data share."""
    settings = {name: value + 0.0 if isinstance(value, float) else value for name, value in config}  # -0.0 is 0.0
    text = json.dumps([SCHEMA_VERSION, settings, dataset_digest], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_ARTICLE = {"embedding_dim": 64, "epochs": 10, "batch_size": 32, "learning_rate": 1e-3, "patience": 2}

PRESETS: Mapping[str, RunConfig] = MappingProxyType(
    {
        "default": RunConfig(
            model="dot_with_bias",
            embedding_dim=64,
            epochs=20,
            batch_size=1024,
            learning_rate=8e-3,
            l2=0.11,
            init_min=-0.02,
            init_max=0.02,
            patience=2,
            restore_best=True,
        ),
        # For millions of ratings: with large tables a step is expensive before its first rating
        # (see core/training/engine.py), so batches are large.
        # Learning rate and penalty were chosen on planted ratings (benchmarks/size.py).
        "large": RunConfig(
            model="dot_with_bias",
            embedding_dim=64,
            epochs=20,
            batch_size=65_536,
            learning_rate=3e-3,
            l2=0.06,
            init_min=-0.02,
            init_max=0.02,
            patience=2,
            restore_best=True,
        ),
        "article-simple-dot": RunConfig(model="simple_dot", init_min=0.0, init_max=0.05, **_ARTICLE),
        "article-dot-with-bias": RunConfig(model="dot_with_bias", user_dropout=0.3, item_dropout=0.6, **_ARTICLE),
        "article-simple-dot-diy": RunConfig(model="simple_dot_diy", **_ARTICLE),
    }
)
