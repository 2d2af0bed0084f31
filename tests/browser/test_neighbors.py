"""The plot of lengths in a real browser: a click on a point asks for that movie's neighbors."""

import re

import numpy as np
from playwright.sync_api import Page, expect

from core.data.ratings import Ratings
from core.model.run import Run
from tests.browser.conftest import FEW, Server
from tests.browser.test_map import ready, spots
from tests.browser.waiting import running_again


def test_a_click_on_a_point_picks_the_movie(server: Server, modeled: Run, few: Ratings, page: Page):
    page.goto(f"{server.url}/neighbors?dataset={FEW}")
    stage = page.locator(".st-key-lengths .stage")
    stage.scroll_into_view_if_needed(timeout=60_000)
    ready(stage)
    places = spots(stage)
    top = int(np.argmin(places[:, 1]))  # the longest vector
    name = stage.evaluate("(stage, item) => stage.map.titles[item]", top)
    page.mouse.move(*places[top])
    told = re.compile(rf"{re.escape(name)}\s*rated [\d.]+ by [\d,]+.*length: [\d.]+")
    expect(page.locator(".st-key-lengths .tip")).to_contain_text(told)
    with running_again(page):
        page.mouse.click(*places[top])
    expect(page.get_by_role("combobox", name=re.compile("type a few letters"))).to_have_value(name)
    assert stage.evaluate("stage => stage.map.chosen") is None  # none is dimmed: the neighbors are what it shows
    assert stage.evaluate("stage => stage.map.spec.named[0].names") == [name]
    expect(page).to_have_url(re.compile(f"items={few.items.ids[top]}(&|$)"))
