"""Rating on the page For you: it moves everything at once, by star, link, search or file, and is never lost."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.data.ratings import Ratings
from core.model.families import PRESETS
from dashboard.for_you.own_ratings import Entry, entry
from dashboard.for_you.rate import ASKED, MOST_LINES
from tests.dashboard.fields import field
from tests.dashboard.labels import labels_of
from tests.dashboard.own_ratings import (
    STAR_WARS,
    button,
    expected,
    item_of,
    linked,
    listed,
    new_user_model,
    stars,
    texts,
)

pytestmark = pytest.mark.few


def test_a_star_changes_the_list_at_once_and_goes_into_the_link(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("for_you")
    field = stars(app)[2]
    item = item_of(field)
    field.set_value(4)
    app.run()
    assert not app.exception
    assert listed(app) == expected(new_user_model(run, bundled), {item: 5.0})
    assert linked(app, bundled) == {item: 5.0}
    assert [item_of(one) for one in stars(app)][2] == item  # it stays where it is
    assert "**1 rating** so far" in texts(app)


@pytest.mark.whole
def test_a_link_opens_the_same_ratings(open_page, publish, bundled: Ratings):
    run = publish()
    given = {"31": 4.5, "1029": 2.0}  # known to few, so not among those asked about
    app = open_page("for_you", rated="31:4.5,1029:2")
    assert listed(app) == expected(new_user_model(run, bundled), given)
    assert "2 more ratings of yours" in [one.label for one in app.expander]
    (half,) = [one for one in app.number_input if one.key.startswith("own_own_number_")]
    assert half.value == 4.5  # no star shows a half


def test_a_link_that_does_not_fit_is_told_and_the_rest_kept(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("for_you", rated=f"nobody:3,{STAR_WARS}:5,1:77,<b>:1")
    assert not app.exception
    (error,) = app.error
    assert "3 ratings could not be used, the first because" in error.value
    assert "BAD_LINK" in str(error.proto)
    assert linked(app, bundled) == {STAR_WARS: 5.0}
    app.run()
    assert not app.error  # said once


@pytest.mark.parametrize("said", ["", ",", "\x00", "../x", "%", "1:", ":5", "1" * 5000])
def test_a_broken_link_shows_the_page_all_the_same(open_page, publish, said: str):
    publish()
    app = open_page("for_you", rated=said, who="Aliens", item="No such", variety="9", like_min="-4", like_years="x")
    assert not app.exception
    assert len(stars(app)) == ASKED


def test_what_is_skipped_makes_room_and_what_is_taken_back_is_gone(open_page, publish):
    publish()
    app = open_page("for_you")
    first, second = (item_of(field) for field in stars(app)[:2])
    button(app, f"own_own_away_{json.dumps(first)}").click().run()
    assert len(stars(app)) == ASKED
    assert first not in [item_of(field) for field in stars(app)]
    stars(app)[0].set_value(0)
    app.run()
    button(app, f"own_own_away_{json.dumps(second)}").click().run()
    assert "rated" not in app.query_params
    button(app, "own_ask").click().run()
    assert first in [item_of(field) for field in stars(app)]


def test_ratings_outlive_other_pages_and_other_models(open_page, publish, bundled: Ratings):
    publish()
    other = publish(PRESETS["article-simple-dot"])
    app = open_page("for_you", rated=f"{STAR_WARS}:5,1:4")
    app.switch_page("app_pages/biases.py").run()
    app.switch_page("app_pages/for_you.py").run()
    assert linked(app, bundled) == {STAR_WARS: 5.0, "1": 4.0}
    app.query_params["run"] = other.run_id
    app.run()
    assert not app.exception
    assert linked(app, bundled) == {STAR_WARS: 5.0, "1": 4.0}
    assert listed(app) == expected(new_user_model(other, bundled), {STAR_WARS: 5.0, "1": 4.0})


def test_all_ten_rated_bring_ten_more_and_keep_the_first(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("for_you")
    asked = [item_of(field) for field in stars(app)]
    for item in asked:
        next(field for field in stars(app) if item_of(field) == item).set_value(2)
        app.run()
    assert not app.exception
    shown = [item_of(field) for field in stars(app)]
    assert set(asked) < set(shown)
    assert len(shown) == 2 * ASKED
    assert linked(app, bundled) == dict.fromkeys(asked, 3.0)


@pytest.mark.whole
def test_search_finds_what_is_not_asked_about(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("for_you")
    field(app, "own_search").choose("Dog Day Afternoon (1975)")
    (given,) = stars(app, "found")
    item = bundled.items.ids[labels_of(bundled).tolist().index("Dog Day Afternoon (1975)")]
    assert item_of(given) == item
    given.set_value(3)
    app.run()
    assert linked(app, bundled) == {item: 4.0}


@pytest.mark.whole
def test_very_many_ratings_are_not_all_drawn_and_can_all_be_found(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("for_you")
    rows = np.argsort(-bundled.item_count, kind="stable")[300:500]
    app.session_state._own_ratings["ml-latest-small"].given.update(dict.fromkeys(bundled.items.ids[rows], 4.0))
    app.run()
    assert not app.exception
    assert "**200 ratings** so far" in texts(app)
    assert len(stars(app)) == ASKED + MOST_LINES
    assert "rated" not in app.query_params  # too many for a link
    field(app, "own_search").choose(labels_of(bundled)[rows[0]])
    (given,) = stars(app, "found")
    assert given.value == 3
    given.set_value(0)
    app.run()
    assert app.session_state._own_ratings["ml-latest-small"].given[bundled.items.ids[rows[0]]] == 1.0


def rated_from(ratings: Ratings, values: list[float], low: float, high: float) -> Ratings:
    numbers = np.resize(np.array(values, np.float32), len(ratings))
    return replace(ratings, rating=numbers, min_rating=low, max_rating=high)


@pytest.mark.parametrize(
    ("values", "low", "high", "fits"),
    [
        ([0.5, 1.0, 3.5], 0.5, 5, Entry("stars", 0.5, 5, 0.5)),
        ([1, 2, 5], 1, 5, Entry("stars", 1, 5, 1)),
        ([0, 1], 0, 1, Entry("thumbs", 0, 1, 1)),
        ([-1, 1], -1, 1, Entry("thumbs", -1, 1, 2)),
        ([1, 4, 5, 10], 1, 10, Entry("number", 1, 10, 1)),
        ([-10, -3.5, 7], -10, 10, Entry("number", -10, 10, 0.5)),
        (list(np.linspace(0, 100, 1001)), 0, 100, Entry("number", 0, 100, 0.1)),
        ([0, 3, 5], 0, 5, Entry("number", 0, 5, 1)),
        ([1, 2.3333, 4], 1, 5, Entry("number", 1, 5, 0.01)),
        ([1, 1.25, 4], 1, 5, Entry("number", 1, 5, 0.25)),
    ],
)
def test_ratings_are_given_in_the_datas_own_scale(small: Ratings, values, low, high, fits: Entry):
    big = replace(small, user_index=np.zeros(2002, np.int32), rating=np.zeros(2002, np.float32))
    assert entry(rated_from(big, values, low, high)) == fits


def test_clicks_and_ratings_stand_for_each_other():
    assert [Entry("stars", 0.5, 5, 0.5).to_click(rating) for rating in (1.0, 5.0, 3.5)] == [0, 4, None]
    assert [Entry("thumbs", -1, 1, 2).to_click(rating) for rating in (-1.0, 1.0)] == [0, 1]
    assert Entry("thumbs", -1, 1, 2).from_click(0) == -1
    assert Entry("stars", 1, 5, 1).from_click(4) == 5
    assert [Entry("number", 0, 9, step).form for step in (1, 0.5, 0.25)] == ["%.0f", "%.1f", "%.2f"]
