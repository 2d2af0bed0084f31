from dataclasses import replace

import numpy as np
import pytest

from core.analysis.components.examined import examine, pooled, standings
from core.analysis.components.hints import Standing
from core.analysis.components.pca import pca
from core.model.run import Origin
from core.training.twin import without_taste
from tests.conftest import run_on, with_item_matrix
from tests.core.analysis.made import scorer
from tests.families import planted_ratings


@pytest.fixture(scope="module")
def planted():
    """Ratings with one strong taste in them, and a run whose vectors hold it and a second one that nobody has."""
    ratings = planted_ratings()
    left = ratings.rating - ratings.user_mean[ratings.user_index]
    table = np.zeros((len(ratings.users), len(ratings.items)))
    table[ratings.user_index, ratings.item_index] = left
    people, strength, things = np.linalg.svd(table, full_matrices=False)
    rng = np.random.default_rng(0)
    user = np.column_stack([people[:, 0] * strength[0], 0.05 * rng.normal(size=len(people))])
    item = np.column_stack([things[0], 0.05 * rng.normal(size=things.shape[1])])
    written = scorer(
        user, item, ratings.user_mean, np.zeros(len(item)), low=ratings.min_rating, high=ratings.max_rating
    )
    return ratings, replace(run_on(ratings), scorer=written)


def test_directions_stand_as_the_components_they_follow(planted):
    ratings, run = planted
    outcome = examine(run, ratings)
    assert outcome.proof.signal == 1
    directions = np.column_stack([-outcome.result.scores, outcome.result.scores.sum(axis=1)])
    expected = [Standing(True, True), Standing(), Standing(True, True)]  # the sum is nearly the first, which is larger
    assert standings(outcome, directions) == expected
    first = standings(outcome, pca(run.scorer.item_embedding, centered=True).scores)[0]
    assert first == Standing(True, True)


def test_on_ratings_without_taste_the_same_numbers_carry_nothing(planted):
    ratings, run = planted
    outcome = examine(run, without_taste(ratings, seed=1))
    assert not any(one.carries_signal for one in standings(outcome, outcome.result.scores))


def test_what_cannot_be_tested_has_no_standing(planted):
    ratings, run = planted
    alike = np.tile(run.scorer.item_embedding[:1], (len(ratings.items), 1))
    for other in (
        replace(run, origin=Origin("imported")),
        run_on(ratings, model="bias_only"),
        with_item_matrix(run, alike),
    ):
        assert examine(other, ratings) is None
    assert standings(None, np.ones((7, 2))) == [Standing(tested=False)] * 2


def test_five_items_and_six_people_are_enough(small):
    outcome = examine(run_on(small), small)
    assert outcome.proof.n_ratings == 3
    assert len(standings(outcome, np.eye(5))) == 5


def test_runs_that_differ_in_their_split_are_pooled(planted):
    ratings, run = planted
    outcomes = [
        examine(replace(run, config=run.config.model_copy(update={"split_seed": seed}), outcome=outcome), ratings)
        for seed, outcome in enumerate((replace(run.outcome, kept_epoch=9), replace(run.outcome, kept_epoch=8)))
    ]
    found = pooled(outcomes)
    assert (found.n_splits, found.counts_signal, found.counts_score) == (2, True, False)
    assert found.n_ratings == sum(outcome.proof.n_ratings for outcome in outcomes)
    early = replace(outcomes[1], epochs=7)
    assert not pooled([outcomes[0], early]).counts_signal
