from dataclasses import replace

import numpy as np
import pytest

from core.data.ratings import Ratings, Vocabulary
from core.data.splits import split
from core.errors import CanceledError
from core.model.events import Epoch, Event
from core.model.families import PRESETS, run_config
from core.model.item_features import item_features
from core.model.run import Run
from core.model.variational import Variational
from core.training.trainer import fit
from tests.made_up import ids, made_up

CONFIG = run_config(model="variational", embedding_dim=4, steps=40)
N_USERS, N_ITEMS, N_RATINGS, NOISE = 80, 60, 2400, 0.3


def planted(*, n_items: int = N_ITEMS, scale: float = 1.0, shift: float = 0.0) -> Ratings:
    """Ratings by biases and one taste, which the genre of an item tells half of.

    The first items have many ratings and the last have few; the very last has none.
    """
    chance = np.random.default_rng(0)
    popularity = 1 / np.arange(5, n_items + 4)
    odds = np.tile(popularity / popularity.sum() / N_USERS, N_USERS)
    user, item = np.divmod(chance.choice(N_USERS * (n_items - 1), N_RATINGS, replace=False, p=odds), n_items - 1)
    genre = np.arange(n_items) % 2
    taste = np.where(genre == 1, 1.0, -1.0) + chance.normal(0, 0.5, n_items)
    score = chance.normal(0, 0.3, N_USERS)[user] + chance.normal(0, 0.3, n_items)[item]
    score += chance.normal(0, 0.6, N_USERS)[user] * taste[item] + chance.normal(0, NOISE, N_RATINGS)
    rating = (shift + scale * score).astype(np.float32)
    genres = [["Comedy"] if one else ["Drama"] for one in genre]
    sides = {"users": ids("u", N_USERS), "items": ids("i", n_items)}
    ends = float(rating.min()), float(rating.max())
    return made_up(user, item, rating, **sides, ends=ends, noun="movie", genres=genres)


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    return planted()


@pytest.fixture(scope="module")
def run(ratings: Ratings) -> Run:
    return fit(CONFIG, ratings)


def scorer_of(run: Run) -> Variational:
    assert isinstance(run.scorer, Variational)
    return run.scorer


def test_it_finds_the_taste_and_the_noise(run, ratings):
    assert run.outcome.val_rmse < 1.25 * NOISE
    assert run.outcome.val_rmse < run.started.averages_rmse - 0.2
    assert float(scorer_of(run).arrays["typical_noise"][0]) == pytest.approx(NOISE**2, rel=0.6)


def test_the_reported_errors_are_those_of_the_kept_numbers(run, ratings):
    rows = split(ratings, CONFIG).validation
    guess = run.scorer.predict(ratings.user_index[rows], ratings.item_index[rows])
    clipped = np.clip(guess, ratings.min_rating, ratings.max_rating)
    assert run.outcome.val_rmse == pytest.approx(np.sqrt(np.mean((clipped - ratings.rating[rows]) ** 2)), abs=1e-5)
    assert run.outcome.kept_epoch == run.outcome.epochs == len(run.history) == run.started.epochs == 8


def test_the_same_seed_gives_the_same_bits(run, ratings):
    again = fit(CONFIG, ratings)
    for name, array in run.scorer.arrays.items():
        np.testing.assert_array_equal(array, again.scorer.arrays[name])


def test_the_validation_ratings_choose_nothing(run, ratings):
    """Turned around, they give the same model."""
    rows, rating = split(ratings, CONFIG).validation, ratings.rating.copy()
    rating[rows] = ratings.min_rating + ratings.max_rating - rating[rows]
    other = fit(CONFIG, replace(ratings, rating=rating))
    for name, array in run.scorer.arrays.items():
        np.testing.assert_array_equal(array, other.scorer.arrays[name])


def test_every_part_of_an_item_adds_up(run, ratings):
    scorer = scorer_of(run)
    parts = scorer.item_parts(item_features(ratings))
    assert list(parts) == ["own", "raters", "genres"]
    np.testing.assert_allclose(sum(parts.values()), scorer.item_numbers, atol=1e-6)
    genre = parts["genres"][:, 1:]
    assert np.abs(genre).max() > 0.1
    np.testing.assert_array_equal(genre[0], genre[2])


def test_an_unseen_item_lies_where_its_genre_does(run, ratings):
    scorer = scorer_of(run)
    unseen, parts = N_ITEMS - 1, scorer.item_parts(item_features(ratings))
    np.testing.assert_allclose(scorer.item_numbers[unseen], parts["genres"][unseen], atol=0.02)
    spread = scorer.arrays["item_variance"][:, 1:].sum(axis=1)
    assert spread[unseen] > spread[:unseen].max()


def test_without_groups_the_sums_are_the_own_numbers(ratings):
    plain = scorer_of(fit(CONFIG.model_copy(update={"raters": False, "item_columns": False}), ratings))
    assert list(plain.item_parts(item_features(ratings))) == ["own"]
    np.testing.assert_array_equal(plain.item_numbers, plain.arrays["own_numbers"])
    assert plain.arrays["prior_precision"].shape == (2, 5)


def test_genres_are_worth_something_and_shuffled_ones_nothing():
    sparse = planted(n_items=600)
    genres = sparse.item_table["genres"]
    mixed = sparse.item_table.assign(genres=[genres[row] for row in np.random.default_rng(4).permutation(600)])
    told, shuffled = (fit(CONFIG, replace(sparse, item_table=table)) for table in (sparse.item_table, mixed))
    without = fit(CONFIG.model_copy(update={"item_columns": False}), sparse)
    assert told.outcome.val_rmse < without.outcome.val_rmse - 0.03
    assert shuffled.outcome.val_rmse == pytest.approx(without.outcome.val_rmse, abs=0.01)


def test_variances_shrink_as_ratings_come_in(run, ratings):
    count = split(ratings, CONFIG).training_count(ratings)
    for column in range(2):
        spread = scorer_of(run).arrays["item_variance"][:, column]
        assert np.corrcoef(np.log(count + 1), np.log(spread))[0, 1] < -0.8


@pytest.mark.parametrize(("scale", "shift"), [(0.2, 0.5), (5.0, 0.0), (1000.0, -3e4)])
def test_the_scale_of_the_ratings_does_not_matter(run, scale, shift):
    other = fit(CONFIG, planted(scale=scale, shift=shift))
    assert other.outcome.val_rmse / scale == pytest.approx(run.outcome.val_rmse, rel=0.02)
    np.testing.assert_allclose(other.scorer.user_bias / scale, run.scorer.user_bias, atol=0.02)


def test_equal_ratings_are_learned(ratings):
    same = replace(ratings, rating=np.full(N_RATINGS, 3, np.float32), min_rating=1.0, max_rating=5.0)
    assert fit(CONFIG, same).outcome.val_rmse < 0.02


def test_a_taste_that_is_not_there_is_switched_off():
    """On ratings without structure nothing is gained, nothing lost, and the vectors say nothing."""
    ratings = planted()
    noise = np.random.default_rng(9).normal(3, 1, N_RATINGS).astype(np.float32)
    run = fit(CONFIG, replace(ratings, rating=noise, min_rating=float(noise.min()), max_rating=float(noise.max())))
    assert run.outcome.val_rmse < 1.02 * run.started.mean_rmse
    pairs = np.einsum("ij,kj->ik", run.scorer.user_embedding, run.scorer.item_embedding)
    assert np.sqrt(np.mean(pairs**2)) < 0.03


def test_12_people_and_8_things_are_enough():
    chance = np.random.default_rng(0)
    small = planted()
    small = replace(
        small,
        users=Vocabulary(small.users.ids[:12]),
        items=Vocabulary(small.items.ids[:8]),
        user_index=np.repeat(np.arange(12, dtype=np.int32), 8),
        item_index=np.tile(np.arange(8, dtype=np.int32), 12),
        rating=chance.integers(0, 2, 96).astype(np.float32),
        item_table=small.item_table[:8],
        min_rating=0.0,
        max_rating=1.0,
    )
    run = fit(PRESETS["best"], small)
    assert run.outcome.val_rmse < 0.6


def test_it_hears_a_stop(ratings):
    told: list[Epoch] = []

    def listen(event: Event) -> None:
        """Keep the epochs."""
        if isinstance(event, Epoch):
            told.append(event)

    with pytest.raises(CanceledError, match="in epoch 3") as error:
        fit(CONFIG, ratings, on_event=listen, should_stop=lambda: len(told) == 2)
    assert [epoch.epoch for epoch in error.value.history] == [1, 2]


@pytest.mark.parametrize("column", ["own", "user", "raters", "weighted", "rates genres"])
def test_a_column_may_be_called_like_anything_of_the_models(ratings, column: str):
    named, neutral = (
        replace(ratings, item_table=ratings.item_table.assign(**{name: ["a", "b"] * (len(ratings.items) // 2)}))
        for name in (column, "zone")
    )
    found, wanted = (
        scorer_of(fit(run_config(model="variational", steps=25), data)).item_parts(item_features(data))
        for data in (named, neutral)
    )
    assert len(found) == len(wanted)
    for part, same in zip(found.values(), wanted.values(), strict=True):
        np.testing.assert_array_equal(part, same)
