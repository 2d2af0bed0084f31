"""Seconds and errors of training on the bundled ratings, in one run and one table.

    python -m benchmarks.training              the table, on split seed 0
    python -m benchmarks.training --seeds 5    the presets over split seeds 0 to 4

Seconds count from data in memory to the last weight, compiling included and
imports not. RMSE is the best of any epoch on the validation ratings, clipped.
"""

import argparse
import time

import numpy as np

from benchmarks.peers import Timed, cornac_mf, surprise_svd
from core import data
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.model.backend import keras
from core.model.families import PRESETS, family_of, parse_config
from core.model.scoring import Scale
from core.training.baselines import rmse
from core.training.engine import forget_engines
from core.training.trainer import fit, prepare

ARTICLE = PRESETS["article-dot-with-bias"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds and errors of training on the bundled ratings.")
    parser.add_argument(
        "--seeds", type=int, metavar="N", help="compare the presets over split seeds 0 to N - 1 instead"
    )
    arguments = parser.parse_args()
    ratings = data.load()
    if arguments.seeds:
        print_presets(ratings, arguments.seeds)
    else:
        print_table(ratings)


def print_table(ratings: Ratings) -> None:
    """Every way of training on split seed 0, beside plain `model.fit`."""
    parts = split(ratings, ARTICLE)
    plain = plain_fit(ARTICLE, ratings, parts)
    print(f"{'':48}{'seconds':>9}{'val RMSE':>10}{'times plain fit':>17}")
    _print_row(plain, plain)
    _print_row(our_fit("ours, article-dot-with-bias", ARTICLE, ratings), plain)
    forget_engines()
    _print_row(our_fit("ours, default, with compiling", PRESETS["default"], ratings), plain)
    prepare(PRESETS["default"], ratings)
    _print_row(our_fit("ours, default, warm worker", PRESETS["default"], ratings), plain)
    for peer in (surprise_svd, cornac_mf):
        timed = peer(ratings, parts)
        if timed is None:
            print(f"{peer.__name__}: not installed; pip install -r benchmarks/requirements.txt")
        else:
            _print_row(timed, plain)


def _print_row(timed: Timed, plain: Timed) -> None:
    ratio = f"{plain.seconds / timed.seconds:.1f}"
    print(f"{timed.name:48}{timed.seconds:9.2f}{timed.val_rmse:10.4f}{ratio:>17}", flush=True)


def plain_fit(config: RunConfig, ratings: Ratings, parts: Split) -> Timed:
    """The same Keras model trained by `model.fit`, with the same optimizer, loss and early stopping."""
    keras.utils.set_random_seed(config.seed)
    began = time.perf_counter()
    family, rows = family_of(config), {"n_users": len(ratings.users), "n_items": len(ratings.items)}
    scale = Scale(ratings.min_rating, ratings.max_rating, family.uses_sigmoid)
    model = family.build(config, **rows, scale=scale, seed=config.seed).model
    model.compile(optimizer=keras.optimizers.Adam(config.learning_rate), loss="mse")
    best = _BestError(ratings, parts)
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=config.patience)
    inputs = [
        {"user": ratings.user_index[rows], "item": ratings.item_index[rows]} for rows in (parts.train, parts.validation)
    ]
    model.fit(
        inputs[0],
        ratings.rating[parts.train],
        validation_data=(inputs[1], ratings.rating[parts.validation]),
        batch_size=config.batch_size,
        epochs=config.epochs,
        callbacks=[stop, best],
        verbose=0,
    )
    seconds = time.perf_counter() - began - best.seconds
    return Timed(f"plain model.fit, article-dot-with-bias, {best.epochs} epochs", seconds, best.val_rmse)


class _BestError(keras.callbacks.Callback):
    """The lowest clipped validation RMSE of any epoch, its own time kept apart."""

    def __init__(self, ratings: Ratings, parts: Split) -> None:
        super().__init__()
        self._ratings, self._rows = ratings, parts.validation
        self.val_rmse, self.epochs, self.seconds = float("inf"), 0, 0.0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        began = time.perf_counter()
        rows, ratings = self._rows, self._ratings
        predicted = self.model([ratings.user_index[rows], ratings.item_index[rows]], training=False).numpy()
        clipped = np.clip(predicted, ratings.min_rating, ratings.max_rating)
        self.val_rmse, self.epochs = min(self.val_rmse, rmse(clipped, ratings.rating[rows])), epoch + 1
        self.seconds += time.perf_counter() - began


def our_fit(name: str, config: RunConfig, ratings: Ratings) -> Timed:
    """Our engine."""
    outcome = fit(config, ratings).outcome
    return Timed(f"{name}, {outcome.epochs} epochs", outcome.train_seconds, outcome.best_val_rmse)


def print_presets(ratings: Ratings, seeds: int) -> None:
    """Best validation RMSE of every preset on several random splits, and of the two embedding layers alike."""
    twin = PRESETS["article-simple-dot-diy"]
    start = {name: value for name, value in PRESETS["article-simple-dot"] if name.startswith("init_")}
    families = {name: parse_config({"model": name}, base=PRESETS["default"]) for name in ("bias_only", "neural")}
    configs = dict(PRESETS) | families | {"simple-dot-diy from simple-dot's range": parse_config(start, base=twin)}
    print(f"{'best val RMSE, split seed':40}{''.join(f'{seed:>9}' for seed in range(seeds))}{'mean':>9}{'seconds':>9}")
    for name, config in configs.items():
        outcomes = [fit(config.model_copy(update={"split_seed": seed}), ratings).outcome for seed in range(seeds)]
        errors = [outcome.best_val_rmse for outcome in outcomes]
        seconds = np.median([outcome.train_seconds for outcome in outcomes])
        print(f"{name:40}{''.join(f'{e:9.4f}' for e in errors)}{np.mean(errors):9.4f}{seconds:9.2f}", flush=True)


if __name__ == "__main__":
    main()
