"""A mission finished from its link, and the lesson with the keyboard alone."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data.ratings import Ratings
from tests.browser.conftest import FEW, Server
from tests.browser.waiting import settled


@dataclass(frozen=True)
class Begun:
    """A server with a first model, and the address at which the mission stood when it was there."""

    server: Server
    address: str


def bar(page: Page) -> Locator:
    return page.get_by_test_id("stMain").locator(".st-key-mission_bar")


@pytest.fixture(scope="module")
def begun(server: Server, few: Ratings, browsed: Page) -> Begun:
    """The first step of the first mission, in a session of its own: from a teacher's link to a trained model."""
    page = browsed
    page.goto(f"{server.url}/?dataset={FEW}&mission=first-model&class=on")
    expect(bar(page)).to_contain_text("step 1 of 4")
    page.get_by_role("button", name="Train your first model").click()
    expect(bar(page)).to_contain_text("step 2 of 4", timeout=180_000)  # the worker may still be starting
    expect(page).to_have_url(re.compile("mission=first-model.*task=2"))
    return Begun(server, page.url)


@dataclass(frozen=True)
class Way:
    """How somebody gets about: the width of the window, and whether without a mouse."""

    width: int
    keyboard: bool = False

    def follow(self, page: Page, link: Locator) -> None:
        """Open a link."""
        if self.keyboard:
            reach(page, link)
            page.keyboard.press("Enter")
        else:
            link.click()

    def enter(self, page: Page, field: Locator, text: str) -> None:
        """Type into a field in place of what it holds, and press Enter."""
        if self.keyboard:
            reach(page, field)
            page.keyboard.press("Control+A")
            page.keyboard.type(text)
        else:
            field.fill(text)
        field.press("Enter")


@pytest.mark.parametrize("way", [Way(390), Way(1440, keyboard=True)], ids=["narrow", "wide, by keyboard alone"])
def test_a_mission_is_finished_from_its_link(begun: Begun, page: Page, way: Way):
    page.set_viewport_size({"width": way.width, "height": 900})
    page.goto(begun.address)  # not the session in which it began: it knows nothing but the address
    settled(page)
    expect(bar(page)).to_contain_text("step 2 of 4")
    there = bar(page).get_by_role("link", name="Take me there")
    way.follow(page, there)
    expect(bar(page)).to_contain_text("step 3 of 4")
    page.reload()
    expect(bar(page)).to_contain_text("step 3 of 4")

    way.follow(page, there)
    page.wait_for_url(re.compile("/components"))
    settled(page)
    way.enter(page, page.get_by_label("Component", exact=True), "2")
    expect(bar(page)).to_contain_text("step 4 of 4")

    way.follow(page, there)
    page.wait_for_url(re.compile("/neighbors"))
    settled(page)
    way.enter(page, page.get_by_label(re.compile("^Movie")), "Toy Story 2")
    expect(bar(page)).to_contain_text("Mission done: Your first model")

    way.follow(page, bar(page).get_by_role("link", name="All missions"))
    expect(page.get_by_text("finished")).to_be_visible()
    way.follow(page, bar(page).get_by_role("button", name="Close"))
    expect(bar(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("mission="))


def test_a_link_for_a_class_hides_what_it_does_not_need(begun: Begun, page: Page):
    page.goto(begun.address)
    settled(page)
    pages = page.get_by_test_id("stSidebarNav")
    expect(pages.get_by_text("Components")).to_be_visible()
    expect(pages.get_by_text("Jobs")).to_have_count(0)


def test_the_lesson_goes_by_keyboard_alone(begun: Begun, page: Page):
    page.goto(f"{begun.server.url}/under_the_hood?dataset={FEW}")
    settled(page)
    step = page.get_by_role("heading", level=2)
    expect(step).to_have_text(re.compile(r"^1\. "))
    reach(page, page.get_by_role("button", name="Next"))
    for number in range(2, 9):
        page.keyboard.press("Enter")
        expect(step).to_have_text(re.compile(rf"^{number}\. "))
    expect(page).to_have_url(re.compile("step=8"))
    answer = page.get_by_text("An answer", exact=True)
    expect(page.get_by_text("As close as rounding allows")).to_be_hidden()
    reach(page, page.locator("summary").filter(has=answer))
    page.keyboard.press("Enter")
    expect(page.get_by_text("As close as rounding allows")).to_be_visible()


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not lead to {wanted}")
