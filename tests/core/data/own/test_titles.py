"""Which item a title means: known answers, every bundled title written in another style, and hostile ones."""

import re
import time
import unicodedata
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.data.own.titles import Hit, TitleIndex, exact_keys, loose_keys, plain
from core.data.ratings import Ratings, year_in


@pytest.fixture(scope="module")
def index(bundled: Ratings) -> TitleIndex:
    return TitleIndex(bundled)


def titled(ratings: Ratings, titles: list[str]) -> Ratings:
    """The data with other titles, years from within them."""
    rest = [f"Something else {number}" for number in range(len(ratings.items) - len(titles))]
    named = pd.Series([*titles, *rest])
    return replace(ratings, item_table=ratings.item_table.assign(title=named, year=named.map(year_in)))


@pytest.mark.parametrize(
    ("title", "year", "means"),
    [
        ("The Matrix", 1999, "Matrix, The (1999)"),
        ("Matrix, The", 1999, "Matrix, The (1999)"),
        ("matrix", 1999, "Matrix, The (1999)"),
        ("Amélie", 2001, "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("Le Fabuleux Destin d’Amélie Poulain", 2001, "Amelie (Fabuleux destin d'Amélie Poulain, Le) (2001)"),
        ("Se7en", 1995, "Seven (a.k.a. Se7en) (1995)"),
        ("Rocky 2", 1979, "Rocky II (1979)"),
        ("Rocky II", 1979, "Rocky II (1979)"),
        ("Father of the Bride Part 2", 1995, "Father of the Bride Part II (1995)"),
        ("Léon", 1994, "Léon: The Professional (a.k.a. The Professional) (Léon) (1994)"),
        ("WALL-E", 2008, "WALL·E (2008)"),
        ("Spiderman", 2002, "Spider-Man (2002)"),
        ("MASH", 1970, "M*A*S*H (a.k.a. MASH) (1970)"),
        ("Fast and Furious", 2009, "Fast & Furious (Fast and the Furious 4, The) (2009)"),
        ("L'Enfer", 1994, "Enfer, L' (1994)"),
        ("(500) Days of Summer", 2009, "(500) Days of Summer (2009)"),
        ("500 Days of Summer", 2009, "(500) Days of Summer (2009)"),
        ("The Human Centipede II", 2011, "Human Centipede II (Full Sequence), The (2011)"),
        ("Toy Story (1995)", 1995, "Toy Story (1995)"),
        ("Stranger Things", 2016, "Stranger Things"),
    ],
)
def test_titles_as_other_people_write_them(bundled: Ratings, index: TitleIndex, title: str, year: int, means: str):
    row = index.find((title,), (year,)).row
    assert row is not None
    assert bundled.item_table["title"][row] == means


@pytest.mark.parametrize(
    ("title", "year", "asked"),
    [
        ("The Matrix", 1998, "Matrix, The (1999)"),  # a year off
        ("Star Wars", 1977, "Star Wars: Episode IV - A New Hope (1977)"),  # a first half
        ("Birdman", 2014, "Birdman: Or (The Unexpected Virtue of Ignorance) (2014)"),
        ("Hamlet", 2001, "Hamlet (2000)"),  # several years off by one or none
        ("Heat", 1931, "Heat (1995)"),  # another film, perhaps
    ],
)
def test_what_is_not_certain_is_asked(bundled: Ratings, index: TitleIndex, title: str, year: int, asked: str):
    hit = index.find((title,), (year,))
    assert hit.row is None
    assert hit.nearest is not None
    assert bundled.item_table["title"][hit.nearest] == asked


def test_of_twins_the_more_rated_is_asked_about(bundled: Ratings, index: TitleIndex):
    twins = np.flatnonzero(bundled.item_table["title"] == "War of the Worlds (2005)")
    assert len(twins) == 2
    assert index.find(("War of the Worlds",), (2005,)) == Hit(
        nearest=max(twins, key=lambda row: bundled.item_count[row])
    )


def test_without_a_year_only_what_is_one_of_a_kind_is_certain(bundled: Ratings, index: TitleIndex):
    assert index.find(("Toy Story",), ()).row == bundled.items.index("1")
    assert index.find(("Hamlet",), ()).row is None
    assert index.find(("No such thing at all",), ()) == Hit()


def letterboxd_style(title: str) -> str:
    """A bundled title as another service has it: without year, second titles and accents, the article in front."""
    alone = re.sub(r"\s*\([0-9]{4}[^()]*\)\s*$", "", title)
    first = re.sub(r"\s*\([^()]*\)", "", alone).strip() or alone
    if behind := re.match(r"^(.*), (The|A|An|La|Les|Le|L'|El|Das|Il|Der)$", first):
        first = f"{behind[2]}{'' if behind[2].endswith(chr(39)) else ' '}{behind[1]}"
    return "".join(letter for letter in unicodedata.normalize("NFKD", first) if not unicodedata.combining(letter))


def test_every_bundled_title_is_recognized_and_none_taken_for_another(bundled: Ratings, index: TitleIndex):
    table = bundled.item_table
    unsure = []
    for row, (title, year) in enumerate(zip(table["title"], table["year"], strict=True)):
        hit = index.find((letterboxd_style(title),), () if np.isnan(year) else (int(year),))
        assert hit.row in (row, None), title
        if hit.row is None:
            unsure.append(title)
    assert sorted(unsure) == ["Hamlet (2000)"] * 2 + ["War of the Worlds (2005)"] * 2  # two titles that two films share


def test_misspelled_titles_are_near_and_strange_ones_are_not(bundled: Ratings, index: TitleIndex):
    near = index.nearest([("The Godfahter", (1972,)), ("Shawshank Redemtion", ()), ("xyzzy", ()), ("Yttrium", (1990,))])
    titles = [None if row is None else bundled.item_table["title"][row] for row in near]
    assert titles == ["Godfather, The (1972)", "Shawshank Redemption, The (1994)", None, None]


def test_series_of_books_are_no_titles(small: Ratings):
    index = TitleIndex(titled(small, ["The Hunger Games (The Hunger Games, #1)", "Sapiens: A Brief History"]))
    assert index.find(("The Hunger Games (The Hunger Games, #1)",), (2008,)).row == 0
    assert index.find(("The Hunger Games",), ()).row == 0
    assert index.find(("Catching Fire (The Hunger Games, #2)",), (2009,)) == Hit()
    assert index.find(("Sapiens",), (2011,)) == Hit(nearest=1)


def test_an_article_that_makes_the_difference_does(small: Ratings):
    index = TitleIndex(titled(small, ["Die Hard (1988)", "Hard (1988)", "Them! (1954)", "???", "2012 (2009)"]))
    assert index.find(("Die Hard",), (1988,)).row == 0
    assert index.find(("Hard",), (1988,)).row == 1
    assert index.find(("???",), ()).row == 3
    assert index.find(("2012",), (2009,)).row == 4


@pytest.mark.parametrize(
    "title",
    ["", " ", "(", ")(", "()", "((((", ",", ", The", "(1999)", "the", "\u0301", "’’", "I", "()" * 150, ", a" * 100],
)
def test_hostile_titles_have_keys_and_mean_nothing(index: TitleIndex, title: str):
    assert all(isinstance(key, str) for key in exact_keys(title) | loose_keys(title))
    assert index.find((title,), (1999,)).row is None
    assert len(index.nearest([(title, (1999,))])) == 1


@pytest.mark.parametrize("title", ["(" * 300, "a, " * 100, ": or " * 60, "'" * 300, "a.k.a. " * 40, "́" * 300])
def test_a_long_title_takes_no_time(title: str):
    start = time.perf_counter()
    for _ in range(20):
        exact_keys(title)
        loose_keys(title)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Æon Flux", "Aeon Flux"), ("Smørrebrød", "smorrebrod"), ("Ocean's Eleven", "Oceans Eleven"), ("Łódź", "Lodz")],
)
def test_letters_of_other_languages(one: str, other: str):
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("title", "year", "item"),
    [
        ("Robot", 2004, "I, Robot (2004)"),
        ("Hard", 1988, "Die Hard (1988)"),
        ("Another Day", 2002, "Die Another Day (2002)"),
        ("Another Day", None, "Die Another Day (2002)"),
        ("Something new (Die Hard)", 1988, "Die Hard (1988)"),
    ],
)
def test_what_agrees_by_a_foreign_article_or_in_brackets_is_asked(small: Ratings, title: str, year, item: str):
    index = TitleIndex(titled(small, [item]))
    assert index.find((title,), () if year is None else (year,)) == Hit(nearest=0)
    assert index.find((item,), ()).row == 0


@pytest.mark.parametrize(("numeral", "number"), [("X", "10 (1979)"), ("V", "5 (2001)"), ("10", "X (2001)")])
def test_a_numeral_alone_is_no_number(small: Ratings, numeral: str, number: str):
    index = TitleIndex(titled(small, [number]))
    assert index.find((numeral,), ()) == Hit()
    assert TitleIndex(titled(small, ["Rocky II (1979)"])).find(("Rocky 2",), (1979,)).row == 0


def test_a_remake_is_asked_about(small: Ratings):
    assert TitleIndex(titled(small, ["Parasite (1982)"])).find(("Parasite",), (2019,)) == Hit(nearest=0)
