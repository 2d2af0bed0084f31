"""Titles as people say them."""

import pytest

from core.data.ratings import Ratings
from core.data.spoken import named, said, spoken, spoken_titles

AWKWARD = {
    "Godfather, The (1972)": "The Godfather (1972)",
    "Fugitive, The (1993)": "The Fugitive (1993)",
    "Island of Dr. Moreau, The (1996)": "The Island of Dr. Moreau (1996)",
    "Affair to Remember, An (1957)": "An Affair to Remember (1957)",
    "City of Lost Children, The (Cité des enfants perdus, La) (1995)": (
        "The City of Lost Children (La Cité des enfants perdus) (1995)"
    ),
    "Boot, Das (Boat, The) (1981)": "Das Boot (The Boat) (1981)",
    "Enfer, L' (1994)": "L'Enfer (1994)",
    "Enfer, L’": "L’Enfer",
    "Misérables, Les (1995)": "Les Misérables (1995)",
    "Andalusian Dog, An (Chien andalou, Un) (1929)": "An Andalusian Dog (Un Chien andalou) (1929)",
    "Good, the Bad and the Ugly, The (Buono, il brutto, il cattivo, Il) (1966)": (
        "The Good, the Bad and the Ugly (Il Buono, il brutto, il cattivo) (1966)"
    ),
    "Macbeth (a.k.a. Tragedy of Macbeth, The) (1971)": "Macbeth (a.k.a. The Tragedy of Macbeth) (1971)",
    "Othello (Tragedy of Othello: The Moor of Venice, The) (1952)": (
        "Othello (The Tragedy of Othello: The Moor of Venice) (1952)"
    ),
    "Power of Nightmares, The: The Rise of the Politics of Fear (2004)": (
        "The Power of Nightmares: The Rise of the Politics of Fear (2004)"
    ),
    "Human Centipede II (Full Sequence), The (2011)": "The Human Centipede II (Full Sequence) (2011)",
    "Matrix, The": "The Matrix",
    "The, The": "The The",
}
AS_THEY_ARE = [
    "Bye Bye, Love (1995)",
    "Honey, I Shrunk the Kids (1989)",
    "Spider Baby or, The Maddest Story Ever Told (Spider Baby) (1968)",
    "To Have, or Not (En avoir (ou pas)) (1995)",
    "McFarland, USA (2015)",
    "Los Angeles, LA",
    "The Godfather (1972)",
    ", The",
    "The",
    "",
]


@pytest.mark.parametrize(("title", "expected"), AWKWARD.items())
def test_an_article_behind_a_comma_is_said_in_front(title: str, expected: str):
    assert spoken(title) == expected
    assert spoken(expected) == expected


@pytest.mark.parametrize("title", AS_THEY_ARE)
def test_other_titles_stay_as_they_are(title: str):
    assert spoken(title) == title


def test_where_titles_begin_with_articles_a_comma_and_an_article_are_part_of_one():
    books = ["The Hobbit", "The Hunger Games (The Hunger Games, #1)", "Come Together, The", "Emma"]
    assert spoken_titles(books) == books
    assert spoken_titles(["Hobbit, The", "Emma"]) == ["The Hobbit", "Emma"]
    assert spoken_titles([]) == []


def test_of_the_bundled_movies_the_filed_ones_alone_are_said_in_another_way(bundled: Ratings):
    titles = bundled.item_table["title"].tolist()
    shown = spoken_titles(titles)
    assert sum(", The (" in title for title in titles) > 1_500
    assert not [new for new in shown if ", The (" in new]
    assert len(set(shown)) == len(set(titles))
    letters = str.maketrans("", "", ", ")
    assert [sorted(new.translate(letters)) for new in shown] == [sorted(old.translate(letters)) for old in titles]


NAMES = ["Toy Story 2 (1999)", "Toy Story (1995)", "The Godfather (1972)", "3 Godfathers (1948)", "Amélie (2001)"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Godfather, The", "The Godfather (1972)"),
        ("Godfather, The (1972)", "The Godfather (1972)"),
        ("the godfather", "The Godfather (1972)"),
        ("godfather", "The Godfather (1972)"),
        ("toy st", "Toy Story (1995)"),
        (" story toy 1999 ", "Toy Story 2 (1999)"),
        ("amelie", "Amélie (2001)"),
        ("AMÉLIE", "Amélie (2001)"),
        ("casablanca", None),
        ("", None),
        ("  ", None),
    ],
)
def test_what_is_typed_means_the_nearest_name(text: str, name: str | None):
    assert named(text, NAMES) == name


def test_a_name_is_meant_by_itself_whatever_is_in_it():
    assert named("Come Together, The", ["The Come Together", "Come Together, The"]) == "Come Together, The"


def test_a_link_that_names_a_title_as_the_data_does_means_the_one_on_the_screen():
    assert said("Godfather, The (1972)", NAMES) == "The Godfather (1972)"
    assert said("Fugitive, The (1993)", NAMES) == "Fugitive, The (1993)"
