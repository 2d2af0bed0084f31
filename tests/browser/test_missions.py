"""All missions from their links, by two pupils at once, and the lesson with the keyboard alone.

The models are there already, made by hand: that a first training is seen in the map is proven in `test_start.py`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from core.data.ratings import Ratings
from core.data.vectors.building import in_this_process
from core.data.vectors.samples import SAMPLES, path
from core.model.events import Epoch
from core.model.families import PRESETS, parse_config
from core.model.run import Outcome, Run
from core.store.opening import open_vectors
from core.store.runs import RunStore
from core.training.budget import first_preset
from dashboard.missions.aims import careless
from dashboard.missions.tours import MISSIONS
from tests.browser.conftest import FEW, PHONE, Server
from tests.browser.waiting import running_again, settled, visit
from tests.conftest import run_on
from tests.dashboard.twins import keep_twins

DESK = {"width": 1280, "height": 720}
SIZES = {
    "first-model": (DESK, PHONE),
    "you": (DESK, PHONE),
    "neighbors": (PHONE,),
    "first-component": (PHONE,),
    "words": (DESK, PHONE),
}
"""The windows in which a mission is done, each by a pupil of its own; all others at a desk alone."""


@dataclass(frozen=True)
class School:
    """A server with the models of the missions in its home, and one that a neighbor has made since.

    Attributes:
        first, neighbors: Ids of the model that the first button trains, and of the neighbor's.
    """

    server: Server
    first: str
    neighbors: str


def learned(run: Run, errors: Sequence[tuple[float, float]]) -> Run:
    """The run with these training and validation errors, the weights of the best epoch kept."""
    history = tuple(Epoch(n, 0.1, 0.9, fit, 0.6, 0.9, new, 0.7) for n, (fit, new) in enumerate(errors, 1))
    best = min(history, key=lambda epoch: epoch.val_rmse)
    outcome = Outcome(len(history), best.epoch, False, best.val_rmse, 0.7, best.val_rmse, 0.2)
    return replace(run, history=history, outcome=outcome)


@pytest.fixture(scope="module")
def school(server: Server, few: Ratings) -> School:
    """The models; twins of the first one, too."""
    without = careless(few)
    first = run_on(few, PRESETS[first_preset(few.reference)])
    turning = learned(run_on(few, without), [(0.9, 0.95), (0.5, 0.87), (0.2, 0.98)])
    cured = learned(run_on(few, parse_config({"l2": 0.1}, base=without)), [(0.9, 0.95), (0.7, 0.86), (0.6, 0.86)])
    neighbors = replace(run_on(few, seed=3), created_at="2026-02-01T00:00:00+00:00")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(server.home))
        for run in (first, turning, cured, neighbors):
            RunStore().publish(run)
        keep_twins(first, few)
        open_vectors([path("words")], options=SAMPLES["words"].options, runner=in_this_process)
    return School(server, first.run_id, neighbors.run_id)


def bar(page: Page) -> Locator:
    return page.get_by_test_id("stMain").locator(".st-key-mission_bar")


def go_there(page: Page) -> None:
    with running_again(page):
        bar(page).get_by_role("link", name="Take me there").click()
    settled(page)


def enter(label: str, text: str) -> Callable[[Page], None]:
    """Type into a field, and press Enter."""

    def do(page: Page) -> None:
        field = page.get_by_label(re.compile(label)).first
        field.fill(text)
        with running_again(page):
            field.press("Enter")

    return do


def choose(label: str, title: str) -> Callable[[Page], None]:
    """Choose from a list."""

    def do(page: Page) -> None:
        field = page.get_by_role("combobox", name=re.compile(label)).first
        field.click()
        page.keyboard.type(title)
        expect(page.get_by_role("option", name=title, exact=True)).to_be_visible()
        with running_again(page):
            field.press("Enter")  # what a part of the page that runs again draws anew cannot be clicked

    return do


def press(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name, exact=True).first.click()


def turn(page: Page) -> None:
    """The switch to what would be if nobody had taste."""
    page.get_by_text("How would this look if nobody had taste?").first.click()


def rate(first: int, last: int) -> Callable[[Page], None]:
    """Give stars to some of those asked about."""

    def do(page: Page) -> None:
        for number in range(first, last):
            with running_again(page):
                fields = page.locator("[class*=st-key-own_own_stars]").get_by_role("radiogroup")
                fields.nth(number).get_by_role("radio").nth(number % 5).click()

    return do


def ask_why(page: Page) -> None:
    """Open why, and see it stay open while the mission looks on."""
    page.get_by_role("button", name=re.compile("^Why")).first.click()
    why = page.get_by_role("dialog")
    expect(why).to_contain_text("The average")
    expect(bar(page)).to_contain_text("Done.")
    expect(why).to_be_visible()
    page.keyboard.press("Escape")
    expect(why).to_have_count(0)


def lay_behind(page: Page) -> None:
    page.get_by_role("combobox", name=re.compile("Lay an earlier")).click()
    page.get_by_role("option", name=re.compile("0.87")).click()


def ask(*words: str) -> Callable[[Page], None]:
    """What is to the last as the first is to the second."""

    def do(page: Page) -> None:
        fields = page.get_by_role("combobox", name=re.compile("^minus b"))
        if not fields.count():
            page.get_by_text("Arithmetic with words").first.click()
        for label, word in zip(("^a$", "^minus b", "^plus c"), words, strict=True):
            choose(label, word)(page)
            settled(page)

    return do


def draw_an_axis(page: Page) -> None:
    """Between words of one's own: those that stand there at first are taken away."""
    with running_again(page):
        page.locator(".st-key-maps").get_by_text("An axis of your own").click()
    for place, (end, word) in enumerate((("low", "mother"), ("high", "father"))):
        settled(page)
        with running_again(page):
            page.locator(f".st-key-pole_{end}").get_by_role("button", name="Clear all").click()
        settled(page)
        field = page.get_by_role("combobox", name=re.compile("^Words at this pole")).nth(place)
        field.click()
        page.keyboard.type(word)
        expect(page.get_by_role("option", name=word, exact=True)).to_be_visible()
        with running_again(page):
            field.press("Enter")


def look(_: Page) -> None:
    """Some steps are done by looking."""


NAME = enter("Your name for the low end", "dark")
STEPS: dict[str, list[Callable[[Page], None]]] = {
    "first-model": [
        press("Train your first model"),
        look,
        enter("^Component$", "2"),
        choose("^Movie", "Heat (1995)"),
    ],
    "overfitting": [press("Set the form for me"), enter("^Penalty", "0.1"), lay_behind],
    "first-component": [look, enter("^Enough ratings", "60"), choose("^Color", "Year"), NAME],
    "neighbors": [
        choose("^Movie", "Heat (1995)"),
        enter("^Enough ratings", "1"),
        enter("^Enough ratings", "60"),
        look,
        lambda page: page.locator(".st-key-rows").get_by_text("Users", exact=True).click(),
    ],
    "you": [rate(0, 3), rate(3, 10), ask_why],
    "noise": [look, turn, NAME, turn],
    "words": [
        look,
        choose("^Word", "brother"),
        ask("brother", "sister", "daughter"),
        ask("king", "man", "woman"),
        look,
        draw_an_axis,
    ],
}
ANSWERS = {
    "first-model": ["Yes", "0.95"],
    "overfitting": ["2"],
    "noise": [None, "Yes"],
    "words": ["50", "sister", "son", "5"],
}
"""To some of the questions, in their order: an option, or a number to type."""


def evidence_is_seen(page: Page, selector: str) -> None:
    """A good part of what a step is about lies between the top of the page and the bar."""
    page.wait_for_function(
        """selector => {
            const bar = document.querySelector("[data-testid=stBottom]").getBoundingClientRect();
            const there = [...document.querySelectorAll(selector)].filter(place => place.checkVisibility());
            return there.some(place => {
                const {top, bottom, height} = place.getBoundingClientRect();
                return Math.min(bottom, bar.top) - Math.max(top, 56) >= Math.min(height, 150) - 1;
            });
        }""",
        arg=selector,
    )


@pytest.mark.thorough
@pytest.mark.parametrize("key", MISSIONS)
def test_pupils_do_a_mission_from_its_link_each_on_their_own(
    school: School, context: BrowserContext, page: Page, other: Page, key: str
):
    tasks = MISSIONS[key].tasks
    sizes = SIZES.get(key, (DESK,))
    pupils = (page, other)[: len(sizes)]
    for pupil, size in zip(pupils, sizes, strict=True):
        context.clear_cookies()  # another browser
        pupil.set_viewport_size(size)
        place = "" if tasks[0].page == "start" else tasks[0].page
        pupil.goto(f"{school.server.url}/{place}?dataset={FEW}&mission={key}&class=on")
        settled(pupil)
        expect(bar(pupil)).to_contain_text(f"step 1 of {len(tasks)}")
    sample = SAMPLES.get(MISSIONS[key].sample)
    expect(page).to_have_url(re.compile(f"run={sample.run_id if sample else school.first}"))
    for number, (task, act) in enumerate(zip(tasks, STEPS[key], strict=True)):
        for pupil in pupils:
            if number and task.page != tasks[number - 1].page:
                go_there(pupil)
            if act is not look:
                expect(bar(pupil)).not_to_contain_text("Done.")  # not by the other one's step
            act(pupil)
            expect(bar(pupil)).to_contain_text("Done.")
            evidence_is_seen(pupil, task.evidence or task.place)
            if answers := ANSWERS.get(key, [])[number : number + 1]:
                answer(pupil, answers[0])
            bar(pupil).get_by_role("button", name=re.compile("Next|Finish")).click()
            expect(bar(pupil)).not_to_contain_text(re.compile(rf"step {number + 1} of"))
    for pupil in pupils:
        expect(bar(pupil)).to_contain_text("Mission done")
        expect(bar(pupil)).to_contain_text(re.compile(r"\d\.\d|Heat"))
        expect(bar(pupil).get_by_role("button", name=re.compile("Next mission"))).to_have_count(int(key != "words"))


def answer(page: Page, text: str | None) -> None:
    """Answer the question of a step, and hear that it is right."""
    if text is None:
        return
    if text[0].isdigit():
        field = bar(page).get_by_role("textbox")
        field.fill(text)
        field.press("Enter")
        expect(bar(page)).to_contain_text("Right")
    else:
        bar(page).get_by_text(text, exact=True).click()


@pytest.mark.thorough
def test_wrong_order_other_pages_a_refresh_and_a_second_tab(school: School, page: Page, other: Page):
    server = school.server
    page.set_viewport_size(DESK)
    page.goto(f"{server.url}/components?dataset={FEW}&mission=first-model&task=3&component=2")
    expect(bar(page)).to_contain_text("Done.")
    page.reload()
    settled(page)
    expect(bar(page)).to_contain_text(re.compile("step 3 of 4.*Done", re.DOTALL))
    page.get_by_role("link", name="Biases").click()
    page.wait_for_url(re.compile("/biases"))
    expect(bar(page)).to_contain_text(re.compile("step 3 of 4.*Done", re.DOTALL))
    other.goto(f"{server.url}/neighbors?dataset={FEW}&mission=neighbors")
    expect(bar(other)).to_contain_text("step 1 of 5")
    choose("^Movie", "Heat (1995)")(other)
    expect(bar(other)).to_contain_text("Done.")
    bar(page).get_by_role("button", name="Next").click()
    expect(bar(page)).to_contain_text("step 4 of 4")
    expect(bar(page)).to_contain_text("Take me there")


def test_a_link_for_a_class_hides_what_it_does_not_need(school: School, browsed: Page):
    page = browsed
    visit(page, school.server, f"train?dataset={FEW}&mission=overfitting&class=on")
    pages = page.get_by_test_id("stSidebarNav")
    expect(pages.get_by_text("Components")).to_be_visible()
    expect(pages.get_by_text("Jobs")).to_have_count(0)
    visit(page, school.server, f"jobs?dataset={FEW}")
    expect(page.get_by_role("heading", name="The class")).to_be_visible()


def test_the_lesson_goes_by_keyboard_alone(school: School, browsed: Page):
    page = browsed
    visit(page, school.server, f"under_the_hood?dataset={FEW}")
    step = page.get_by_role("heading", level=2)
    expect(step).to_have_text(re.compile(r"^1\. "))
    reach(page, page.get_by_role("button", name="Next"))
    for number in range(2, 9):
        page.keyboard.press("Enter")
        expect(step).to_have_text(re.compile(rf"^{number}\. "))
    expect(page).to_have_url(re.compile("step=8"))
    answer = page.get_by_text("An answer", exact=True)
    expect(page.get_by_text("As close as rounding allows")).to_be_hidden()
    reach(page, page.locator("summary").filter(has=answer))
    page.keyboard.press("Enter")
    expect(page.get_by_text("As close as rounding allows")).to_be_visible()


def reach(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the Tab key does not lead to {wanted}")
