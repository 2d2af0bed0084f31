"""Every page on a phone, a narrow one, and with its text twice as large: nothing hangs over an edge, nothing is cut."""

import contextlib

import pytest
from playwright.sync_api import Error, Page, expect

from core.model.run import Run
from dashboard.shell import frame
from tests.browser.conftest import FEW, PHONE, Server
from tests.browser.waiting import visit

PAGES = [name for pages in frame.PAGES.values() for name, _, _ in pages if name not in ("missions", "under_the_hood")]
TITLES = {
    "maps?maps=An+axis+of+your+own": "Toward ",
    "missions?mission=overfitting": "For a class",
    **{f"under_the_hood?step={number}": f"{number}. " for number in range(1, 9)},
}
"""Places whose parts have addresses of their own, and how a heading of each begins."""

TURNED = """scheme => {
    const color = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
    const [red] = color.match(/[0-9]+/);
    return (Number(red) < 128) === (scheme === "dark");
}"""
"""Whether the app has followed the system to light or dark."""


WIDTHS = {320: "dark", 390: "light", 640: "dark"}
"""Pixels of the narrowest phone, of a usual one, and of a window of 1280 at 200%; each with one of the schemes."""

CUT = """width => {
    const main = document.querySelector("[data-testid=stMain]");
    const over = [...main.querySelectorAll("button, input, h1, h2, h3")].filter((element) => {
        const {width: wide, right} = element.getBoundingClientRect();
        const hidden = element.parentElement.getBoundingClientRect().width <= 1; // the input that a slider stands for
        return wide > 1 && !hidden && right > width + 1 && !element.closest("[data-testid=stDataFrame]");
    });
    return (main.scrollWidth > main.clientWidth ? ["the page scrolls sideways"] : [])
        .concat(over.map((element) => element.outerHTML.slice(0, 200)));
}"""
"""What hangs over the right edge, be it hidden there or not; tables scroll by themselves."""


@pytest.mark.thorough
@pytest.mark.parametrize("place", [*PAGES, *TITLES])
def test_nothing_hangs_over_the_edge_of_a_narrow_page(server: Server, modeled: Run, browsed: Page, place: str):
    page = browsed
    page.set_viewport_size(PHONE)
    visit(page, server, f"{place.replace('start', '')}{'&' if '?' in place else '?'}dataset={FEW}")
    if place in TITLES:
        expect(page.get_by_role("heading").filter(has_text=TITLES[place]).first).to_be_visible()
    for chart in page.get_by_test_id("stPlotlyChart").all():
        expect(chart.locator(".main-svg").first).to_be_attached()
    for width, scheme in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(TURNED, arg=scheme)
        with contextlib.suppress(Error):
            page.wait_for_function(f"width => ({CUT})(width).length === 0", arg=width, polling=50, timeout=5_000)
        assert page.evaluate(CUT, width) == []
