"""A run as a newcomer meets it: the parts fit together, and filters let through what they say."""

from dataclasses import replace

import numpy as np
import pytest

from core.analysis.new_user.model import NewUserModel, fitting
from core.analysis.new_user.recommend import best
from core.analysis.new_user.uncertainty import clipped_miss
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.errors import UnknownItemError
from tests.conftest import run_on


@pytest.fixture
def known(bundled: Ratings) -> NewUserModel:
    run = run_on(bundled)
    return NewUserModel(run, bundled, split(bundled, run.config))


def test_somebody_without_ratings_is_like_people_who_count_once_each(known: NewUserModel):
    person, scorer = known.place({}), known.run.scorer
    np.testing.assert_allclose(person.vector, scorer.user_embedding[known.trained_users].mean(axis=0), atol=1e-6)
    assert person.bias == pytest.approx(scorer.user_bias[known.trained_users].mean(), abs=1e-6)


def test_averages_count_everybody_as_often_as_they_have_a_training_rating(known: NewUserModel):
    train, ratings, scorer = known.parts.train, known.ratings, known.run.scorer
    found = known.averages
    np.testing.assert_allclose(
        found.user, scorer.user_embedding[ratings.user_index[train]].mean(axis=0, dtype=float), atol=1e-6
    )
    assert found.item_bias == pytest.approx(scorer.item_bias[ratings.item_index[train]].mean(dtype=float), abs=1e-6)


def test_without_ratings_guesses_are_within_the_scale(known: NewUserModel):
    person = known.place({})
    guess = known.predictions(person)
    assert guess.shape == (9066,)
    assert ((guess >= 0.5) & (guess <= 5)).all()


def test_the_noise_to_expect_is_the_square_of_the_validation_error(bundled: Ratings):
    run = run_on(bundled)
    for error, noise in ((0.7, 0.49), (0.0, 0.0045**2)):  # a thousandth of the scale's width at least
        at_error = replace(run, outcome=replace(run.outcome, val_rmse=error))
        assert NewUserModel(at_error, bundled, split(bundled, run.config)).prior.noise == pytest.approx(noise)


def test_what_is_rated_moves_its_guess_and_the_doubt(known: NewUserModel):
    item = known.ratings.items.ids[0]
    nobody, fan = known.place({}), known.place({item: 5.0})
    assert known.predictions(fan)[0] > known.predictions(nobody)[0]
    assert known.sureness(fan).miss[0] < known.sureness(nobody).miss[0]


def test_an_unknown_item_is_refused(known: NewUserModel):
    with pytest.raises(UnknownItemError):
        known.place({"no such": 3.0})


def test_misses_are_those_of_the_validation_ratings(known: NewUserModel):
    rows, ratings = known.looked_at, known.ratings
    np.testing.assert_array_equal(rows, known.parts.validation)
    miss = (
        np.clip(known.run.scorer.predict(ratings.user_index[rows], ratings.item_index[rows]), 0.5, 5)
        - ratings.rating[rows]
    )
    assert known.curve.variance(known.item_count[ratings.item_index[rows]]).mean() == pytest.approx(np.mean(miss**2))


def test_rows_of_a_user_are_found_in_any_order(bundled: Ratings):
    order = np.random.default_rng(0).permutation(len(bundled))
    mixed = replace(
        bundled,
        user_index=bundled.user_index[order],
        item_index=bundled.item_index[order],
        rating=bundled.rating[order],
        timestamp=None,
    )
    for ratings in (bundled, mixed):
        run = run_on(ratings)
        known = NewUserModel(run, ratings, split(ratings, run.config))
        for user in (0, 17, 670):
            np.testing.assert_array_equal(np.sort(known.rows_of_user(user)), np.flatnonzero(ratings.user_index == user))


def test_filters_let_through_what_they_say(bundled: Ratings):
    year = bundled.item_table["year"].to_numpy(float)
    genres = bundled.item_table["genres"]
    assert fitting(bundled).all()
    np.testing.assert_array_equal(fitting(bundled, min_ratings=21), bundled.item_count >= 21)
    found = fitting(bundled, genres=["Western", "War"], from_year=1960, to_year=1970)
    assert 10 < found.sum() < 200
    for row in np.flatnonzero(found):
        assert 1960 <= year[row] <= 1970
        assert {"Western", "War"} & set(genres[row])
    assert found.sum() == sum(
        1960 <= when <= 1970 and bool({"Western", "War"} & set(own)) for when, own in zip(year, genres, strict=True)
    )
    assert not fitting(bundled, genres=["No such"]).any()


def test_a_year_bound_leaves_out_what_has_no_year(small: Ratings):
    assert fitting(small, from_year=1900).tolist() == [True, False, False, False, False]
    assert fitting(small, to_year=1998).tolist() == [False] * 5


def test_what_training_has_seen_is_the_training_part(small: Ratings):
    parts = Split(train=np.arange(3, 12), validation=np.arange(3), unseen_items=0, unseen_users=3)
    model = NewUserModel(run_on(small), small, parts)
    assert model.trained_users.tolist() == [False, True, True, True, True, True]
    assert model.item_count.tolist() == [3, 2, 2, 2, 0]


def test_after_ten_ratings_the_list_is_everybodys_favorites_and_by_taste_it_is_not(bundled: Ratings):
    # Three tenths of the items everybody loves, whatever their taste; of the others half are liked by one side.
    favorite, side = np.arange(9066) % 10 < 3, np.where(np.arange(9066) % 2, 1.0, -1.0)
    run = run_on(bundled, model="dot_with_bias", dim=2)
    arrays = {
        "user_embedding": np.random.default_rng(0).normal(size=(671, 2)) * [1.0, 0.1],
        "item_embedding": np.column_stack([np.where(favorite, 0.0, 0.5 * side), np.zeros(9066)]),
        "user_bias": np.zeros(671),
        "item_bias": np.where(favorite, 2.0, 0.0),
    }
    scorer = replace(run.scorer, arrays={name: array.astype(np.float32) for name, array in arrays.items()})
    known = NewUserModel(replace(run, scorer=scorer), bundled, split(bundled, run.config))
    rated = np.flatnonzero(~favorite)[:10]
    person = known.place({bundled.items.ids[row]: 4.5 if side[row] > 0 else 1.5 for row in rated})
    everything = np.ones(9066, bool)
    everything[rated] = False
    own = known.personal(person)
    assert favorite[best(known.predictions(person), scorer.item_embedding, everything, top=20)].all()
    first = best(own, scorer.item_embedding, everything, top=20)
    assert not favorite[first].any()
    assert (side[first] > 0).all()
    assert known.personal(known.place({})) is None  # of somebody who rated nothing there is no taste to know


def test_what_is_said_of_validation_ratings_is_what_the_posterior_says(bundled: Ratings):
    run = run_on(bundled, model="variational")
    known = NewUserModel(run, bundled, split(bundled, run.config))
    rows = known.looked_at[:50]
    users, items = bundled.user_index[rows], bundled.item_index[rows]
    told = clipped_miss(run.scorer.score(users, items), run.scorer.rating_variance(users, items), run.scorer.scale)
    np.testing.assert_allclose(known.validation_sureness.miss[:50], told)
    assert sum(known.validation_sureness.shares().values()) == pytest.approx(1)
    nobody = known.place({})
    assert nobody.noise == pytest.approx(run.scorer.arrays["typical_noise"][0])
    doubt = known.sureness(nobody)
    assert ((doubt.from_person > 0) & (doubt.from_item > 0) & (doubt.from_person + doubt.from_item < 1)).all()
