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
from tests.browser.waiting import visit
from tests.conftest import run_on

MOVED = "Forrest Gump (1994)"

SELECTED = """key => {
    const [figure] = document.querySelectorAll(`.st-key-${key} .js-plotly-plot`);
    const marks = figure?.data?.filter(trace => trace.name === "selected") ?? [];
    return marks.flatMap(trace => trace.text).sort().join("|");
}"""
"""What is ringed on a map, as the texts over its points."""


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


def draw_around(page: Page, key: str) -> None:
    """A lasso around the middle of a map."""
    found = chart(page, key)
    found.scroll_into_view_if_needed()
    box = found.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    x, y, size = box["x"] + 0.45 * box["width"], box["y"] + 0.45 * box["height"], 0.1 * box["width"]
    page.mouse.move(x, y)
    page.mouse.down()
    for across, up in ((1, 0), (1, 1), (0, 1), (0, 0)):
        page.mouse.move(x + across * size, y + up * size, steps=4)
    page.mouse.up()


def wait_for_marks(page: Page, key: str) -> str:
    page.wait_for_function(f"key => ({SELECTED})(key) !== ''", arg=key)
    return str(page.evaluate(SELECTED, key))


def test_one_selection_lights_up_on_both_maps_and_outlasts_the_bars(server: Server, models: str, browsed: Page):
    page = browsed
    page.goto(f"{server.url}/compare?dataset={FEW}&models={models}")
    expect(page.get_by_role("heading", name="How alike are two models?")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("No movie is selected")).to_be_visible()
    chart(page, "map_right")

    draw_around(page, "map_left")
    expect(page.get_by_text("selected movies")).to_be_visible()
    marked = wait_for_marks(page, "map_left")
    assert len(marked.split("|")) > 1
    assert wait_for_marks(page, "map_right") == marked

    whole = page.get_by_role("button", name="Download all 400 as CSV")
    expect(whole).to_be_visible()
    bars = chart(page, "kept_bars")
    bars.scroll_into_view_if_needed()
    box = bars.locator(".points .point path").last.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("kept=10&kept=10"))
    expect(whole).to_be_hidden()
    assert wait_for_marks(page, "map_left") == marked  # a click elsewhere clears nothing

    page.goto(page.url)  # a copied link opens the same list
    expect(page.get_by_role("button", name=re.compile("Download all .* as CSV"))).to_be_visible(timeout=60_000)
    expect(whole).to_be_hidden()


def test_on_a_phone_the_maps_stand_below_each_other(server: Server, models: str, browsed: Page):
    page = browsed
    page.set_viewport_size(PHONE)
    visit(page, server, f"compare?dataset={FEW}&models={models}&find={quote(MOVED)}")
    left, right = chart(page, "map_left").bounding_box(), chart(page, "map_right").bounding_box()
    assert left is not None and right is not None
    assert left["width"] <= 390 and right["width"] <= 390
    assert right["y"] >= left["y"] + left["height"]
    marked = wait_for_marks(page, "map_left")
    assert MOVED in marked and "|" not in marked
    assert wait_for_marks(page, "map_right") == marked
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
