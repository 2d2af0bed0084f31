"""A map without a server: places that change move the points, and a film shows what was recorded."""

from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.analysis.film import packed
from core.export.living_map.program import program
from dashboard.map_view import packing
from tests.browser.alone import blank, opened, text, told

FRAMES = np.array([[[0, 0], [0, 0], [1, 1]], [[1, 0], [0, 2], [1, 1]], [[3, 0], [0, 2], [-1, 1]]], np.float32)
SVG = "{http://www.w3.org/2000/svg}"


def film_of(frames: np.ndarray) -> dict[str, Any]:
    """What a map is told of a film; its first frame is at epoch 0, and 2, 4 … epochs lie between two."""
    steps, bounds = packed(frames)
    at = np.cumsum(2 * np.arange(len(frames))).tolist()
    spec = {"count": len(frames), "at": at, "unit": "Epoch", "digits": 1, "bounds": bounds.ravel().tolist()}
    return {"frames": text(steps.tobytes()), "film": spec}


def places(page: Page) -> np.ndarray:
    """Where the items are now."""
    return np.reshape(page.evaluate("() => [...map.positions()]"), (-1, 2))


@pytest.fixture
def moving(page: Page) -> Page:
    """A window in which things may move."""
    page.emulate_media(reduced_motion="no-preference")
    yield page
    page.emulate_media(reduced_motion="reduce")


def test_a_film_shows_each_moment_and_ends_where_it_should(moving: Page):
    page = moving
    opened(page, told(**film_of(FRAMES)))
    np.testing.assert_allclose(places(page), FRAMES[2], atol=1e-4)
    slider = page.get_by_role("slider", name="Moment of the film")
    for moment, wanted, words in ((0, FRAMES[0], "0.0"), (1, FRAMES[1], "2.0"), (1.5, FRAMES[1:].mean(axis=0), "4.0")):
        slider.fill(str(moment))
        np.testing.assert_allclose(places(page), wanted, atol=1e-4)
        expect(page.locator(".film output")).to_have_text(f"Epoch {words}")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate("() => { map.film.speed = 40 }")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    np.testing.assert_allclose(places(page), FRAMES[2], atol=1e-4)


def test_points_move_from_where_they_are_to_their_new_places(moving: Page):
    page = moving
    opened(page, told(places=text(packing.places(FRAMES[0]))))
    between = page.evaluate(
        """async spec => {
            await map.show(spec);
            while (!(map.share > 0 && map.share < 1)) await new Promise(requestAnimationFrame);
            const result = [map.share, [...map.positions()], map.camera.bounds];
            while (map.share < 1) await new Promise(requestAnimationFrame);
            return result;
        }""",
        told(places=text(packing.places(50 * FRAMES[2])), move=400),
    )
    share, flat, (left, low, right, high) = between
    seen = np.reshape(flat, (-1, 2))
    np.testing.assert_allclose(seen, FRAMES[0] + share * (50 * FRAMES[2] - FRAMES[0]), rtol=1e-5, atol=1e-5)
    assert ((seen > [left, low]) & (seen < [right, high])).all()
    np.testing.assert_array_equal(places(page), 50 * FRAMES[2])


def test_places_shown_live_become_the_film_from_where_they_are(moving: Page):
    page = moving
    opened(page, told(places=text(packing.places(FRAMES[0])), move=100, room=True))
    tall = page.locator(".map").evaluate("map => map.offsetHeight")
    first, share, between = page.evaluate(
        """async spec => {
            await map.show(spec);
            const first = [...map.positions()];
            while (!(map.share > 0 && map.share < 1)) await new Promise(requestAnimationFrame);
            const between = [map.part, [...map.positions()]];
            while (map.share < 1) await new Promise(requestAnimationFrame);
            return [first, ...between];
        }""",
        told(**film_of(FRAMES), room=True),
    )
    np.testing.assert_array_equal(np.reshape(first, (-1, 2)), FRAMES[0])
    seen = np.reshape(between, (-1, 2))
    np.testing.assert_allclose(seen, FRAMES[0] + share * (FRAMES[2] - FRAMES[0]), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(places(page), FRAMES[2], atol=1e-4)
    assert page.evaluate("() => map.film.place") == 2
    assert page.locator(".map").evaluate("map => map.offsetHeight") == tall
    page.evaluate("spec => map.show(spec)", told(places=text(packing.places(FRAMES[1])), move=100, room=True))
    page.wait_for_function("() => map.share === 1 && !map.film")
    np.testing.assert_array_equal(places(page), FRAMES[1])


def test_points_jump_where_nothing_shall_move(page: Page):
    opened(page, told(places=text(packing.places(FRAMES[0]))))
    page.evaluate("spec => map.show(spec)", told(places=text(packing.places(FRAMES[2]))))
    np.testing.assert_array_equal(places(page), FRAMES[2])


def test_a_call_that_newer_data_has_overtaken_does_not_take_the_map_away(page: Page):
    blank(page).set_content('<!doctype html><meta charset="utf-8"><div id="map" style="width: 800px"></div>')
    page.add_script_tag(type="module", content=f"{program()}\nwindow.mount = mount;")
    page.wait_for_function("() => window.mount")
    there = page.evaluate(
        """async data => {
            const parentElement = document.getElementById("map");
            const end = mount({data, parentElement});
            const stage = parentElement.querySelector(".stage");
            end();
            mount({data, parentElement});
            const same = stage === parentElement.querySelector(".stage") && !stage.map.ended;
            parentElement.remove();
            end();
            return [same, stage.map.ended];
        }""",
        told(places=text(packing.places(FRAMES[0]))),
    )
    assert there == [True, True]


def test_from_places_to_a_film_the_points_move_to_its_end(moving: Page):
    """The names of what is no item wait for a film's end, too."""
    page = moving
    opened(page, told(places=text(packing.places(FRAMES[0]))))
    steps, bounds = packed(FRAMES)
    film = {"count": 3, "at": [0, 2, 6], "unit": "Epoch", "digits": 1, "bounds": bounds.ravel().tolist()}
    share, flat = page.evaluate(
        """async spec => {
            await map.show(spec);
            while (!(map.share > 0 && map.share < 1)) await new Promise(requestAnimationFrame);
            const result = [map.part, [...map.positions()]];
            while (map.share < 1) await new Promise(requestAnimationFrame);
            return result;
        }""",
        told(frames=text(steps.tobytes()), film=film),
    )
    seen = np.reshape(flat, (-1, 2))
    np.testing.assert_allclose(seen, FRAMES[0] + share * (FRAMES[2] - FRAMES[0]), atol=1e-4)
    np.testing.assert_allclose(places(page), FRAMES[2], atol=1e-4)
    assert page.evaluate("() => map.atEnd")
    page.get_by_role("slider", name="Moment of the film").fill("0")
    np.testing.assert_allclose(places(page), FRAMES[0], atol=1e-4)
    assert not page.evaluate("() => map.atEnd")
    page.evaluate("spec => map.show(spec)", told(places=text(packing.places(FRAMES[1])), room=True))
    expect(page.locator(".film")).to_be_visible()
    expect(page.locator(".film button")).to_have_count(0)


def test_a_class_of_the_legend_is_shown_alone(page: Page):
    opened(page, told(places=text(packing.places(FRAMES[1]))))
    page.get_by_role("button", name="b", exact=True).click()
    assert page.evaluate("() => [...map.state]") == [1, 1, 0]
    expect(page.get_by_role("button", name="a", exact=True)).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="b", exact=True).click()
    assert page.evaluate("() => map.state") is None


def test_a_found_item_is_flown_to(page: Page):
    opened(page, told(places=text(packing.places(FRAMES[1]))))
    page.evaluate("spec => map.show(spec)", told(places=text(packing.places(FRAMES[1])), found=[1]))
    assert page.evaluate("() => [map.camera.x, map.camera.y]") == [0, 2]
    assert page.evaluate("() => map.camera.zoom") == 3
    both = told(places=text(packing.places(1e-3 * FRAMES[1])), found=[0], near=[2], items="others")
    page.evaluate("spec => map.show(spec)", both)
    left, low, right, high = page.evaluate("() => map.camera.bounds")
    assert left < 1e-3 <= right and low < 0 and high > 1e-3
    assert 1 <= page.evaluate("() => map.camera.zoom") <= 6


def test_the_map_is_saved_as_a_picture(page: Page, tmp_path: Any):
    opened(page, told(places=text(packing.places(FRAMES[1]))))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as a picture").click()
    waiting.value.save_as(tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_the_map_is_saved_as_shapes_and_words(page: Page, tmp_path: Any):
    color = {"kind": "classes", "label": "Class", "names": ["a", "<c>\x01"], "colors": ["#e69f00"], "rest": "others"}
    colors, titles = text(bytes([0, 1, 2])), text(packing.names(["one", "<b>two</b>\x02", "three"], ["n"] * 3))
    more = {"color": color, "colors": colors, "names": titles, "title": "A & B", "found": [1], "near": [2]}
    opened(page, told(places=text(packing.places(FRAMES[1])), **more))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as a drawing").click()
    waiting.value.save_as(tmp_path / "map.svg")
    root = ET.parse(tmp_path / "map.svg").getroot()
    words = {one.text for one in root.iter(f"{SVG}text")}
    assert {"A & B", "<b>two</b>\ufffd", "a", "<c>\ufffd", "others", "x →", "↑ y"} <= words
    circles = [one for one in root.iter(f"{SVG}circle") if one.get("fill") == "rgb(230,159,0)"]
    _, point = circles  # of class a: its mark in the legend, and an item
    seen = page.evaluate("() => map.camera.toScreen(0, 2)")
    assert [float(point.get(name)) for name in ("cx", "cy")] == pytest.approx(seen, abs=0.01)
    kinds = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert kinds == {"svg", "title", "desc", "rect", "text", "circle", "path"}


def test_linked_maps_point_select_and_look_at_the_same(page: Page):
    opened(page, told(places=text(packing.places(FRAMES[1])), link="pair"))
    other = told(places=text(packing.places(FRAMES[2])), link="pair", key="other")
    seen = page.evaluate(
        """async spec => {
            const room = document.body.appendChild(document.createElement("div"));
            room.style.width = "400px";
            window.other = begin(room);
            await other.show(spec);
            while (!other.drawn) await new Promise(requestAnimationFrame);
            map.hands.hover(1);
            map.hands.choose([0, 2]);
            map.hands.tools.nearer();
            while (map.camera.zoom < 1.5 || other.asked) await new Promise(requestAnimationFrame);
            return [other.hands.hovered, [...other.chosen], other.camera.x - map.camera.x,
                    map.camera.width / map.camera.scaleX - other.camera.width / other.camera.scaleX];
        }""",
        other,
    )
    assert seen[:2] == [1, [1, 0, 1]]
    assert seen[2:] == pytest.approx([0, 0])


def test_a_followed_item_leaves_its_way_behind_it(page: Page):
    opened(page, told(**film_of(FRAMES), trails=[{"item": 0, "color": "#e69f00"}]))
    whole = np.reshape(page.evaluate("() => map.film.pathOf(0)"), (-1, 2))
    np.testing.assert_allclose(whole, [*FRAMES[:, 0], FRAMES[2, 0]], atol=1e-4)
    page.get_by_role("slider", name="Moment of the film").fill("1.5")
    part = np.reshape(page.evaluate("() => map.film.pathOf(0)"), (-1, 2))
    np.testing.assert_allclose(part, [*FRAMES[:2, 0], FRAMES[1:, 0].mean(axis=0)], atol=1e-4)
    drawn = """() => {
        const [x, y] = map.camera.toScreen(0.5, 0); // between the first two frames of the item
        return [...map.chrome.over.getContext("2d").getImageData(x * map.ratio, y * map.ratio, 1, 1).data];
    }"""
    page.wait_for_function("() => !map.asked")
    red, green, blue, opaque = page.evaluate(drawn)
    assert red > green > blue
    assert opaque > 40
    page.evaluate("spec => map.show(spec)", told(**film_of(FRAMES), trails=[]))
    page.wait_for_function("() => !map.asked")
    assert page.evaluate(drawn)[3] == 0


def test_linked_films_keep_step_whichever_is_touched(page: Page):
    """By the share of each film: both begin and end together, however many moments they have."""
    opened(page, told(**film_of(FRAMES), link="pair"))
    longer = np.concatenate([FRAMES, FRAMES[::-1]])[:5]
    page.evaluate(
        """async spec => {
            const room = document.body.appendChild(document.createElement("div"));
            room.style.width = "400px";
            window.other = begin(room);
            await other.show(spec);
            while (!other.drawn) await new Promise(requestAnimationFrame);
        }""",
        told(**film_of(longer), link="pair", key="other"),
    )
    mine, others = page.get_by_role("slider", name="Moment of the film").all()
    mine.fill("1")
    expect(others).to_have_value("2")
    others.fill("3")
    expect(mine).to_have_value("1.5")
    page.get_by_role("button", name="Play").first.click()
    expect(page.get_by_role("button", name="Pause")).to_have_count(2)
    page.get_by_role("button", name="Pause").last.click()
    expect(page.get_by_role("button", name="Play")).to_have_count(2)
    page.evaluate("() => { other.film.speed = 40 }")
    page.get_by_role("button", name="Play").last.click()
    page.wait_for_function("() => map.film.place === 2 && other.film.place === 4 && !map.film.playing")


def test_a_later_part_of_the_names_comes_when_somebody_looks_at_one_of_its_items(page: Page):
    spec = told(places=text(np.array([0, 0, 1, 1, 2, 0], "<f4").tobytes()), each=2)
    spec |= {"names": text(packing.names(["A", "B"], ["a", "b"])), "more": [text(packing.names(["C"], ["c"]))]}
    opened(page, spec | {"weight": None})  # no names on the map, which would ask for them
    page.wait_for_function("() => map.titles")
    assert page.evaluate("() => map.titles.length + ' ' + Object.keys(map.titles)") == "3 0,1"
    assert page.evaluate("() => map.linesOf(2)") == ["C", "c", "b"]
    assert page.evaluate("() => [map.titles, map.notes]") == [["A", "B", "C"], ["a", "b", "c"]]
    opened(page, spec | {"found": [2]})
    page.wait_for_function("() => map.titles?.[2] === 'C'")
