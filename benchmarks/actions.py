"""From what a person does to what they see of it: the twenty commonest actions, in a real browser.

    python -m benchmarks.actions                 trains two models in a home of its own first
    python -m benchmarks.actions --home FOLDER   uses the models that are there
    python -m benchmarks.actions --only Maps     actions whose name contains this

Times are taken in the page, from the time stamp of the click, the key or the step in the browser's history to the
frame that shows the answer: the heading of another page with all its charts, the points in their new colors, the words.
What each costs until the page is at rest again stands beside them, and says the same on a busy machine: processor
seconds of the browser, which draws in software here, and of the server, and kilobytes that came over the connection.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import CDPSession, Locator, Page

from benchmarks.browser import (
    CHARTS_DRAWN,
    ROOT,
    chromium,
    live_server,
    new_page,
    seconds_from_click,
    time_from_click,
    verdict,
    wait_until_complete,
)
from benchmarks.common import own_home
from dashboard.shared import phrases

WORST_SECONDS = 1.0
"""Budget of each action; what trains or studies says how long that takes, and is none of these."""

# What the page says, hidden words too: `innerText` would lay the page out anew at every look.
_MAIN = "document.querySelector('[data-testid=stMain]').textContent"
_SIDEBAR = "document.querySelector('[data-testid=stSidebar]').textContent"
_RESTS = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
_STAGE = (
    "[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]"
    ".map((host) => host.shadowRoot?.querySelector('.stage')?.map).filter(Boolean).at(-1)"
)
"""JavaScript: the last map on the page."""

_IDLE = "() => new Promise((rest) => requestIdleCallback(() => setTimeout(() => requestIdleCallback(rest), 500)))"
"""JavaScript: waits until a page that was just opened has nothing left to do, such as loading what it may need."""

Do = Callable[[Page], None]


@dataclass(frozen=True)
class Action:
    """Something that people do often.

    Attributes:
        name: What it is called in the table.
        at: The page that it is done on, and its parameters.
        shows: JavaScript that is true once the answer is on the screen.
        do: Does it; the last thing it does is `event`.
        ready: What is done before, such as opening a list.
        event: Of the browser, from which time counts.
    """

    name: str
    at: str
    shows: str
    do: Do
    ready: Do = lambda page: None
    event: str = "click"


def heading(words: str) -> str:
    """JavaScript: whether the page has this heading and all its charts."""
    return f"document.querySelector('h1')?.innerText.includes('{words}') && {CHARTS_DRAWN}"


def says(words: str) -> str:
    """JavaScript: whether these words are on the page."""
    return f"{_MAIN}.includes('{words}')"


def on_map(condition: str) -> str:
    """JavaScript: whether this holds of what the last map on the page shows, and it has drawn that."""
    return f"{_STAGE}?.drawn && {_STAGE}.spec.{condition}"


def opens(page_name: str, words: str, *, at: str) -> Action:
    """Another page, by the navigation."""

    def click(page: Page) -> None:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=page_name, exact=True).click()

    return Action(f"open {page_name}", at, heading(words), click)


def types(field: str, text: str) -> tuple[Do, Do]:
    """A number into a field: what comes before the last key, and the key."""

    def entry(page: Page) -> Locator:
        return page.get_by_role("spinbutton", name=field, exact=True)

    return (lambda page: entry(page).fill(text)), (lambda page: entry(page).press("Enter"))


def picks(field: str, option: str) -> tuple[Do, Do]:
    """An option of a list: opening and finding it, and the click on it."""

    def find(page: Page) -> None:
        page.get_by_role("combobox", name=re.compile(f"^{re.escape(field)}")).last.click()
        page.keyboard.type(option)

    return find, lambda page: page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).first.click()


def picks_model(page: Page) -> None:
    """Opens the chooser of models and its list."""
    page.get_by_role("button", name=re.compile("^Model:")).click()
    page.get_by_role("combobox", name="Model", exact=True).click()
    page.evaluate(f"() => {{ window.before = {_SIDEBAR} }}")


def begins_a_loop(page: Page) -> None:
    """Draws most of a loop around the middle of the map."""
    page.locator(".stage").last.scroll_into_view_if_needed()
    page.get_by_role("button", name="Draw around points").last.click()
    box = page.locator(".stage").last.bounding_box()
    assert box is not None
    x, y, reach = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["height"] / 6
    page.mouse.move(x - reach, y - reach)
    page.mouse.down()
    for right, down in ((1, -1), (1, 1), (-1, 1), (-1, -1)):
        page.mouse.move(x + right * reach, y + down * reach, steps=8)


def goes_on_to_components(page: Page) -> None:
    """From the page that was opened to Components, from where one can go back."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Components", exact=True).click()
    page.wait_for_function(f"() => {heading('Which tastes')}")
    wait_until_complete(page)


def actions() -> list[Action]:
    """The commonest actions; those of a page are done where people come from."""
    find_component, key = types("Component", "2")
    fewer, enter = types("Enough ratings: at least", "50")
    color, colored = picks("Color", "Year")
    title, titled = picks("Find movies", "Toy Story (1995)")
    near, neared = picks("Movie (type a few letters)", "Heat (1995)")
    one, oned = picks("Movie", "Heat (1995)")
    return [
        opens("Start", phrases.HEADLINE.format(noun="movie")[:20], at="train"),
        opens("Train", "Train a model", at=""),
        opens("Embeddings", "What did it learn", at="components"),
        opens("Components", "Which tastes", at="train"),
        opens("Maps", "Where does each", at="components"),
        opens("Neighbors", "Which movies are alike", at="maps"),
        opens("Biases", "does everybody like", at="components"),
        opens("Compare", "How alike are two models", at="components"),
        opens("For you", "What would you like", at="neighbors"),
        opens("Runs", "All models", at="train"),
        Action("back to Maps", "maps", heading("Where does each"), go_back, goes_on_to_components, "popstate"),
        Action("another component", "components", says("highest on component 2"), key, find_component, "keydown"),
        Action(
            "components of the item matrix",
            "components",
            MATRIX,
            lambda page: page.get_by_role("radio", name=re.compile("^The item matrix")).click(),
        ),
        Action("color the map", "maps", on_map("color.label === 'Year'"), colored, color),
        Action("find a title on the map", "maps", on_map("found.length === 1"), titled, title),
        Action(
            "draw around points", "maps", says("selected movies"), lambda p: p.mouse.up(), begins_a_loop, "pointerup"
        ),
        Action("fewer points on the map", "maps", on_map("n < 700"), enter, fewer, "keydown"),
        Action("neighbors of another title", "neighbors", says("In the direction of Heat (1995)"), neared, near),
        Action("numbers of another title", "embeddings", says("Heat (1995) and"), oned, one),
        Action("rate a movie", "for_you", says("1 rating so far"), give_stars),
        Action("another model", "components", OTHER, pick_other, picks_model),
    ]


MATRIX = f"{says('Shaped by those')} && {_RESTS} && {CHARTS_DRAWN}"
"""JavaScript: whether the page is all about the item matrix, which alone asks what it is shaped by."""


def go_back(page: Page) -> None:
    """The browser's Back."""
    page.evaluate("history.back()")


def give_stars(page: Page) -> None:
    """Four stars for the first movie that is asked about."""
    page.get_by_role("radiogroup", name=re.compile("^Your rating of ")).first.get_by_role("radio").nth(3).click()


OTHER = f"{_SIDEBAR} !== window.before && {_RESTS} && {CHARTS_DRAWN}"
"""JavaScript: whether another model is named and the page is all about it."""


def pick_other(page: Page) -> None:
    """The other model of the list that is open."""
    page.get_by_role("option").nth(1).click()


@dataclass
class Cost:
    """What an action makes the browser and the server do.

    Attributes:
        browser: Processor seconds of all its processes.
        server: Processor seconds of the server's process.
        sent: Bytes that came over the connection.
    """

    browser: float = 0.0
    server: float = 0.0
    sent: int = 0


class Meter:
    """Reads what a page and its server have done so far."""

    def __init__(self, page: Page, server: psutil.Process) -> None:
        self._server = server
        self._sent = 0
        network: CDPSession = page.context.new_cdp_session(page)
        network.on("Network.webSocketFrameReceived", self._count)
        network.send("Network.enable")

    def _count(self, event: dict[str, Any]) -> None:
        response = event["response"]
        self._sent += len(response["payloadData"]) * (3 if response["opcode"] == 2 else 4) // 4  # bytes as base64

    def read(self) -> Cost:
        """What was done since the beginning."""
        ours = psutil.Process().children(recursive=True)
        return Cost(seconds_of([one for one in ours if "chrom" in one.name()]), seconds_of([self._server]), self._sent)


def seconds_of(processes: list[psutil.Process]) -> float:
    """Processor seconds that these have had."""
    return sum(times.user + times.system for times in (one.cpu_times() for one in processes))


def seconds(page: Page, address: str, action: Action, meter: Meter) -> tuple[float, Cost]:
    """What an action takes and costs once, on a page that was opened for it and is at rest."""
    page.goto(f"{address}/{action.at}")
    wait_until_complete(page)
    action.ready(page)
    wait_until_complete(page)
    page.evaluate(_IDLE)
    before = meter.read()
    time_from_click(page, action.event, shown=action.shows)
    action.do(page)
    taken = seconds_from_click(page, "shown")
    wait_until_complete(page)
    page.evaluate(_IDLE)
    after = meter.read()
    return taken, Cost(after.browser - before.browser, after.server - before.server, after.sent - before.sent)


def train(times: int = 2) -> None:
    """Models to look at, in the home of this process."""
    for seed in range(times):
        how = ["--preset", "best", "--seed", str(times - 1 - seed)]
        subprocess.run([sys.executable, "-m", "core", "train", *how], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description="From click to visible result, for the commonest actions.")
    parser.add_argument("--home", type=Path, help="where models are; without it two are trained in a temporary folder")
    parser.add_argument("--times", type=int, default=5, help="how often each is done (default 5)")
    parser.add_argument("--only", default="", help="actions whose name contains this")
    options = parser.parse_args()
    with own_home(options.home):
        if options.home is None:
            train()
        chosen = [action for action in actions() if options.only.lower() in action.name.lower()]
        worst = {}
        print(
            f"{'seconds from click to visible result':44}{'median':>9}{'worst':>9}{'browser':>9}{'server':>9}{'kB':>9}"
        )
        with live_server() as (server, address), chromium() as browser:
            page = new_page(browser)
            meter = Meter(page, server)
            for action in chosen:
                done = [seconds(page, address, action, meter) for _ in range(options.times + 1)][1:]
                taken = [one for one, _ in done]  # without the first, which fills caches
                costs = [(cost.browser, cost.server, cost.sent / 1000) for _, cost in done]
                worst[action.name] = max(taken)
                in_the_middle = "".join(f"{value:>9.3f}" for value in np.median(costs, axis=0))
                print(f"{action.name:44}{np.median(taken):>9.3f}{max(taken):>9.3f}{in_the_middle}", flush=True)
    slowest = max(worst, key=worst.__getitem__)
    sys.exit(0 if verdict(f"slowest: {slowest}", worst[slowest], WORST_SECONDS, "s") else 1)


if __name__ == "__main__":
    main()
