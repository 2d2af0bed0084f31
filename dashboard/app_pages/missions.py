"""Missions: short guided tours over the real pages, with links to hand out."""

import streamlit as st

from core import access
from core.access import Action
from dashboard.jobs import trainings
from dashboard.missions import progress
from dashboard.missions.bar import words_here
from dashboard.missions.tours import MISSIONS, Mission
from dashboard.session import classroom, state, visitor
from dashboard.shared import elements, phrases

NOT_LOCKED = "Nothing is locked: it keeps the screen quiet, not people out."
LOCKED = "This explorer is set up for a class: for pupils it is always on, and those pages are locked."

words = words_here()
without_model = state.run_id() is None and not visitor.may(Action.TRAIN)
"""Whether no mission could be finished here: there is nothing to look into, and nobody may change that."""


def card(mission: Mission) -> None:
    """One mission: what it is about, how long it takes, and a way in."""
    current, finished = progress.current(), mission.key in progress.finished()
    with st.container(border=True, height="stretch"):
        st.markdown(f"**:material/{mission.icon}: {mission.title.format(**words)}**")
        st.markdown(mission.about.format(**words))
        st.space("stretch")
        st.caption(
            f"{phrases.count(len(mission.tasks), 'step')}, about {phrases.count(mission.minutes, 'minute')}"
            + (" · :material/check_circle: finished" if finished else "")
        )
        if without_model or (mission.needs is not None and not elements.allowed(mission.needs)):
            return
        if current is mission and progress.done_steps() < len(mission.tasks):
            page = mission.tasks[progress.done_steps()].page
            label = f"Go on: {phrases.count(progress.done_steps(), 'step')} done"
            st.page_link(f"app_pages/{page}.py", label=label, icon=":material/flag:")
            return
        if st.button("Start again" if finished else "Start", icon=":material/flag:", key=f"start_{mission.key}"):
            progress.begin(mission.key)
            st.switch_page(f"app_pages/{mission.tasks[0].page}.py")


def for_a_class() -> None:
    """How to hand out a mission, and how to hide what a class does not need."""
    st.header("For a class")
    st.markdown(
        "A mission's link opens its first step in anybody's browser; everybody's progress is their own. With the "
        "switch on, the pages under *Manage* and rarely needed settings are hidden, here and for all who open the "
        f"link. {LOCKED if access.in_class() else NOT_LOCKED}"
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


def link(key: str, hidden: bool) -> str:
    """Address of the first page of a mission, as this browser reaches the app."""
    root = (st.context.url or "").split("?")[0].rstrip("/").removesuffix("/missions")
    first = MISSIONS[key].tasks[0].page
    place = "" if first == "start" else first
    rest = f"&{classroom.PARAMETER}={classroom.ON}" if hidden else ""
    return f"{root}/{place}?{progress.MISSION}={key}{rest}"


st.title("Which tour would you like?")
st.markdown(
    "A mission leads over the real pages in a few steps, and sees by itself when a step is done. You can leave at any "
    "time; a copied link keeps your place."
)
if without_model:
    st.info("Every mission looks into a trained model, and there is none on this data yet.", icon=":material/info:")
    trainings.offer(trainings.first_config(), label="Train a first model")
with st.grid(3, min_column_width=260):
    for mission in MISSIONS.values():
        card(mission)
if visitor.may(Action.MANAGE):
    for_a_class()
