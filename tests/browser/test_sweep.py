"""A sweep by clicks: started, watched, left, found again, and its winner opened."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, bring
from tests.browser.waiting import settled, visit
from tests.conftest import small_ratings


@pytest.fixture(scope="module")
def swept(server: Server, browsed: Page) -> Page:
    """The window in which somebody has started a short sweep of their own, gone elsewhere, come back, and stopped it
    after its trials."""
    bring(small_ratings(), server.home)
    page = browsed
    page.goto(f"{server.url}/train?many=true&dataset=small&sweep_plan=Own&sweep_trials=4")
    settled(page)
    page.get_by_role("button", name="Start the sweep").click()
    expect(page.get_by_text("0 of 4")).to_be_visible()
    visit(page, server, "runs")
    visit(page, server, "train?many=true")
    expect(page.get_by_text("4 of 4")).to_be_visible(timeout=180_000)  # the worker may still be starting
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    settled(page)
    return page


@pytest.mark.thorough
def test_what_it_has_found_is_kept(swept: Page):
    expect(swept.get_by_text("The sweep has stopped; what it has found is kept.")).to_be_visible()
    expect(swept.get_by_text(re.compile("4 trials of 4: "))).to_be_visible()
    expect(swept.get_by_text("All models on this data")).to_be_visible()
    expect(swept.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.thorough
def test_every_picture_is_drawn(swept: Page):
    for name in ("One setting", "All at once", "Course"):
        swept.get_by_role("radio", name=name).click()
        settled(swept)
        expect(swept.locator(".js-plotly-plot .main-svg").first).to_be_visible()
