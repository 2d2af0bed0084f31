"""How fast the pages are with finished models of the presets `default` and `best`, and what the server needs.

    python -m benchmarks.pages                trains in a home of its own first
    python -m benchmarks.pages --home FOLDER  uses the models that are there
    python -m benchmarks.pages --planted N    with N made-up ratings of 200,948 people about 87,585 items

Page times are of the script on the server, through Streamlit's AppTest, its
bookkeeping included. The live part starts the very command that people type.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.browser import ROOT, chromium, live_server, new_page, verdict, wait_until_complete
from benchmarks.common import all_pages, own_home, without_workers
from benchmarks.session import Session
from benchmarks.size import planted
from core import data
from core.data.folder import write_folder
from core.disk.home import home

PLANTED = "planted"
PRESETS = "default", "best"
"""Kinds of model whose pages are timed on the bundled ratings, one after the other; the live part has the last."""
APP = ROOT / "dashboard" / "main.py"
FIRST_PAGE_SECONDS, SERVER_MB = 4.0, 450
"""Budgets: `streamlit run` to the first complete page, and memory of the server."""

PAGE_SECONDS, MESSAGE_MB = {data.BUNDLED: 0.2, PLANTED: 0.5}, {data.BUNDLED: 1.0, PLANTED: 2.0}
"""Budgets by dataset: 95th percentile of a page, and the message of one chart."""

ALL_ON_A_MAP = "map_min=1&map_size=true"
"""The link to a map of everything, with all that can be told of each point: the largest message there is."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Times of the pages, and memory of the server.")
    parser.add_argument("--home", type=Path, help="where models are; without it one is trained in a temporary folder")
    parser.add_argument("--times", type=int, default=20, help="runs of each page (default 20)")
    parser.add_argument("--planted", type=int, metavar="N", help="made-up ratings in place of the bundled ones")
    options = parser.parse_args()
    dataset_id = PLANTED if options.planted else data.BUNDLED
    with own_home(options.home):
        kinds = [["--preset", name] for name in PRESETS]
        if options.planted:
            write_planted(options.planted)
            kinds = [["--preset", "large", "--epochs", "1", "--dataset", PLANTED]]
        within = []
        for how in kinds:
            for seed in ("1", "0"):  # two, for the page that compares; the last is the one the others show
                subprocess.run([sys.executable, "-m", "core", "train", *how, "--seed", seed], check=True, cwd=ROOT)
            print(f"\nPages with a run of the preset {how[1]}")
            within.append(print_pages(options.times, dataset_id))
        within.append(print_live(dataset_id))
    sys.exit(0 if all(within) else 1)


def write_planted(rows: int) -> None:
    """Put a dataset of made-up ratings into the home."""
    folder = home() / "datasets" / PLANTED
    folder.mkdir(parents=True)
    write_folder(folder, planted(rows))


def print_pages(times: int, dataset_id: str) -> bool:
    """The table of pages; whether all are within the budget."""
    from streamlit.testing.v1 import AppTest

    without_workers()
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params["dataset"] = dataset_id
    print(f"{'seconds on the server':44}{'first':>9}{'median':>9}{'95%':>9}")
    print(f"{'first page of all':44}{_seconds(app.run):>9.3f}")
    slowest = 0.0
    for name in all_pages():
        page = app.switch_page(f"app_pages/{name}.py")
        first = _seconds(page.run)
        if app.exception:
            sys.exit(f"page {name} failed: {app.exception[0].message}")
        again = [_seconds(page.run) for _ in range(times)]
        high = float(np.percentile(again, 95))
        slowest = max(slowest, high)
        print(f"{name:44}{first:>9.3f}{np.median(again):>9.3f}{high:>9.3f}")
    return verdict("slowest page, 95%", slowest, PAGE_SECONDS[dataset_id], "s")


def print_live(dataset_id: str) -> bool:
    """The live server's figures; whether they are within the budgets."""
    with chromium() as browser:
        page = new_page(browser)
        began = time.perf_counter()
        with live_server() as (server, address):
            page.goto(f"{address}/?dataset={dataset_id}")
            page.wait_for_selector("h1", timeout=60_000)
            heading = time.perf_counter() - began
            wait_until_complete(page)
            first = time.perf_counter() - began
            for name in all_pages()[1:]:
                page.goto(f"{address}/{name}?dataset={dataset_id}")
                wait_until_complete(page)
            largest = _largest_message(address, dataset_id)
            megabytes = server.memory_info().rss / 1e6
            mapped = any("tensorflow" in mapping.path for mapping in server.memory_maps())
    print(f"{'first heading':44}{heading:>9.3f} s")
    within = [
        verdict("first complete page", first, FIRST_PAGE_SECONDS, "s"),
        verdict("memory of the server", megabytes, SERVER_MB, "MB"),
        verdict(f"largest message ({largest[1] or 'start'})", largest[0] / 1e6, MESSAGE_MB[dataset_id], "MB"),
    ]
    print(f"{'TensorFlow in it':44}{'yes' if mapped else 'no':>9}")
    return all(within) and not mapped


def _largest_message(address: str, dataset_id: str) -> tuple[int, str]:
    """Bytes of the largest message of any page, and the page it is on."""
    with Session(address, f"dataset={dataset_id}") as session:
        found = [(session.largest, "")]
        for name in all_pages()[1:]:
            session.open(name)
            found.append((session.largest, name))
        session.open("maps", ALL_ON_A_MAP)
        found.append((session.largest, "map of all"))
    return max(found)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
