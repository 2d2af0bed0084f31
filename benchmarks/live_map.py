"""The map beside Plotly's, in one run: bytes, time to the first drawing, recoloring, pictures a second.

    python -m benchmarks.live_map
    python -m benchmarks.live_map --items 9066 --items 87585

A headless Chromium draws in software, so take the ratios, not the figures. Both
draw the same points on a page with nothing else, each in a browser that has
seen neither. Bytes are those of the data: what comes through the websocket from
the click on, and what is fetched for it; programs are left out.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from benchmarks.browser import STAGE, chromium, live_server, new_page, seconds_from_click, time_from_click, verdict

ITEMS = (1_247, 9_066, 87_585, 1_000_000)
PANNING_SECONDS = 3.0
NEAR, FAR = (80, 4), (700, 16)
"""Pixels that a mouse drags to and fro, and those from one place to the next."""
TIMES_PANNING, TIMES_RECOLORING, TIMES_FIRST, MILLION_SECONDS = 4.0, 8.0, 3.0, 4.0
"""Budgets: pictures a second over Plotly's at 9,066 and 87,585, near and far; Plotly's time over ours for recoloring at
87,585 and for the first drawing; the first drawing of a million points."""

HEADINGS = {
    "points": 10,
    "": 9,
    "first, s": 10,
    "its bytes": 12,
    "recolor, s": 12,
    "their bytes": 13,
    "panning/s": 11,
    "far/s": 9,
    "film/s": 9,
}

_PLOT = "document.querySelector('.js-plotly-plot')"


@dataclass(frozen=True)
class Kind:
    """One way to draw points.

    Attributes:
        name: As the page is asked for it.
        drawn: JavaScript: whether the points are to be seen, in the colors asked for last.
        pictures: JavaScript: how often they have been drawn.
        target: What a mouse drags.
    """

    name: str
    drawn: str
    pictures: str
    target: str


OURS = Kind(
    "map",
    f"({STAGE}?.map.renderer && {STAGE}.map.drawn > (window.earlier ?? 0) && {STAGE}.map.spec.title === wanted())",
    f"{STAGE}.map.drawn",
    ".stage",
)
PLOTLYS = Kind(
    "plotly", f"({_PLOT}?.querySelector('.gtitle')?.textContent === wanted())", "window.relayouts", ".nsewdrag"
)


@dataclass(frozen=True)
class Figures:
    """What one kind needs for so many points: bytes, seconds, and pictures a second while they are dragged, and far."""

    first_bytes: int
    first: float
    recolor_bytes: int
    recolor: float
    panning: float
    far: float


def main() -> None:
    parser = argparse.ArgumentParser(description="The map beside Plotly's in a headless browser.")
    parser.add_argument("--items", type=int, action="append", help=f"points; may be repeated (default {ITEMS})")
    options = parser.parse_args()
    within = []
    print("".join(f"{name:>{width}}" for name, width in HEADINGS.items()))
    with live_server(page="benchmarks/map_page.py") as (_, address), chromium() as browser:
        for n in options.items or ITEMS:
            ours = measured(browser, address, OURS, n)
            print_figures(n, "map", ours, film(browser, address, n))
            try:
                plotlys = measured(browser, address, PLOTLYS, n)
            except PlaywrightTimeoutError:
                print(f"{n:>10,} plotly   has drawn nothing within the patience of these benchmarks", flush=True)
            else:
                print_figures(n, "plotly", plotlys)
                within += compared(n, ours, plotlys)
            if n == 1_000_000:
                within.append(verdict(f"{n:,}: first drawing", ours.first, MILLION_SECONDS, "s"))
    sys.exit(0 if all(within) else 1)


def print_figures(n: int, name: str, figures: Figures, playing: float | None = None) -> None:
    """One line of the table."""
    film_words = "" if playing is None else f"{playing:9.1f}"
    print(
        f"{n:>10,} {name:8}{figures.first:>10.3f}{figures.first_bytes:>12,}{figures.recolor:>12.3f}"
        f"{figures.recolor_bytes:>13,}{figures.panning:>11.1f}{figures.far:>9.1f}{film_words}",
        flush=True,
    )


def compared(n: int, ours: Figures, plotlys: Figures) -> list[bool]:
    """What is asked of so many points beside Plotly's, each below its budget."""
    result = [verdict(f"{n:,}: first drawing, ours over Plotly's", ours.first / plotlys.first, 1 / TIMES_FIRST, "")]
    if n in {9_066, 87_585}:
        for what, ratio in [("panning", plotlys.panning / ours.panning), ("panning far", plotlys.far / ours.far)]:
            result.append(verdict(f"{n:,}: {what}, Plotly's pictures over ours", ratio, 1 / TIMES_PANNING, ""))
    if n == 87_585:
        ratio = ours.recolor / plotlys.recolor
        result.append(verdict(f"{n:,}: recoloring, ours over Plotly's", ratio, 1 / TIMES_RECOLORING, ""))
    return result


def measured(browser: Browser, address: str, kind: Kind, n: int) -> Figures:
    """Draw so many points for the first time, color them anew, and drag them about."""
    page = opened(browser, address, kind.name, n)
    with counted(page) as first_bytes:
        first = clicked(page, kind, 1)
    with counted(page) as recolor_bytes:
        recolor = clicked(page, kind, 2)
    if kind is PLOTLYS:
        page.evaluate(f"() => {{ window.relayouts = 0; {_PLOT}.on('plotly_relayouting', () => window.relayouts++) }}")
    panning, far = dragged(page, kind, *NEAR), dragged(page, kind, *FAR)
    page.context.close()
    return Figures(sum(first_bytes), first, sum(recolor_bytes), recolor, panning, far)


def opened(browser: Browser, address: str, kind: str, n: int) -> Page:
    """The page with nothing but its button."""
    page = new_page(browser)
    page.goto(f"{address}/?kind={kind}&n={n}")
    page.get_by_test_id("stBaseButton-secondary").wait_for()
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    return page


def clicked(page: Page, kind: Kind, times: int) -> float:
    """Seconds from a click to the picture that it asks for, the one in new colors where it is not the first."""
    page.evaluate(f"() => {{ window.wanted = () => 'Colored {times} times' }}")
    if kind is OURS and times > 1:
        page.evaluate(f"() => {{ window.earlier = {kind.pictures} }}")
    time_from_click(page, drawn=kind.drawn)
    page.get_by_test_id("stBaseButton-secondary").click()
    return seconds_from_click(page, "drawn")


@contextmanager
def counted(page: Page) -> Iterator[list[int]]:
    """Bytes of the data that the page gets meanwhile, each message and file."""
    sizes: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    data: set[str] = set()
    session.on("Network.webSocketFrameReceived", lambda told: sizes.append(_frame_bytes(told["response"])))
    session.on("Network.responseReceived", lambda told: _note_data(told, data))
    session.on(
        "Network.loadingFinished",
        lambda told: sizes.append(int(told["encodedDataLength"])) if told["requestId"] in data else None,
    )
    yield sizes
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    session.detach()


def _frame_bytes(frame: dict[str, str]) -> int:
    return len(frame["payloadData"]) * 3 // 4  # binary ones are told as base64


def _note_data(told: dict[str, dict[str, str] | str], data: set[str]) -> None:
    response = told["response"]
    assert isinstance(response, dict)
    if "/media/" in response["url"] and "javascript" not in response["mimeType"] and "/static/" not in response["url"]:
        data.add(str(told["requestId"]))


def dragged(page: Page, kind: Kind, far: int, by: int) -> float:
    """Pictures a second while a mouse drags the points so far to and fro, from place to place by so much."""
    target = page.locator(kind.target).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    x, y, steps = box["x"] + (box["width"] - far) / 2 - 20, box["y"] + box["height"] / 2, far // by
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y)
    before, start, step = page.evaluate(f"() => {kind.pictures}"), time.perf_counter(), 0
    while time.perf_counter() - start < PANNING_SECONDS:
        step += 1
        along = steps - abs(step % (2 * steps) - steps)
        page.mouse.move(x + 20 + along * by, y + step % 7)  # comes back once the page has heard of it
    pictures = page.evaluate(f"() => {kind.pictures}") - before
    seconds = time.perf_counter() - start
    page.mouse.up()
    return float(pictures / seconds)


def film(browser: Browser, address: str, n: int) -> float:
    """Pictures a second while a film of so many points plays."""
    page = opened(browser, address, "film", n)
    clicked(page, OURS, 1)
    seconds = 3
    pictures = page.evaluate(
        f"""async () => {{
            const stage = {STAGE};
            stage.map.hands.tools.play();
            const before = stage.map.drawn;
            await new Promise((resolve) => setTimeout(resolve, {1000 * seconds}));
            return stage.map.drawn - before;
        }}"""
    )
    page.context.close()
    return float(pictures / seconds)


if __name__ == "__main__":
    main()
