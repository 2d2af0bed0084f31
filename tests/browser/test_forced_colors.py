"""Pictures made of HTML where the system forces its own colors, which leaves no background as it was."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from core.model.run import Run
from dashboard.charts.countdown import countdown
from dashboard.charts.data import Bars, picture
from dashboard.train.curve import Curve
from tests.browser.alone import blank
from tests.browser.conftest import Server
from tests.browser.test_phone import TURNED
from tests.browser.waiting import visit
from tests.dashboard.charts.test_countdown import STARTED, epoch

BARS = picture(Bars("Ratings", "Stars", "ratings", ["1", "2"], np.array([1, 4]), ["one", "four"]), "Two bars")
DOTS = countdown(Curve(STARTED, epochs=(epoch(1, 0.95), epoch(2, 0.84))))


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def forced(page: Page, scheme: str) -> Iterator[Page]:
    yield from forcing(page, scheme)


@pytest.fixture
def app(browsed: Page, scheme: str) -> Iterator[Page]:
    """The window that stays in the app."""
    yield from forcing(browsed, scheme)


def forcing(page: Page, scheme: str) -> Iterator[Page]:
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    yield page
    page.emulate_media(forced_colors="none", color_scheme="light")


@pytest.mark.parametrize(("drawn", "marks"), [(BARS, "[title] > :first-child"), (DOTS, "[style*='radius']")])
def test_bars_and_dots_stand_out_where_colors_are_forced(forced: Page, drawn: str, marks: str):
    blank(forced).set_content(drawn)
    found = forced.locator(marks).all()
    assert len(found) == 2
    around = pixels(forced.screenshot())[-1, -1]
    for mark in found:
        box = mark.bounding_box()
        middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "width": 1, "height": 1}
        assert abs(pixels(forced.screenshot(clip=middle))[0, 0] - around).max() > 100


def test_switches_and_what_is_chosen_stand_out_where_colors_are_forced(
    app: Page, scheme: str, server: Server, modeled: Run
):
    visit(app, server, f"maps?dataset={modeled.dataset.dataset_id}")
    app.wait_for_function(TURNED, arg=scheme, polling=50)
    switch = app.locator(".stCheckbox label > span + div").first
    assert np.ptp(pixels(switch.screenshot())) > 100
    chosen, other = (
        pixels(app.locator(f"[data-variant]{which}").first.screenshot())[4, 8]
        for which in ("[data-selected]", ":not([data-selected])")
    )
    assert abs(chosen - other).max() > 100


def pixels(shot: bytes) -> np.ndarray:
    """Red, green and blue of a picture, (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=int)
