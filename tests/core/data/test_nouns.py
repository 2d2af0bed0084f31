"""Articles, plurals and numbers, for the nouns that owners give their data."""

import pytest

from core.data.nouns import count, plural, with_article


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("movie", "movies"),
        ("anime", "anime"),
        ("series", "series"),
        ("tv series", "tv series"),
        ("person", "people"),
        ("salesperson", "salespeople"),
        ("fireman", "firemen"),
        ("woman", "women"),
        ("human", "humans"),
        ("epoch", "epochs"),
        ("goose", "geese"),
        ("box", "boxes"),
        ("short story", "short stories"),
        ("day", "days"),
        ("dish", "dishes"),
        ("quiz", "quizzes"),
        ("shelf", "shelves"),
        ("bus", "buses"),
        ("chess", "chesses"),
        ("movies", "movies"),
        ("café", "cafés"),
        ("rpg", "rpgs"),
        ("книга", "книга"),
        ("本", "本"),
    ],
)
def test_more_than_one(noun: str, many: str):
    assert plural(noun) == many


@pytest.mark.parametrize(
    ("noun", "article"),
    [
        ("movie", "a"),
        ("anime", "an"),
        ("user", "a"),
        ("unit", "a"),
        ("uninteresting book", "an"),
        ("umbrella", "an"),
        ("hour", "an"),
        ("horror film", "a"),
        ("european city", "a"),
        ("one-shot", "a"),
        ("onion", "an"),
        ("tv series", "a"),
        ("rpg", "an"),
        ("mp3", "an"),
        ("x-ray", "an"),
        ("e-book", "an"),
        ("8-bit game", "an"),
        ("11th hour", "an"),
        ("110 meter run", "a"),
        ("étude", "an"),
        ("книга", "a"),
        ("gym", "a"),
    ],
)
def test_the_article_goes_by_the_sound(noun: str, article: str):
    assert with_article(noun) == f"{article} {noun}"


def test_a_number_with_its_noun():
    assert [count(n, "story") for n in (0, 1, 2, 1247)] == ["0 stories", "1 story", "2 stories", "1,247 stories"]
