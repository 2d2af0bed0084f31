"""The plot of lengths in a real browser: a click on a point asks for that movie's neighbors."""

import re

from playwright.sync_api import Page, expect

from core.data.ratings import Ratings
from core.store.runs import RunStore
from tests.browser.conftest import FEW, Server
from tests.conftest import run_on

LONGEST = """() => {
    const figure = document.querySelector(".st-key-lengths .js-plotly-plot");
    const {xaxis, yaxis} = figure._fullLayout, cloud = figure._fullData[0];
    const top = cloud.y.reduce((best, y, place) => (y > cloud.y[best] ? place : best), 0);
    const box = figure.getBoundingClientRect();
    return {
        x: box.x + xaxis._offset + xaxis.d2p(cloud.x[top]),
        y: box.y + yaxis._offset + yaxis.d2p(cloud.y[top]),
        name: cloud.text[top],
    };
}"""
"""Where the point of the longest vector is on the screen, and what it is called."""


def test_a_click_on_a_point_picks_the_movie(server: Server, few: Ratings, page: Page):
    RunStore(server.home / "runs").publish(run_on(few, dim=6))
    page.goto(f"{server.url}/neighbors?dataset={FEW}")
    plot = page.locator(".st-key-lengths .js-plotly-plot")
    expect(plot.locator(".main-svg").first).to_be_visible(timeout=60_000)
    plot.scroll_into_view_if_needed()
    point = page.evaluate(LONGEST)
    page.mouse.move(point["x"], point["y"])
    name = point["name"].removesuffix(" (untrained)")
    told = re.compile(rf"{re.escape(point['name'])}\s*rated [\d.]+ by [\d,]+\s*length [\d.]+")
    expect(plot.locator(".hoverlayer")).to_contain_text(told)
    page.mouse.click(point["x"], point["y"])
    expect(page.get_by_role("combobox", name=re.compile("type a few letters"))).to_have_value(name)
