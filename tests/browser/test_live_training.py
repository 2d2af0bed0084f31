"""A training watched while it goes on: two tabs, a refresh, a zoom, a stop."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server

EPOCHS = 400
AXIS_RANGE = "element => element.layout.xaxis.range"


def metric(page: Page, label: str):
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def stop_button(page: Page):
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)


@pytest.fixture
def watching(server: Server, page: Page) -> Page:
    """A page on which a training of many small, slow steps has finished its first epoch; as the link says."""
    page.goto(f"{server.url}/train?epochs={EPOCHS}&batch_size=64&learning_rate=0.00001")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(metric(page, "Epoch")).to_have_text(re.compile(rf"[1-9]\d* of {EPOCHS}"), timeout=180_000)
    return page


def wait_for_another_epoch(page: Page) -> None:
    before = metric(page, "Epoch").inner_text()
    expect(metric(page, "Epoch")).not_to_have_text(before, timeout=60_000)


def test_watch_in_two_tabs_refresh_zoom_and_stop(server: Server, watching: Page, chromium: Browser):
    page = watching
    plot = page.locator(".js-plotly-plot").first
    expect(plot).to_be_visible()

    plot.evaluate("element => { element.dataset.seen = 'yes' }")
    zoom_into(page, plot)
    zoomed = plot.evaluate(AXIS_RANGE)
    wait_for_another_epoch(page)
    assert plot.evaluate(AXIS_RANGE) == zoomed
    assert zoomed[1] - zoomed[0] < EPOCHS / 2
    expect(plot).to_have_attribute("data-seen", "yes")  # updated in place, not built anew

    other_context = chromium.new_context(viewport={"width": 1440, "height": 900})
    other = other_context.new_page()  # another browser: it knows nothing but the link
    other.goto(page.url)
    expect(stop_button(other)).to_be_visible()

    page.reload()
    expect(stop_button(page)).to_be_visible()
    assert len(list((server.home / "jobs").glob("[0-9]*"))) == 1

    stop_button(page).click()
    expect(page.get_by_text("Stopped on request")).to_be_visible()
    expect(other.get_by_text("Stopped on request")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
    other_context.close()


def zoom_into(page: Page, plot: Locator) -> None:
    """Drag a box over the middle of a plot."""
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    page.mouse.up()
