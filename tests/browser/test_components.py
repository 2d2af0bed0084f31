"""Naming a component: the name stands on the map, survives a reload, travels with a link, and stays text."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from core.model.run import Run
from tests.browser.conftest import FEW, Server
from tests.browser.waiting import visit

HOSTILE = ("<img src=x onerror=document.title=1>", "%{y} $x$ **bold** [link](x)", "<b>not bold</b> &amp; {x}")


def field(page: Page, end: str) -> Locator:
    return page.get_by_label(f"Your name for the {end} end")


def name(page: Page, end: str, text: str) -> None:
    field(page, end).fill(text)
    field(page, end).press("Enter")


def expect_on_axis(page: Page, letter: str, text: str) -> None:
    """Wait until the title of an axis of the map says this."""
    page.wait_for_function(
        """([axis, text]) => [...document.querySelectorAll(".st-key-map *")].some(
            (host) => host.shadowRoot?.querySelector(".stage")?.map.spec?.axes[axis].includes(text),
        )""",
        arg=["xy".index(letter), text],
        polling=100,
    )


def test_a_name_stands_on_the_map_and_is_there_after_a_reload(server: Server, modeled: Run, browsed: Page):
    page = browsed
    visit(page, server, f"components?dataset={FEW}&component=2")
    expect_on_axis(page, "y", "Component 2")
    name(page, "low", "quiet")
    name(page, "high", "loud")
    expect_on_axis(page, "y", "quiet ← component 2")
    expect_on_axis(page, "y", "→ loud")
    expect(page.get_by_role("heading", name="The 10 highest on component 2: loud")).to_be_visible()
    page.reload()
    expect_on_axis(page, "y", "→ loud")
    expect(field(page, "low")).to_have_value("quiet")
    assert "low_2=quiet" in page.url and "high_2=loud" in page.url


def test_what_is_typed_while_the_page_works_is_not_lost(server: Server, modeled: Run, browsed: Page):
    page = browsed
    visit(page, server, f"components?dataset={FEW}&component=5&x=5")
    expect_on_axis(page, "x", "Component 5")
    field(page, "low").fill("one")
    field(page, "high").fill("other")  # leaving the first field has set the page to work
    expect_on_axis(page, "x", "one ← component 5")
    expect(field(page, "high")).to_have_value("other")
    field(page, "high").press("Enter")
    expect_on_axis(page, "x", "→ other")


@pytest.mark.thorough
def test_a_link_shows_its_names_elsewhere_until_they_are_kept(server: Server, modeled: Run, page: Page, browsed: Page):
    other = browsed
    link = f"{server.url}/components?dataset={FEW}&component=3&x=3&run={modeled.run_id}&low_3=calm"
    page.goto(link)
    expect(page.get_by_text("These names are from the link")).to_be_visible()
    expect_on_axis(page, "x", "calm ← component 3")
    visit(other, server, f"components?dataset={FEW}&component=3&x=3")
    expect_on_axis(other, "x", "Component 3")
    expect(field(other, "low")).to_have_value("")
    page.get_by_role("button", name="Keep the link's").click()
    expect(page.get_by_text("These names are from the link")).to_be_hidden()
    other.reload()
    expect(field(other, "low")).to_have_value("calm")


@pytest.mark.thorough
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_text_wherever_it_stands(server: Server, modeled: Run, browsed: Page, text: str):
    page = browsed
    visit(page, server, f"components?dataset={FEW}&component=1&low_1={quote(text)}&high_1={quote(text)}")
    heading = page.get_by_role("heading", name=f"The 10 lowest on component 1: {text}")
    expect(heading).to_be_visible()
    expect_on_axis(page, "x", text[:20])
    expect(field(page, "low")).to_have_value(text)
    assert heading.locator("img, .katex, strong, a[href='x']").count() == 0
    assert page.locator("img[src='x']").count() == 0
    assert page.title() != "1"


def test_a_name_of_ten_thousand_letters_is_refused_and_the_page_stands(server: Server, modeled: Run, browsed: Page):
    page = browsed
    visit(page, server, f"components?dataset={FEW}&component=4&low_4={'a' * 10_000}")
    expect(page.get_by_text("a name has at most 40")).to_be_visible()
    expect(field(page, "low")).to_have_value("")
    expect_on_axis(page, "x", "omponent 1")
