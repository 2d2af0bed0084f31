"""The way from a training to the reason of a guess by keyboard alone: every stop can be seen, and none is lost."""

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data.ratings import Ratings
from tests.browser.conftest import FEW, Server
from tests.browser.waiting import settled

MOST_STOPS = 120
"""No page has so many before what this way needs."""

_STOP = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    await frame();  // elements that React draws learn of the focus a moment later
    const look = (element) => {
        const {outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor} = getComputedStyle(element);
        return [outlineStyle === "none" ? "" : outlineWidth, boxShadow, borderColor, backgroundColor].join();
    };
    const left = window.focused;
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const around = [at];
    while (around.length < 9 && around.at(-1).parentElement) around.push(around.at(-1).parentElement);
    window.focused = at === document.body ? null : {at, around, looks: around.map(look)};
    if (!left?.at.isConnected || left.at === at) return "";
    return left.around.some((element, place) => look(element) !== left.looks[place]) ? "" : left.at.outerHTML;
}"""
"""Notes how the focused element and what is around it look; the element left, if that looks now as it did then."""


def tab_to(page: Page, aim: Locator, key: str = "Tab") -> None:
    """Press Tab, or Tab with Shift, until the aim has the focus; every stop on the way can be seen."""
    expect(aim).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        assert page.evaluate(_STOP) == ""
        if aim.evaluate("aim => aim === document.activeElement"):
            return
    pytest.fail(f"{MOST_STOPS} times Tab did not lead to {aim}")


@pytest.mark.thorough
def test_train_name_rate_and_why_by_keyboard_alone(server: Server, few: Ratings, page: Page):
    page.goto(f"{server.url}/train?dataset={FEW}&preset=best")
    settled(page)
    main = page.get_by_test_id("stMain")
    tab_to(page, main.get_by_role("button", name="Train", exact=True))
    page.keyboard.press("Enter")
    components = main.get_by_role("button", name="Open the components")
    expect(components).to_be_visible(timeout=120_000)
    expect(components).to_be_focused()
    page.keyboard.press("Enter")
    settled(page)

    name = page.get_by_label("Your name for the low end")
    tab_to(page, name)
    page.keyboard.type("for children")
    page.keyboard.press("Tab")
    expect(page.get_by_text("for children").first).to_be_visible()
    expect(page.locator("body")).not_to_be_focused()

    tab_to(page, page.get_by_role("link", name="For you"), "Shift+Tab")
    page.keyboard.press("Enter")
    settled(page)
    tab_to(page, main.get_by_role("radio").first)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("1 rating so far")).to_be_visible()
    tab_to(page, main.get_by_role("button", name="Why").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(main.get_by_role("button", name="Why").first).to_be_focused()
