"""Entries as ratings of the data: found by id or title, on the data's own scale and steps, each in one number."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data.own import matching
from core.data.own.files import Entry, OwnFile, read
from core.data.own.matching import Person, converted, match, require_matched, step_of
from core.data.own.titles import TitleIndex
from core.data.ratings import Ratings
from core.errors import NoGoodRowsError
from tests.conftest import titles_of

CASE = Path(__file__).parents[1] / "importing" / "files" / "own-letterboxd-ratings.csv"


def matched(text: str, ratings: Ratings) -> Person:
    """What a file says; no entry is in no number."""
    person = match(read(text.encode()), ratings, titles_of(ratings))
    assert len(person.file.entries) == len(person.matched) + len(person.unmatched) + len(person.outside)
    assert len(person.given) == len(person.matched) - person.repeated
    return person


def test_five_of_six_of_letterboxd(bundled: Ratings):
    person = matched(CASE.read_text(encoding="utf-8"), bundled)
    assert person.given == {"1": 4.5, "6": 4.0, "2571": 3.5, "4973": 4.5, "1214": 5.0}
    (other,) = person.unmatched
    assert (other.entry.titles, other.entry.years, other.rating) == (("A Film Nobody Made",), (1977,), 2.0)
    assert other.item_id is None


def test_the_last_of_several_ratings_counts(bundled: Ratings):
    person = matched("title,year,rating\nHeat,1995,2\nSe7en,1995,5\nHeat,1995,4\n", bundled)
    assert person.given == {"6": 4.0, "47": 5.0}
    assert person.repeated == 1


def test_an_id_counts_only_beside_a_title_that_may_be_its_own(small: Ratings):
    text = (
        '{"scale": [0.5, 5], "ratings": [{"item_id": "007", "title": "Plain (1999)", "rating": 4}, '
        '{"item_id": "7", "title": "Plain", "rating": 2}, {"item_id": "-5", "title": "Something else", "rating": 1}, '
        '{"item_id": "nobody", "title": "@ nobody saw it", "rating": 3}, {"item_id": "+x", "rating": 5}]}'
    )
    person = matched(text, small)
    assert person.given == {"007": 2.0, "é": 3.0, "+x": 5.0}  # "Plain" is 007's title, whatever the id beside it
    (unsure,) = person.unmatched
    assert (unsure.entry.item_id, unsure.item_id) == ("-5", "-5")


def test_a_file_that_keeps_to_the_data_is_not_bent_to_it(small: Ratings):
    person = matched('{"ratings": [{"item_id": "007", "rating": 9}, {"item_id": "7", "rating": 3.3}]}', small)
    assert person.given == {"7": 3.3}
    assert person.rejected_total == 1
    assert "outside 0.5 to 5" in person.rejected[0].reason


def test_nothing_matched_says_what_was_looked_for(bundled: Ratings):
    with pytest.raises(
        NoGoodRowsError, match=r"none of the 2 titles is in MovieLens; looked for 'Nope' \(1990\), 'Xyz'"
    ):
        require_matched(matched("Nope (1990),4\nXyz,3\n", bundled), bundled)
    with pytest.raises(
        NoGoodRowsError, match="3 rows can be used: 1 have no rating, 2 were left out, the first because"
    ):
        require_matched(matched("title,rating\nHeat,\nUp,a\nAlien,b", bundled), bundled)


def scaled(ratings: Ratings, low: float, high: float, step: float) -> Ratings:
    values = np.resize(np.arange(low, high + step / 2, step, dtype=np.float32), 200)
    return replace(ratings, user_index=np.zeros(200, np.int32), rating=values, min_rating=low, max_rating=high)


@pytest.mark.parametrize(
    ("own", "rating", "data", "becomes"),
    [
        ((0.5, 5), 3.5, (0.5, 5, 0.5), 3.5),
        ((1, 10), 8, (0.5, 5, 0.5), 4),
        ((1, 10), 1, (0.5, 5, 0.5), 0.5),
        ((1, 5), 4, (0.5, 5, 0.5), 4),
        ((1, 5), 1, (0.5, 5, 0.5), 1),
        ((0.5, 5), 0.5, (1, 5, 1), 1),
        ((0.5, 5), 3.5, (1, 5, 1), 4),
        ((0.5, 5), 4.5, (1, 10, 1), 9),
        ((1, 100), 87, (0.5, 5, 0.5), 4.5),
        ((1, 5), 5, (-10, 10, 0.5), 10),
        ((1, 5), 3, (-10, 10, 0.5), 0),
        ((1, 5), 4, (0, 1, 1), 1),
        ((1, 5), 1, (0, 1, 1), 0),
        ((1, 5), 4, (-1, 1, 2), 1),
        ((0.5, 5), 2, (3, 3, 1), 3),
    ],
)
def test_ratings_on_another_scale(small: Ratings, own, rating: float, data, becomes: float):
    ratings = scaled(small, *data)
    assert converted(rating, own, ratings, step_of(ratings)) == becomes


def test_every_rating_of_every_scale_stays_inside_and_in_order(small: Ratings):
    for own in ((0.5, 5), (1, 10), (1, 5), (0, 100)):
        for data in ((0.5, 5, 0.5), (1, 5, 1), (1, 10, 1), (-10, 10, 0.25), (0, 1, 1), (0, 100, 0.1)):
            if own == data[:2]:
                continue  # these stay as they are
            ratings = scaled(small, *data)
            step = step_of(ratings)
            become = [converted(rating, own, ratings, step) for rating in np.linspace(*own, 40).tolist()]
            assert become == sorted(become)
            assert data[0] <= become[0] <= become[-1] == data[1]
            assert np.allclose(np.subtract(become, data[0]) / step, np.round(np.subtract(become, data[0]) / step))


def test_entries_without_a_year_and_with_two(small: Ratings):
    file = OwnFile("", (Entry(("Plain",), (1998, 1999), 5.0),), (1, 5), True, 1, 0, (), 0)
    assert match(file, small, TitleIndex(small)).given == {"007": 5.0}


def test_a_year_that_is_not_understood_is_asked_about(bundled: Ratings):
    person = matched("title,year,rating\nHeat,95,4\nToy Story,,5\nAlien,1979-05-25,3\n", bundled)
    assert person.given == {"1": 5.0, "1214": 3.0}
    assert [(one.entry.titles, one.item_id) for one in person.unmatched] == [(("Heat",), "6")]


def test_books_are_not_certain_to_be_films(bundled: Ratings):
    text = (
        "Book Id,Title,Author,My Rating,Year Published,Original Publication Year\n"
        "1,Heat,Somebody,4,2001,1995\n2,No such book at all,Somebody,4,2001,1995\n"
    )
    person = matched(text, bundled)
    assert (person.given, [one.item_id for one in person.unmatched]) == ({}, ["6", None])
    assert matched(text, replace(bundled, noun="book")).given == {"6": 4.0}


def test_only_so_many_titles_are_compared_letter_by_letter(bundled: Ratings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(matching, "MOST_COMPARED", 2)
    person = matched("Qqqzzz,4\nShawshank Redemtion,4\nShawshank Redemtion,5\nShawshank Redemtion,3\n", bundled)
    assert [one.item_id for one in person.unmatched] == [None, "318", None, None]
    assert person.not_compared == 1
