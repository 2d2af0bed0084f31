"""The article's table is one row off, and the bundled ratings show it."""

import numpy as np
import pytest

from core.analysis.lesson.article import HIGH, LOW, article_ends, numbered_before
from core.data.ratings import Ratings


def test_the_item_before_is_the_one_that_was_first_rated_just_before(small: Ratings):
    first = [int(np.flatnonzero(small.item_index == item)[0]) for item in range(4)]
    found = numbered_before(small)
    order = np.argsort(first)
    assert found[order[0]] == -1
    assert found[order[1:]].tolist() == order[:-1].tolist()
    assert (found[np.flatnonzero(small.item_count == 0)] == -1).all()


def test_moved_back_the_titles_are_what_everybody_would_expect(bundled: Ratings):
    high, low = article_ends(bundled, bundled.item_mean)
    titles = bundled.item_table["title"].to_numpy()
    assert titles[high.printed].tolist() == list(HIGH) and titles[low.printed].tolist() == list(LOW)
    assert titles[high.moved_back].tolist() == [
        "Godfather: Part II, The (1974)",
        "Godfather, The (1972)",
        "Philadelphia Story, The (1940)",
        "Raging Bull (1980)",
        "Shawshank Redemption, The (1994)",
        "Fargo (1996)",
        "On the Waterfront (1954)",
        "Pulp Fiction (1994)",
        "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1964)",
    ]
    assert {"Battlefield Earth (2000)", "Godzilla (1998)", "Striptease (1996)", "Showgirls (1995)"} < set(
        titles[low.moved_back]
    )
    mean = bundled.item_mean
    assert mean[high.moved_back].min() > 4.2 and mean[low.moved_back].max() <= 3.0
    assert mean[high.printed].min() < 2.5 and mean[low.printed].max() > 3.9  # Striptease; The Spanish Prisoner


@pytest.mark.parametrize("sign", [1, -1])
def test_the_high_end_of_the_other_model_is_the_acclaimed_one(bundled: Ratings, sign: int):
    high, low = article_ends(bundled, sign * np.nan_to_num(bundled.item_mean))
    listed = bundled.item_count > 20
    assert bundled.item_mean[high.own[0]] == bundled.item_mean[listed].max()
    assert bundled.item_mean[low.own[0]] == bundled.item_mean[listed].min()
    assert listed[high.own].all() and len(high.own) == len(low.own) == 9


def test_other_ratings_have_no_such_table(small: Ratings):
    assert article_ends(small, np.arange(len(small.items))) is None
