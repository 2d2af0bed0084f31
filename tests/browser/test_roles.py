"""In public: a kiosk with room for one, a class of two pupils, and an administrator with the token."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from core.data.folder import ABOUT
from core.data.ratings import Ratings
from core.store.runs import RunStore
from tests.browser.conftest import FEW, Server, bring, serving
from tests.browser.waiting import running_again, settled, visit
from tests.conftest import run_on

TOKEN = "only the teacher knows this"
ONLY_ADMINISTRATORS = "Managing data, models and jobs is for administrators"


@dataclass(frozen=True)
class Public:
    """A server, and the model that is in its home."""

    server: Server
    run_id: str


@pytest.fixture
def public(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _well_known: Ratings
) -> Iterator[Public]:
    """A server with the settings of the test's parameter, and a model to look at."""
    home = tmp_path_factory.mktemp("public") / "home"
    run = run_on(bring(_well_known, home))
    RunStore(home / "runs").publish(run)
    with serving(home, WORKERS="1", **request.param) as server:
        yield Public(server, run.run_id)


def another_browser(context: BrowserContext, page: Page) -> Page:
    """The window as one of a browser that was never here."""
    context.clear_cookies()
    page.goto("about:blank")
    return page


def bar(page: Page) -> Locator:
    """That of the mission that is on."""
    return page.get_by_test_id("stMain").locator(".st-key-mission_bar")


def low_end(page: Page) -> Locator:
    """The field for the name of the low end."""
    return page.get_by_label("Your name for the low end")


def name_low_end(page: Page, name: str) -> None:
    """Type a name for the low end, and leave the field."""
    low_end(page).fill(name)
    with running_again(page):
        low_end(page).press("Enter")
    settled(page)


@pytest.mark.thorough
@pytest.mark.parametrize("public", [{"READ_ONLY": "1", "SESSIONS": "1"}], indirect=True)
def test_a_kiosk_shows_everything_changes_nothing_and_sends_away_whom_it_has_no_room_for(
    public: Public, context: BrowserContext, page: Page, other: Page
):
    server = public.server
    visit(another_browser(context, page), server, "maps?dataset=ml-latest-small")
    expect(page.get_by_test_id("stMain").get_by_text("python -m core train --preset best")).to_be_visible()
    visit(page, server, f"train?dataset={FEW}&embedding_dim=7")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    expect(page.get_by_text("Training a model is switched off here").first).to_be_visible()
    visit(page, server, f"components?dataset={FEW}&run={public.run_id}")
    expect(low_end(page)).to_be_disabled()
    expect(page.get_by_text("Keeping names and axes for oneself is switched off here")).to_be_visible()

    page.reload()
    expect(page).not_to_have_title(re.compile("^Full"), timeout=8_000)  # before that page tries again by itself
    settled(page)
    context.clear_cookies()
    other.goto(server.url)
    expect(other.get_by_role("heading", name="Embedding Explorer is full at the moment")).to_be_visible()


@pytest.mark.thorough
@pytest.mark.parametrize("public", [{"CLASS": "1", "ADMIN_TOKEN": TOKEN}], indirect=True)
def test_a_class_of_two_and_their_teacher(public: Public, context: BrowserContext, page: Page, other: Page):
    server = public.server
    naming = f"components?dataset={FEW}&run={public.run_id}&mission=first-component&task=4"
    ada, bob = page, other
    visit(another_browser(context, ada), server, "runs?class=off")
    expect(ada.get_by_text(ONLY_ADMINISTRATORS)).to_be_visible()
    expect(ada.get_by_role("link", name="Runs")).to_have_count(0)
    visit(ada, server, naming)
    name_low_end(ada, "what Ada sees")
    expect(bar(ada)).to_contain_text("Done.")
    visit(another_browser(context, bob), server, naming)
    expect(bar(bob)).to_contain_text("step 4 of 4")
    expect(bar(bob)).not_to_contain_text("Done.")
    expect(low_end(bob)).to_have_value("")
    expect(bob.get_by_text("Only you see the names that you give.")).to_be_visible()
    name_low_end(bob, "what Bob sees")
    visit(ada, server, naming)
    expect(low_end(ada)).to_have_value("what Ada sees")

    teacher = another_browser(context, bob)
    visit(teacher, server, f"datasets?dataset={FEW}")
    expect(teacher.get_by_text(ONLY_ADMINISTRATORS)).to_be_visible()
    teacher.get_by_role("button", name="Administration").click()
    teacher.get_by_label("Administrators' token").fill(TOKEN)
    teacher.get_by_role("button", name="Log in").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("Which data shall we look at?")
    teacher.reload()
    settled(teacher)
    expect(teacher.get_by_role("button", name="You are an administrator")).to_be_visible()
    teacher.get_by_role("button", name="Delete", exact=True).click()
    teacher.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(teacher.get_by_role("dialog")).to_have_count(0)
    expect(teacher.get_by_role("button", name=re.compile("Data: MovieLens"))).to_be_visible()
    assert not (server.home / "datasets" / FEW / ABOUT).exists()
