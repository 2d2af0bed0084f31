import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import CanceledError, DivergedError, LimitError
from core.model.events import Epoch, Started, Step
from core.model.families import parse_config, run_config
from core.model.networks import arrays_of
from core.model.run import Run
from core.model.simple_dot import SimpleDot
from core.training import engine, gradient, progress, trainer
from core.training.baselines import mae, rmse
from core.training.engine import DataShape, Engine
from core.training.trainer import fit, prepare
from tests.families import N_ITEMS, N_USERS, planted_ratings

CONFIG = run_config(
    embedding_dim=4,
    epochs=4,
    batch_size=32,
    learning_rate=0.02,
    l2=0.01,
    item_dropout=0.2,
    patience=9,
    restore_best=True,
)


@pytest.fixture(scope="module")
def planted() -> Ratings:
    """700 ratings made of biases and one taste; 560 to train on, which is 17 batches of 32 and 16 ratings."""
    return planted_ratings()


@pytest.fixture(scope="module")
def usual(planted: Ratings) -> Run:
    """What CONFIG makes of them."""
    return fit(CONFIG, planted)


@dataclass
class InPieces:
    """The first run of CONFIG by a program compiled for it, which is handed 4 of the 18 batches at once."""

    programs: Callable[..., Engine]
    run: Run
    sizes: list[int]  # ratings of each piece


@contextmanager
def handed_in_pieces(programs: Callable[..., Engine]) -> Iterator[None]:
    """Trainings take one of these programs, and hand it pieces of 128 ratings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_engine", programs)
        patch.setattr(engine, "PIECE_RATINGS", 100)
        yield


@pytest.fixture(scope="module")
def in_pieces(planted: Ratings) -> InPieces:
    """The pieces of a program that nobody has used."""
    sizes, fold = [], Engine.batches

    def watched(self, user, item, rating):
        sizes.append(len(user))
        return fold(self, user, item, rating)

    programs = cache(engine._engine.__wrapped__)
    with handed_in_pieces(programs), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "batches", watched)
        return InPieces(programs, fit(CONFIG, planted), sizes)


def assert_same_result(first, second):
    """Equal bit for bit, but for the seconds."""
    for name in ("user_embedding", "item_embedding", "user_bias", "item_bias"):
        np.testing.assert_array_equal(getattr(first.scorer, name), getattr(second.scorer, name))
    histories = [[replace(epoch, seconds=0) for epoch in run.history] for run in (first, second)]
    assert histories[0] == histories[1]


def adam_by_hand(tables, batches, *, learning_rate, l2):
    """Adam (Kingma and Ba, 2015, algorithm 1 with the step size of its section 2) on dot products, in float64."""
    mean, square = [[np.zeros_like(table) for table in tables] for _ in range(2)]
    losses = []
    for step, (user, item, rating) in enumerate(batches, start=1):
        u, v = tables[0][user], tables[1][item]
        error = (u * v).sum(1) - rating
        losses.append(np.mean(error**2 + l2 * ((u**2).sum(1) + (v**2).sum(1))))
        slopes = [np.zeros_like(table) for table in tables]
        np.add.at(slopes[0], user, (2 * error[:, None] * v + 2 * l2 * u) / len(user))
        np.add.at(slopes[1], item, (2 * error[:, None] * u + 2 * l2 * v) / len(item))
        rate = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        for k, slope in enumerate(slopes):
            mean[k] += 0.1 * (slope - mean[k])
            square[k] += 0.001 * (slope**2 - square[k])
            tables[k] -= rate * mean[k] / (np.sqrt(square[k]) + 1e-7)
    return losses


def test_steps_equal_a_computation_by_hand_with_repeated_rows_and_a_short_last_batch():
    config = run_config(model="simple_dot", embedding_dim=3, init_min=-0.5, init_max=0.5)
    machine = Engine(config, DataShape(n_users=3, n_items=4, min_rating=1, max_rating=5, n_train=6, batch_size=4))
    machine.reset(config, learning_rate=0.1, seed=7)
    user, item = np.array([0, 1, 1, 2, 2, 1]), np.array([0, 3, 3, 1, 2, 2])
    rating = np.array([1, 2, 3, 4, 5, 1], np.float32)
    shapes = SimpleDot.shapes(config, 3, 4)
    tables = [table.astype(float) for table in arrays_of(machine.model, SimpleDot, shapes).values()]
    by_hand = [(user[rows], item[rows], rating[rows]) for rows in (slice(0, 4), slice(4, 6))]
    losses = adam_by_hand(tables, by_hand, learning_rate=0.1, l2=0.3)

    total = machine.train(machine.batches(user, item, rating), 0, 2, l2=0.3, total=0.0)

    assert total == pytest.approx(4 * losses[0] + 2 * losses[1], rel=1e-5)
    for trained, expected in zip(arrays_of(machine.model, SimpleDot, shapes).values(), tables, strict=True):
        np.testing.assert_allclose(trained, expected, atol=1e-5)


def test_every_training_rating_is_used_once_an_epoch_in_a_new_order(planted, monkeypatch):
    seen = []
    fold = Engine.batches

    def watched(self, user, item, rating):
        seen.append(list(zip(user, item, rating, strict=True)))
        return fold(self, user, item, rating)

    prepare(CONFIG, planted)
    monkeypatch.setattr(Engine, "batches", watched)
    fit(CONFIG, planted)
    rows = split(planted, CONFIG).train
    expected = sorted(zip(planted.user_index[rows], planted.item_index[rows], planted.rating[rows], strict=True))
    assert len(seen) == CONFIG.epochs
    assert all(sorted(epoch) == expected for epoch in seen)
    assert seen[0] != seen[1]


@pytest.mark.parametrize("model", ["simple_dot", "dot_with_bias", "simple_dot_diy"])
def test_it_learns_the_planted_taste(planted, model):
    run = fit(parse_config({"model": model, "epochs": 40, "patience": 40, "l2": 0.0}, base=CONFIG), planted)
    assert run.outcome.val_rmse < 0.85 * run.started.mean_rmse


def test_events_tell_the_story_in_order(planted):
    events = []
    run = fit(CONFIG, planted, on_event=events.append)
    assert events[0] == run.started == next(event for event in events if isinstance(event, Started))
    assert tuple(event for event in events if isinstance(event, Epoch)) == run.history
    assert tuple(event for event in events if isinstance(event, Step)) == run.steps
    places = [event.at if isinstance(event, Step) else event.epoch for event in events[1:]]
    assert places == sorted(places)
    assert places[-1] == CONFIG.epochs


def test_the_loss_of_an_epoch_is_the_mean_over_its_ratings(planted, monkeypatch):
    monkeypatch.setattr(gradient, "STRETCH_SECONDS", 1e-9)
    run = fit(CONFIG, planted)
    first = [step for step in run.steps if step.at <= 1]
    weights = np.diff([0, *(min(round(step.at * 18) * 32, 560) for step in first)])
    assert len(first) > 1
    assert run.history[0].loss == pytest.approx(np.average([step.loss for step in first], weights=weights))


def test_the_same_seed_gives_the_same_bits_however_long_the_stretches(planted, usual, monkeypatch):
    monkeypatch.setattr(gradient, "STRETCH_SECONDS", 1e-9)
    short = fit(CONFIG, planted)
    assert len(short.steps) > len(usual.steps)
    assert_same_result(usual, short)


def test_an_epoch_handed_over_in_pieces_gives_the_same_bits(usual, in_pieces):
    assert in_pieces.sizes[1:6] == [128, 128, 128, 128, 48]
    assert [step.at for step in in_pieces.run.steps][-1] == CONFIG.epochs
    assert_same_result(usual, in_pieces.run)


def test_beyond_the_sample_the_training_error_is_measured_on_every_few_ratings(planted, usual, monkeypatch):
    monkeypatch.setattr(progress, "TRAINING_SAMPLE", 200)
    sampled = fit(CONFIG, planted)
    rows = split(planted, CONFIG).train[::3]  # 187 of 560
    predicted = sampled.scorer.predict(planted.user_index[rows], planted.item_index[rows])
    kept = sampled.history[sampled.outcome.kept_epoch - 1]
    assert kept.rmse == pytest.approx(rmse(np.clip(predicted, 0.5, 5), planted.rating[rows]), abs=1e-6)
    assert kept.rmse != usual.history[sampled.outcome.kept_epoch - 1].rmse
    assert [epoch.val_loss for epoch in sampled.history] == [epoch.val_loss for epoch in usual.history]


def test_errors_are_of_predictions_held_inside_the_scale_and_the_loss_is_not(planted):
    changes = {"epochs": 30, "patience": 30, "learning_rate": 0.2, "l2": 0.0, "restore_best": False}
    config = parse_config({"model": "simple_dot"} | changes, base=CONFIG)
    run = fit(config, planted)
    parts, kept = split(planted, config), run.history[-1]
    for rows, error, mean_error in (
        (parts.train, kept.rmse, kept.mae),
        (parts.validation, kept.val_rmse, kept.val_mae),
    ):
        predicted = run.scorer.predict(planted.user_index[rows], planted.item_index[rows])
        held = rmse(np.clip(predicted, 0.5, 5), planted.rating[rows])
        assert held < rmse(predicted, planted.rating[rows]) - 1e-4
        assert error == pytest.approx(held, abs=1e-5)
        assert mean_error == pytest.approx(mae(np.clip(predicted, 0.5, 5), planted.rating[rows]), abs=1e-5)
    assert kept.val_loss == pytest.approx(rmse(predicted, planted.rating[rows]) ** 2, rel=1e-4)


def test_a_program_left_over_from_another_run_changes_nothing(planted, in_pieces):
    with handed_in_pieces(in_pieces.programs):
        fit(CONFIG.model_copy(update={"seed": 5, "learning_rate": 0.5, "init_max": 0.3}), planted)
        again = fit(CONFIG, planted)
    assert in_pieces.programs.cache_info().misses == 1  # compiled once
    assert_same_result(in_pieces.run, again)


def test_another_seed_gives_another_model_on_the_same_split(planted, usual):
    other = fit(CONFIG.model_copy(update={"seed": 1}), planted)
    assert not np.array_equal(usual.scorer.item_embedding, other.scorer.item_embedding)
    assert usual.started == other.started


def test_the_errors_told_are_those_of_the_weights_kept(planted):
    run = fit(CONFIG.model_copy(update={"epochs": 30, "learning_rate": 0.1, "patience": 3}), planted)
    rows = split(planted, run.config).validation
    predicted = np.clip(run.scorer.predict(planted.user_index[rows], planted.item_index[rows]), 0.5, 5)
    best = min(run.history, key=lambda epoch: epoch.val_loss)
    assert run.outcome.stopped_early
    assert run.outcome.epochs == best.epoch + 3 == len(run.history)
    assert run.outcome.kept_epoch == best.epoch
    assert run.outcome.val_rmse == best.val_rmse == pytest.approx(rmse(predicted, planted.rating[rows]), abs=1e-6)


def test_the_last_weights_are_kept_where_the_best_are_not_asked_for(planted):
    run = fit(CONFIG.model_copy(update={"learning_rate": 0.1, "restore_best": False}), planted)
    rows = split(planted, run.config).validation
    predicted = np.clip(run.scorer.predict(planted.user_index[rows], planted.item_index[rows]), 0.5, 5)
    assert run.outcome.kept_epoch == len(run.history)
    assert run.outcome.val_rmse == run.history[-1].val_rmse
    assert run.outcome.val_rmse == pytest.approx(rmse(predicted, planted.rating[rows]), abs=1e-6)


def test_a_penalty_makes_vectors_shorter_and_leaves_biases_alone(planted):
    free, held = (fit(CONFIG.model_copy(update={"l2": l2, "restore_best": False}), planted).scorer for l2 in (0, 5))
    assert np.linalg.norm(held.item_embedding) < 0.5 * np.linalg.norm(free.item_embedding)
    assert np.linalg.norm(held.item_bias) > 0.5 * np.linalg.norm(free.item_bias)


def test_a_loss_that_is_not_finite_ends_the_run(planted):
    huge = replace(planted, rating=planted.rating * np.float32(1e25))
    with pytest.raises(DivergedError, match=r"epoch 1.*lower the learning rate") as caught:
        fit(parse_config({"model": "simple_dot"}, base=CONFIG), huge)
    assert caught.value.history == ()


def test_a_training_whose_error_keeps_growing_far_beyond_the_scale_ends(planted):
    changes = {"learning_rate": 1.0, "l2": 1.0, "epochs": 50, "patience": 50}
    wild = parse_config({"model": "simple_dot"} | changes, base=CONFIG)
    with pytest.raises(DivergedError, match=r"off by.*learning rate 1; lower the learning rate") as caught:
        fit(wild, planted)
    assert caught.value.history


def test_a_training_that_starts_far_off_and_comes_closer_goes_on(planted):
    changes = {"init_min": 0.5, "init_max": 1.0, "learning_rate": 0.001, "epochs": 3}
    run = fit(
        parse_config({"model": "simple_dot"} | changes, base=CONFIG), replace(planted, rating=planted.rating + 100)
    )
    losses = [epoch.val_loss for epoch in run.history]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] > (gradient.RUNAWAY * 4.5) ** 2


def test_the_history_of_a_diverged_run_is_kept(planted, monkeypatch):
    events, train = [], Engine.train

    def spoiled(*args, **kwargs):
        return np.nan if isinstance(events[-1], Epoch) else train(*args, **kwargs)

    monkeypatch.setattr(Engine, "train", spoiled)
    with pytest.raises(DivergedError, match="epoch 2") as caught:
        fit(CONFIG, planted, on_event=events.append)
    assert [epoch.epoch for epoch in caught.value.history] == [1]


def test_a_stop_is_heard_between_stretches_and_keeps_the_history(planted):
    events = []

    def after_two_epochs():
        return sum(isinstance(event, Epoch) for event in events) == 2

    with pytest.raises(CanceledError, match="epoch 3") as caught:
        fit(CONFIG, planted, on_event=events.append, should_stop=after_two_epochs)
    assert caught.value.history == tuple(event for event in events if isinstance(event, Epoch))
    assert len(caught.value.history) == 2


def test_a_stop_is_heard_while_an_epoch_is_measured(planted, monkeypatch):
    asked, predict = [], Engine.predict

    def watched(self, user, item):
        asked.append(len(user))
        return predict(self, user, item)

    prepare(CONFIG, planted)
    monkeypatch.setattr(progress, "MEASURED_AT_ONCE", 100)
    monkeypatch.setattr(Engine, "predict", watched)
    with pytest.raises(CanceledError, match="epoch 1") as caught:
        fit(CONFIG, planted, should_stop=lambda: len(asked) == 2)
    assert asked == [100, 100]
    assert caught.value.history == ()


def test_a_stop_is_heard_while_the_ratings_are_being_divided(planted, monkeypatch):
    asked, stopped = [], threading.Event()

    def slow(ratings, config):
        assert stopped.wait(30), "nobody stopped it"
        return split(ratings, config)

    def on_the_third_look():
        asked.append(1)
        return len(asked) == 3

    monkeypatch.setattr(progress, "STRETCH_SECONDS", 0.01)
    monkeypatch.setattr(trainer, "split", slow)
    with pytest.raises(CanceledError, match="before the first epoch"):
        fit(CONFIG, planted, should_stop=on_the_third_look)
    stopped.set()
    assert len(asked) == 3


def test_indices_without_a_row_are_refused_before_training(planted):
    for name, value in (("user_index", N_USERS), ("item_index", -1)):
        index = getattr(planted, name).copy()
        index[3] = value
        with pytest.raises(LimitError, match=f"allowed are 0 to {(N_USERS if 'user' in name else N_ITEMS) - 1}"):
            fit(CONFIG, replace(planted, **{name: index}))


def test_a_model_too_large_is_refused_before_training(planted, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", "1")
    with pytest.raises(LimitError, match="1 MiB are allowed"):
        fit(CONFIG.model_copy(update={"embedding_dim": 1024}), planted)


def test_a_batch_larger_than_the_data_is_one_step(planted):
    run = fit(CONFIG.model_copy(update={"batch_size": 1_000, "epochs": 1}), planted)
    assert [step.at for step in run.steps] == [1]


def test_a_run_says_what_made_it(usual):
    assert usual.config == CONFIG
    assert len(usual.history) == CONFIG.epochs
    assert not usual.outcome.stopped_early
    assert (usual.dataset.users, usual.dataset.items, usual.dataset.ratings) == (N_USERS, N_ITEMS, 700)
    assert {name for name, _ in usual.versions} == {"python", "tensorflow", "keras", "numpy"}
    assert usual.created_at.endswith("+00:00")
    assert usual.outcome.train_seconds >= sum(epoch.seconds for epoch in usual.history)


def test_the_first_stretch_is_short_where_batches_are_large(planted, monkeypatch):
    config = CONFIG.model_copy(update={"epochs": 1})
    assert fit(config, planted).steps[0].at == pytest.approx(16 / 18)
    monkeypatch.setattr(gradient, "FIRST_RATINGS", 100)
    assert fit(config, planted).steps[0].at == pytest.approx(3 / 18)
