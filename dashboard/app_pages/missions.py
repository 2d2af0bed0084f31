"""Missions: short guided tours over the real pages, with links to hand out."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from core import access
from core.access import Action
from core.data import BUNDLED
from core.store import journeys
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.missions import aims, bar, begun, progress, subject, teaching
from dashboard.missions.bar import words_here
from dashboard.missions.task import Mission
from dashboard.missions.tours import MISSIONS
from dashboard.session import classroom, state, visitor
from dashboard.shared import elements, phrases, tables
from dashboard.train import link as train_link

_NICKNAME = "_nickname"

NOT_LOCKED = "Nothing is locked: it keeps the screen quiet, not people out."
LOCKED = "This explorer is set up for a class: for pupils it is always on, and those pages are locked."

words = words_here()
without_model = not loaders.runs_of(subject.ratings().dataset_id) and not visitor.may(Action.TRAIN)
"""Whether no mission on ratings could be finished here: there is nothing to look into, and nobody may change that."""


def card(mission: Mission) -> None:
    """One mission: what it is about, how long it takes, and a way in."""
    done, finished = len(progress.done(mission.key)), progress.finished(mission.key)
    with st.container(border=True, height="stretch"):
        st.markdown(f"**:material/{mission.icon}: {mission.title.format(**words)}**")
        st.markdown(mission.about.format(**words))
        st.space("stretch")
        st.caption(
            f"{phrases.count(len(mission.tasks), 'step')}, about {phrases.count(mission.minutes, 'minute')}"
            + (" · :material/check_circle: finished" if finished else "")
        )
        if mission.sample:
            if not subject.available(mission):
                elements.allowed(Action.IMPORT)
                return
        elif without_model or (mission.needs is not None and not elements.allowed(mission.needs)):
            return
        label = "Start again" if finished else f"Go on: {phrases.count(done, 'step')} done" if done else "Start"
        if st.button(label, icon=":material/flag:", key=f"start_{mission.key}"):
            bar.begin(mission, again=finished)


def nickname() -> None:
    """What somebody is called on the board of the class."""
    mine = journeys.of(visitor.current().owner)
    if mine is None or not visitor.may(Action.NAME):
        return
    elements.hold(_NICKNAME, mine.nickname)
    st.text_input(
        f"You are number {mine.number} on the board of the class. A nickname beside it, if you like",
        key=_NICKNAME,
        max_chars=journeys.LONGEST,
        placeholder="None",
        width=420,
        on_change=call,
    )


@state.reporting
def call() -> None:
    """Keep the nickname; a callback."""
    called = str(st.session_state[_NICKNAME] or "")
    journeys.change(visitor.current(), lambda journey: journey.called(called))


def for_a_class() -> None:
    """How to hand out a mission, and how to hide what a class does not need."""
    st.header("For a class")
    st.markdown(
        "A mission's link opens its first step in anybody's browser. Everybody's progress is their own, and all begin "
        "with the same model and settings. With the switch on, the pages under *Manage* and rarely needed settings are "
        f"hidden, here and for all who open the link. {LOCKED if access.in_class() else NOT_LOCKED}"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox(
            "Mission",
            list(MISSIONS),
            format_func=lambda name: MISSIONS[name].title.format(**words),
            key="hand_out",
            width=340,
        )
        hidden = st.toggle(
            "Hide what a class does not need",
            value=classroom.on(),
            key="hide_controls",
            on_change=lambda: classroom.switch(st.session_state.hide_controls),
        )
    st.markdown("The link to hand out:")
    st.code(link(key, hidden), language=None, wrap_lines=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        links = {name: link(name, hidden) for name in MISSIONS}
        make = partial(sheets, words, links)
        tables.download("Sheets to print, with answers", make, file="missions.html", mime="text/html", key="sheets")
        elements.page_link("jobs", "Who is at which step", "groups")


def sheets(words: dict[str, str], links: dict[str, str]) -> bytes:
    """A teacher's sheet for each mission."""
    return teaching.page(words, links).encode()


def link(key: str, hidden: bool) -> str:
    """Address of the first page of a mission, as this browser reaches the app."""
    root = (st.context.url or "").split("?")[0].rstrip("/").removesuffix("/missions")
    mission, ratings = MISSIONS[key], subject.ratings()
    first = mission.tasks[0].page
    query = {begun.MISSION: key}
    query |= {} if mission.sample or ratings.dataset_id == BUNDLED else {state.DATASET: ratings.dataset_id}
    query |= train_link.to(aims.careless(ratings)) if mission.careless else {}
    query |= {classroom.PARAMETER: classroom.ON} if hidden else {}
    return f"{root}/{'' if first == 'start' else first}?{urlencode(query)}"


st.title("Which tour would you like?")
st.markdown(
    "A mission leads over the real pages in a few steps, and sees by itself when a step is done. You can leave at any "
    "time; a copied link keeps your place."
)
if without_model:
    st.info(
        "Missions on ratings look into a trained model, and there is none on this data yet.", icon=":material/info:"
    )
    trainings.offer(trainings.first_config(), label="Train a first model")
with st.grid(3, min_column_width=260):
    for mission in MISSIONS.values():
        card(mission)
nickname()
if visitor.may(Action.MANAGE):
    for_a_class()
