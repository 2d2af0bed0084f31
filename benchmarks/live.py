"""Training in the browser: from click to curve, ten people at once, and one config asked for by twenty.

    python -m benchmarks.live                      the table
    python -m benchmarks.live --plain-fit          plain `model.fit` of the article too, for minutes
    python -m benchmarks.live --part clicks --part sharing

Server and worker are those of `streamlit run dashboard/app.py` on an empty home,
the browser is a Chromium; the ten people at once have sessions without one.
Times from a click are taken in the page, from the click's own time stamp to the
frame that shows what was waited for.
"""

import argparse
import signal
import sys
from collections.abc import Iterable

import numpy as np
import psutil
from playwright.sync_api import Browser, Locator, Page

from benchmarks import crowd
from benchmarks.browser import (
    chromium,
    live_server,
    new_page,
    seconds_from_click,
    time_from_click,
    verdict,
    wait_until_complete,
)
from benchmarks.common import own_home
from core import data
from core.data.splits import split
from core.jobs import queue
from core.settings import JobLimits
from core.store.runs import RunStore

POINT_SECONDS, STOP_SECONDS, RERUN_SECONDS, TIMES_PLAIN_FIT, GROWTH_MB, SERVER_MB = 1.0, 1.0, 0.5, 25.0, 50, 450
"""Budgets: click to first point, click to stopped, 95th percentile of a page's rerun, plain fit over click to finished,
growth of the server over a hundred jobs, its memory."""

DEFAULT_SECONDS = 4.0
"""Budget of click to finished where plain fit is not measured: 25 times less than its usual 100 s on two cores."""

PARTS = ("clicks", "crowd", "sharing", "refreshing")
ASKERS, REFRESHES = 20, 50
LONG = "epochs=400&batch_size=64&learning_rate=0.00001"
"""Settings, as a link says them, of a training that takes minutes."""

_MAIN = "document.querySelector('[data-testid=stMain]').textContent"
_FIRST_POINT = (
    "document.querySelector('.stVegaLiteChart .mark-symbol.role-mark path,"
    " .stVegaLiteChart .mark-line.role-mark path[d*=L]')"
)
"""Of the lines alone: the dashed reference lines are rules, and a line of one point shows nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Times of training in a real browser, and memory over many jobs.")
    parser.add_argument("--times", type=int, default=10, help="trainings timed from the click (default 10)")
    parser.add_argument("--people", type=int, default=10, help="people at once (default 10)")
    parser.add_argument("--trainings", type=int, default=10, help="models each of them trains (default 10)")
    parser.add_argument("--part", action="append", choices=PARTS, help="this part alone; may be repeated")
    parser.add_argument("--plain-fit", action="store_true", help="measure plain model.fit too, which takes minutes")
    options = parser.parse_args()
    parts = options.part or PARTS
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends the server too
    with own_home():
        with live_server() as (server, address), chromium() as browser:
            warm_up(browser, address)
            within, seconds = [], 0.0
            if "clicks" in parts:
                quick, seconds = print_clicks(browser, address, options.times)
                within += [quick, print_stops(browser, address, options.times)]
            if "crowd" in parts:
                within += [print_crowd(browser, server, address, options.people, options.trainings)]
            if "sharing" in parts:
                within += [print_sharing(browser, address)]
            if "refreshing" in parts:
                within += [print_refreshing(browser, address)]
        if "clicks" in parts:
            within += [print_finished(seconds, plain_fit=options.plain_fit)]
    sys.exit(0 if all(within) else 1)


def warm_up(browser: Browser, address: str) -> None:
    """Train once, so that the worker has imported TensorFlow and compiled."""
    page = open_training(browser, address, "seed=1")
    train_button(page).click()
    page.wait_for_function(f"() => {_MAIN}.includes('Training is done')")
    page.context.close()


def open_training(browser: Browser, address: str, settings: str) -> Page:
    """The Train page in a browser of its own, drawn, with these settings in the form."""
    page = new_page(browser)
    page.goto(f"{address}/train?{settings}")
    wait_until_complete(page)
    page.wait_for_selector(".stVegaLiteChart svg")
    return page


def train_button(page: Page) -> Locator:
    """Starts a training."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Train", exact=True)


def stop_button(page: Page) -> Locator:
    """Ends the training on the screen."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)


def print_clicks(browser: Browser, address: str, times: int) -> tuple[bool, float]:
    """From Train to the first point and to the finished default model, worker warm and idle."""
    points, ends = [], []
    for seed in range(times):
        page = open_training(browser, address, f"seed={100 + seed}")
        time_from_click(page, point=_FIRST_POINT, end=f"{_MAIN}.includes('Training is done')")
        train_button(page).click()
        points.append(seconds_from_click(page, "point"))
        ends.append(seconds_from_click(page, "end"))
        page.context.close()
    print_row("Train to the first point", points)
    print_row("Train to the finished default model", ends)
    return verdict("first point, slowest", max(points), POINT_SECONDS, "s"), float(np.median(ends))


def print_stops(browser: Browser, address: str, times: int) -> bool:
    """From Stop to the words that say so."""
    stops = []
    for seed in range(times):
        page = open_training(browser, address, f"{LONG}&seed={200 + seed}")
        train_button(page).click()
        page.wait_for_function(f"() => {_FIRST_POINT}")
        time_from_click(page, stopped=f"{_MAIN}.includes('Stopped on request')")
        stop_button(page).click()
        stops.append(seconds_from_click(page, "stopped"))
        page.context.close()
    print_row("Stop to stopped", stops)
    return verdict("stopped, slowest", max(stops), STOP_SECONDS, "s")


def print_finished(seconds: float, *, plain_fit: bool) -> bool:
    """Click to finished beside plain `model.fit`, or beside what that usually takes."""
    if not plain_fit:
        return verdict("finished default model, median", seconds, DEFAULT_SECONDS, "s")
    from benchmarks import training  # TensorFlow, and only where it is asked for

    ratings = data.load()
    plain = training.plain_fit(training.ARTICLE, ratings, split(ratings, training.ARTICLE))
    print(f"{'plain model.fit, article-dot-with-bias':44}{plain.seconds:>9.3f} s")
    return verdict("finished default model, median", seconds, plain.seconds / TIMES_PLAIN_FIT, "s")


def print_crowd(browser: Browser, server: psutil.Process, address: str, people: int, trainings: int) -> bool:
    """Ten people at once: times of pages, memory of server and worker."""
    crowd.look_around(browser, address)
    known = {job.job_id for job in queue.jobs()}
    seen = crowd.visit(server, address, people=people, trainings=trainings)
    done = sum(job.state == "done" for job in queue.jobs() if job.job_id not in known)
    print(f"\n{people} people, {done} jobs done of {people * trainings} in {seen.seconds:.0f} s")
    print_row("request to end of script, whole page", seen.times.answered)
    print_row("script alone, whole page", seen.times.scripts)
    print_row("script alone, live curve and tray", seen.times.fragments)
    print(f"{'jobs done':44}{'server, MB':>12}{'worker, MB':>12}")
    for number, megabytes in seen.server_mb.items():
        print(f"{number:<44}{megabytes:>12.0f}{seen.worker_mb[number]:>12.0f}")
    weights, slow = list(seen.server_mb.values()), float(np.percentile(seen.times.answered, 95))
    return all(
        [
            verdict("page, request to end of script, 95%", slow, RERUN_SECONDS, "s"),
            verdict("server, growth", max(weights) - weights[0], GROWTH_MB, "MB"),
            verdict("server, largest", max(weights), SERVER_MB, "MB"),
            verdict("worker, largest", max(seen.worker_mb.values()), JobLimits().worker_mb * 2**20 / 1e6, "MB"),
            verdict("jobs that were not done", people * trainings - done, 0, "jobs"),
        ]
    )


def print_sharing(browser: Browser, address: str) -> bool:
    """Twenty people press Train on the same settings at the same moment."""
    jobs_before, runs_before = len(queue.jobs()), len(RunStore().list())
    pages = [open_training(browser, address, "seed=300") for _ in range(ASKERS)]
    at = pages[0].evaluate("() => Date.now() + 3000")
    for page in pages:
        train_button(page).evaluate("(button, at) => { setTimeout(() => button.click(), at - Date.now()) }", at)
    viewers = 0
    for page in pages:
        page.wait_for_function(f"() => {_MAIN}.includes('Kept epoch')")
        viewers += "Open the components" in page.get_by_test_id("stMain").inner_text()
        page.context.close()
    print(f"\n{ASKERS} people ask for one config at once: {viewers} see it finished")
    return all(
        [
            verdict("jobs", len(queue.jobs()) - jobs_before, 1, "job"),
            verdict("runs", len(RunStore().list()) - runs_before, 1, "run"),
            verdict("people who do not see it", ASKERS - viewers, 0, "people"),
        ]
    )


def print_refreshing(browser: Browser, address: str) -> bool:
    """Somebody reloads the page again and again while a training goes on."""
    page = open_training(browser, address, f"{LONG}&seed=400")
    train_button(page).click()
    stop_button(page).wait_for()
    jobs_before = queue.jobs()
    for _ in range(REFRESHES):
        page.reload()
        stop_button(page).wait_for()
    (job,) = [job for job in queue.jobs() if job.active]
    further = len(queue.jobs()) - len(jobs_before)
    stop_button(page).click()
    page.wait_for_function(f"() => {_MAIN}.includes('Stopped on request')")
    page.context.close()
    print(f"\n{REFRESHES} refreshes during a training, which is then {job.state} at {job.progress:.0%}")
    return all(
        [
            verdict("further jobs", further, 0, "jobs"),
            verdict("trainings canceled by it", job.state != "running" or job.canceling, 0, "jobs"),
        ]
    )


def print_row(what: str, seconds: Iterable[float]) -> None:
    """Median, 95th percentile and maximum of some times."""
    values = list(seconds)
    middle, high = np.percentile(values, [50, 95])
    print(f"{what:44}{len(values):>6} times, median {middle:.3f}, 95% {high:.3f}, most {max(values):.3f} s", flush=True)


if __name__ == "__main__":
    main()
