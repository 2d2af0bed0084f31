"""Own ratings as a file and as a link: they come back as they went, and nothing else gets in."""

import json

import pytest

from core.analysis.new_user.own_ratings import (
    MOST_BYTES,
    MOST_LINKED,
    MOST_RATINGS,
    from_file,
    from_link,
    to_file,
    to_link,
)
from core.data.ratings import Ratings
from core.errors import BadFormatError, NoGoodRowsError, TooLargeError

GIVEN = {"007": 5.0, "-5": 0.5, "+x": 3.5, "é": 4.0}


def test_a_file_comes_back_as_it_went(small: Ratings):
    loaded = from_file(to_file(GIVEN, small), small)
    assert loaded.given == GIVEN
    assert list(loaded.given) == list(GIVEN)
    assert loaded.left_out == ()


def test_a_link_comes_back_as_it_went(small: Ratings):
    loaded = from_link(to_link(GIVEN), small)
    assert loaded.given == GIVEN
    assert loaded.left_out == ()


def test_ids_that_look_like_the_link_itself_survive(small: Ratings):
    small.items.ids[:2] = ["a:1,b:2", "%2C"]
    given = {"a:1,b:2": 4.0, "%2C": 2.0}
    assert from_link(to_link(given), small).given == given
    assert from_file(to_file(given, small), small).given == given


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


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"not json",
        b"[]",
        b"{}",
        b'{"ratings": 5}',
        b'{"ratings": [1]}',
        b"[" * 100_000,
        b'{"ratings": [' + b"9" * 5000 + b"]}",
    ],
)
def test_a_file_of_another_kind_is_refused(small: Ratings, content: bytes):
    with pytest.raises(BadFormatError):
        from_file(content, small)


@pytest.mark.parametrize("rating", ["NaN", "Infinity", "1e999", "true", "null", '"many"', "[]", "99", "1" * 400])
def test_a_file_without_a_usable_rating_is_refused(small: Ratings, rating: str):
    content = f'{{"ratings": [{{"item_id": "7", "rating": {rating}}}]}}'
    with pytest.raises(NoGoodRowsError, match="fits this data"):
        from_file(content.encode(), small)


def test_a_good_rating_among_bad_ones_is_kept(small: Ratings):
    entries = [{"item_id": "7", "rating": 4}, {"item_id": 7, "rating": 4}, {}, {"item_id": "x", "rating": 1}]
    loaded = from_file(json.dumps({"ratings": entries}).encode(), small)
    assert loaded.given == {"7": 4.0}
    assert len(loaded.left_out) == 3


def test_an_empty_list_is_an_empty_list(small: Ratings):
    assert from_file(b'{"ratings": []}', small).given == {}


def test_files_beyond_the_limits_are_refused(small: Ratings):
    with pytest.raises(TooLargeError, match="bytes"):
        from_file(b" " * (MOST_BYTES + 1), small)
    entries = [{"item_id": "7", "rating": 4}] * (MOST_RATINGS + 1)
    with pytest.raises(TooLargeError, match="ratings"):
        from_file(json.dumps({"ratings": entries}).encode(), small)


def test_a_file_of_exactly_the_most_bytes_and_ratings_is_read(small: Ratings):
    entries = [{"item_id": "007", "rating": 4.0}] * MOST_RATINGS
    content = json.dumps({"ratings": entries}).encode()
    assert from_file(content.ljust(MOST_BYTES), small).given == {"007": 4.0}
