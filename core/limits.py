"""Refuse a model that would not fit into memory, before anything of it is allocated."""

import os

from core.config import RunConfig
from core.errors import LimitError

DEFAULT_MAX_MODEL_MB = 4096
FLOAT_BYTES = 4


def max_model_mb() -> int:
    """The largest model allowed, in MiB; `EMBEDDING_EXPLORER_MAX_MODEL_MB` sets it.

    Raises:
        LimitError: The variable is set to something else than a positive whole number.
    """
    text = os.environ.get("EMBEDDING_EXPLORER_MAX_MODEL_MB", str(DEFAULT_MAX_MODEL_MB))
    if not text.isdecimal() or int(text) < 1:
        raise LimitError(f"EMBEDDING_EXPLORER_MAX_MODEL_MB is {text!r:.30}; it must be a whole number of MiB from 1")
    return int(text)


def model_bytes(config: RunConfig, n_users: int, n_items: int) -> int:
    """Estimated bytes that training holds for the model's numbers.

    Every number is held four times, as float32: the weight, its gradient and
    Adam's two running means; once more where the best epoch is kept.
    """
    per_row = config.embedding_dim + (config.model == "dot_with_bias")
    copies = 5 if config.restore_best else 4
    return (n_users + n_items) * per_row * copies * FLOAT_BYTES


def check_size(config: RunConfig, n_users: int, n_items: int) -> None:
    """Pass if the model may be trained.

    Raises:
        LimitError: It would need more memory than allowed.
    """
    needed, allowed = -(-model_bytes(config, n_users, n_items) // 2**20), max_model_mb()
    if needed > allowed:
        raise LimitError(
            f"{n_users:,} users and {n_items:,} items with {config.embedding_dim} dimensions need about {needed:,} MiB "
            f"to train; {allowed:,} MiB are allowed; choose fewer dimensions or raise EMBEDDING_EXPLORER_MAX_MODEL_MB"
        )
