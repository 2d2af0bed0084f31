"""Waiting for the app in a browser, by what can be seen of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.conftest import PARKED, Server

_SETTLED = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    const heading = document.querySelector("h1");
    return app?.dataset.testScriptState === "notRunning"
        && Boolean(heading?.checkVisibility())
        && !document.querySelector("[data-testid=stStatusWidget], [data-testid=stSkeleton]");
}"""

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

_GO = """address => {
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
}"""


def settled(page: Page) -> None:
    """Wait until the page has been drawn and no script runs."""
    page.wait_for_function(_SETTLED, polling=50)  # without, at every frame, which keeps the browser drawing


@contextmanager
def running_again(page: Page) -> Iterator[None]:
    """What is done inside makes the page run again; wait until it has, also where nothing on it would tell."""
    page.evaluate(_RUNS_AND_ENDS)
    yield
    page.evaluate("() => window.ranAgain")


def visit(page: Page, server: Server, place: str) -> None:
    """Open a page of the app, and wait until it has been drawn.

    A window that is in the app already goes there as the browser's Back and
    Forward do, without loading the app anew: for tests that look at many
    pages, and not at how a link opens.
    """
    address = f"{server.url}/{place}"
    here = urlsplit(page.url)
    if here[:2] == urlsplit(address)[:2] and here.path != PARKED:
        with running_again(page):
            page.evaluate(_GO, address)
    else:
        page.goto(address)
    settled(page)
