"""Where an item lies that nobody has rated, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.analysis.gauge import centered
from core.analysis.new_item.placing import Description, before_taste, fans, feature_weights, place
from core.data.ratings import Ratings
from core.errors import LimitError, NotApplicableError
from core.model.families import run_config
from core.model.item_features import item_features
from core.model.run import Run
from core.training.trainer import fit
from tests.conftest import run_on
from tests.families import planted_ratings

KINDS = ["Comedy", "War"]


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    """Ratings that genre and year say much of: comedies of the nineties please, and one has nothing known."""
    made = planted_ratings()
    n = len(made.items)
    kinds = [[KINDS[row % 2]] for row in range(n)]
    years = np.array([1990.0 + row % 2 * 20 + row % 3 for row in range(n)])
    kinds[0], years[0] = [], np.nan
    table = pd.DataFrame({"title": made.items.ids, "year": years, "genres": kinds, "pages": np.arange(n) * 10.0})
    liked = np.where(made.item_index % 2 == 0, 4.5, 2.0)
    chance = np.random.default_rng(1).normal(0, 0.3, len(made))
    rating = np.clip(liked + chance, 0.5, 5).astype(np.float32)
    return replace(made, item_table=table, rating=rating)


@pytest.fixture(scope="module")
def run(ratings: Ratings) -> Run:
    return fit(run_config(model="variational", embedding_dim=3, steps=60), ratings)


def test_an_item_of_known_features_is_their_sum_and_nothing_of_its_own(ratings, run):
    groups = item_features(ratings)
    placed = place(run.scorer, groups, Description({"genres": ("Comedy",)}, {"year": 1991}))
    parts = run.scorer.item_parts(groups)
    at = 6  # a comedy of 1990, the same bin of years
    expected = parts["genres"][at] + parts["year"][at]
    np.testing.assert_allclose(placed.scorer.item_numbers[placed.row], expected, atol=1e-6)
    np.testing.assert_allclose(sum(placed.parts.values()), expected, atol=1e-6)
    assert placed.row == len(ratings.items)
    np.testing.assert_array_equal(placed.scorer.item_numbers[:-1], run.scorer.item_numbers)


def test_its_own_part_is_as_wide_as_the_prior(ratings, run):
    placed = place(run.scorer, item_features(ratings), Description({"genres": ("War", "Comedy")}))
    where = run.scorer.feature_rows(item_features(ratings))["genres"]
    both = run.scorer.arrays["feature_variance"][where].sum(axis=0) / 2  # each with weight 1/√2
    own = 1 / run.scorer.arrays["prior_precision"][1]
    np.testing.assert_allclose(placed.scorer.arrays["item_variance"][placed.row], both + own, rtol=1e-5)


def test_how_liked_it_is_is_said_in_the_centered_model_however_that_is_written(ratings, run):
    groups, counts = item_features(ratings), (ratings.user_count, ratings.item_count)
    comedy = Description({"genres": ("Comedy",)})
    aside = before_taste(place(run.scorer, groups, comedy), groups, *counts)
    shift = np.array([0.3, -1.0, 2.0], np.float32)
    scorer, arrays = run.scorer, run.scorer.arrays
    moved = {  # users' vectors by a number, which the items' biases take back: every guess stays
        "user_embedding": scorer.user_embedding + shift,
        "item_bias": scorer.item_bias - scorer.item_embedding @ shift,
        "feature_numbers": arrays["feature_numbers"]
        - np.outer(arrays["feature_numbers"][:, 1:] @ shift, np.eye(4, dtype=np.float32)[0]),
    }
    elsewhere = replace(scorer, arrays={**arrays, **moved})
    placed = place(elsewhere, groups, comedy)
    again = before_taste(placed, groups, *counts)
    assert again.bias == pytest.approx(aside.bias, abs=1e-5)
    assert again.beyond == pytest.approx(aside.beyond, abs=1e-5)
    assert again.by_column == pytest.approx(aside.by_column, abs=1e-5)
    assert set(aside.by_column) == {"genres"}
    guesses = placed.scorer.score(np.arange(len(ratings.users)), np.full(len(ratings.users), placed.row))
    middle = centered(scorer, *counts).constant
    assert middle + aside.bias == pytest.approx(np.average(guesses, weights=ratings.user_count), abs=1e-4)


def test_what_pleases_everybody_is_guessed_above_their_means(ratings, run):
    everybody = np.ones(len(ratings.users), bool)
    liked, disliked = (
        fans(place(run.scorer, item_features(ratings), Description({"genres": (kind,)})), ratings.user_mean, everybody)
        for kind in KINDS
    )
    assert liked.share > 0.8
    assert disliked.share < 0.2
    assert np.all(np.diff(liked.above[liked.order]) <= 0)


def test_guesses_about_it_are_surer_of_those_whose_ratings_are_even(ratings, run):
    placed = place(run.scorer, item_features(ratings), Description({"genres": ("War",)}))
    assert np.all(placed.misses**2 > run.scorer.arrays["noise_variance"])


def test_somebody_left_out_is_no_fan(ratings, run):
    placed = place(run.scorer, item_features(ratings), Description({"genres": ("Comedy",)}))
    nobody = fans(placed, ratings.user_mean, np.zeros(len(ratings.users), bool))
    assert (nobody.share, len(nobody.order)) == (0.0, 0)
    assert np.isnan(nobody.above).all()


def test_neighbors_are_found_again_where_nothing_is_uncertain(ratings, run):
    placed = place(run.scorer, item_features(ratings), Description({"genres": ("Comedy",)}, {"year": 1991}))
    eligible = np.ones(len(ratings.items), bool)
    near = placed.nearest(eligible, top=5)
    assert placed.row not in near.index
    arrays = placed.scorer.arrays
    certain = replace(placed.scorer, arrays={**arrays, "item_variance": np.zeros_like(arrays["item_variance"])})
    np.testing.assert_array_equal(replace(placed, scorer=certain).agreement(near, eligible), np.ones(5))
    assert np.all((placed.agreement(near, eligible) >= 0) & (placed.agreement(near, eligible) < 1))
    none = placed.nearest(~eligible, top=5)
    assert len(placed.agreement(none, ~eligible)) == 0


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (Description(), "say something of genres, year, pages"),
        (Description({"genres": ()}), "nothing is said"),
        (Description({"genres": ("Opera",)}), "'Opera' is none of the genres; there are Comedy, War"),
        (Description({"genres": ("comedy",)}), "Comedy, War"),
        (Description({"mood": ("dark",)}), "no.* column 'mood'.*genres, year, pages"),
        (Description({"year": ("1990",)}), "'year' holds a number"),
        (Description(numbers={"genres": 3}), "'genres' holds categories"),
        (Description(numbers={"year": 2001}), "year like 2001; there are 1990–1994, 2010–2014"),
        (Description(numbers={"year": 1989}), "1990–1994"),
        (Description(numbers={"year": float("nan")}), "like nan"),
        (Description(numbers={"pages": -1}), "pages like -1; there are numbers from 0"),
    ],
)
def test_what_the_model_does_not_know_is_refused_with_what_it_knows(ratings, description, message):
    with pytest.raises(LimitError, match=message):
        feature_weights(description, item_features(ratings))


def test_a_number_falls_into_the_bin_that_items_like_it_have(ratings):
    groups = {group.name: group for group in item_features(ratings)}
    for row in (3, 17, 29):
        described = Description(
            {"genres": ratings.item_table["genres"][row]},
            {name: ratings.item_table[name][row] for name in ("year", "pages")},
        )
        for name, weight in feature_weights(described, tuple(groups.values())).items():
            np.testing.assert_allclose(weight, groups[name].matrix[row].toarray()[0], atol=1e-6)


def test_a_model_of_ratings_alone_does_not_place_what_nobody_rated(ratings):
    for settings in ({"model": "variational", "item_columns": False}, {"model": "dot_with_bias"}):
        run = run_on(ratings, run_config(**settings))
        with pytest.raises(NotApplicableError, match="learned from ratings alone"):
            place(run.scorer, item_features(ratings), Description({"genres": ("War",)}))
