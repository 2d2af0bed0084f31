"""From nothing to a model one can look into, by clicks alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.waiting import settled, visit

SAID = {
    "train": (re.compile(r"This model guesses a rating within 0\.8\d stars"), "From the store"),
    "embeddings": (),
    "runs": (),
    "jobs": (),
}
"""Pages beside the first two, and what each says of the model."""

WITHOUT_CHART = ("runs", "jobs")


def heading(page: Page):
    return page.get_by_role("heading", level=1)


@pytest.fixture(scope="module")
def trained(server: Server, browsed: Page) -> Server:
    """The server after somebody has pressed the first button; the click path itself is asserted on the way."""
    page = browsed
    page.goto(server.url)
    page.get_by_role("button", name="Train your first model").click()
    further = page.get_by_role("button", name="Open the components")
    further.click(timeout=180_000)  # the worker may still be starting
    page.wait_for_url(re.compile("/components"))
    expect(heading(page)).to_be_visible()
    expect(page).to_have_url(re.compile("run=[0-9a-f]{16}"))
    return server


def expect_the_model(page: Page, name: str) -> None:
    """The page shows the model, and no error."""
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    if name not in WITHOUT_CHART:
        expect(page.locator(".js-plotly-plot .main-svg, .stVegaLiteChart svg, .stage canvas").first).to_be_visible()


@pytest.fixture(scope="module")
def page(trained: Server, browsed: Page) -> Page:
    """The window after the app was opened anew: a session that knows nothing of the training."""
    browsed.goto(trained.url)
    return browsed


def test_the_first_button_trains_and_leads_into_the_model(trained: Server):
    runs = [path.name for path in (trained.home / "runs").iterdir() if len(path.name) == 16]
    assert len(runs) == 1


def test_the_start_page_now_leads_to_the_components(trained: Server, page: Page):
    visit(page, trained, "")
    expect_the_model(page, "")
    page.get_by_role("button", name="Open the components").click()
    page.wait_for_url(re.compile("/components"))
    expect_the_model(page, "components")
    expect(heading(page)).to_have_text(re.compile("tastes"))


@pytest.mark.parametrize("name", SAID)
def test_every_page_shows_the_model_without_an_error(trained: Server, page: Page, name: str):
    page.goto(f"{trained.url}/{name}")  # loaded anew: the form of Train begins with the model that is selected
    expect_the_model(page, name)
    for said in SAID[name]:
        expect(page.get_by_text(said)).to_be_visible()


def test_the_server_process_holds_no_tensorflow(trained: Server):
    maps = Path(f"/proc/{trained.pid}/maps")
    if not maps.exists():
        pytest.skip("needs /proc")
    assert "tensorflow" not in maps.read_text()


def test_a_wrong_link_is_told_in_words(trained: Server, page: Page):
    visit(page, trained, "components?run=../x")
    expect(page.get_by_text("This model is not here (UNKNOWN_RUN)")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_model_is_deleted_after_one_question(trained: Server, page: Page):
    visit(page, trained, "runs")
    page.locator(".dvn-scroller").first.click(position={"x": 16, "y": 54})  # the first row's box
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    assert not [path for path in (trained.home / "runs").iterdir() if len(path.name) == 16]
