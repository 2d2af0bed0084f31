"""Refuse a training that would not fit into memory or would not end, before anything of it is allocated."""

import importlib.util
import math
from pathlib import Path

from core import settings
from core.config import GradientConfig, RunConfig
from core.data.catalog import DatasetInfo
from core.data.nouns import count
from core.data.ratings import DatasetRef
from core.disk import quota
from core.errors import LimitError, NotApplicableError
from core.model.families import PRESETS, family_of
from core.model.variational import STEPS_PER_EPOCH

DEFAULT_MAX_MODEL_MB = 4096
DEFAULT_MAX_EPOCH_SECONDS = 300
FLOAT_BYTES = 4

FIRST_EPOCH_SECONDS = 15
"""The longest epoch to begin with: somebody who presses the one button should not wait for minutes."""

BATCH_COPIES = 10
"""Arrays of one vector a rating that a step holds at once: looked up, multiplied, their gradients (9.3 measured)."""

RATING_BYTES = 40
"""What training holds for a rating besides the data: row numbers of the split and of the epoch's order, and the
residuals of the reference lines."""

NUMBER_SECONDS = 2e-9
"""To move one number of the model, which every step does with all of them. This and the next two were measured on two
processors and large tables; small ones fit into the processor's cache and are faster."""

LOOKED_UP_SECONDS = 1e-8  # to look up, compare and correct one dimension of one rating's vectors
DROPPED_SECONDS = 3e-7  # to draw whether one number of one vector drops out


FULL_COPIES, FULL_STEP_SECONDS = 10, 1.2e-8
"""Of a training by full steps: copies of every number, and seconds for a rating and a column."""


PRODUCT_SECONDS = 1e-10  # for a multiplication and an addition within a product of matrices


def max_model_mb() -> int:
    """The most memory a training may take, in MiB; `EMBEDDING_EXPLORER_MAX_MODEL_MB` sets it.
    Raises LimitError: the variable is set to something else than a positive whole number."""
    return settings.whole_number("MAX_MODEL_MB", DEFAULT_MAX_MODEL_MB)


def max_epoch_seconds() -> int:
    """The longest an epoch may be estimated to take; `EMBEDDING_EXPLORER_MAX_EPOCH_SECONDS` sets it.
    Raises LimitError: the variable is set to something else than a positive whole number."""
    return settings.whole_number("MAX_EPOCH_SECONDS", DEFAULT_MAX_EPOCH_SECONDS)


def model_numbers(config: RunConfig, n_users: int, n_items: int) -> int:
    """Numbers that the model learns."""
    return sum(math.prod(shape) for shape in family_of(config).shapes(config, n_users, n_items).values())


def training_bytes(config: RunConfig, n_users: int, n_items: int, n_ratings: int) -> int:
    """Estimated bytes that training holds besides the ratings themselves.

    Every number of the model is there seven times, as float32: the weight and Adam's two running means, old and new,
    and the gradient; once more where the best epoch is kept.
    """
    if family_of(config).trained_elsewhere(config):
        return model_numbers(config, n_users, n_items) * 2 * FLOAT_BYTES + n_ratings * RATING_BYTES
    if not isinstance(config, GradientConfig):
        of_model = model_numbers(config, n_users, n_items) * FULL_COPIES * FLOAT_BYTES
        return of_model + n_ratings * family_of(config).rating_bytes
    copies = 8 if config.restore_best else 7
    batch = min(config.batch_size, _trained(config, n_ratings)) * _side_by_side(config) * BATCH_COPIES
    return (model_numbers(config, n_users, n_items) * copies + batch) * FLOAT_BYTES + n_ratings * RATING_BYTES


def epoch_seconds(config: RunConfig, n_users: int, n_items: int, n_ratings: int) -> float:
    """Estimated seconds of an epoch on two processors; 0 where they are another program's."""
    trained = _trained(config, n_ratings)
    if family_of(config).trained_elsewhere(config):
        return 0.0
    if products := family_of(config).products(config, n_users, n_items, trained):
        return products * PRODUCT_SECONDS
    if not isinstance(config, GradientConfig):
        width = config.dimensions + 1
        return STEPS_PER_EPOCH * width * (trained * FULL_STEP_SECONDS + (n_users + n_items) * NUMBER_SECONDS)
    moving = math.ceil(trained / config.batch_size) * model_numbers(config, n_users, n_items) * NUMBER_SECONDS
    dropouts = sum(rate > 0 for rate in config.dropouts)
    return moving + trained * _side_by_side(config) * (LOOKED_UP_SECONDS + dropouts * DROPPED_SECONDS)


def _side_by_side(config: RunConfig) -> int:
    return family_of(config).numbers_per_rating(config)


def first_preset(data: DatasetRef | DatasetInfo) -> str:
    """Name of the preset to begin with: `best` on any scale, or `large` where an epoch of that would take too long.

    `best` finds its own prior on every scale, needs nothing compiled, and shows most (docs/findings.md). It holds more
    for each rating than batches do, so memory may also say `large`.

    Raises LimitError: an environment variable that limits trainings is no number.
    """
    sizes = data.users, data.items, data.ratings
    quick = epoch_seconds(PRESETS["best"], *sizes) <= FIRST_EPOCH_SECONDS
    small = training_bytes(PRESETS["best"], *sizes) <= max_model_mb() * 2**20
    return "best" if quick and small else "large"


def _trained(config: RunConfig, n_ratings: int) -> int:
    return max(1, round((1 - config.validation_fraction) * n_ratings))


def check_room(config: RunConfig, n_users: int, n_items: int) -> None:
    """Pass if the home has room for the trained model; raises QuotaError and LimitError as `quota.check`."""
    quota.check("training this model", FLOAT_BYTES * model_numbers(config, n_users, n_items))


def on_gpu() -> bool:
    """Whether Keras trains on a GPU here, where an epoch takes a fraction of what `epoch_seconds` says; how small a one
    was not measured, so there the estimate refuses nothing."""
    return Path("/dev/nvidiactl").exists() and importlib.util.find_spec("nvidia") is not None


def check_size(config: RunConfig, n_users: int, n_items: int, n_ratings: int) -> None:
    """Pass if the model may be trained. Raises LimitError: it would need more memory, or more time for an epoch, than
    allowed; NotApplicableError: there are no ratings, as where vectors from elsewhere were brought."""
    if not n_ratings:
        raise NotApplicableError("these data hold no ratings, so nothing can be learned from them; choose others")
    needed, allowed = -(-training_bytes(config, n_users, n_items, n_ratings) // 2**20), max_model_mb()
    if needed > allowed:
        raise LimitError(
            f"{count(n_ratings, 'rating')} by {count(n_users, 'user')} of {count(n_items, 'item')} with "
            f"{config.dimensions} dimensions "
            f"need about {needed:,} MiB to train; {allowed:,} MiB are allowed; choose fewer dimensions, smaller "
            "batches, or raise EMBEDDING_EXPLORER_MAX_MODEL_MB"
        )
    seconds, longest = epoch_seconds(config, n_users, n_items, n_ratings), max_epoch_seconds()
    if seconds > longest and not (isinstance(config, GradientConfig) and on_gpu()):
        if not isinstance(config, GradientConfig):
            raise LimitError(
                f"an epoch of {count(n_ratings, 'rating')} would take about {seconds:,.0f} s; {longest:,} s are "
                "allowed; choose fewer dimensions, the preset large, or raise EMBEDDING_EXPLORER_MAX_EPOCH_SECONDS"
            )
        raise LimitError(
            f"an epoch of {count(n_ratings, 'rating')} in batches of {config.batch_size:,} would take about "
            f"{seconds:,.0f} s, "
            f"as every batch moves all {model_numbers(config, n_users, n_items):,} numbers of the model; "
            f"{longest:,} s are allowed; choose the preset large or a batch size near its, no dropout, fewer "
            "dimensions, or raise EMBEDDING_EXPLORER_MAX_EPOCH_SECONDS"
        )
