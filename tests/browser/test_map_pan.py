"""Where only the place changes, the points are not drawn again: they are moved, and stand as if they had been."""

import io
import re
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from dashboard.map_view import packing
from tests.browser.alone import opened, text, told

N = 600
HEAD, BARE = 40, slice(60, 380)
"""Pixels of the heading of a saved picture; those down the frame between its tools and its round corners."""
RENDERS = """() => {
    const { renderer } = map, draw = renderer.draw.bind(renderer);
    window.renders = 0;
    renderer.draw = (...how) => { window.renders++; draw(...how); };
}"""
STANDING = "() => !map.asked && !map.overlay.stale && performance.now() - (map.picture.since ?? 0) > 400"
PAN = "([right, down]) => { map.hands.gestures.pan(right, down); return new Promise(requestAnimationFrame); }"


def spec(n: int = N, **more: Any) -> dict[str, Any]:
    """What a map of items all over the plane is told, of which some are seen at a time."""
    rng = np.random.default_rng(0)
    places = packing.places(rng.uniform(-3, 3, size=(n, 2)).astype(np.float32))
    color = {"kind": "scale", "label": "Amount", "colors": ["#00204d", "#ffea46"], "ticks": [], "digits": 2}
    names = packing.names([f"Item {item}" for item in range(n)], ["n"] * n)
    of_each = {"colors": rng.integers(1, 255, n), "weight": np.arange(n) % 256}
    parts = {name: text(values.astype(np.uint8).tobytes()) for name, values in of_each.items()}
    return told(n=n, color=color, places=text(places), names=text(names), reach=[-1, -1, 1, 1], **parts, **more)


@pytest.fixture
def map_page(page: Page) -> Page:
    """The map at rest; from now on it is counted in `renders` how often its points are drawn."""
    opened(page, spec())
    page.evaluate(RENDERS)
    page.wait_for_function(STANDING)
    return page


def renders(page: Page) -> int:
    return int(page.evaluate("() => window.renders"))


def pictures(page: Page) -> int:
    return int(page.evaluate("() => map.drawn"))


def pixels(page: Page) -> np.ndarray:
    """What the screen shows of the map, (height, width, 3)."""
    image = Image.open(io.BytesIO(page.locator(".frame").screenshot()))
    return np.asarray(image.convert("RGB")).astype(int)


def drawn_anew(page: Page) -> np.ndarray:
    """What it shows once the points have been drawn for where the camera is, and for nothing else."""
    page.evaluate("() => { map.canvas.drawn = null; map.draw(performance.now()); }")
    page.wait_for_function(STANDING)
    assert page.evaluate("() => map.picture.beyond") == [0, 0]
    return pixels(page)


def test_within_its_margin_a_drag_draws_the_points_once_and_shows_what_a_drawing_would(map_page: Page):
    page = map_page
    before, (x, y) = pixels(page), (400, 300)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 4)  # the canvas is made larger
    assert renders(page) == 1
    moved = pictures(page)
    for step in range(1, 16):
        page.mouse.move(x + 10 + 9 * step, y + 4 - 3 * step)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    page.mouse.up()
    page.mouse.move(2, 2)
    page.wait_for_function(STANDING)
    assert renders(page) == 1
    assert pictures(page) - moved == 15
    seen = pixels(page)
    assert (abs(seen - before).max(axis=2) > 30).mean() > 0.02
    np.testing.assert_array_equal(seen, drawn_anew(page))


def test_past_its_margin_the_frame_is_never_empty(map_page: Page):
    """Points lie all over the frame, so a strip without them would be seen."""
    page = map_page
    for right, down in [(130, 60), (130, 60), (130, 60), (-700, 90), (3, -450), (260, 0)]:
        page.evaluate(PAN, [right, down])
        assert page.evaluate(
            """() => {
                const [points, frame] = [map.chrome.points, map.chrome.stage].map((one) => one.getBoundingClientRect());
                return points.left <= frame.left && points.top <= frame.top
                    && points.right >= frame.right && points.bottom >= frame.bottom;
            }"""
        )
        page.wait_for_function(STANDING)
        state = page.evaluate("() => [map.picture.from, map.picture.moved, map.picture.beyond]")
        seen = pixels(page)
        np.testing.assert_array_equal(seen, drawn_anew(page))
        page.evaluate(PAN, [1, 0])  # the canvas is large again, as it was
        page.evaluate(PAN, [-1, 0])
        assert state[2] == page.evaluate("() => map.picture.beyond") != [0, 0]
    assert renders(page) > 6


def test_after_a_part_of_a_pixel_the_points_are_drawn_as_soon_as_the_map_rests(map_page: Page):
    page = map_page
    page.evaluate(PAN, [10, 10])
    for _ in range(5):
        page.evaluate(PAN, [3.3, 1.3])
    assert renders(page) == 1
    page.wait_for_function("() => window.renders === 2")
    page.wait_for_function(STANDING)
    assert renders(page) == 2
    assert page.evaluate("() => [map.picture.from.x - map.camera.x, map.picture.from.y - map.camera.y]") == [0, 0]
    np.testing.assert_array_equal(pixels(page), drawn_anew(page))


def test_whatever_else_changes_after_a_drag_is_drawn_in_the_frame_alone(map_page: Page):
    page = map_page
    page.evaluate(PAN, [40, 20])
    assert page.evaluate("() => map.picture.beyond.every((side) => side > 0)")
    for act in (
        "map.hands.gestures.zoom(300, 200, 1.1)",
        "map.select(Uint8Array.from({length: map.n}, (_, at) => at % 2))",
    ):
        before = renders(page)
        page.evaluate(f"() => {{ {act}; return new Promise(requestAnimationFrame); }}")
        assert renders(page) == before + 1
        assert page.evaluate("() => [map.picture.beyond, map.chrome.points.style.transform]") == [[0, 0], ""]
        page.evaluate(PAN, [5, 5])
    page.set_viewport_size({"width": 700, "height": 800})
    page.evaluate("() => { document.getElementById('map').style.width = '500px' }")
    page.wait_for_function("() => map.camera.width < 600 && map.chrome.points.width === map.chrome.over.width")


def test_a_drag_shows_on_a_linked_map_without_its_points_being_drawn_again(page: Page):
    opened(page, spec(link="pair"))
    page.evaluate(
        """async spec => {
            const room = document.body.appendChild(document.createElement("div"));
            room.style.width = "400px";
            window.other = begin(room);
            await other.show(spec);
            while (!other.drawn || !other.titles) await new Promise(requestAnimationFrame);
        }""",
        spec(link="pair", key="other"),
    )
    for _ in range(2):  # it looks where the other one does, then is made larger
        page.evaluate(PAN, [12, 0])
        page.wait_for_function("() => !map.asked && !other.asked")
    page.evaluate(RENDERS.replace("map", "other"))
    for _ in range(4):
        page.evaluate(PAN, [12, 0])
    page.wait_for_function("() => !map.asked && !other.asked")
    seen, led, nearer = page.evaluate("() => [other.camera.x, map.camera.x, other.camera.scaleX / map.camera.scaleX]")
    assert seen == pytest.approx(led)
    assert page.evaluate("() => other.picture.moved") == [round(48 * nearer), 0]
    assert renders(page) == 0


def test_after_a_drag_a_saved_picture_shows_what_the_frame_shows(map_page: Page):
    page = map_page
    page.add_style_tag(content=".head { height: 30px }")  # the frame begins with a whole pixel
    page.evaluate(PAN, [40, 20])
    page.evaluate(PAN, [30, 20])
    page.wait_for_function(STANDING)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as a picture").click()
    with waiting.value.path().open("rb") as file, Image.open(file) as image:
        saved = np.asarray(image.convert("RGB"))[HEAD:]
    seen = pixels(page)[1:, 1:-1]  # without the line around it
    np.testing.assert_array_equal(saved[BARE], seen[BARE])


def opaque(pdf: bytes, width: int) -> list[int]:
    """Of each picture of so many pixels across in a PDF, in its order, how many of its pixels are to be seen."""
    found = []
    for head in re.finditer(rb"<<([^>]*/Subtype /Image[^>]*)>>\s*stream\r?\n", pdf):
        if b"/DeviceGray" in head[1] and re.search(rb"/Width %d\b" % width, head[1]):
            values = zlib.decompressobj().decompress(pdf[head.end() :])
            found.append(np.count_nonzero(np.frombuffer(values, np.uint8)))
    return found


def test_on_paper_a_map_has_its_points_and_all_of_the_frame(map_page: Page):
    page = map_page
    page.evaluate(PAN, [40, 20])
    page.wait_for_function(STANDING)
    width = page.evaluate("() => map.chrome.over.width")
    points, over = opaque(page.pdf(width="600px", height="700px"), width)
    assert points > 3000
    assert over > 1000


def test_very_many_points_on_a_slow_machine_stay_all_there_within_the_margin(page: Page):
    opened(page, spec(200_001))
    page.evaluate("() => { map.canvas.slow = true }")
    page.wait_for_function(STANDING)
    page.evaluate(RENDERS)
    for _ in range(3):
        page.evaluate(PAN, [30, 0])
    assert renders(page) == 0
    assert page.evaluate("() => map.picture.which") == "all"
    page.evaluate(PAN, [600, 0])
    assert page.evaluate("() => map.picture.which") == "few"
    page.wait_for_function("() => map.picture.which === 'all'")
