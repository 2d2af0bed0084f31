"""The model families there are, the settings of a run of each, and the presets.

A new kind of model is one file beside this one, and a line in the table here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from core.config import SHARED_FIELDS, GradientConfig, RunConfig, SplitConfig, TrainConfig, family_fields
from core.errors import LimitError
from core.model.als import Als
from core.model.autoencoder import AutoencoderItems, AutoencoderUsers
from core.model.bias_only import BiasOnly
from core.model.dot_with_bias import DotWithBias, DotWithBiasConfig
from core.model.item2vec import Item2vec
from core.model.labels import Labels
from core.model.neural import Neural
from core.model.ranking import Ranking
from core.model.scoring import Scorer
from core.model.simple_dot import SimpleDot, SimpleDotConfig
from core.model.simple_dot_diy import SimpleDotDiy, SimpleDotDiyConfig
from core.model.variational import Variational, VariationalConfig
from core.model.vectors import GUESSING, Vectors

FAMILIES: Mapping[str, type[Scorer]] = MappingProxyType(
    {
        family.config_type.model_fields["model"].default: family
        for family in (
            DotWithBias,
            Variational,
            SimpleDot,
            SimpleDotDiy,
            BiasOnly,
            Als,
            Neural,
            AutoencoderItems,
            AutoencoderUsers,
            Ranking,
            Item2vec,
            Labels,
        )
    }
)
"""Those that are trained here."""

OPENED: Mapping[str, type[Scorer]] = MappingProxyType({"vectors": Vectors, **GUESSING})
"""Those that a run may be of besides: nothing here trains them."""

DEFAULT_FAMILY = "dot_with_bias"


def family_of(config: RunConfig) -> type[Scorer]:
    """The family that a run's settings name."""
    return stored_families()[config.model]


def stored_families() -> Mapping[str, type[Scorer]]:
    """All that a run in the store may be of."""
    return {**FAMILIES, **OPENED}


def _model_settings() -> dict[str, FieldInfo]:
    words = " ".join(f"{name}: {family.summary[0].lower()}{family.summary[1:]}" for name, family in FAMILIES.items())
    annotation: Any = Literal[tuple(FAMILIES)]
    names = FieldInfo(annotation=annotation, title="Model", description=words)
    fields = {"model": names}
    for family in FAMILIES.values():
        for name in family_fields(family.config_type):
            fields.setdefault(name, family.config_type.model_fields[name])
    return fields


MODEL_SETTINGS: Mapping[str, FieldInfo] = MappingProxyType(_model_settings())  # the settings of all families, each once

SETTINGS: Mapping[str, FieldInfo] = MappingProxyType(
    {**MODEL_SETTINGS, **TrainConfig.model_fields, **SHARED_FIELDS, **SplitConfig.model_fields}
)
"""Every setting there is: those of the model, of the training and of the split."""


def parse_config(
    settings: Mapping[str, Any], *, base: RunConfig | None = None, families: Mapping[str, type[Scorer]] | None = None
) -> RunConfig:
    """A run's checked settings from loose ones, laid over `base` where one is given.

    What `base` says and the chosen family does not have is dropped, and so is what it says about a setting that
    `new_defaults` names. The embedding layer follows from a model that `settings` name, unless they name a layer too.
    What is to be trained is of one of FAMILIES; `families` says what else it may be of.

    Raises LimitError: a setting is unknown, not one of the family, of the wrong type or out of range; the message names
    each with what was given.
    """
    families = FAMILIES if families is None else families
    name = settings.get("model", base.model if base else DEFAULT_FAMILY)
    if name not in families:
        raise LimitError(f"model is {name!r:.60}: should be one of {', '.join(families)}")
    config_type = families[name].config_type
    fresh = new_defaults(base.model, name) if base else {}
    values = {key: value for key, value in base or () if key in config_type.model_fields and key not in fresh}
    if "model" in settings:
        values.pop("embedding_layer", None)
    try:
        return config_type.model_validate(values | dict(settings) | {"model": name})
    except ValidationError as error:
        raise LimitError("; ".join(_explain(families[name], detail) for detail in error.errors())) from None


def new_defaults(before: str, after: str) -> dict[str, Any]:
    """Settings that two families share under one name and that mean something else in each, with the second's defaults.

    What suits one is not meant for the other: 64 dimensions that stop early are not 64 that a prior prunes, and twenty
    passes of small steps are not twenty of which each solves for everything, whatever the defaults are.
    """
    types = [stored_families()[name].config_type for name in (before, after)]
    old, new = (one.model_fields for one in types)
    other_passes = issubclass(types[0], GradientConfig) != issubclass(types[1], GradientConfig)
    return {
        name: new[name].default
        for name in old.keys() & new.keys() - {"model", "embedding_layer"}
        if old[name].default != new[name].default or (name == "epochs" and other_passes)
    }


def run_config(**settings: Any) -> RunConfig:
    """A run's checked settings, all others at their defaults; raises as `parse_config` does."""
    return parse_config(settings)


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same in all of them."""

    name: str  # its field in `RunConfig`
    title: str  # the words of the form
    values: tuple[Any, ...]  # one a config, in their order; None where a family does not have it


def differences(configs: Sequence[RunConfig]) -> tuple[Difference, ...]:
    """Settings with more than one value: those of the model first, then of training, then of the split."""
    found = []
    for name, field in SETTINGS.items():
        values = tuple(getattr(config, name, None) for config in configs)
        if any(value != values[0] for value in values):
            found.append(Difference(name, str(field.title), values))
    return tuple(found)


def _explain(family: type[Scorer], detail: Any) -> str:
    name = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden" and name in SETTINGS:
        allowed = ", ".join(family_fields(family.config_type)) or "none of its own"
        return f"{name} is no setting of {family.config_type.model_fields['model'].default}, which has {allowed}"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{name} is {detail['input']!r:.60}: {message}" if name else message


_ARTICLE = {"embedding_dim": 64, "epochs": 10, "batch_size": 32, "learning_rate": 1e-3, "patience": 2}
_FAST = {"epochs": 20, "init_min": -0.02, "init_max": 0.02, "patience": 2, "restore_best": True}

PRESETS: Mapping[str, RunConfig] = MappingProxyType(
    {
        "default": DotWithBiasConfig(batch_size=1024, learning_rate=8e-3, l2=0.11, **_FAST),
        # For millions of ratings: with large tables a step is expensive before its first rating
        # (see core/training/engine.py), so batches are large.
        # Learning rate and penalty were chosen on planted ratings (benchmarks/size.py).
        "large": DotWithBiasConfig(batch_size=65_536, learning_rate=3e-3, l2=0.06, **_FAST),
        # For scales and shapes unlike MovieLens': begins at the mean, and the penalty grows with the scale; on 0.5 … 5
        # it is that of `default`. Chosen on planted ratings (benchmarks/scales.py).
        "any-scale": DotWithBiasConfig(
            batch_size=1024, learning_rate=8e-3, l2=0.0054, l2_unit="scale", starting_guess="average", **_FAST
        ),
        # From ratings alone: the values, and who gave them. No genre, no year.
        "best-ratings": VariationalConfig(item_columns=False),
        "best": VariationalConfig(),
        "article-simple-dot": SimpleDotConfig(init_min=0.0, init_max=0.05, **_ARTICLE),
        "article-dot-with-bias": DotWithBiasConfig(user_dropout=0.3, item_dropout=0.6, **_ARTICLE),
        "article-simple-dot-diy": SimpleDotDiyConfig(**_ARTICLE),
    }
)
