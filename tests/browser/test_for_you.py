"""Rate movies until there are ten, read what one would like, open a waterfall: on a phone, and by keyboard alone."""

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import run_id
from core.data.ratings import Ratings
from core.model.families import PRESETS
from core.store.runs import RunStore
from tests.browser.conftest import FEW, PHONE, Server
from tests.browser.waiting import settled, visit
from tests.conftest import run_on
from tests.core.data.own.test_matching import CASE

RATED, TEN = 8, 10
"""So many ratings a link has brought before the first click, and so many there are after the last."""


@pytest.fixture(scope="module")
def trained(server: Server, few: Ratings) -> Server:
    """The server with a model of few movies that nobody had to wait for."""
    made = run_on(few, dim=8)
    config = PRESETS["default"].model_copy(update={"embedding_dim": 8})
    RunStore(server.home / "runs").publish(replace(made, config=config, run_id=run_id(config, few.digest)))
    return server


def open_page(server: Server, page: Page, query: str = "") -> None:
    page.goto(f"{server.url}/for_you?dataset={FEW}&{query}")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like?")
    expect(page.get_by_role("heading", name="Why this score")).to_be_visible()
    settled(page)


def stars(page: Page) -> Locator:
    """One group of stars for each movie asked about, in their order."""
    return page.locator("[class*=st-key-own_own_stars]").get_by_role("radiogroup")


def rated(page: Page) -> dict[str, str]:
    """The ratings in the address bar."""
    said = parse_qs(urlsplit(page.url).query).get("rated", [""])[0]
    return dict(pair.rsplit(":", 1) for pair in said.split(",") if pair)


def counted(page: Page, n: int) -> None:
    """Wait until so many ratings have arrived."""
    expect(page.get_by_text(f"{n} rating{'s' if n > 1 else ''} so far")).to_be_visible()
    settled(page)


def some_rated(few: Ratings, number: int) -> str:
    """A link's part in which so many movies that few people rated have a rating from 1 to 5 already."""
    rare = few.items.ids[np.argsort(few.item_count, kind="stable")[:number]]
    return "rated=" + ",".join(f"{item}:{place % 5 + 1}" for place, item in enumerate(rare))


def rate_until_ten(page: Page, give: Callable[[int], None]) -> None:
    for place in range(RATED, TEN):
        give(place)
        counted(page, place + 1)
    expect(page).to_have_url(re.compile("rated="))
    assert len(rated(page)) == TEN


def open_waterfall(page: Page) -> Locator:
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".js-plotly-plot .waterfalllayer path").first).to_be_visible()
    return dialog


def test_rate_on_a_phone_read_the_list_and_open_a_waterfall(trained: Server, few: Ratings, page: Page):
    page.set_viewport_size(PHONE)
    open_page(trained, page, some_rated(few, RATED))
    rate_until_ten(page, lambda place: stars(page).nth(place - RATED).get_by_role("radio").nth(place % 5).click())
    assert sorted(rated(page).values()) == sorted(["1", "2", "3", "4", "5"] * 2)
    expect(page.get_by_text("Guesses from your 10 ratings")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Why "))).to_have_count(TEN)
    page.get_by_role("button", name=re.compile("^Why ")).first.click()
    dialog = open_waterfall(page)
    expect(dialog.get_by_text("Together")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def tab_until(page: Page, reached: str) -> None:
    """Press Tab until the focused element fits the JavaScript condition on `element`."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate(f"(element => Boolean({reached}))(document.activeElement)"):
            return
    pytest.fail(f"150 times Tab did not reach {reached}")


def test_the_keyboard_alone_is_enough(trained: Server, few: Ratings, page: Page):
    open_page(trained, page, some_rated(few, RATED))
    in_stars = "element.closest('[class*=st-key-own_own_stars]')"

    def give(place: int) -> None:
        tab_until(page, in_stars)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")

    rate_until_ten(page, give)
    tab_until(page, "element.textContent.trim() === 'Why' && element.closest('button')")
    page.keyboard.press("Enter")
    dialog = open_waterfall(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_ratings_survive_a_reload_and_come_back_from_a_file(trained: Server, page: Page, tmp_path: Path):
    open_page(trained, page)
    stars(page).first.get_by_role("radio").nth(4).click()
    counted(page, 1)
    given = rated(page)
    keep = page.get_by_role("button", name="Keep or clear")
    page.route("**/media/*.es", lambda route: None)  # held, until it is let go
    with page.expect_request("**/media/*.es"):
        page.reload()
    counted(page, 1)
    reserved = keep.bounding_box()
    page.unroute("**/media/*.es")
    expect(page.locator("canvas").first).to_be_visible()
    assert reserved
    assert abs(keep.bounding_box()["y"] - reserved["y"]) < 10  # else what opens there would hang in the air
    keep.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    saved = tmp_path / "mine.json"
    download.value.save_as(saved)
    entries = json.loads(saved.read_text())["ratings"]
    assert {entry["item_id"]: f"{entry['rating']:g}" for entry in entries} == given
    page.get_by_role("button", name="Clear my ratings").click()
    expect(page.get_by_text("Do you know one of these movies?")).to_be_visible()
    page.keyboard.press("Escape")
    bring(page, saved)
    page.get_by_role("button", name="Use this 1 rating").click()
    counted(page, 1)
    assert rated(page) == given


def bring(page: Page, file: Path) -> None:
    """Choose a file, and wait until it is shown what it says."""
    page.get_by_text("Bring ratings you have").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("button", name="Choose another file")).to_be_visible()
    settled(page)


def test_letterboxds_zip_becomes_a_list_of_guesses(trained: Server, browsed: Page, tmp_path: Path):
    page = browsed
    packed = tmp_path / "letterboxd-me.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("watched.csv", "Date,Name,Year,Letterboxd URI\n2024-01-01,Up,2009,https://boxd.it/x\n")
        archive.write(CASE, "ratings.csv")
    open_page(trained, page)
    bring(page, packed)
    expect(page.get_by_text("5 of 6 ratings matched to movies of this data")).to_be_visible()
    page.get_by_role("button", name="Use these 5 ratings").click()
    counted(page, 5)
    assert rated(page) == {"1": "4.5", "6": "4", "2571": "3.5", "4973": "4.5", "1214": "5"}
    expect(page.get_by_text("Guesses from your 5 ratings")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Why "))).to_have_count(TEN)
    assert not list(trained.home.rglob("*letterboxd*"))


def test_somebody_elses_guess_opens_from_its_link(trained: Server, browsed: Page):
    page, who = browsed, "who=Somebody+in+the+data&user=User+1&item_of_user=Heat+%281995%29"
    visit(page, trained, f"for_you?dataset={FEW}&{who}")
    expect(page.get_by_text("The guess for Heat (1995)")).to_be_visible()
    expect(page.get_by_text("This user has not rated this movie")).to_be_visible()
    page.get_by_role("button", name="Show the next one").click()
    expect(page.get_by_text("The true rating is")).to_be_visible()
