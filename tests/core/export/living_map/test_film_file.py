"""A film as one file: what it holds is data, whatever the titles say."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from core.analysis.film import Film
from core.data.ratings import Ratings
from core.export.living_map.film_file import film_page
from tests.conftest import run_on

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>\u2028\u2029\x00",
    "$title ${told} \\",
    "\"'&lt;",
)


class Read(HTMLParser):
    """The elements of a document, and the text of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(f"{tag}#{dict(attrs)['id']}" if "id" in dict(attrs) else tag)

    def handle_data(self, data: str) -> None:
        if self.elements:
            self.text[self.elements[-1]] = self.text.get(self.elements[-1], "") + data


def read(page: str) -> Read:
    """The document as a browser takes it apart."""
    result = Read()
    result.feed(page)
    result.close()
    return result


def film(n: int) -> Film:
    places = np.random.default_rng(0).normal(size=(3, n, 2)).astype(np.float32)
    return Film(np.arange(n), np.array([0.0, 0.5, 1.0]), places)


def named(small: Ratings, words: str) -> Ratings:
    """The data with these words wherever somebody may have written any."""
    table = small.item_table.assign(title=words)
    about = {"source": words, "citation": words, "licence": words}
    return replace(small, item_table=table, name=words, noun=words, about=about)


def test_a_file_has_the_film_and_says_where_it_is_from(small: Ratings):
    run = run_on(small)
    page = read(film_page(run, replace(small, about={"citation": "Harper & Konstan"}), film(4)))
    told = json.loads(page.text["script#told"])
    assert (told["n"], told["film"]["count"], told["film"]["at"]) == (4, 3, [0, 0.5, 1])
    assert told["title"] == "How 4 movies found their places"
    assert "Data: Small, 12 ratings of 5 movies by 6 people. Harper & Konstan" in page.text["p"]
    assert f"from run {run.run_id}" in page.text["p"]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_others_are_text_and_data(small: Ratings, words: str):
    run = run_on(small)
    page, plain = read(film_page(run, named(small, words), film(4))), read(film_page(run, named(small, "x"), film(4)))
    assert page.elements == plain.elements
    assert words[:9] in json.loads(page.text["script#told"])["title"]


def test_a_model_without_vectors_says_what_its_axes_are(small: Ratings):
    page = read(film_page(run_on(small, model="bias_only"), small, film(4)))
    assert "its bias across, and how often it is rated up" in page.text["p"]
