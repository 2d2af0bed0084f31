"""Links and history in a browser: a step is an entry, Back and Forward restore it, and a copied link shows the same."""

import contextlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Error, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.data.ratings import Ratings
from core.model.run import Run
from core.store.runs import RunStore
from tests.browser.conftest import FEW, Server
from tests.browser.test_maps import draw_around
from tests.browser.waiting import settled, visit
from tests.conftest import run_on
from tests.dashboard.twins import keep_twins

SEEN = """() => {
    const own = (node) => node.checkVisibility() && !node.closest("[data-testid=stHeader]");
    const all = (query) => [...document.querySelectorAll(query)].filter(own);
    const stages = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
        .map((host) => host.shadowRoot?.querySelector(".stage")?.map).filter(Boolean);
    return {
        address: location.pathname + location.search,
        title: document.title,
        headings: all("h1, h2, h3").map((node) => node.innerText),
        chosen: all("[data-testid=stSidebar] [data-testid=stPopover] p").map((node) => node.innerText),
        fields: all("[data-testid=stMain] input")
            .map((node) => `${node.ariaLabel ?? node.type}: ${node.value} ${node.checked}`),
        selects: all("[data-testid=stMain] [data-testid=stSelectbox]").map((node) => node.innerText),
        lit: all("[data-testid=stMain] [role=radio]").map((node) => `${node.innerText} ${node.ariaChecked}`),
        off: all("[data-testid=stMain] button:disabled").map((node) => node.innerText),
        maps: stages.map((map) => [map.spec.title, JSON.stringify(map.spec.selected), map.spec.color.label ?? ""]),
    };
}"""
"""JavaScript: what of a page a person has chosen, and what it is about."""


RESTS = f"""() => {{
    const [now, before] = [JSON.stringify(({SEEN})()), window.seenBefore];
    window.seenBefore = now;
    return now === before;
}}"""
"""JavaScript, asked again and again: whether that is what it was when this was asked last."""


@dataclass(frozen=True)
class Models:
    """Two made-up models of few movies on the server, the first with a twin."""

    first: str
    second: str


@pytest.fixture(scope="module")
def models(server: Server, few: Ratings) -> Models:
    first, second = run_on(few, dim=8), run_on(few, dim=6, seed=1)
    for made in (second, first):
        RunStore(server.home / "runs").publish(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(server.home))
        keep_twins(first, few)
        keep_twins(second, few)
    return Models(first.run_id, second.run_id)


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()


def choose(page: Page, field: str, option: str | re.Pattern[str]) -> None:
    page.get_by_role("combobox", name=field).last.click()
    page.get_by_role("option", name=option).click()


def choose_model(page: Page, words: str) -> None:
    page.get_by_role("button", name=re.compile("^Model:")).click()
    choose(page, "Model", re.compile(words))


def type_into(page: Page, field: str, text: str) -> None:
    entry = page.get_by_role("spinbutton", name=field, exact=True)
    entry.fill(text)
    entry.press("Enter")


def lasso(page: Page) -> None:
    page.locator(".stage").scroll_into_view_if_needed()
    draw_around(page)


TWIN = "How would this look if nobody had taste?"
STEPS: list[Callable[[Page], None]] = [
    lambda page: go(page, "Components"),
    lambda page: type_into(page, "Component", "3"),
    lambda page: page.get_by_role("radio", name="The item matrix, as in the article").click(),
    lambda page: page.get_by_text(TWIN).click(),
    lambda page: go(page, "Maps"),
    lambda page: choose(page, "Color", "Year"),
    lambda page: page.get_by_text(TWIN).click(),  # what is selected on a twin is forgotten, and stands in no link
    lasso,
    lambda page: choose_model(page, "6 dimensions"),
    lambda page: go(page, "Train"),
    lambda page: choose(page, "Lay an earlier model behind", re.compile("8 dimensions")),
    lambda page: type_into(page, "Epochs", "7"),
    lambda page: go(page, "Neighbors"),
    lambda page: go(page, "Under the hood"),
    lambda page: page.get_by_role("radio", name="8", exact=True).click(),
]

VIEWS = {"maps": [STEPS[5], lasso], "train": STEPS[10:12]}


def take(page: Page, step: Callable[[Page], None]) -> None:
    """Do a step, and wait until the address says so and the page rests; the page runs by itself in between."""
    before = page.evaluate("location.href")
    step(page)
    page.wait_for_function("before => location.href !== before", arg=before, polling=50)
    settled(page)


def look(page: Page) -> str:
    """What the page shows, as soon as it shows the same a moment later."""
    settled(page)
    page.wait_for_function(RESTS, polling=300)
    settled(page)
    return json.dumps(page.evaluate(SEEN), indent=1, ensure_ascii=False)


def expect_to_see(page: Page, wanted: str) -> None:
    """Wait until the page shows this, and say what else it shows where it never does."""
    with contextlib.suppress(Error):
        same = f"wanted => JSON.stringify(({SEEN})(), null, 1) === wanted"
        page.wait_for_function(same, arg=wanted, timeout=15_000, polling=100)
    assert page.evaluate(SEEN) == json.loads(wanted)


@pytest.mark.thorough
def test_each_step_is_one_entry_and_back_and_forward_restore_it(server: Server, models: Models, other: Page):
    page = other
    page.goto(f"{server.url}/?dataset={FEW}&run={models.first}")
    expect(page.get_by_role("combobox", name="Your favorite movie")).to_be_visible()
    seen, entries = [look(page)], [page.evaluate("history.length")]
    for step in STEPS:
        take(page, step)
        seen.append(look(page))
        entries.append(page.evaluate("history.length"))
    assert entries == list(range(entries[0], entries[0] + len(STEPS) + 1))
    for before in reversed(seen[:-1]):
        page.evaluate("history.back()")
        expect_to_see(page, before)
    for after in seen[1:]:
        page.evaluate("history.forward()")
        expect_to_see(page, after)
    assert page.evaluate("history.length") == entries[-1]


ON_THE_MAP = """() => {
    const host = document.querySelector(".st-key-film [data-testid=stBidiComponentIsolated]");
    const map = host?.shadowRoot?.querySelector(".stage")?.map;
    if (!map?.drawn || !map.film || map.journey.going) return null;
    const {x, y, zoom, own} = map.camera;
    return [x, y, zoom, Number(own), map.film.place].map((value) => value.toFixed(1)).join();
}"""
"""JavaScript: where the camera of the film is, whether somebody has brought it there, and the moment of the film."""


def test_the_camera_and_the_moment_of_a_film_are_in_the_link_and_back_restores_them(
    server: Server, filmed: Run, page: Page, browsed: Page
):
    other, page = page, browsed
    page.bring_to_front()
    visit(page, server, f"train?dataset={FEW}&run={filmed.run_id}")
    page.wait_for_function(f"() => ({ON_THE_MAP})()", polling=50)
    page.evaluate("() => { window.heard = 0; addEventListener('popstate', () => window.heard++); }")
    seen, entries = [page.evaluate(ON_THE_MAP)], page.evaluate("history.length")
    for do in (
        lambda: page.get_by_role("button", name="Nearer").click(),
        lambda: page.get_by_role("slider", name="Moment of the film").fill("1"),
        lambda: page.get_by_role("button", name="Show the whole map").click(),
    ):
        take(page, lambda _, do=do: do())
        seen.append(page.evaluate(ON_THE_MAP))
    assert len(set(seen)) == 4
    assert page.evaluate("history.length") == entries + 3
    for there in reversed(seen[:-1]):
        page.evaluate("history.back()")
        page.wait_for_function(f"there => ({ON_THE_MAP})() === there", arg=there, polling=50)
    page.evaluate("history.go(2)")
    page.wait_for_function(f"there => ({ON_THE_MAP})() === there", arg=seen[2], polling=50)
    assert page.evaluate("window.heard") == 0  # by Streamlit neither: the server is asked for nothing
    other.bring_to_front()
    other.goto(page.url)
    other.wait_for_function(f"there => ({ON_THE_MAP})() === there", arg=seen[2], polling=50)


class Line:
    """What the server says to a window; it can be held back."""

    def __init__(self, page: Page) -> None:
        self.page, self.holding = page, False
        self.held: list[bytes | str] = []
        self.drawn = {"page": 0, "part": 0}
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, window: WebSocketRoute) -> None:
        self.window = window
        window.connect_to_server().on_message(self._hear)

    def _hear(self, message: bytes | str) -> None:
        said = ForwardMsg.FromString(message)
        if said.WhichOneof("type") == "script_finished":
            self.drawn["part" if said.metadata.run.fragment_ids else "page"] += 1
        self.held.append(message) if self.holding else self.window.send(message)

    def wait(self, what: str, more: int) -> None:
        """Wait until the server has drawn so many more pages, or parts of one."""
        wanted = self.drawn[what] + more
        while self.drawn[what] < wanted:
            # Meanwhile Playwright hears the server.
            self.page.evaluate("() => new Promise((done) => setTimeout(done, 20))")

    def release(self) -> None:
        self.holding = False
        for message in self.held:
            self.window.send(message)


TRAVEL = """steps => new Promise((done) => {
    addEventListener("popstate", done, { once: true });
    history.go(steps);
})"""


def test_back_and_at_once_forward_shows_the_page_again(server: Server, models: Models, other: Page):
    """A page is asked for before the browser has heard that the one before it is drawn; a link led to the first."""
    line = Line(other)
    other.goto(f"{server.url}/missions?dataset={FEW}&run={models.first}")
    settled(other)
    entries = other.evaluate("history.length")
    take(other, lambda page: go(page, "Biases"))
    seen = look(other)
    assert other.evaluate("history.length") == entries + 1
    line.wait("part", 2)  # from then on a browser forgets what it keeps of the page as soon as another one is drawn
    line.holding = True
    other.evaluate(TRAVEL, -1)
    line.wait("page", 1)
    other.evaluate(TRAVEL, 1)
    line.release()
    line.wait("page", 1)
    expect_to_see(other, seen)


def picture(page: Page) -> np.ndarray:
    """What is in the window once nothing moves any more, (height, width, 3)."""
    page.mouse.move(5, 5)
    page.evaluate("() => { for (let at = document; (at = at?.activeElement); at = at.shadowRoot) at.blur(); }")
    page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    settled(page)
    before = b""
    while (now := page.screenshot(animations="disabled", caret="hide")) != before:
        before = now
        page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    return np.asarray(Image.open(io.BytesIO(now)).convert("RGB"), dtype=np.int16)


@pytest.mark.parametrize("place", [pytest.param("maps", marks=pytest.mark.thorough), "train"])
def test_a_copied_link_shows_the_same_picture(server: Server, models: Models, page: Page, browsed: Page, place: str):
    other, page = page, browsed
    page.bring_to_front()
    for window in (page, other):
        window.set_viewport_size({"width": 1280, "height": 1200})
    visit(page, server, f"{place}?dataset={FEW}&run={models.second}")
    for step in VIEWS[place]:
        take(page, step)
    if place == "maps":
        expect(page.get_by_role("heading", name=re.compile("selected movies"))).to_be_visible()
        page.get_by_role("button", name="Move the map").click()  # which tool is in the hand is not in a link
    mine = picture(page)
    other.bring_to_front()
    other.goto(page.url)
    theirs = picture(other)
    differing = (np.abs(mine - theirs) > 8).any(axis=2)
    assert differing.mean() < 0.0005, np.argwhere(differing)[[0, -1]]
