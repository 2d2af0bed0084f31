"""What is said of chosen items: nothing where chance has chosen them, and what has been put there."""

import numpy as np
import pytest
from scipy import stats

from core.analysis.item_attributes import MEAN_RATING, YEAR, ItemColumns, item_columns
from core.analysis.traits import traits
from core.data.ratings import Ratings
from core.errors import AnalysisError

SEEDS = 100
"""Lassos that chance draws; one in twenty may be described, give or take three standard errors."""


@pytest.fixture(scope="module")
def listed(bundled: Ratings) -> tuple[Ratings, np.ndarray, ItemColumns]:
    """The movies with 21 ratings or more, as a map shows them."""
    rows = np.flatnonzero(bundled.item_count >= 21)
    return bundled, rows, item_columns(bundled).take(rows)


def lasso(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    chosen = np.zeros(n, bool)
    chosen[rng.choice(n, size, replace=False)] = True
    return chosen


@pytest.mark.parametrize("size", [8, 50])
def test_what_chance_has_chosen_is_described_once_in_twenty_times_at_most(listed, size: int):
    _, rows, columns = listed
    rng = np.random.default_rng(size)
    described = sum(bool(traits(lasso(rng, len(rows), size), columns)) for _ in range(SEEDS))
    assert described <= stats.binom.ppf(0.999, SEEDS, 0.05)


def test_what_is_common_to_them_is_said_with_its_shares(listed):
    columns = listed[2]
    horror = np.array(["Horror" in genres for genres in columns.categories["genres"]])
    chosen = horror & (np.cumsum(horror) <= 50)
    first = traits(chosen, columns)[0]
    assert (first.name, first.column, first.inside) == ("Horror", "genres", 1.0)
    assert first.outside == pytest.approx((horror & ~chosen).sum() / (~chosen).sum())


def test_numbers_are_compared_by_their_means_in_the_right_direction(listed):
    _, rows, columns = listed
    old = np.zeros(len(rows), bool)
    old[np.argsort(columns.numbers[YEAR])[:60]] = True
    found = {trait.name: trait for trait in traits(old, columns)}
    assert found[YEAR].effect < -0.9 and found[YEAR].inside < found[YEAR].outside
    assert found[MEAN_RATING].inside - found[MEAN_RATING].outside > 0.3  # who survives is good
    assert found["1940s"].inside > 0.2


def test_a_large_lasso_needs_a_large_difference():
    n = 20_000
    numbers = {"length": np.random.default_rng(0).normal(size=n) + 0.1 * (np.arange(n) < n / 2)}
    columns = ItemColumns(numbers, {"genres": [()] * n}, [""] * n)
    assert traits(np.arange(n) < n / 2, columns) == ()


@pytest.mark.parametrize("n", [0, 4, 8, 12])
def test_of_few_or_of_nearly_all_nothing_is_said(n: int):
    columns = ItemColumns({YEAR: np.arange(12.0)}, {"genres": [["a"]] * 6 + [["b"]] * 6}, [""] * 12)
    assert traits(np.arange(12) < n, columns) == ()


def test_without_anything_known_nothing_is_said():
    columns = ItemColumns({YEAR: np.full(40, np.nan)}, {"genres": [()] * 40}, [""] * 40)
    assert traits(np.arange(40) < 20, columns) == ()
    with pytest.raises(AnalysisError, match="39 marks for 40 items"):
        traits(np.zeros(39, bool), columns)
