"""Walking through the maps with a mouse: selecting points, taking them along as a file, and building an axis."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.data.ratings import Ratings
from core.model.run import Run
from tests.browser.conftest import FEW, Server
from tests.browser.waiting import running_again, visit


def draw_around(page: Page) -> None:
    """Draw a loop around the middle of the map."""
    page.get_by_role("button", name="Draw around points").click()
    box = page.locator(".stage").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reach = box["height"] / 6
    page.mouse.move(x - reach, y - reach)
    page.mouse.down()
    for right, down in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        page.mouse.move(x + right * reach, y + down * reach, steps=8)
    page.mouse.up()


def test_points_are_selected_and_taken_along(server: Server, modeled: Run, browsed: Page, few: Ratings, tmp_path: Path):
    page = browsed
    visit(page, server, f"maps?dataset={FEW}")
    page.locator(".stage").scroll_into_view_if_needed()
    draw_around(page)
    heading = page.get_by_role("heading", name=re.compile(r"\d+ selected movies"))
    expect(heading).to_be_visible()
    number = int(re.sub(r"\D", "", heading.inner_text()))
    with running_again(page):
        page.get_by_text("With vectors").click()
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    target = tmp_path / "selection.csv"
    waiting.value.save_as(target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == number
    known = set(few.items.ids.tolist())
    assert all(row["Id"] in known for row in rows)
    assert {f"e{number}" for number in range(1, 9)} <= rows[0].keys()
    page.get_by_role("button", name="Clear").click()
    expect(heading).to_have_count(0)


@pytest.mark.thorough
def test_an_axis_is_built_kept_and_found_in_a_link(server: Server, modeled: Run, browsed: Page):
    page = browsed
    visit(page, server, f"maps?dataset={FEW}")
    page.get_by_text("An axis of your own", exact=True).click()
    expect(page.get_by_role("heading", name="Toward Horror")).to_be_visible()
    name = page.get_by_label("To (name of this pole)")
    name.fill("space")
    name.press("Enter")
    expect(page.get_by_role("heading", name="Toward space")).to_be_visible()
    box = page.get_by_role("combobox", name=re.compile("^Movies at this pole")).nth(1)
    box.fill("Heat (1995)")
    with running_again(page):
        page.get_by_role("option", name="Heat (1995)").click()
    expect(page.get_by_role("option")).to_have_count(0)  # the list has closed by itself, and the field is empty
    expect(box).to_have_value("")
    page.get_by_role("button", name="Keep with this model").click()
    expect(page.get_by_role("button", name="Kept with this model")).to_be_disabled()
    expect(page).to_have_url(re.compile("pole_high_name=space"))
    page.goto(page.url)  # in a session that knows nothing but the link
    expect(page.get_by_role("heading", name="Toward space")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
