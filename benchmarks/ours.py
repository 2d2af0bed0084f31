"""This project's presets and plain Keras on the bundled ratings, in the shape that `benchmarks/peers.py` answers in.

    python -m benchmarks.ours NAME TASK.npz ANSWER.npz

Seconds count from data in memory to the last weight, compiling included and imports not.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core import data
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.export import export
from core.model.families import PRESETS, family_of, parse_config
from core.model.run import Run
from core.model.scoring import Scale

ARTICLE = PRESETS["article-dot-with-bias"]
PLAIN = "plain model.fit"


@dataclass(frozen=True, eq=False)
class Fitted:
    """One training.

    Attributes:
        seconds: Of fitting alone.
        guess: Of the validation ratings, by what the training kept, (m,).
        exported: The same, recomputed from the Parquet export; None where the README's formulas do not cover it.
    """

    seconds: float
    guess: np.ndarray
    exported: np.ndarray | None = None


Program = Callable[[Ratings, int], Fitted]
"""Trains on one split of the ratings."""


def of_config(config: RunConfig, *, warm: bool = False) -> Program:
    """Our training with these settings: compiling anew, or (`warm`) with what a worker compiled before."""

    def program(ratings: Ratings, split_seed: int) -> Fitted:
        from core.training.engine import forget_engines
        from core.training.trainer import fit, prepare

        here = config.model_copy(update={"split_seed": split_seed})
        if warm:
            prepare(here, ratings)
        else:
            forget_engines()
        run = fit(here, ratings)
        rows = split(ratings, here).validation
        guess = run.scorer.predict(ratings.user_index[rows], ratings.item_index[rows])
        return Fitted(run.outcome.train_seconds, guess, from_export(run, ratings, rows))

    return program


def from_export(run: Run, ratings: Ratings, rows: np.ndarray) -> np.ndarray | None:
    """Guesses of these ratings by the README's formula from `items.parquet` and `users.parquet` alone."""
    if run.config.model not in LINEAR | SQUASHED:
        return None
    with tempfile.TemporaryDirectory() as folder:
        export(run, ratings, "parquet", Path(folder))
        items, users = (
            pd.read_parquet(Path(folder) / f"{side}s.parquet").set_index(f"{side}_id") for side in ("item", "user")
        )
    item = items.loc[ratings.items.ids[ratings.item_index[rows]]]
    user = users.loc[ratings.users.ids[ratings.user_index[rows]]]
    dot = np.einsum("ij,ij->i", np.stack(user.embedding.to_numpy()), np.stack(item.embedding.to_numpy()))
    score = dot + user.bias.to_numpy() + item.bias.to_numpy()
    if run.config.model in LINEAR:
        return score
    return ratings.min_rating + (ratings.max_rating - ratings.min_rating) / (1 + np.exp(-score))


LINEAR = frozenset({"simple_dot", "simple_dot_diy", "variational"})
SQUASHED = frozenset({"dot_with_bias"})
"""Models by the README's two formulas for a vector and a bias: the sum, clipped, and its sigmoid between the ends."""


def plain_fit(ratings: Ratings, split_seed: int) -> Fitted:
    """The article's model trained by Keras' own `model.fit`, with the same optimizer, loss and early stopping."""
    from core.model.backend import keras

    config = ARTICLE.model_copy(update={"split_seed": split_seed})
    parts = split(ratings, config)
    keras.utils.set_random_seed(config.seed)
    began = time.perf_counter()
    family, rows = family_of(config), {"n_users": len(ratings.users), "n_items": len(ratings.items)}
    scale = Scale(ratings.min_rating, ratings.max_rating, family.uses_sigmoid)
    model = family.build(config, **rows, scale=scale, seed=config.seed).model
    model.compile(optimizer=keras.optimizers.Adam(config.learning_rate), loss="mse")
    inputs = [
        {"user": ratings.user_index[rows], "item": ratings.item_index[rows]} for rows in (parts.train, parts.validation)
    ]
    model.fit(
        inputs[0],
        ratings.rating[parts.train],
        validation_data=(inputs[1], ratings.rating[parts.validation]),
        batch_size=config.batch_size,
        epochs=config.epochs,
        callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=config.patience)],
        verbose=0,
    )
    seconds = time.perf_counter() - began
    return Fitted(seconds, model.predict(inputs[1], batch_size=2**15, verbose=0).ravel())


@dataclass(frozen=True)
class Ours:
    """A way of training, in words, and how many of the splits it is worth."""

    settings: str
    program: Program
    splits: int | None = None


def programs() -> dict[str, Ours]:
    """Plain Keras, the default preset in a worker that has compiled, every preset, and models that are in none."""
    found = {PLAIN: Ours("the article's dot_with_bias, whole, on one split", plain_fit, splits=1)}
    found |= {name: Ours("preset", of_config(config)) for name, config in PRESETS.items()}
    found["default, compiled"] = Ours(
        "as in a worker that has trained before", of_config(PRESETS["default"], warm=True)
    )
    for name in ("bias_only", "neural"):
        found[name] = Ours("model", of_config(parse_config({"model": name}, base=PRESETS["default"])))
    return found


def main() -> None:
    name, given, answer = sys.argv[1:]
    ours, ratings = programs()[name], data.load()
    with np.load(given) as arrays:
        seeds = arrays["seeds"].tolist()[: ours.splits]
    fitted = [ours.program(ratings, seed) for seed in seeds]
    kept = {"guesses": [each.guess for each in fitted], "seconds": [each.seconds for each in fitted]}
    if all(each.exported is not None for each in fitted):
        kept["exported"] = [each.exported for each in fitted]
    np.savez(answer, **kept)


if __name__ == "__main__":
    main()
