"""The first complete page beside that of a bare Streamlit page with one Plotly chart, in one run.

    python -m benchmarks.first_page
    python -m benchmarks.first_page --rounds 5 --home FOLDER   with the models that are there

Each round starts both servers one after the other, each with a browser that has seen neither. A page is complete once
its script has ended and what it shows is drawn: the line of the bare page's chart, and the dots of the map on ours.
Streamlit loads Plotly only when a chart has come, so that a page whose script has ended may have no chart yet.
Processor seconds are the server's.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser

from benchmarks.browser import STAGE, chromium, live_server, new_page, verdict, wait_until_complete
from benchmarks.common import own_home

PAGES = {
    "bare": ("benchmarks/bare_page.py", "document.querySelector('[data-testid=stPlotlyChart] .main-svg .trace')"),
    "ours": ("dashboard/app.py", f"{STAGE}?.map.drawn"),
}
"""The script of each page, and JavaScript that says whether what it shows is drawn."""

FIRST_RATIO = 1.25
"""Budget: our time over the bare page's, from the start of the server on; reloads are printed beside it."""

HEADINGS = ("", "answers, s", "first, s", "processor, s", "again, s", "processor, s", "reload, s")


def main() -> None:
    parser = argparse.ArgumentParser(description="The first page beside a bare one.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is started (default 5)")
    parser.add_argument("--home", type=Path, help="where models are; an empty one without it")
    options = parser.parse_args()
    figures: dict[str, list[list[float]]] = defaultdict(list)
    with own_home(options.home):
        print("".join(f"{name:>14}" for name in HEADINGS))
        for _ in range(options.rounds):
            for name, (script, drawn) in PAGES.items():
                with chromium() as browser:
                    figures[name].append(measured(browser, script, drawn))
                print_line(name, figures[name][-1])
    medians = {name: np.median(rounds, axis=0) for name, rounds in figures.items()}
    for name, values in medians.items():
        print_line(f"{name}, median", values.tolist())
    ratios = medians["ours"] / medians["bare"]
    print_line("ours / bare", ratios.tolist())
    sys.exit(0 if verdict("first complete page, ours over the bare one's", ratios[1], FIRST_RATIO, "") else 1)


def measured(browser: Browser, script: str, drawn: str) -> list[float]:
    """Seconds from the server's start to its answer and to the first complete page, then those of a second visitor's
    first page and of a reload; with the processor seconds that the server took for the first two pages.
    """
    page = new_page(browser)
    began = time.perf_counter()
    with live_server(page=script) as (server, address):
        answers = time.perf_counter() - began
        page.goto(address)
        wait_until_complete(page, drawn)
        first, first_cpu = time.perf_counter() - began, sum(server.cpu_times()[:2])
        page.context.close()
        page = new_page(browser)
        began = time.perf_counter()
        page.goto(address)
        wait_until_complete(page, drawn)
        again, again_cpu = time.perf_counter() - began, sum(server.cpu_times()[:2]) - first_cpu
        began = time.perf_counter()
        page.reload()
        wait_until_complete(page, drawn)
        return [answers, first, first_cpu, again, again_cpu, time.perf_counter() - began]


def print_line(name: str, values: list[float]) -> None:
    """One line of the table."""
    print(f"{name:>14}" + "".join(f"{value:>14.2f}" for value in values), flush=True)


if __name__ == "__main__":
    main()
