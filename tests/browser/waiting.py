"""Waiting for the app in a browser, by what can be seen of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

_RUNS_AND_ENDS = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    window.ranAgain = new Promise((resolve) => {
        let running = false;
        new MutationObserver(() => {
            if (app.dataset.testScriptState === "running") running = true;
            else if (running && app.dataset.testScriptState === "notRunning") resolve();
        }).observe(app, {attributes: true});
    });
}"""


def settled(page: Page) -> None:
    """Wait until the page has been drawn and no script runs."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


@contextmanager
def running_again(page: Page) -> Iterator[None]:
    """What is done inside makes the page run again; wait until it has, also where nothing on it would tell."""
    page.evaluate(_RUNS_AND_ENDS)
    yield
    page.evaluate("() => window.ranAgain")
