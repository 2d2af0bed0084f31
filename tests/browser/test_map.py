"""The map in a real browser: pointing, drawing around points by mouse and finger, walking by keys, what can fail."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from core.data.ratings import Ratings
from core.store.runs import RunStore
from tests.browser.conftest import Server, bring
from tests.browser.waiting import running_again, settled
from tests.conftest import run_on, well_known

HOSTILE = "<img src=x onerror=\"document.title='broken'\">%{y} **b** $x$"
PLACE = "maps?dataset=hostile-titles"
APART = np.array([40.0, 0.0])


@pytest.fixture(scope="module")
def hostile(server: Server, bundled: Ratings) -> Server:
    """The server with few movies, the best known of which have titles that want to be markup, and a model of them."""
    few = well_known(bundled)
    table = few.item_table.copy()
    best = np.argsort(-few.item_count)[:60]
    table["title"] = pd.Series(
        [f"{HOSTILE} {row}" if row in best else title for row, title in enumerate(table["title"])], dtype="str"
    )
    ratings = replace(few, dataset_id="hostile-titles", name="Hostile", timestamp=None, item_table=table)
    RunStore(server.home / "runs").publish(run_on(bring(ratings, server.home), dim=8))
    return server


@pytest.fixture(scope="module")
def opened(hostile: Server, browsed: Page) -> Page:
    """The page with the map, drawn."""
    browsed.goto(f"{hostile.url}/{PLACE}")
    settled(browsed)
    return browsed


@pytest.fixture
def stage(opened: Page) -> Iterator[Locator]:
    """The map, whole and with nothing selected."""
    stage = opened.locator(".stage")
    stage.scroll_into_view_if_needed()
    ready(stage)
    yield stage
    if stage.evaluate("stage => Boolean(stage.map.chosen)"):
        with running_again(opened):
            stage.evaluate("stage => stage.map.hands.choose(null)")
    stage.evaluate(
        "stage => { stage.map.hands.tools.pan(); stage.map.gestures.wake(false); stage.map.journey.whole() }"
    )


def ready(stage: Locator) -> None:
    """Wait until the points are drawn and have names."""
    stage.evaluate(
        """async stage => {
            while (!(stage.map.renderer && stage.map.drawn && stage.map.titles)) {
                await new Promise(requestAnimationFrame);
            }
        }"""
    )


def spots(stage: Locator) -> np.ndarray:
    """Where each item is in the window, (n, 2)."""
    return np.array(
        stage.evaluate(
            """stage => {
                const {left, top} = stage.getBoundingClientRect();
                const places = stage.map.positions();
                return Array.from({length: stage.map.n}, (_, item) => {
                    const [x, y] = stage.map.camera.toScreen(places[2 * item], places[2 * item + 1]);
                    return [x + left, y + top];
                });
            }"""
        )
    )


def middle(stage: Locator) -> np.ndarray:
    """The middle of the map in the window."""
    box = stage.bounding_box()
    assert box is not None
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def below(stage: Locator) -> np.ndarray:
    """A place in the window, on the map but below its points: a click there means none."""
    return middle(stage) + np.array([0.0, 200.0])


def ground(stage: Locator) -> np.ndarray:
    """A place of the map, in the window, with no point near it."""
    box = stage.bounding_box()
    assert box is not None
    right, down = np.meshgrid(np.arange(60, box["width"] - 60, 20), np.arange(90, box["height"] - 60, 20))
    places = np.stack([right.ravel() + box["x"], down.ravel() + box["y"]], axis=1)
    far = np.hypot(*(places[:, None] - spots(stage)[None]).transpose(2, 0, 1)).min(axis=1)
    assert far.max() > 20
    return places[far.argmax()]


def loop(stage: Locator) -> np.ndarray:
    """Corners of a loop that is no simple shape, in the window."""
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return middle(stage) + (90 + 50 * np.cos(3 * turns))[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)


def inside(points: np.ndarray, corners: np.ndarray) -> list[int]:
    """The points inside a polygon, by the angle that it turns around each: a way of its own."""
    rays = corners[None] - points[:, None]
    angles = np.arctan2(rays[..., 1], rays[..., 0])
    turned = (np.diff(angles, axis=1, append=angles[:, :1]) + np.pi) % (2 * np.pi) - np.pi
    return np.flatnonzero(np.abs(turned.sum(axis=1)) > np.pi).tolist()


def chosen(stage: Locator) -> list[int]:
    """The items that the map shows as selected."""
    return list(
        stage.evaluate("stage => stage.map.chosen ? [...stage.map.chosen.keys()].filter(i => stage.map.chosen[i]) : []")
    )


def told(page: Page) -> int:
    """How many items the page below the map says are selected."""
    heading = page.get_by_role("heading", name=re.compile(r"\d+ selected movies?"))
    expect(heading).to_be_visible()
    return int(re.sub(r"\D", "", heading.inner_text()))


def test_a_loop_by_mouse_selects_exactly_what_is_inside(stage: Locator, opened: Page):
    opened.get_by_role("button", name="Draw around points").click()
    corners, points = loop(stage), spots(stage)
    opened.mouse.move(*corners[0])
    with running_again(opened):
        opened.mouse.down()
        for corner in corners[1:]:
            opened.mouse.move(*corner)
        opened.mouse.up()
    wanted = inside(points, corners)
    assert 20 < len(wanted) < len(points)
    assert chosen(stage) == wanted
    assert told(opened) == len(wanted)
    assert np.flatnonzero(stage.evaluate("stage => [...stage.map.state]")).tolist() == sorted(
        set(range(len(points))) - set(wanted)
    )


def test_a_box_selects_exactly_what_is_inside(stage: Locator, opened: Page):
    opened.get_by_role("button", name="Select a box").click()
    points, (x, y) = spots(stage), middle(stage)
    with running_again(opened):
        opened.mouse.move(x - 70, y - 60)
        opened.mouse.down()
        opened.mouse.move(x + 50, y + 80, steps=4)
        opened.mouse.up()
    wanted = np.flatnonzero((points > [x - 70, y - 60]).all(axis=1) & (points < [x + 50, y + 80]).all(axis=1))
    assert chosen(stage) == wanted.tolist()
    assert told(opened) == len(wanted)


@pytest.fixture
def finger(opened: Page) -> Iterator[CDPSession]:
    """Touches, as a phone reports them."""
    session = opened.context.new_cdp_session(opened)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    yield session
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    session.detach()


def touch(finger: CDPSession, kind: str, *at: np.ndarray) -> None:
    """One or two fingers touch, move or leave."""
    points = [{"x": float(x), "y": float(y), "id": number} for number, (x, y) in enumerate(at)]
    finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})


def test_a_loop_by_finger_selects_exactly_what_is_inside(stage: Locator, opened: Page, finger: CDPSession):
    opened.get_by_role("button", name="Draw around points").click()
    corners, points = loop(stage), spots(stage)
    with running_again(opened):
        touch(finger, "Start", corners[0])
        for corner in corners[1:]:
            touch(finger, "Move", corner)
        touch(finger, "End")
    assert chosen(stage) == inside(points, corners)
    assert told(opened) == len(chosen(stage))


def test_one_finger_scrolls_the_page_and_moves_the_map_only_after_a_tap(
    stage: Locator, opened: Page, finger: CDPSession
):
    seen = "stage => [stage.map.camera.x, stage.map.camera.y, stage.map.camera.zoom]"
    center = below(stage)

    def swipe(right: float) -> None:
        touch(finger, "Start", center)
        for part in (0.3, 0.6, 1):
            touch(finger, "Move", center + np.array([right * part, 0]))
        touch(finger, "End")

    before = stage.evaluate(seen)
    swipe(80)
    assert stage.evaluate(seen) == before
    touch(finger, "Start", center)
    touch(finger, "End")
    swipe(80)
    x, y, zoom = stage.evaluate(seen)
    assert x < before[0] and (y, zoom) == (before[1], before[2])
    touch(finger, "Start", center - APART, center + APART)
    touch(finger, "Move", center - 2 * APART, center + 2 * APART)
    touch(finger, "End")
    assert stage.evaluate(seen)[2] == pytest.approx(2 * zoom, rel=0.01)


def test_the_wheel_scrolls_the_page_until_somebody_has_pressed_in_the_map(stage: Locator, opened: Page):
    zoom = "stage => stage.map.camera.zoom"
    opened.mouse.move(*below(stage))
    opened.mouse.wheel(0, -40)
    opened.evaluate("() => new Promise(requestAnimationFrame)")
    assert stage.evaluate(zoom) == pytest.approx(1)
    stage.scroll_into_view_if_needed()
    opened.mouse.move(*below(stage))
    opened.mouse.down()
    opened.mouse.up()
    opened.mouse.wheel(0, -40)
    stage.evaluate("async stage => { while (stage.map.camera.zoom < 1.01) await new Promise(requestAnimationFrame) }")


def best_known(stage: Locator) -> int:
    """An item with a hostile title that lies alone, so that a pointer at its place means it and no other."""
    points = spots(stage)
    titles = stage.evaluate("stage => stage.map.titles")
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    alone = [item for item in np.argsort(-apart.min(axis=1)).tolist() if titles[item].startswith("<img")]
    return int(alone[0])


def test_over_an_item_its_title_is_text_and_nothing_more(stage: Locator, opened: Page):
    item = best_known(stage)
    opened.mouse.move(*spots(stage)[item])
    tip = opened.locator(".tip")
    expect(tip).to_contain_text(HOSTILE)
    expect(tip).to_contain_text(re.compile(r"rated \d\.\d\d by \d+"))
    assert tip.locator("img").count() == opened.locator(".map img").count() == 0
    assert "broken" not in opened.title()
    opened.mouse.move(2, 2)
    expect(tip).to_be_hidden()


def test_a_click_selects_one_and_a_click_beside_it_none(stage: Locator, opened: Page):
    item = best_known(stage)
    with running_again(opened):
        opened.mouse.click(*spots(stage)[item])
    assert chosen(stage) == [item]
    assert told(opened) == 1
    opened.locator(".stage").scroll_into_view_if_needed()
    with running_again(opened):
        opened.mouse.click(*below(stage))
    assert chosen(stage) == []
    expect(opened.get_by_role("heading", name=re.compile("selected movie"))).to_have_count(0)


def test_a_double_click_on_an_item_selects_it_once_and_on_empty_ground_shows_everything(stage: Locator, opened: Page):
    stage.evaluate(
        """stage => {
            const {on} = stage.map, select = on.select;
            stage.map.heard = [];
            on.select = bits => { stage.map.heard.push(bits); select(bits); };
        }"""
    )
    item = best_known(stage)
    with running_again(opened):
        opened.mouse.dblclick(*spots(stage)[item])
    assert chosen(stage) == [item]
    assert stage.evaluate("stage => stage.map.heard.length") == 1
    stage.evaluate("stage => { stage.map.hands.tools.nearer(); stage.map.journey.advance(performance.now() + 1000) }")
    stage.scroll_into_view_if_needed()
    assert stage.evaluate("stage => stage.map.camera.zoom") == pytest.approx(1.6, rel=0.01)
    empty = ground(stage)
    with running_again(opened):
        opened.mouse.dblclick(*empty)
    stage.evaluate("async stage => { while (stage.map.camera.zoom > 1.001) await new Promise(requestAnimationFrame) }")
    assert chosen(stage) == []


def test_keys_walk_from_neighbor_to_neighbor_select_and_leave(stage: Locator, opened: Page):
    def cursor() -> int:
        return int(stage.evaluate("stage => stage.map.hands.cursor"))

    stage.focus()
    opened.keyboard.press("ArrowRight")
    first = cursor()
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowUp", 1, -1), ("ArrowLeft", 0, -1), ("ArrowDown", 1, 1)):
        points, before = spots(stage), cursor()
        opened.keyboard.press(key)
        assert sign * (points[cursor()] - points[before])[axis] > 0
    assert first >= 0
    opened.keyboard.press("Tab")
    assert not stage.evaluate("stage => stage.matches(':focus')")  # nobody is kept in the map
    stage.focus()
    opened.keyboard.press("ArrowRight")
    title = stage.evaluate("stage => stage.map.titles[stage.map.hands.cursor]")
    expect(opened.locator(".told")).to_contain_text(title)
    with running_again(opened):
        opened.keyboard.press("Enter")
    assert chosen(stage) == [cursor()]
    opened.keyboard.press("Escape")
    assert cursor() == -1
    opened.keyboard.press("Escape")
    assert opened.evaluate("() => document.activeElement.shadowRoot?.activeElement ?? null") is None


def test_the_map_says_in_words_what_it_shows(stage: Locator):
    said = stage.get_attribute("aria-label")
    assert said is not None and re.search(
        r"\d+ movies on a map by PCA of what it predicts, colored by mean rating", said
    )
    assert not set("*\\<") & set(said)


def painted(stage: Locator) -> int:
    """Pixels of the points that are not empty."""
    return int(
        stage.evaluate(
            """stage => {
                const {map} = stage, {gl} = map.renderer;
                map.canvas.drawn = null; // anew, although nothing has changed
                map.draw(performance.now());
                const pixels = new Uint8Array(4 * gl.drawingBufferWidth * gl.drawingBufferHeight);
                gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
                return pixels.filter((_, at) => at % 4 === 3).reduce((sum, alpha) => sum + (alpha > 40), 0);
            }"""
        )
    )


def test_a_lost_context_is_made_anew_and_shows_the_same(stage: Locator):
    before = painted(stage)
    assert before > 1000
    stage.evaluate(
        """async stage => {
            const lost = stage.map.renderer;
            lost.gl.getExtension("WEBGL_lose_context").loseContext();
            while (!stage.map.renderer || stage.map.renderer === lost) await new Promise(requestAnimationFrame);
        }"""
    )
    assert painted(stage) == before


def test_what_the_browser_has_is_not_sent_again(stage: Locator, opened: Page):
    fetched: list[str] = []

    def note(request: Any) -> None:
        if "/media/" in request.url:
            fetched.append(request.url)

    opened.on("request", note)
    with running_again(opened):
        opened.get_by_text("Size by ratings").click()
    stage.evaluate("async stage => { while (!stage.map.parts.sizes) await new Promise(requestAnimationFrame) }")
    opened.remove_listener("request", note)
    assert fetched == []


def test_a_part_of_the_names_is_fetched_once_however_many_ask_for_it(stage: Locator):
    unpacked = stage.evaluate(
        """async ({ map }) => {
            const [had, usual] = [map.spec, DecompressionStream];
            let unpacked = 0;
            window.DecompressionStream = class extends usual {
                constructor(...kind) {
                    super(...kind);
                    unpacked++;
                }
            };
            const half = Math.ceil(map.n / 2);
            map.spec = { ...had, each: half, more: [had.names] };
            map.titles = map.titles.map((title, item) => (item < half ? title : undefined));
            await Promise.all(Array.from({ length: 40 }, (_, back) => map.named(map.n - 1 - back)));
            await map.named(map.n - 1);
            map.spec = had;
            window.DecompressionStream = usual;
            return [unpacked, map.titles[map.n - 1] !== undefined];
        }"""
    )
    assert unpacked == [1, True]


def test_without_webgl_plotly_draws_the_map(hostile: Server, other: Page):
    other.add_init_script(
        """const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
            return kind.startsWith("webgl") ? null : get.call(this, kind, ...more);
        };"""
    )
    other.goto(f"{hostile.url}/{PLACE}")
    expect(other.locator(".st-key-item_map_plain .js-plotly-plot .scatterlayer .point").first).to_be_attached()
    expect(other.locator(".stage")).to_have_count(0)
