"""This project's presets and plain Keras on the bundled ratings, in the shape that `benchmarks/peers.py` answers in.

    python -m benchmarks.ours NAME TASK.npz ANSWER.npz

Seconds count from data in memory to the last weight, compiling included and imports not.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers import Stopwatch, times
from core import data
from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.data.splits import split
from core.export.formats import export
from core.model.families import PRESETS, family_of, parse_config
from core.model.run import Run
from core.model.scale import Scale

ARTICLE = PRESETS["article-dot-with-bias"]
PLAIN = "plain model.fit"


@dataclass(frozen=True, eq=False)
class Fitted:
    """One training.

    Attributes:
        fitting: Seconds of fitting alone.
        guess: Of the validation ratings, by what the training kept, (m,).
        exported: The same, recomputed from the Parquet export; None where there was none.
    """

    fitting: Stopwatch
    guess: np.ndarray
    exported: np.ndarray | None = None


Program = Callable[[Ratings, int], Fitted]
"""Trains on one split of the ratings."""


def of_config(config: RunConfig, *, warm: bool = False) -> Program:
    """Our training with these settings: compiling anew, or (`warm`) with what a worker compiled before."""

    def program(ratings: Ratings, split_seed: int) -> Fitted:
        from core.training import engine
        from core.training.trainer import fit, prepare

        here = config.model_copy(update={"split_seed": split_seed})
        if warm:
            prepare(here, ratings)
        else:
            engine._engine.cache_clear()
        with Stopwatch() as fitting:
            run = fit(here, ratings)
        rows = split(ratings, here).validation
        guess = run.scorer.predict(ratings.user_index[rows], ratings.item_index[rows])
        return Fitted(fitting, guess, from_export(run, ratings, rows))

    return program


def from_export(run: Run, ratings: Ratings, rows: np.ndarray) -> np.ndarray:
    """Guesses of these ratings by the formula in the Parquet export's metadata, from its tables alone."""
    with tempfile.TemporaryDirectory() as folder:
        export(run, ratings, "parquet", Path(folder))
        tables = {path.stem: pq.read_table(path) for path in Path(folder).iterdir()}
    formula = tables["items"].schema.metadata[b"formula"].decode()
    names = {
        side: _Side(tables[f"{side}s"], f"{side}_id", ids.ids[index[rows]])
        for side, ids, index in (
            ("user", ratings.users, ratings.user_index),
            ("item", ratings.items, ratings.item_index),
        )
    }
    return eval(formula.removeprefix("rating = "), {"__builtins__": {}}, FUNCTIONS | names | _layers(tables))


FUNCTIONS: dict[str, Callable[..., np.ndarray]] = {
    "dot": lambda left, right: (left * right).sum(axis=1) if right.ndim == 2 else left @ right,
    "sigmoid": lambda score: 1 / (1 + np.exp(-score)),
    "relu": lambda score: np.maximum(score, 0),
    "concat": lambda *parts: np.concatenate(parts, axis=1),
}
"""What the words of a formula mean over whole columns."""


class _Side:
    """Columns of `items.parquet` or `users.parquet`, as a formula calls them, a row for each id asked."""

    def __init__(self, table: pa.Table, key: str, ids: np.ndarray) -> None:
        frame = table.to_pandas().set_index(key)
        row = frame.index.get_indexer(ids)
        self.bias = frame["bias"].to_numpy()[row]
        self.embedding = np.stack(frame["embedding"].to_numpy())[row]


def _layers(tables: dict[str, pa.Table]) -> dict[str, np.ndarray]:
    """What belongs to no row, by name; an array of one number is that number."""
    if "layers" not in tables:
        return {}
    arrays = (
        (one["name"], np.array(one["values"], np.float32).reshape(one["shape"])) for one in tables["layers"].to_pylist()
    )
    return {name: array[0] if array.size == 1 else array for name, array in arrays}


def plain_fit(ratings: Ratings, split_seed: int) -> Fitted:
    """The article's model trained by Keras' own `model.fit`, with the same optimizer, loss and early stopping."""
    from core.model.backend import keras

    config = ARTICLE.model_copy(update={"split_seed": split_seed})
    parts, family = split(ratings, config), family_of(config)
    scale = Scale(ratings.min_rating, ratings.max_rating, family.uses_sigmoid)
    inputs = [
        {"user": ratings.user_index[rows], "item": ratings.item_index[rows]} for rows in (parts.train, parts.validation)
    ]
    keras.utils.set_random_seed(config.seed)
    with Stopwatch() as fitting:
        sizes = {"n_users": len(ratings.users), "n_items": len(ratings.items)}
        model = family.build(config, **sizes, scale=scale, seed=config.seed).model
        model.compile(optimizer=keras.optimizers.Adam(config.learning_rate), loss="mse")
        model.fit(
            inputs[0],
            ratings.rating[parts.train],
            validation_data=(inputs[1], ratings.rating[parts.validation]),
            batch_size=config.batch_size,
            epochs=config.epochs,
            callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=config.patience)],
            verbose=0,
        )
    return Fitted(fitting, model.predict(inputs[1], batch_size=2**15, verbose=0).ravel())


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
    run_id(ARTICLE, ratings.digest)  # the digest is kept; a worker has it before it trains
    with np.load(given) as arrays:
        seeds = arrays["seeds"].tolist()[: ours.splits]
    fitted = [ours.program(ratings, seed) for seed in seeds]
    kept = {"guesses": [each.guess for each in fitted], **times([each.fitting for each in fitted])}
    if all(each.exported is not None for each in fitted):
        kept["exported"] = [each.exported for each in fitted]
    np.savez(answer, **kept)


if __name__ == "__main__":
    main()
