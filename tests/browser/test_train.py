"""The train page in one screenful: the button, the form, the curve and the film, without scrolling."""

import pytest
from playwright.sync_api import Page, expect

from core.model.run import Run
from tests.browser.conftest import FEW, Server
from tests.browser.waiting import visit

HEADER = 60
"""Pixels at the top that the frame of the program covers."""


def seen_at_once(page: Page, *selectors: str) -> None:
    """All of these lie between the upper and the lower edge of the window, and none hangs over its right edge."""
    size = page.viewport_size
    assert size is not None
    for selector in selectors:
        place = page.locator(selector).first
        expect(place).to_be_visible()
        box = place.bounding_box()
        assert box is not None
        assert HEADER <= box["y"] < box["y"] + box["height"] <= size["height"], (selector, box)
        assert box["x"] + box["width"] <= size["width"], (selector, box)


BUTTON, CURVE = ".st-key-open_trained button", ".stVegaLiteChart svg"
FORM = ".st-key-learning_rate input"


def test_button_form_curve_and_film_are_seen_without_scrolling(server: Server, filmed: Run, page: Page):
    page.set_viewport_size({"width": 1280, "height": 720})
    visit(page, server, f"train?dataset={FEW}&run={filmed.run_id}")
    expect(page.get_by_role("slider", name="Moment of the film")).to_be_visible()
    seen_at_once(page, BUTTON, FORM, CURVE, ".stage", ".film")
    page.get_by_role("spinbutton", name="Learning rate").fill("10")
    page.get_by_role("spinbutton", name="Learning rate").press("Enter")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    expect(page.get_by_text("Learning rate is 10, and can be")).to_be_visible()
    page.get_by_role("spinbutton", name="Learning rate").fill("0.01")
    page.get_by_role("spinbutton", name="Learning rate").press("Enter")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()
    seen_at_once(page, ".st-key-start_training button", FORM, CURVE)


@pytest.mark.thorough
def test_on_a_tablet_button_form_and_curve_are_seen_without_scrolling(server: Server, filmed: Run, page: Page):
    page.set_viewport_size({"width": 820, "height": 1180})
    visit(page, server, f"train?dataset={FEW}&run={filmed.run_id}")
    seen_at_once(page, BUTTON, FORM, CURVE)
    legend, chart = page.locator(".role-legend").first.bounding_box(), page.locator(CURVE).bounding_box()
    assert legend is not None
    assert chart is not None
    assert legend["x"] + legend["width"] <= chart["x"] + chart["width"], "an entry of the legend is cut"


@pytest.mark.thorough
def test_the_map_of_a_training_becomes_its_film_in_place(server: Server, filmed: Run, page: Page):
    visit(page, server, f"train?dataset={FEW}&model=variational&embedding_dim=6&steps=1500")
    page.get_by_role("button", name="Train", exact=True).click()
    stage = page.locator(".stage")
    expect(stage).to_be_visible(timeout=60_000)
    expect(page.get_by_role("slider", name="Moment of the film")).to_have_count(0)
    stage.evaluate("""async stage => {
        while (stage.map.turn < 4) await new Promise(requestAnimationFrame); // it has been told of several moments
        stage.dataset.seen = "yes";
    }""")
    expect(page.get_by_role("slider", name="Moment of the film")).to_be_visible(timeout=120_000)
    expect(stage).to_have_attribute("data-seen", "yes")
    expect(page.get_by_role("button", name="Open the components")).to_be_visible()
