"""On which scale a list is: its own numbers and the data's tell it, each with a known answer."""

import pytest

from core.data.own.files import read
from core.data.own.matching import Person, match
from core.data.own.titles import TitleIndex
from core.data.ratings import Ratings
from core.errors import NoGoodRowsError
from tests.core.data.own.test_matching import scaled

STARS, THUMBS, TEN, JOKES = (0.5, 5, 0.5), (0, 1, 1), (1, 10, 1), (-10, 10, 0.25)


def person(text: str, small: Ratings, data: tuple[float, float, float] = STARS, out_of: float | None = None) -> Person:
    """What a list says about data on a scale; every row is in a number."""
    ratings = scaled(small, *data)
    one = match(read(text.encode()), ratings, TitleIndex(ratings), out_of)
    file = one.file
    assert file.rows == len(one.matched) + len(one.unmatched) + file.unrated + one.rejected_total
    return one


def listed(cells: str) -> str:
    return "".join(f"Film {number};{cell}\n" for number, cell in enumerate(cells.split("|")))


def become(one: Person) -> list[float]:
    return [entry.rating for entry in (*one.matched, *one.unmatched)]


@pytest.mark.parametrize(
    ("cells", "data", "scale"),
    [
        ("1|5", STARS, None),
        ("0.5|5", STARS, None),
        ("1|5", (1, 5, 1), None),
        ("0.5|5", (1, 5, 1), (0.5, 5)),
        ("0|5|0.5", STARS, (0, 5)),
        ("3|7", STARS, (1, 10)),
        ("7,5|10", STARS, (1, 10)),
        ("7,5|10", TEN, (1, 10)),
        ("15|92", STARS, (1, 100)),
        ("80%|35%", STARS, (1, 100)),
        ("3/10|4/10", STARS, (1, 10)),
        ("★★½|½", STARS, (0.5, 5)),
        ("★★★★★★★|★★", STARS, (1, 10)),
        ("2/4|3/4", STARS, (1, 4)),
        ("0|1|1", THUMBS, None),
        ("1|1", THUMBS, None),
        ("3|4|5", THUMBS, (1, 5)),
        ("-10|3.5|10", JOKES, None),
        ("5|3|1", TEN, None),
        ("4|3.5|5", TEN, (1, 5)),
    ],
)
def test_the_scale_of_a_list(small: Ratings, cells: str, data: tuple[float, float, float], scale):
    one = person(listed(cells), small, data)
    assert (one.file.scale, one.rejected_total) == (scale, 0)


@pytest.mark.parametrize(
    ("cells", "data", "values"),
    [
        ("0|1|1|0", THUMBS, [0, 1, 1, 0]),
        ("like|dislike|like", THUMBS, [1, 0, 1]),
        ("thumbs up|true|thumbs down", THUMBS, [1, 1, 0]),
        ("like|dislike", (-1, 1, 2), [1, -1]),
        ("-10|3.5|10", JOKES, [-10, 3.5, 10]),
        ("5|3|1", TEN, [5, 3, 1]),
        ("4|★★★★|8/10|80%|5", STARS, [4, 4, 4, 4, 5]),
        ("8|4/5|9|7", STARS, [4, 4, 4.5, 3.5]),
    ],
)
def test_what_the_ratings_become(small: Ratings, cells: str, data: tuple[float, float, float], values: list[float]):
    assert become(person(listed(cells), small, data)) == values


def test_a_number_far_from_the_others_is_left_out_with_its_line(small: Ratings):
    one = person(listed("4.0|3.5|45|5"), small)
    assert become(one) == [4, 3.5, 5]
    assert [(bad.line, bad.reason) for bad in one.rejected] == [(3, "rating 45 is outside 0.5 to 5")]
    assert become(person(listed("8|7|85|9"), small)) == [4, 3.5, 4.5]
    assert become(person(listed("4|7|3.5|5"), small)) == [2, 3.5, 2, 2.5]  # 7 is near: the list is out of 10


def test_a_zero_beside_ratings_from_one_is_no_rating(small: Ratings):
    one = person(listed("4|0|5|1|0"), small)
    assert become(one) == [4, 5, 1]
    assert (one.file.unrated, one.file.zeros) == (2, 2)
    assert become(person(listed("4|0|5"), small, (0, 5, 1))) == [4, 0, 5]


@pytest.mark.parametrize("heading", ["Rating (out of 10)", "Score /10", "My Rating (1-10)", "rating [of 10]"])
def test_the_heading_says_the_scale(small: Ratings, heading: str):
    one = person(f"Title,{heading}\nA,4\nB,2\nC,12\nD,3/5\n", small)
    assert become(one) == [2, 1, 3]
    assert one.rejected[0].line == 4


def test_likes_are_no_stars(small: Ratings):
    one = person("title,rating\nA,like\nB,4\n", small)
    assert become(one) == [4]
    assert "a like is no rating from 0.5 to 5" in one.rejected[0].reason


def test_somebody_may_say_the_scale(small: Ratings):
    assert become(person(listed("4|2|5"), small, out_of=10)) == [2, 1, 2.5]
    assert become(person(listed("4|2|5"), small, TEN, out_of=5)) == [8, 4, 10]
    assert become(person(listed("3|2|40"), small, TEN, out_of=0)) == [3, 2]


@pytest.mark.parametrize("cells", ["400|3", "-1|3", "101|4|250"])
def test_numbers_on_no_scale_are_refused(small: Ratings, cells: str):
    with pytest.raises(NoGoodRowsError, match="the ratings go from"):
        person(listed(cells), small)
