"""A training watched while it goes on: two tabs, a refresh, a zoom, a stop."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.data.ratings import Ratings
from tests.browser.conftest import FEW, Server

EPOCHS = 400


def metric(page: Page, label: str):
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def stop_button(page: Page):
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)


@pytest.fixture
def watching(server: Server, few: Ratings, page: Page) -> Page:
    """A page on which a training of many small, slow steps has finished its first epoch; as the link says."""
    page.goto(f"{server.url}/train?dataset={FEW}&epochs={EPOCHS}&batch_size=64&learning_rate=0.00001")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(metric(page, "Epoch")).to_have_text(re.compile(rf"[1-9]\d* of {EPOCHS}"), timeout=180_000)
    return page


def wait_for_another_epoch(page: Page) -> None:
    before = metric(page, "Epoch").inner_text()
    expect(metric(page, "Epoch")).not_to_have_text(before, timeout=60_000)


def axis_labels(page: Page) -> list[str]:
    return page.locator(".stVegaLiteChart .role-axis-label text").all_inner_texts()


def zoom_in(page: Page) -> None:
    """Turn the wheel over the middle of the curve, with Ctrl held."""
    box = page.get_by_test_id("stVegaLiteChart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.6 * box["height"])
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")


@pytest.mark.thorough
def test_watch_in_two_tabs_refresh_zoom_and_stop(server: Server, watching: Page, other: Page):
    page = watching
    curve = page.locator(".stVegaLiteChart svg")
    expect(curve).to_be_visible()

    curve.evaluate("element => { element.dataset.seen = 'yes' }")
    whole = axis_labels(page)
    zoom_in(page)
    wait_for_another_epoch(page)
    zoomed = axis_labels(page)
    assert zoomed != whole
    wait_for_another_epoch(page)
    assert axis_labels(page) == zoomed
    expect(curve).to_have_attribute("data-seen", "yes")  # updated in place, not built anew

    other.goto(page.url)  # it knows nothing but the link
    expect(stop_button(other)).to_be_visible()

    page.reload()
    expect(stop_button(page)).to_be_visible()
    assert len(list((server.home / "jobs").glob("[0-9]*"))) == 1

    stop_button(page).click()
    expect(page.get_by_text("Stopped on request")).to_be_visible()
    expect(other.get_by_text("Stopped on request")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_visible()
