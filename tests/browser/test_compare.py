"""Two models in a real browser: one selection on both maps, the bars, and the list; wide and on a phone."""

import re
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import run_id
from core.data.ratings import Ratings
from core.store.runs import RunStore
from tests.browser.conftest import FEW, PHONE, Server
from tests.browser.test_map import chosen, middle, ready, spots
from tests.browser.waiting import running_again, visit
from tests.conftest import run_on

MOVED = "Forrest Gump (1994)"


@pytest.fixture(scope="module")
def models(server: Server, few: Ratings) -> str:
    """Two models of few movies, the second a turned copy with one movie moved; their ids as a link names them."""
    first = run_on(few, dim=6)
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))[0].astype(np.float32)
    matrix = first.scorer.item_embedding @ turn
    matrix[few.item_table["title"].tolist().index(MOVED)] += 2
    config = first.config.model_copy(update={"seed": 1})
    second = replace(
        first,
        config=config,
        run_id=run_id(config, few.digest),
        scorer=replace(first.scorer, arrays=first.scorer.arrays | {"item_embedding": matrix}),
    )
    for run in (first, second):
        RunStore(server.home / "runs").publish(run)
    return f"{first.run_id},{second.run_id}"


def chart(page: Page, key: str) -> Locator:
    """A chart that has been drawn."""
    found = page.locator(f".st-key-{key} .js-plotly-plot")
    expect(found.locator(".main-svg").first).to_be_visible()
    return found


def stage(page: Page, side: str) -> Locator:
    """One of the two maps, drawn, with its names."""
    found = page.locator(f".st-key-map_{side} .stage")
    found.scroll_into_view_if_needed()
    ready(found)
    return found


def draw_around(page: Page, found: Locator) -> None:
    """A loop around the middle of a map, with Shift in place of the tool."""
    (x, y), size = middle(found), 60
    page.keyboard.down("Shift")
    page.mouse.move(x - size, y - size)
    page.mouse.down()
    for across, up in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        page.mouse.move(x + across * size, y + up * size, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")


SEEN = "stage => { const {x, y, scaleX, scaleY} = stage.map.camera; return [x, y, scaleX, scaleY] }"


def test_what_is_pointed_at_and_seen_on_one_map_is_so_on_the_other(server: Server, models: str, browsed: Page):
    page = browsed
    page.goto(f"{server.url}/compare?dataset={FEW}&models={models}")
    expect(page.get_by_role("heading", name="How alike are two models?")).to_be_visible(timeout=60_000)
    right, left = stage(page, "right"), stage(page, "left")
    assert left.evaluate(SEEN) == right.evaluate(SEEN)
    item, there = left.evaluate("stage => [stage.map.titles.length - 1, stage.map.n]")
    assert item == there - 1 == 399
    x, y = spots(left)[item]
    page.mouse.move(x, y)
    pointed = int(left.evaluate("stage => stage.map.hands.hovered"))
    assert pointed >= 0 and right.evaluate("stage => stage.map.hands.hovered") == pointed
    title = left.evaluate("stage => stage.map.titles[stage.map.hands.hovered]")
    for side in ("left", "right"):
        expect(page.locator(f".st-key-map_{side} .tip")).to_contain_text(title)
    before = right.evaluate(SEEN)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=3)
    page.mouse.up()
    right.evaluate(
        """async (stage, before) => {
            while (stage.map.camera.x === before[0]) await new Promise(requestAnimationFrame);
        }""",
        before,
    )
    assert left.evaluate(SEEN) == right.evaluate(SEEN) != before


def test_one_selection_lights_up_on_both_maps_and_outlasts_the_bars(server: Server, models: str, browsed: Page):
    page = browsed
    expect(page.get_by_text("No movie is selected")).to_be_visible()
    left, right = stage(page, "left"), stage(page, "right")
    with running_again(page):
        draw_around(page, left)
    expect(page.get_by_text("selected movies")).to_be_visible()
    marked = chosen(left)
    assert len(marked) > 1
    assert chosen(right) == marked

    whole = page.get_by_role("button", name="Download all 400 as CSV")
    expect(whole).to_be_visible()
    bars = chart(page, "kept_bars")
    bars.scroll_into_view_if_needed()
    box = bars.locator(".points .point path").last.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("kept=10&kept=10"))
    expect(whole).to_be_hidden()
    assert chosen(left) == chosen(right) == marked  # a click elsewhere clears nothing

    page.goto(page.url)  # a copied link opens the same list
    expect(page.get_by_role("button", name=re.compile("Download all .* as CSV"))).to_be_visible(timeout=60_000)
    expect(whole).to_be_hidden()


@pytest.mark.thorough
def test_on_a_phone_the_maps_stand_below_each_other(server: Server, models: str, browsed: Page):
    page = browsed
    page.set_viewport_size(PHONE)
    visit(page, server, f"compare?dataset={FEW}&models={models}&find={quote(MOVED)}")
    maps = stage(page, "left"), stage(page, "right")
    left, right = (one.bounding_box() for one in maps)
    assert left is not None and right is not None
    assert left["width"] <= 390 and right["width"] <= 390
    assert right["y"] >= left["y"] + left["height"]
    for one in maps:
        assert one.evaluate("stage => stage.map.spec.found.map(item => stage.map.titles[item])") == [MOVED]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
