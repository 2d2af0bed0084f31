"""Own ratings as a file and as a link: they come back as they went, and nothing else gets in."""

import pytest

from core.analysis.new_user.own_ratings import MOST_LINKED, from_link, to_file, to_link
from core.data.own.files import read
from core.data.own.matching import match
from core.data.own.titles import TitleIndex
from core.data.ratings import Ratings

GIVEN = {"007": 5.0, "-5": 0.5, "+x": 3.5, "é": 4.0}


def read_back(given: dict[str, float], ratings: Ratings) -> dict[str, float]:
    return match(read(to_file(given, ratings)), ratings, TitleIndex(ratings)).given


def test_a_file_comes_back_as_it_went(small: Ratings):
    given = read_back(GIVEN, small)
    assert given == GIVEN
    assert list(given) == list(GIVEN)


def test_a_link_comes_back_as_it_went(small: Ratings):
    loaded = from_link(to_link(GIVEN), small)
    assert loaded.given == GIVEN
    assert loaded.left_out == ()


def test_ids_that_look_like_the_link_itself_survive(small: Ratings):
    small.items.ids[:2] = ["a:1,b:2", "%2C"]
    given = {"a:1,b:2": 4.0, "%2C": 2.0}
    assert from_link(to_link(given), small).given == given
    assert read_back(given, small) == given


def test_many_ratings_make_no_link():
    assert to_link({str(number): 3.0 for number in range(MOST_LINKED + 1)}) == ""
    assert to_link({str(number): 3.0 for number in range(MOST_LINKED)}).count(":") == MOST_LINKED == 20
    assert to_link({}) == ""


def test_what_does_not_fit_is_left_out_and_named(small: Ratings):
    loaded = from_link("007:5,nobody:3,7:9,-5:nan,+x:,é", small)
    assert loaded.given == {"007": 5.0}
    assert len(loaded.left_out) == 5
    assert any("'nobody' is no id" in said for said in loaded.left_out)
    assert any("outside 0.5 to 5" in said for said in loaded.left_out)


@pytest.mark.parametrize("text", ["", ",", "::", ":5", "%%%", "\x00:\x00", "7:1e999", "7:--1", "a" * 100_000])
def test_a_broken_link_gives_nothing(small: Ratings, text: str):
    assert from_link(text, small).given == {}
