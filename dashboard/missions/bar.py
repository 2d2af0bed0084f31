"""The bar at the foot of every page while a mission is on: the step, what is to be seen when it is done, and the next.

It stays in sight wherever somebody scrolls. It looks every second whether the step is done, and changes nothing but
itself then: the page, and a dialog on it, stay as they are.
"""

import streamlit as st

from core.config import RunConfig
from core.data.vectors.samples import SAMPLES
from core.errors import ExplorerError, LimitError
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.missions import aims, endings, progress, subject
from dashboard.missions.snapshot import Snapshot, look
from dashboard.missions.task import Mission, Question, Task, reply
from dashboard.missions.tours import after
from dashboard.session import dialogs, state
from dashboard.shared import elements
from dashboard.train import form, link

DONE = ":material/check_circle:"

LOOK_SECONDS = 1.0
"""How often a mission looks whether its step is done: pages with parts of their own do not tell when these change."""

_REPORTED = "_mission_error"
"""Session key of what has been reported of why a step cannot be looked at."""


def show(page: str) -> None:
    """Draw the bar, if a mission is on. `page` is the name of the open page."""
    progress.write_link()
    if progress.current() is not None:
        with st.bottom:
            _bar(page)


@st.fragment(run_every=LOOK_SECONDS)
def _bar(page: str) -> None:
    mission = progress.current()
    if mission is None:
        return
    progress.write_link()
    task, words = progress.task(), words_here()
    with st.container(border=True, key="mission_bar", gap="xsmall"):
        if task is None:
            _end(mission, words)
            point("", "")
            return
        if not subject.fits(mission):
            _offer_data(mission, words)
            return
        done = _look(page)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _title(mission, words)
            _buttons(mission, done=done)
        here = task.page == page
        if not done:
            _to_do(mission, task, words, here=here)
        else:
            st.markdown(f"{DONE} **Done.** {task.seen.format(**words)}")
            if here:
                _ask(f"{mission.key}_{progress.at()}", task.question.in_words(words), look(page))
        job = trainings.watched()
        learning = job is not None and job.active and job.kind == "train"
        place = (task.evidence or task.place) if done or learning else task.place
        point(place if here else "", f"{mission.key} {progress.at()} {done} {learning} {page}")


def _look(page: str) -> bool:
    """Whether the step that is seen is done; where that cannot be looked up, why is said once, not every second."""
    try:
        return progress.advance(lambda: look(page))
    except ExplorerError as error:  # such as a damaged model
        if st.session_state.get(_REPORTED) != str(error):
            st.session_state[_REPORTED] = str(error)
            state.report_error(error)
        return False


def _title(mission: Mission, words: dict[str, str]) -> None:
    """Which mission, which step, and which are done."""
    done, at = progress.done(mission.key), progress.at()
    marks = "".join(
        DONE if step in done else f":material/radio_button_{'checked' if step == at else 'unchecked'}:"
        for step in range(len(mission.tasks))
    )
    st.markdown(
        f"**{mission.title.format(**words)}** :small[step {at + 1} of {len(mission.tasks)} {marks}]", width="stretch"
    )


def _offer_data(mission: Mission, words: dict[str, str]) -> None:
    """The bar while other data is selected than the mission is about: what that is, and the way to it."""
    if subject.arrived(mission):
        dialogs.rerun()
    point("", "")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _title(mission, words)
        _leave("Leave")
    sample = SAMPLES.get(mission.sample)
    if subject.opening(mission):
        st.markdown(f"{mission.about.format(**words)} They are being opened, which takes a few seconds.")
        return
    about = f"This mission is about **{sample.name}**" if sample else "This mission is about ratings"
    st.markdown(f"{about}, and other data is selected.")
    if not subject.available(mission):
        st.caption(
            "It has to be opened first: on the page Datasets, under *Open vectors*, by whoever runs this explorer."
        )
        return
    label = "Use that" if sample is None or subject.there(mission) else "Open it"
    if st.button(label, type="primary", icon=":material/swap_horiz:", key="mission_data"):
        subject.take(mission)
        st.rerun()  # all of the page is about the data


def _buttons(mission: Mission, *, done: bool) -> None:
    at = progress.at()
    if at > 0:
        st.button("Back", type="tertiary", key="mission_back", on_click=progress.go, args=(at - 1,))
    if done:
        last = at == len(mission.tasks) - 1
        label, icon = ("Finish", ":material/flag:") if last else ("Next", ":material/arrow_forward:")
        st.button(label, type="primary", icon=icon, key="mission_next", on_click=progress.go, args=(at + 1,))
    _leave("Leave")


def _to_do(mission: Mission, task: Task, words: dict[str, str], *, here: bool) -> None:
    """What to do and why, with the way there."""
    st.markdown(task.do.format(**words))
    st.caption(task.why.format(**words))
    careless = aims.careless(loaders.ratings(state.dataset_id())) if mission.careless else None
    if not here:
        settings = link.to(careless) if careless is not None and progress.at() == 0 else {}
        elements.page_link(task.page, "Take me there", "arrow_forward", **settings)
    elif careless is not None and progress.at() == 0 and not _form_holds(careless):
        _offer_to_set(careless)


def _offer_to_set(config: RunConfig) -> None:
    if st.button("Set the form for me", icon=":material/tune:", key="set_careless"):
        state.watch(None)  # what comes of these settings is shown, and no longer what came of others
        form.fill(config)
        st.rerun()  # the form is not in this part of the page


def _form_holds(config: RunConfig) -> bool:
    try:
        return form.current() == config
    except LimitError:
        return False


def _ask(name: str, question: Question, now: Snapshot) -> None:
    """The question of a step that is done, and what is said to its answer."""
    key, options = f"answer_{name}", question.offered(now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(question.ask, width="content")
        if question.is_choice:
            given = st.pills(question.ask, options, key=key, label_visibility="collapsed", wrap=True)
        else:
            given = st.text_input(question.ask, key=key, label_visibility="collapsed", max_chars=12, width=110)
        if given:
            right, said = reply(question, given, now)
            icon = ":material/check:" if right else ":material/search:"
            st.markdown(f"{icon} {said}", width="stretch")


def _end(mission: Mission, words: dict[str, str]) -> None:
    """The bar of a finished mission, until somebody closes it: what it came to, and the next."""
    st.markdown(f"{DONE} Mission done: **{mission.title.format(**words)}**")
    if came := endings.words(mission) if subject.fits(mission) else "":
        st.markdown(came)
    following = after(mission)
    with st.container(horizontal=True, vertical_alignment="center"):
        if following is not None:
            label = f"Next mission: {following.title.format(**words)}"
            if st.button(label, type="primary", icon=":material/flag:", key="next_mission"):
                begin(following)
        st.page_link("app_pages/missions.py", label="All missions", icon=":material/list:", width="content")
        _leave("Close")


def begin(mission: Mission, *, again: bool = False) -> None:
    """Open a mission, and the page of its step; `again` with no step done."""
    (progress.again if again else progress.begin)(mission.key)
    task = progress.task()
    page = "missions" if task is None else task.page
    st.switch_page(f"app_pages/{page}.py")


def _leave(label: str) -> None:
    if st.button(label, icon=":material/close:", type="tertiary", key="leave_mission"):
        progress.leave()
        st.rerun()


def words_here() -> dict[str, str]:
    """What the texts of the missions name on the selected data, or on the bundled where nothing there was rated."""
    return aims.words(subject.ratings(), l2_unit=form.settings()["l2_unit"])


_SCRIPT = """
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const HANDS = ["wheel", "touchmove", "keydown", "pointerdown"];
const ROOM = '[data-testid="stBottomBlockContainer"] { padding-block: 4px 8px; }';  // the page needs it more
let shown = "", waiting = null;

function reveal(element) {
  const room = document.querySelector('[data-testid="stBottom"]')?.getBoundingClientRect().height ?? 0;
  const {top, bottom, height} = element.getBoundingClientRect();
  const high = 72, low = innerHeight - room;
  if (top >= high && bottom <= low) return;
  element.style.scrollMarginTop = `${high}px`;
  element.style.scrollMarginBottom = `${room + 16}px`;
  element.scrollIntoView({block: height > low - high || top < high ? "start" : "end", behavior: "auto"});
}

// What is above may still grow, so it is looked for again for a while, unless somebody scrolls or types.
function follow(place) {
  waiting?.abort();
  waiting = new AbortController();
  const {signal} = waiting;
  for (const kind of HANDS) addEventListener(kind, () => waiting.abort(), {signal, capture: true, passive: true});
  const look = () => {
    const there = [...document.querySelectorAll(place)].find((element) => element.getClientRects().length > 0);
    if (there) reveal(there);
  };
  const observer = new ResizeObserver(look);
  signal.addEventListener("abort", () => observer.disconnect());
  const main = document.querySelector('[data-testid="stMainBlockContainer"]');
  if (main) observer.observe(main);
  look();
  setTimeout(() => !signal.aborted && waiting.abort(), 8000);
}

export default function ({data}) {
  const {place, step, color} = data;
  const line = place ? `${place} { outline: 3px solid ${color}; outline-offset: 3px; border-radius: 4px; }` : "";
  sheet.replaceSync(ROOM + line);
  if (place && step !== shown) follow(place);
  shown = step;
  return () => sheet.replaceSync("");
}
"""

_mount = st.components.v2.component("mission_pointer", js=_SCRIPT)


def point(place: str, step: str) -> None:
    """Point at the place of a CSS selector, or at nothing; with another name of a step it is scrolled into view."""
    # Seen on the light and the dark background, and no color of the charts.
    _mount(key="mission_pointer", data={"place": place, "step": step, "color": "#c2410c"}, height=0)
