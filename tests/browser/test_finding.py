"""The field in which something is found by its name, in a real browser and without a server."""

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core.data.own.titles import plain
from core.data.ratings import Ratings
from core.data.spoken import spoken_titles
from core.export.living_map import packing
from core.export.living_map.program import program
from dashboard.shared.finding import PROGRAM
from tests.browser.alone import blank

HOSTILE = "<img src=x onerror=\"document.title='broken'\">%{y} **b** $x$"
NAMES = [
    *("Star Wars: Episode IV - A New Hope (1977)", "The Matrix (1999)", "Heat (1995)", "The Godfather (1972)"),
    *("The Heat (2013)", "Amélie (2001)", "In the Heat of the Night (1967)", "Wheat (2001)", "$9.99 (2008)", HOSTILE),
    *(f"Another {number}" for number in range(200)),
]


@pytest.fixture
def bare(page: Page) -> None:
    """A page with nothing but a place for the field."""
    page = blank(page)
    page.set_content('<!doctype html><meta charset="utf-8"><title>whole</title><div id="here"></div><button>x</button>')
    page.evaluate("() => document.getElementById('here').attachShadow({mode: 'open'})")
    page.add_script_tag(type="module", content=f"{program(PROGRAM)}\nObject.assign(window, {{mount, matches, plain}});")
    page.wait_for_function("() => window.mount")


def mounted(page: Page, *, value: str | None = None, names: Sequence[str] = NAMES) -> Locator:
    """The field, with these names."""
    data: dict[str, Any] = {"label": "Movie", "about": "All of them.", "placeholder": "Type", "value": value or ""}
    part = {"text": base64.b64encode(packing.names(names, [])).decode()}
    page.evaluate(
        """data => {
            window.told = [];
            const parentElement = document.getElementById("here").shadowRoot;
            window.again = (change) => mount({ data: { ...data, ...change }, parentElement,
                setTriggerValue: (name, said) => window.told.push([name, said]) });
            again({});
        }""",
        data | {"keeps": value is not None, "names": part},
    )
    return page.get_by_role("combobox", name="Movie")


def said(page: Page) -> list[str]:
    """What the server was told to be chosen."""
    return [said for name, said in page.evaluate("() => window.told") if name == "chosen"]


def options(page: Page) -> list[str]:
    """What the list shows, once it has been filled."""
    page.wait_for_function("() => !document.getElementById('here').shadowRoot.textContent.includes('on their way')")
    return page.get_by_role("option").all_inner_texts()


@pytest.mark.usefixtures("bare")
def test_what_is_marked_stays_so_when_the_page_comes_to_rest(page: Page):
    page.evaluate("() => (window.requestIdleCallback = rest => (window.rest = rest))")
    field = mounted(page)
    field.press("ArrowDown")
    assert options(page)[:2] == NAMES[:2]
    field.press("ArrowDown")
    page.evaluate("async () => { window.rest(); for (let n = 0; n < 20; n++) await new Promise(setTimeout) }")
    expect(page.get_by_role("option", selected=True)).to_have_text(NAMES[0])


@pytest.mark.usefixtures("bare")
def test_a_browser_that_tells_of_no_rest_has_the_names_too(page: Page):
    page.evaluate("() => (window.requestIdleCallback = undefined)")
    field = mounted(page)
    field.press("ArrowDown")
    assert options(page)[:2] == NAMES[:2]


@pytest.mark.usefixtures("bare")
def test_keys_open_walk_choose_and_leave(page: Page):
    field = mounted(page)
    field.focus()
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    assert options(page)[:2] == NAMES[:2]
    field.press("ArrowDown")
    field.press("ArrowDown")
    marked = page.get_by_role("option", selected=True)
    expect(marked).to_have_text("The Matrix (1999)")
    assert field.get_attribute("aria-activedescendant") == marked.get_attribute("id")
    assert marked.get_attribute("aria-setsize") == str(len(NAMES))
    field.press("ArrowUp")
    field.press("ArrowUp")
    expect(marked).to_have_count(0)  # back in the field
    for _ in range(61):  # more than the list begins with
        field.press("ArrowDown")
    expect(marked).to_have_text("Another 50")
    expect(marked).to_be_in_viewport()
    field.press("Enter")
    assert said(page) == ["Another 50"]
    expect(field).to_have_value("")
    expect(page.get_by_role("option")).to_have_count(0)
    field.press_sequentially("heat")
    field.press("Escape")
    expect(field).to_have_value("")
    field.press_sequentially("heat")
    field.press("Tab")
    expect(field).to_have_value("")
    expect(page.get_by_role("option")).to_have_count(0)
    assert said(page) == ["Another 50"]


@pytest.mark.usefixtures("bare")
def test_a_field_of_one_name_shows_it_until_another_is_chosen(page: Page):
    field = mounted(page, value="Heat (1995)")
    expect(field).to_have_value("Heat (1995)")
    field.click()
    assert len(options(page)) > 20  # all that there is, whatever the field shows
    page.keyboard.type("godf")
    page.get_by_role("option", name="The Godfather (1972)").click()
    expect(field).to_have_value("The Godfather (1972)")
    expect(field).to_be_focused()
    page.evaluate("() => again({ value: 'The Godfather (1972)' })")
    field.click()
    page.keyboard.type("godf")
    page.keyboard.press("Enter")  # the same
    assert said(page) == ["The Godfather (1972)"]
    page.evaluate("() => again({ value: 'The Matrix (1999)' })")  # by a click on a map
    expect(field).to_have_value("The Matrix (1999)")
    field.fill("qqqq")
    assert options(page) == []
    expect(page.get_by_text("Nothing here is called that.").first).to_be_visible()
    field.press("Enter")  # the server has the last word
    assert said(page)[1:] == ["qqqq"]
    expect(field).to_have_value("The Matrix (1999)")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("heat", ["Heat (1995)", "The Heat (2013)", "In the Heat of the Night (1967)", "Wheat (2001)"]),
        ("Godfather, The", ["The Godfather (1972)"]),
        ("AMELIE", ["Amélie (2001)"]),
        ("wars episode star", [NAMES[0]]),
        ("matrxi", ["The Matrix (1999)"]),
        ("gdofahter", ["The Godfather (1972)"]),
        ("$9.99 2", ["$9.99 (2008)"]),
        ("img src", [HOSTILE]),
        ("xyz", []),
    ],
)
def test_what_fits_comes_in_order_and_letters_may_be_wrong(page: Page, typed: str, found: list[str]):
    field = mounted(page)
    field.fill(typed)
    assert options(page) == found
    assert page.title() == "whole"


@pytest.mark.usefixtures("bare")
def test_the_browser_reads_titles_as_the_server_does(page: Page, bundled: Ratings):
    titles = [*spoken_titles(bundled.item_table["title"].tolist()), "Straße, æ & Łódź", "Ö'Neill", "日本 (1999)", "???"]
    read = page.evaluate("titles => titles.map(title => plain(title).trim())", titles)
    assert [(one, other) for one, other in zip(read, map(plain, titles), strict=True) if one != other] == []


@pytest.mark.usefixtures("bare")
def test_names_in_parts_come_when_the_field_is_opened_and_all_are_found(page: Page):
    field = mounted(page, names=NAMES[:1])
    part = {"text": base64.b64encode(packing.names(NAMES[1:], [])).decode()}
    first = {"text": base64.b64encode(packing.names(NAMES[:1], [])).decode()}
    page.evaluate("change => again(change)", {"names": first, "more": [part], "label": "Movie"})
    field.click()
    assert options(page)[:2] == NAMES[:2]
    field.fill("matrix")
    expect(page.get_by_role("option").first).to_have_text("The Matrix (1999)")
