"""Every page and its states, light and dark: axe-core finds nothing that a person could stumble over."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

from core.model.run import Run
from dashboard.shell import frame
from tests.browser.conftest import FEW, Server
from tests.browser.test_phone import TURNED
from tests.browser.waiting import running_again, settled, visit

STREAMLITS = {
    "list": (r'^<ul data-testid="stSidebarNavItems"', "groups of pages stand as <div> in its list of pages"),
    "listitem": (r"^<li class=", "and their pages are entries of no list"),
    "presentation-role-conflict": (
        r'^<section role="presentation" tabindex="-1" data-testid="stFileUploaderDropzone"',
        "the uploader names what it says has no meaning",
    ),
}
"""What axe-core finds in Streamlit's own elements, which nobody can mend from outside: the rule, how the HTML of every
such element begins, and why. A rule that finds nothing any more has to leave this list."""


PLACES = {
    **{name: name for pages in frame.PAGES.values() for name, _, _ in pages if name != "start"},
    "start": "",
    "start, before the first model": "?dataset=ml-latest-small",
    "a page that needs a model": "maps?dataset=ml-latest-small",
    "code beside code": "under_the_hood?step=8",
    "a training's numbers": "under_the_hood?step=4",
    "an axis of one's own": "maps?maps=An+axis+of+your+own",
    "people": "neighbors?rows=Users",
    "a mission": "missions?mission=overfitting",
    "bring your own": "datasets?section=Bring+your+own",
}
"""Links by what they show, of the few movies where they name no data."""

MARKUP = re.compile(r"\*\*|\\[^\w\s]|:(?:small|gray|material)\b|</?\w+>")
_NAMES = """() => [...document.querySelectorAll("[alt], [aria-label]")]
    .map(element => element.getAttribute("alt") ?? element.getAttribute("aria-label"))"""


def findings(page: Page, **options: Any) -> Iterator[tuple[str, str]]:
    """What axe-core finds on the page: the rule, with how the element begins and what is wrong with it."""
    found = page.evaluate("options => axe.run({resultTypes: ['violations'], ...options})", options)
    for violation in found["violations"]:
        for node in violation["nodes"]:
            yield violation["id"], f"{node['html'][:200]}: {node['failureSummary'].splitlines()[1].strip()}"


def in_both_schemes(page: Page) -> Iterator[tuple[str, str]]:
    """The findings in light, and those of contrast in dark: nothing else depends on it."""
    page.emulate_media(color_scheme="light")
    page.wait_for_function(TURNED, arg="light", polling=50)
    yield from findings(page)
    yield from (("name", name) for name in page.evaluate(_NAMES) if MARKUP.search(name))
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(TURNED, arg="dark", polling=50)
    yield from findings(page, runOnly=["color-contrast"])


def opened(page: Page, button: Locator) -> None:
    """Press a button that opens something, and wait until it is there."""
    with running_again(page):
        button.click()
    settled(page)


def states(page: Page, server: Server, run: Run) -> Iterator[str]:
    """Bring the page into one state after the other."""
    for name, place in PLACES.items():
        data = "" if "dataset=" in place else f"{'&' if '?' in place else '?'}dataset={FEW}&run={run.run_id}"
        visit(page, server, place + data)
        yield name
    visit(page, server, f"maps?dataset={FEW}&run={run.run_id}")
    page.get_by_role("combobox", name="Find movies").fill("a")
    expect(page.get_by_role("option", selected=True)).to_be_visible()
    yield "a list of titles"
    visit(page, server, f"for_you?dataset={FEW}&run={run.run_id}")
    opened(page, page.get_by_role("button", name="Why").first)
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "why this score"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Data: ").click()
    expect(page.get_by_label("Dataset", exact=True)).to_be_visible()
    yield "the chooser of data"


@pytest.mark.thorough
def test_axe_finds_nothing_of_ours_in_light_and_dark(server: Server, filmed: Run, modeled: Run, browsed: Page):
    page = browsed
    page.set_viewport_size({"width": 1280, "height": 2400})  # what is scrolled out of sight has no colors to axe-core
    visit(page, server, "jobs")
    page.evaluate(AXE_SCRIPT)
    ours: dict[str, list[str]] = {}
    unmended, seen = set(STREAMLITS), 0
    for state in states(page, server, filmed):
        seen += 2
        for rule, what in in_both_schemes(page):
            if rule in STREAMLITS and re.search(STREAMLITS[rule][0], what):
                unmended.discard(rule)
            else:
                ours.setdefault(f"{rule}: {what}", []).append(state)
    assert ours == {}, "\n".join(f"{what} ({', '.join(where)})" for what, where in ours.items())
    assert unmended == set(), "Streamlit has mended these: take them off the list"
    assert seen >= 32
