"""The film as a file: it plays without a server and without a network, and nobody's title does anything in it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.analysis.film import Film
from core.data.ratings import Ratings
from core.export.living_map.film_file import film_page
from tests.conftest import run_on

HOSTILE = [
    "</script><script>window.harmed = 1</script>",
    "<!--<script>",
    '<img src="http://127.0.0.1:9/x" onerror="window.harmed = 1">',
    "\u2028\"'`${window.harmed = 1}",
    "<b>Plain</b> (1999)",
]
PLACES = np.array([[[0, 0]] * 4, [[0, 0], [1, 0], [0, 1], [1, 1]]], np.float32)
MAP = "document.getElementById('map').shadowRoot.querySelector('.stage').map"


@pytest.fixture
def file(small: Ratings, tmp_path: Path) -> Path:
    """A film of four items whose titles mean harm."""
    words = "</title></p></script><script>window.harmed = 1</script>"
    about = {"source": words, "citation": words, "licence": words}
    ratings = replace(small, item_table=small.item_table.assign(title=HOSTILE), name=words, noun=words, about=about)
    path = tmp_path / "film.html"
    page = film_page(run_on(small), ratings, Film(np.arange(4), np.array([0.0, 1.0]), PLACES))
    path.write_text(page, encoding="utf-8")
    return path


def test_a_film_plays_from_a_file_and_its_titles_stay_words(page: Page, file: Path):
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.emulate_media(reduced_motion="no-preference", color_scheme="dark")
    page.context.set_offline(True)
    try:
        page.goto(file.as_uri())
        page.wait_for_function(f"() => {MAP}.titles && {MAP}.film.place > 0")  # it plays by itself
        page.get_by_role("slider", name="Moment of the film").fill("1")
        places = page.evaluate(f"() => [...{MAP}.positions()]")
        np.testing.assert_allclose(np.reshape(places, (-1, 2)), PLACES[1], atol=1e-4)
        assert page.evaluate(f"() => {MAP}.titles") == HOSTILE[:4]
        page.get_by_role("application").press("ArrowRight")
        expect(page.locator(".tip")).to_contain_text("rated")
        assert page.evaluate("() => window.harmed") is None
        dark = page.evaluate(f"() => {MAP}.theme.ground")
        page.emulate_media(reduced_motion="reduce", color_scheme="light")
        page.wait_for_function(f"() => {MAP}.theme.ground !== '{dark}'")
    finally:
        page.context.set_offline(False)
        page.emulate_media(reduced_motion="reduce", color_scheme="light")
    assert (asked, said) == ([file.as_uri()], [])
