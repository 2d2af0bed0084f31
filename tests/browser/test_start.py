"""The first minutes: one press, dots that move while a model learns, what can be done there, and the pages after it."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Server
from tests.browser.waiting import settled, visit

WATCH = """stage => {
    window.seen = [];
    window.watching = setInterval(() => {
        const {map} = stage;
        const places = map.drawn ? map.positions().slice(0, 20).join() : "";
        const buttons = [...document.querySelectorAll(".st-key-lead button")].filter((one) => one.checkVisibility());
        window.seen.push([stage.isConnected && places !== "", map.spec?.title ?? "", places, buttons.length]);
    }, 50);
}"""
"""Notes twenty times a second whether the map is there, what it is called, where its first dots are, and how many
buttons stand beside the headline."""


BELOW = """
if (location.protocol === "http:" && !sessionStorage.noted) {
    window.below = new Set();
    const look = () => {
        const heading = [...document.querySelectorAll("h2")].find((one) => one.innerText === "The data");
        if (heading) window.below.add(Math.round(heading.getBoundingClientRect().top));
        if (!sessionStorage.noted) requestAnimationFrame(look);
    };
    look();
}
"""
"""Notes before every frame where that begins which stands below the map, until it is told that enough is noted: for as
long as it looks the browser draws."""

DRAWN = """stage => new Promise((done) => {
    const look = () => (stage.map.drawn && window.below.size ? done() : setTimeout(look, 20));
    look();
})"""
"""Waits until the dots have been drawn, and what stands below them has been noted."""

SAID = {
    "train": (re.compile(r"This model guesses a rating within 0\.8\d stars"), "From the store"),
    "embeddings": (),
    "runs": (),
    "jobs": (),
}
"""Pages beside the first two, and what each says of the model."""

WITHOUT_CHART = ("runs", "jobs")


@contextlib.contextmanager
def late(page: Page, part: str) -> Iterator[None]:
    """A part of Streamlit's program comes a second late, as on a slow line."""

    def wait(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route(part, wait)
    yield
    page.unroute(part)


@pytest.fixture(scope="module")
def trained(server: Server, browsed: Page) -> Page:
    """The window in which somebody has pressed the first button and waited for the sentence."""
    page = browsed
    page.add_init_script(BELOW)
    with late(page, "**/static/js/Html.*.js"):
        page.goto(server.url)
        settled(page)
    expect(page.get_by_text("1,247 movies placed by chance")).to_be_visible()
    page.locator(".stage").evaluate(DRAWN)  # a browser with much to do comes to it late
    page.evaluate("() => { window.below_at_first = [...window.below]; sessionStorage.noted = 'yes'; }")
    page.locator(".stage").evaluate(WATCH)
    page.get_by_role("button", name="Train your first model").click()
    expect(page.get_by_text(re.compile(r"Done in .*: it guesses a rating within 0\.8\d stars"))).to_be_visible(
        timeout=180_000  # the worker may still be starting
    )
    expect(page.get_by_text("1,247 movies in their places")).to_be_visible()
    page.wait_for_function("() => window.seen.at(-1)[1].endsWith('in their places')", polling=50)
    page.evaluate("() => clearInterval(window.watching)")
    return page


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def models(server: Server) -> list[str]:
    """Ids of the runs in the server's home."""
    return [path.name for path in (server.home / "runs").iterdir() if len(path.name) == 16]


def stage_of(page: Page) -> Locator:
    return page.locator(".stage")


def named(page: Page, *, marked: bool) -> list[str]:
    """Names on the map that are no items."""
    layers = stage_of(page).evaluate("stage => stage.map.spec.named")
    return [name for layer in layers if layer["marked"] == marked for name in layer["names"]]


def test_nothing_moves_when_the_map_comes(trained: Page):
    at = trained.evaluate("() => window.below_at_first")
    assert at and max(at) - min(at) < 12, at  # a font that comes late


def test_no_button_stands_beside_the_one_that_takes_its_turn(trained: Page):
    assert max(trained.evaluate("() => window.seen.map((seen) => seen[3])")) == 1


def test_dots_move_while_the_model_learns_and_the_picture_never_goes(trained: Page):
    seen = trained.evaluate("() => window.seen")
    assert all(there for there, *_ in seen)
    learning = {places for _, title, places, _ in seen if title.endswith("finding their places")}
    assert len(learning) > 2
    assert stage_of(trained).evaluate("stage => stage.map.film.count") > 10
    expect(trained.get_by_role("button", name="Open the components")).to_be_visible()
    expect(trained.get_by_role("slider", name="Moment of the film")).to_be_visible()


def test_the_film_ends_where_the_training_was_last_seen(trained: Page):
    """What was seen turned or mirrored would have to swing round."""
    seen = trained.evaluate("() => window.seen")
    before, after = (
        [[float(number) for number in places.split(",")] for _, title, places, _ in seen if title.endswith(end)][-1]
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
    trained.wait_for_function(
        "stage => stage.map.spec.near.length === 6", arg=stage_of(trained).element_handle(), polling=50
    )
    assert stage_of(trained).evaluate("stage => [...stage.map.state].filter(dimmed => !dimmed).length") == 7
    assert stage_of(trained).evaluate("stage => stage.map.titles[stage.map.spec.found[0]]") == "Toy Story (1995)"
    expect(trained.get_by_role("button", name=re.compile("^Remove "))).to_be_visible()
    # What was found is a list, and no second field.
    expect(trained.get_by_role("combobox", name=re.compile("^Found"))).to_have_count(0)


def test_a_click_on_a_dot_finds_it_too(trained: Page):
    stage_of(trained).evaluate("stage => stage.map.hands.choose([stage.map.titles.indexOf('Alien (1979)')])")
    expect(trained.get_by_text(re.compile(r"Nearest to Alien \(1979\) are"))).to_be_visible()


def test_three_ratings_make_a_star_that_moves(trained: Page):
    trained.get_by_role("tab", name="Rate three").click()
    fields = trained.get_by_role("radiogroup", name=re.compile("^Your rating of "))
    expect(fields).to_have_count(3)
    assert named(trained, marked=True) == []
    places = []
    for number, words in enumerate(("You, by 1 rating", "You, by 2 ratings", "You, by 3 ratings")):
        fields.nth(number).get_by_role("radio").nth(4 - number).click()
        says = "([stage, words]) => stage.map.spec.named.some(layer => layer.names.includes(words))"
        trained.wait_for_function(says, arg=[stage_of(trained).element_handle(), words], polling=50)
        layers = stage_of(trained).evaluate("stage => stage.map.spec.named.filter(layer => layer.marked)")
        places.append(tuple(layers[0]["points"]))
    assert len(set(places)) == 3
    trained.get_by_role("link", name="Go on in For you").click()
    trained.wait_for_url(re.compile("/for_you"))
    expect(trained.get_by_text("3 ratings so far")).to_be_visible()


def test_who_comes_back_sees_the_film_and_can_play_it_again(trained: Page, server: Server, page: Page):
    page.goto(server.url)
    settled(page)
    expect(page.get_by_text(re.compile("This model guesses a rating within"))).to_be_visible()
    slider = page.get_by_role("slider", name="Moment of the film")
    assert slider.evaluate("slider => slider.value === slider.max")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_the_first_button_trains_and_leads_into_the_model(trained: Page, server: Server):
    visit(trained, server, "")
    trained.get_by_role("button", name="Open the components").click()
    trained.wait_for_url(re.compile("/components"))
    expect(heading(trained)).to_be_visible()
    expect(trained).to_have_url(re.compile("run=[0-9a-f]{16}"))
    assert len(models(server)) == 1


def expect_the_model(page: Page, name: str) -> None:
    """The page shows the model, and no error."""
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    if name not in WITHOUT_CHART:
        expect(page.locator(".js-plotly-plot .main-svg, .stVegaLiteChart svg, .stage canvas").first).to_be_visible()


@pytest.fixture(scope="module")
def again(trained: Page, server: Server) -> Page:
    """The window after the app was opened anew: a session that knows nothing of the training."""
    trained.goto(server.url)
    return trained


def test_the_start_page_now_leads_to_the_components(again: Page):
    expect_the_model(again, "")
    again.get_by_role("button", name="Open the components").click()
    again.wait_for_url(re.compile("/components"))
    expect_the_model(again, "components")
    expect(heading(again)).to_have_text(re.compile("tastes"))


@pytest.mark.parametrize("name", SAID)
def test_every_page_shows_the_model_without_an_error(server: Server, again: Page, name: str):
    if name == "train":  # loaded anew: its form begins with the model that is selected
        again.goto(f"{server.url}/{name}")
    else:
        visit(again, server, name)
    expect_the_model(again, name)
    for said in SAID[name]:
        expect(again.get_by_text(said)).to_be_visible()


def test_the_server_process_holds_no_tensorflow(server: Server, trained: Page):
    maps = Path(f"/proc/{server.pid}/maps")
    if not maps.exists():
        pytest.skip("needs /proc")
    assert "tensorflow" not in maps.read_text()


def test_a_wrong_link_is_told_in_words(server: Server, again: Page):
    visit(again, server, "components?run=../x")
    expect(again.get_by_text("This model is not here (UNKNOWN_RUN)")).to_be_visible()
    expect(again.get_by_test_id("stException")).to_have_count(0)


def test_a_model_is_deleted_after_one_question(server: Server, again: Page):
    visit(again, server, "runs")
    again.locator(".dvn-scroller").first.click(position={"x": 16, "y": 54})  # the first row's box
    again.get_by_role("button", name="Delete").click()
    again.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(again.get_by_text("There is none yet.")).to_be_visible()
    assert models(server) == []
