"""Every family trained on small data, beside the very Keras model that the training left."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import data
from core.config import GradientConfig, RunConfig
from core.data.folder import write_folder
from core.data.ratings import Ratings
from core.data.splits import split
from core.disk.home import home
from core.model.backend import keras
from core.model.families import FAMILIES, run_config
from core.model.networks import trained_model
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.runs import RunStore
from core.training import gradient, trainer
from core.training.item2vec import next_cases
from core.training.labels import divided, table
from tests.made_up import ids, made_up

GRADIENT = {name for name, family in FAMILIES.items() if issubclass(family.config_type, GradientConfig)}
"""The families that Keras trains."""

N_USERS, N_ITEMS = 40, 30
CLOSE = 1e-5
"""The largest difference between a number of the program and Keras' own."""

LABELS = ["Drama", "Comedy", "War"]

_WANTED = {
    "epochs": 3,
    "batch_size": 32,
    "learning_rate": 0.02,
    "patience": 9,
    "steps": 40,
    "embedding_dim": 4,
    "hidden_units": 5,
    "l2": 0.01,
    "item_dropout": 0.2,
}


def planted_ratings() -> Ratings:
    """700 ratings made of biases and one taste; 560 to train on, which is 17 batches of 32 and 16 ratings."""
    rng = np.random.default_rng(0)
    user, item = np.divmod(rng.permutation(N_USERS * N_ITEMS)[:700], N_ITEMS)
    score = 3 + rng.normal(size=N_USERS)[user] * rng.normal(size=N_ITEMS)[item] + rng.normal(size=N_ITEMS)[item] / 2
    return made_up(
        user,
        item,
        np.clip(np.round(2 * score) / 2, 0.5, 5),
        users=ids("u", N_USERS),
        items=ids("i", N_ITEMS),
        ends=(0.5, 5.0),
        noun="movie",
        genres=[LABELS[: 1 + row % 3] for row in range(N_ITEMS)],
        timestamp=rng.permutation(700).astype(np.int64) // 3 + 1_000_000_000,
    )


def settings(model: str) -> dict[str, Any]:
    """Settings of a short training; those of these that the family has."""
    own = FAMILIES[model].config_type.model_fields
    some: dict[str, Any] = {name: value for name, value in _WANTED.items() if name in own}
    return {"model": model} | some


@dataclass(frozen=True, eq=False)
class Trained:
    """One trained family.

    Attributes:
        ratings: What it learned from.
        run: What the program keeps of it.
        model: A copy of the Keras model as training left it.
    """

    ratings: Ratings
    run: Run
    model: keras.Model

    def biases(self, side: str) -> np.ndarray:
        """The biases of "item" or "user", counted from the average of the training ratings as Keras' layers have it:
        what everybody's taste has in common belongs to them."""
        total = self._with_common_taste(side)
        return total - total[self._index(side)].mean()

    @property
    def average_score(self) -> float:
        """The score of the average pair."""
        vectors = [self._layer(f"{side}_embedding")[self._index(side)].mean(axis=0) for side in ("user", "item")]
        biases = sum(self._layer(f"{side}_bias")[self._index(side)].mean() for side in ("user", "item"))
        return float(vectors[0] @ vectors[1] + biases) + require_bilinear(self.run.scorer).constant

    def _with_common_taste(self, side: str) -> np.ndarray:
        other = "user" if side == "item" else "item"
        across = self._layer(f"{other}_embedding")[self._index(other)].mean(axis=0)
        return self._layer(f"{side}_bias")[:, 0] + self._layer(f"{side}_embedding") @ across

    def _layer(self, name: str) -> np.ndarray:
        """The numbers of a layer; none where the family has no such layer."""
        rows = len(self.ratings.items if name.startswith("item") else self.ratings.users)
        names = [layer.name for layer in self.model.layers]
        return self.model.get_layer(name).get_weights()[0] if name in names else np.zeros((rows, 1), np.float32)

    def _index(self, side: str) -> np.ndarray:
        index = self.ratings.item_index if side == "item" else self.ratings.user_index
        return index[split(self.ratings, self.run.config).train]

    @property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Some pairs of rows that the model scores: of the inputs of the Keras model, every seventh."""
        counts = [layer.input_dim for layer in self._looked_up()]
        return np.divmod(np.arange(0, counts[0] * counts[1], 7), counts[1])

    def _looked_up(self) -> list[Any]:
        """The two layers that the inputs of the model pick rows of, in the order of the inputs."""
        sides = [one.name for one in self.model.inputs]
        names = {layer.name for layer in self.model.layers}
        kinds = [f"{side}_{what}" for side in sides for what in ("embedding", "bias")]
        found = {name.partition("_")[0]: self.model.get_layer(name) for name in reversed(kinds) if name in names}
        return [found[side] for side in sides]

    def predict(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Keras' own predictions, not clipped."""
        return np.asarray(self.model([np.asarray(users, np.int32), np.asarray(items, np.int32)], training=False))

    @cached_property
    def val_rmse(self) -> float:
        """Keras' own error on the validation ratings, predictions clipped."""
        rows, ratings = split(self.ratings, self.run.config).validation, self.ratings
        predicted = self.predict(ratings.user_index[rows], ratings.item_index[rows]).astype(np.float64)
        return float(np.sqrt(np.mean(np.square(np.clip(predicted, 0.5, 5.0) - ratings.rating[rows]))))

    @property
    def value(self) -> float:
        """The family's metric on what it did not learn from, by its definition and Keras' own scores."""
        scorer, ratings = self.run.scorer, self.ratings
        if scorer.guesses_ratings:
            return self.val_rmse
        first, second = (layer.input_dim for layer in self._looked_up())
        one, other = np.divmod(np.arange(first * second), second)
        scores = self.predict(one, other).reshape(first, second)
        return METRICS[scorer.metric.name](scores, ratings, self.run.config)

    def with_user(self, numbers: np.ndarray) -> np.ndarray:
        """Keras' own predictions of every item for somebody with these numbers, put in the place of the first user."""
        there = {layer.name for layer in self.model.layers}
        names = [name for name in ("user_embedding", "user_bias") if name in there]
        kept = {name: self.model.get_layer(name).get_weights() for name in names}
        place = 0
        for name in names:
            table = kept[name][0].copy()
            table[0] = numbers[place : place + table.shape[1]]
            place += table.shape[1]
            self.model.get_layer(name).set_weights([table])
        predicted = self.predict(np.zeros(N_ITEMS), np.arange(N_ITEMS))
        for name in names:
            self.model.get_layer(name).set_weights(kept[name])
        return np.clip(predicted, 0.5, 5.0)

    def put_into_home(self) -> Run:
        """The data and the run where the program looks for them."""
        folder = home() / "datasets" / self.ratings.dataset_id
        if not folder.exists():
            folder.mkdir(parents=True)
            write_folder(folder, self.ratings)
        assert data.info(self.ratings.dataset_id).digest == self.ratings.digest
        RunStore().publish(self.run)
        return self.run

    def own_home(self, factory: pytest.TempPathFactory) -> Path:
        """A new home with the data and the run, for tests that only look at them."""
        folder = factory.mktemp("family") / "home"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EMBEDDING_EXPLORER_HOME", str(folder))
            self.put_into_home()
        return folder


def _of_user(ratings: Ratings, rows: np.ndarray, user: int) -> set[int]:
    return set(ratings.item_index[rows][ratings.user_index[rows] == user].tolist())


def _ndcg(scores: np.ndarray, ratings: Ratings, config: RunConfig) -> float:
    parts, found = split(ratings, config), []
    for user in range(N_USERS):
        seen, wanted = (
            set(ratings.item_index[rows][ratings.user_index[rows] == user].tolist())
            for rows in (parts.train, parts.validation)
        )
        ranked = [item for item in np.argsort(-scores[user], kind="stable").tolist() if item not in seen][:10]
        if wanted:
            gain = sum(1 / np.log2(place + 2) for place, item in enumerate(ranked) if item in wanted)
            found.append(gain / sum(1 / np.log2(place + 2) for place in range(min(10, len(wanted)))))
    return float(np.mean(found))


def _recall(scores: np.ndarray, ratings: Ratings, config: RunConfig) -> float:
    parts, hits = split(ratings, config), []
    for user, before, after in next_cases(ratings, parts).tolist():
        seen = _of_user(ratings, parts.train, user)
        ranked = [item for item in np.argsort(-scores[before], kind="stable").tolist() if item not in seen]
        hits.append(after in ranked[:10])
    return float(np.mean(hits))


def _auc(scores: np.ndarray, ratings: Ratings, config: RunConfig) -> float:
    rows, has = table(ratings)
    _, aside = divided(config, has.shape)
    by_label = []
    for column in range(has.shape[1]):
        with_it, without = (scores[rows[aside[:, column] & (has[:, column] == kind)], column] for kind in (1, 0))
        if len(with_it) and len(without):
            by_label.append(np.mean([(a > b) + (a == b) / 2 for a in with_it for b in without]))
    return float(np.mean(by_label))


METRICS = {"ndcg@10": _ndcg, "recall@10": _recall, "auc": _auc}
"""Of the scores of all pairs, as their definitions are written."""


def train(model: str, ratings: Ratings) -> Trained:
    """Train a family, and copy the engine's model before another training takes the engine."""
    config: RunConfig = run_config(**settings(model))
    run = trainer.fit(config, ratings)
    if not isinstance(config, GradientConfig):
        return Trained(ratings, run, trained_model(run.scorer, config))
    engine = gradient._engine(config, ratings, run.started.n_train)
    copy = keras.models.clone_model(engine.model)
    copy.set_weights(engine.model.get_weights())
    return Trained(ratings, run, copy)
