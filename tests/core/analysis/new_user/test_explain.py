"""A guess taken apart: every number again from the stored arrays, and sums that hold as printed."""

import numpy as np
import pytest

from core.analysis.components.pca import pca
from core.analysis.gauge import averages
from core.analysis.new_user.explain import (
    Vectors,
    explain,
    explain_parts,
    influence,
    personal,
    printed,
    worst,
)
from core.analysis.new_user.foldin import NewUser, fold_in, people_prior, predictions
from core.data.ratings import Ratings
from core.model.run import Run
from core.model.scoring import Bilinear
from core.model.variational import Variational
from tests.conftest import run_on
from tests.core.analysis.made import random_scorer, uncertain_scorer
from tests.core.analysis.made import scorer as made
from tests.core.analysis.rewritten import WAYS, exact

MODELS = ["dot_with_bias", "simple_dot", "simple_dot_diy"]


def parts_of(run: Run, ratings: Ratings):
    scorer = run.scorer
    return scorer, scorer.scale, averages(scorer, ratings.user_count, ratings.item_count)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("most", [0, 2, 4, 9])
def test_the_steps_add_up_to_the_models_own_guess(small: Ratings, model: str, most: int):
    run = run_on(small, model=model)
    scorer, scale, average = parts_of(run, small)
    components = pca(scorer.item_embedding).components
    for user in range(len(small.users)):
        for item in range(len(small.items)):
            found = explain(
                Vectors.of_user(scorer, user), Vectors.of_item(scorer, item), average, components, scale, most=most
            )
            guess = float(run.scorer.predict(np.array([user]), np.array([item]))[0])
            assert found.rating == pytest.approx(guess, abs=1e-5)
            assert sum(term.rating for term in found.terms) == pytest.approx(guess, abs=1e-5)
            assert sum(term.score for term in found.terms) == pytest.approx(found.score)
            assert len(found.terms) == 4 + min(most, 4)


@pytest.mark.parametrize("model", MODELS)
def test_every_number_again_from_the_stored_arrays(small: Ratings, model: str):
    run = run_on(small, model=model)
    scorer, scale, average = parts_of(run, small)
    components = pca(scorer.item_embedding).components
    found = explain(Vectors.of_user(scorer, 2), Vectors.of_item(scorer, 3), average, components, scale, most=4)

    u, v = scorer.user_embedding.astype(float), scorer.item_embedding.astype(float)
    biased = model == "dot_with_bias"
    bu = run.scorer.arrays["user_bias"].astype(float) if biased else np.zeros(len(u))
    bv = run.scorer.arrays["item_bias"].astype(float) if biased else np.zeros(len(v))
    mean_u, mean_v = u[small.user_index].mean(axis=0), v[small.item_index].mean(axis=0)
    mean_bu, mean_bv = bu[small.user_index].mean(), bv[small.item_index].mean()
    average_term, person, item, *meeting, rest = found.terms
    assert average_term.score == pytest.approx(mean_u @ mean_v + mean_bu + mean_bv)
    assert person.score == pytest.approx((u[2] - mean_u) @ mean_v + bu[2] - mean_bu)
    assert item.score == pytest.approx(mean_u @ (v[3] - mean_v) + bv[3] - mean_bv)
    by_component = [((u[2] - mean_u) @ c) * ((v[3] - mean_v) @ c) for c in components]
    assert sorted(t.component for t in meeting) == [0, 1, 2, 3]
    for term in meeting:
        assert term.score == pytest.approx(by_component[term.component])
        assert term.person == pytest.approx((u[2] - mean_u) @ components[term.component])
        assert term.item == pytest.approx((v[3] - mean_v) @ components[term.component])
    assert [abs(t.score) for t in meeting] == sorted((abs(t.score) for t in meeting), reverse=True)
    assert rest.score == pytest.approx(0, abs=1e-9)
    reached = np.cumsum([term.score for term in found.terms])
    if biased:
        reached = 0.5 + 4.5 / (1 + np.exp(-reached))
    np.testing.assert_allclose([t.rating for t in found.terms], np.diff(reached, prepend=0.0), atol=1e-12)


def test_components_that_do_not_span_everything_leave_a_rest(small: Ratings):
    run = run_on(small, dim=12)  # five items span at most five directions
    scorer, scale, average = parts_of(run, small)
    components = pca(scorer.item_embedding).components
    assert len(components) == 5
    found = explain(Vectors.of_user(scorer, 0), Vectors.of_item(scorer, 1), average, components, scale, most=5)
    assert found.rating == pytest.approx(float(run.scorer.predict(np.array([0]), np.array([1]))[0]), abs=1e-5)


@pytest.mark.parametrize("digits", [0, 2, 4])
def test_printed_numbers_add_up_to_the_printed_sum(digits: int):
    rng = np.random.default_rng(digits)
    for _ in range(300):
        values = rng.normal(scale=2, size=rng.integers(1, 15))
        shown = printed(values, digits)
        assert round(sum(shown), digits) == round(float(values.sum()), digits)
        assert np.abs(np.array(shown) - values).max() < 10.0**-digits
        assert all(float(f"{value:.{digits}f}") == value for value in shown)


def test_printed_numbers_that_need_no_rounding_stay():
    assert printed([3.54, -0.12, 0.5], 2) == [3.54, -0.12, 0.5]
    assert printed([0.0], 2) == [0.0]


def test_influence_is_the_guess_with_and_without(small: Ratings):
    run = run_on(small)
    scorer, _, _ = parts_of(run, small)
    prior = people_prior(scorer, np.ones(len(small.users), bool), noise=0.5)
    items, rating = np.array([0, 1, 3]), np.array([5.0, 1.0, 4.0])
    found = influence(scorer, items, rating, 2, prior)

    def guess(kept: list[int]) -> float:
        return predictions(scorer, fold_in(scorer, items[kept], rating[kept], prior))[2]

    expected = {
        0: guess([0, 1, 2]) - guess([1, 2]),
        1: guess([0, 1, 2]) - guess([0, 2]),
        2: guess([0, 1, 2]) - guess([0, 1]),
    }
    assert sorted(found.rated) == [0, 1, 2]
    for place, effect in zip(found.rated, found.effect, strict=True):
        assert effect == pytest.approx(expected[place], abs=1e-6)
    assert [abs(effect) for effect in found.effect] == sorted((abs(e) for e in found.effect), reverse=True)


def test_a_single_rating_is_held_against_the_typical_person(small: Ratings):
    run = run_on(small)
    scorer, _, _ = parts_of(run, small)
    prior = people_prior(scorer, np.ones(len(small.users), bool), noise=0.5)
    found = influence(scorer, np.array([0]), np.array([5.0]), 0, prior)
    typical = fold_in(scorer, np.empty(0, int), np.empty(0), prior)
    person = fold_in(scorer, np.array([0]), np.array([5.0]), prior)
    change = predictions(scorer, person)[0] - predictions(scorer, typical)[0]
    assert found.effect[0] == pytest.approx(change, abs=1e-6)


def test_of_very_many_ratings_the_most_alike_are_left_out_in_turn(bundled: Ratings):
    run = run_on(bundled)
    scorer, _, _ = parts_of(run, bundled)
    prior = people_prior(scorer, np.ones(len(bundled.users), bool), noise=0.5)
    items = np.arange(30)
    found = influence(scorer, items, np.full(30, 4.0), 12, prior, most=5)
    assert len(found.rated) == 5
    assert 12 in items[found.rated]  # the item itself was rated, and nothing is more alike


def test_the_worst_misses_come_first():
    found = worst(np.array([3.0, 1.0, 4.0, 2.0]), np.array([3.5, 5.0, 4.0, 0.5]), top=3)
    assert found.place.tolist() == [1, 3, 0]
    assert found.miss.tolist() == [-4.0, 1.5, -0.5]
    assert found.guess.tolist() == [1.0, 2.0, 3.0]


def test_an_influence_beyond_the_end_of_the_scale_counts_for_nothing():
    scorer = made(np.array([[1.0], [2.0]], np.float32), np.array([[1.0], [50.0]], np.float32))
    prior = people_prior(scorer, np.ones(2, bool), noise=0.5)
    assert influence(scorer, np.array([0]), np.array([3.0]), 1, prior).effect == pytest.approx([0])
    assert influence(scorer, np.array([0]), np.array([3.0]), 0, prior).effect[0] > 0


def test_a_guess_by_its_parts_adds_up_to_the_models_own():
    scorer = uncertain_scorer()
    parts = scorer.item_parts(())
    assert list(parts) == ["own", "raters"]
    for user, item in ((0, 0), (4, 6)):
        row = {name: part[item] for name, part in parts.items()}
        found = explain_parts(Vectors.of_user(scorer, user), row, scorer.constant, scorer.scale)
        assert [term.kind for term in found.terms] == ["mean", "person", "part", "part"]
        assert found.terms[1].score == pytest.approx(scorer.user_bias[user])
        own = row["own"][0] + row["own"][1:] @ scorer.user_embedding[user]
        assert (found.terms[2].name, found.terms[2].rating) == ("own", pytest.approx(own, abs=1e-6))
        guess = scorer.predict(np.array([user]), np.array([item]))[0]
        assert found.rating == found.score == pytest.approx(guess, abs=1e-6)
        assert round(sum(printed([term.rating for term in found.terms], 2)), 2) == round(found.rating, 2)


@pytest.mark.parametrize("way", WAYS)
def test_person_item_and_taste_do_not_depend_on_how_the_model_is_written(way: str):
    def shares(model: Bilinear) -> list[float]:
        average = averages(model, np.arange(30), np.arange(40))
        components = pca(model.item_embedding).components
        found = explain(Vectors.of_user(model, 4), Vectors.of_item(model, 7), average, components, model.scale, most=3)
        terms = [term.rating for term in found.terms]
        return [*terms[:3], sum(terms[3:])]

    assert shares(WAYS[way](exact())) == pytest.approx(shares(exact()), abs=1e-9)


@pytest.mark.parametrize("biased", [True, False])
def test_the_personal_part_is_what_the_components_add(biased: bool):
    scorer = random_scorer(biased=biased)
    average = averages(scorer, np.ones(5, bool), np.arange(7))
    person = fold_in(scorer, np.array([2, 3]), np.array([5.0, 1.0]), people_prior(scorer, np.ones(5, bool), noise=0.5))
    found, components = personal(scorer, person, average), pca(scorer.item_embedding).components
    for item in range(7):
        terms = explain(
            Vectors(person.vector, person.bias), Vectors.of_item(scorer, item), average, components, scorer.scale
        ).terms
        assert found[item] == pytest.approx(sum(term.rating for term in terms[3:]), abs=1e-5)


def test_the_personal_part_does_not_depend_on_where_zero_is():
    scorer = uncertain_scorer()
    person = NewUser(np.array([0.5, -1.0, 0.3, 0.2]), 3, np.eye(4), 2, 0.5)
    shift = np.array([0.7, -0.2, 0.4])
    moved = dict(scorer.arrays)  # u + shift, and what that adds to every guess taken out of the items' biases
    moved["user_embedding"] = scorer.user_embedding + shift
    moved["item_bias"] = scorer.item_bias - scorer.item_embedding @ shift
    other = Variational.make(moved, min_rating=0.5, max_rating=5.0)
    elsewhere = NewUser(person.numbers + np.append(shift, 0), 3, np.eye(4), 2, 0.5)
    found = [
        personal(model, somebody, averages(model, np.ones(5, bool), np.arange(7)))
        for model, somebody in ((scorer, person), (other, elsewhere))
    ]
    np.testing.assert_allclose(*found, atol=1e-5)
