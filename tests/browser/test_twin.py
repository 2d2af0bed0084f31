"""The no-taste twin in a browser: names and marks of the model vanish, a sentence says why, and they come back."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.data.ratings import Ratings
from core.model.run import Run
from tests.browser.conftest import FEW, Server
from tests.browser.test_components import expect_on_axis, field, name
from tests.browser.waiting import visit
from tests.dashboard.twins import keep_twins


@pytest.fixture(scope="module")
def model(server: Server, modeled: Run, few: Ratings) -> str:
    """The model with a twin; its id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(server.home))
        keep_twins(modeled, few)
    return modeled.run_id


def test_with_nobodys_taste_the_names_are_gone_and_a_sentence_says_why(server: Server, model: str, browsed: Page):
    page = browsed
    visit(page, server, f"components?dataset={FEW}&run={model}")
    expect_on_axis(page, "x", "Component 1")
    name(page, "low", "quiet")
    expect_on_axis(page, "x", "quiet ← component 1")
    page.get_by_text("How would this look if nobody had taste?").click()
    expect(page.get_by_text("Nobody has taste here.")).to_be_visible()
    expect(field(page, "low")).to_have_count(1)  # the model's own has gone
    expect(field(page, "low")).to_have_value("")
    expect(page.locator(".st-key-map .g-xtitle").filter(has_text="quiet")).to_have_count(0)
    expect(page).to_have_url(re.compile("twin=true"))
    page.reload()
    expect(page.get_by_text("Nobody has taste here.")).to_be_visible()
    page.get_by_text("How would this look if nobody had taste?").click()
    expect(page.get_by_text("Nobody has taste here.")).to_be_hidden()
    expect(field(page, "low")).to_have_count(1)
    expect(field(page, "low")).to_have_value("quiet")
