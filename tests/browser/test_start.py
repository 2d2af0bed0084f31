"""The first minute: one press, dots that move while a model learns, and what can be done in the same picture."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server
from tests.browser.waiting import settled

WATCH = """stage => {
    window.seen = [];
    window.watching = setInterval(() => {
        const {map} = stage;
        const places = map.drawn ? map.positions().slice(0, 20).join() : "";
        window.seen.push([stage.isConnected && places !== "", map.spec?.title ?? "", places]);
    }, 50);
}"""
"""Notes twenty times a second whether the map is there, what it is called, and where its first dots are."""


@pytest.fixture(scope="module")
def trained(server: Server, browsed: Page) -> Page:
    """The window in which somebody has pressed the first button and waited for the sentence."""
    page = browsed
    page.goto(server.url)
    settled(page)
    expect(page.get_by_text("1,247 movies placed by chance")).to_be_visible()
    page.locator(".stage").evaluate(WATCH)
    page.get_by_role("button", name="Train your first model").click()
    expect(page.get_by_text(re.compile(r"Done in .*: it guesses a rating within 0\.8\d stars"))).to_be_visible(
        timeout=180_000  # the worker may still be starting
    )
    expect(page.get_by_text("1,247 movies in their places")).to_be_visible()
    page.wait_for_function("() => window.seen.at(-1)[1].endsWith('in their places')")
    page.evaluate("() => clearInterval(window.watching)")
    return page


def stage_of(page: Page) -> Locator:
    return page.locator(".stage")


def named(page: Page, *, marked: bool) -> list[str]:
    """Names on the map that are no items."""
    layers = stage_of(page).evaluate("stage => stage.map.spec.named")
    return [name for layer in layers if layer["marked"] == marked for name in layer["names"]]


def test_dots_move_while_the_model_learns_and_the_picture_never_goes(trained: Page):
    seen = trained.evaluate("() => window.seen")
    assert all(there for there, _, _ in seen)
    learning = {places for _, title, places in seen if title.endswith("finding their places")}
    assert len(learning) > 2
    assert stage_of(trained).evaluate("stage => stage.map.film.count") > 10
    expect(trained.get_by_role("button", name="Open the components")).to_be_visible()
    expect(trained.get_by_role("slider", name="Moment of the film")).to_be_visible()


def test_the_film_ends_where_the_training_was_last_seen(trained: Page):
    """What was seen turned or mirrored would have to swing round."""
    seen = trained.evaluate("() => window.seen")
    before, after = (
        [[float(number) for number in places.split(",")] for _, title, places in seen if title.endswith(end)][-1]
        for end in ("finding their places", "movies in their places")
    )
    product = sum(one * other for one, other in zip(before, after, strict=True))
    lengths = sum(one * one for one in before) * sum(other * other for other in after)
    assert product > 0.8 * lengths**0.5


def test_a_favorite_lights_its_neighbors(trained: Page):
    field = trained.get_by_role("combobox", name="Your favorite movie")
    field.fill("toy story")
    trained.get_by_role("option", name="Toy Story (1995)").click()
    field.press("Escape")  # an open list hides the rest from whoever does not see
    expect(trained.get_by_text(re.compile(r"Nearest to Toy Story \(1995\) are"))).to_be_visible()
    trained.wait_for_function("stage => stage.map.spec.near.length === 6", arg=stage_of(trained).element_handle())
    assert stage_of(trained).evaluate("stage => [...stage.map.state].filter(dimmed => !dimmed).length") == 7
    assert stage_of(trained).evaluate("stage => stage.map.titles[stage.map.spec.found[0]]") == "Toy Story (1995)"


def test_a_click_on_a_dot_finds_it_too(trained: Page):
    stage_of(trained).evaluate("stage => stage.map.hands.choose([stage.map.titles.indexOf('Alien (1979)')])")
    expect(trained.get_by_text(re.compile(r"Nearest to Alien \(1979\) are"))).to_be_visible()


def test_three_ratings_make_a_star_that_moves(trained: Page):
    trained.get_by_role("tab", name="Rate three").click()
    fields = trained.get_by_test_id("stFeedback")
    expect(fields).to_have_count(3)
    assert named(trained, marked=True) == []
    places = []
    for number, words in enumerate(("You, by 1 rating", "You, by 2 ratings", "You, by 3 ratings")):
        fields.nth(number).get_by_role("radio").nth(4 - number).click()
        says = "([stage, words]) => stage.map.spec.named.some(layer => layer.names.includes(words))"
        trained.wait_for_function(says, arg=[stage_of(trained).element_handle(), words])
        layers = stage_of(trained).evaluate("stage => stage.map.spec.named.filter(layer => layer.marked)")
        places.append(tuple(layers[0]["points"]))
    assert len(set(places)) == 3
    trained.get_by_role("link", name="Go on in For you").click()
    trained.wait_for_url(re.compile("/for_you"))
    expect(trained.get_by_text("3 ratings so far")).to_be_visible()


def test_who_comes_back_sees_the_film_and_can_play_it_again(trained: Page, server: Server, other: Page):
    other.goto(server.url)
    settled(other)
    expect(other.get_by_text(re.compile("This model guesses a rating within"))).to_be_visible()
    slider = other.get_by_role("slider", name="Moment of the film")
    assert slider.evaluate("slider => slider.value === slider.max")
    other.get_by_role("button", name="Play").click()
    expect(other.get_by_role("button", name="Pause")).to_be_visible()
