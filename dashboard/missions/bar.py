"""The bar at the top of every page while a mission is on: the current step, why, and what is done."""

import streamlit as st

from core.errors import ExplorerError
from dashboard.cache import loaders
from dashboard.missions import aims, endings, progress
from dashboard.missions.snapshot import look
from dashboard.missions.tours import Mission
from dashboard.session import state
from dashboard.train import form

DONE = ":material/check_circle:"

LOOK_SECONDS = 1.0
"""How often a mission looks whether its step is done: pages with parts of their own do not tell when these change."""

_REPORTED = "_mission_error"
"""Session key of what has been reported of why a step cannot be looked at."""


def show(page: str) -> None:
    """Draw the bar, if a mission is on. `page` is the name of the open page."""
    mission = progress.current()
    if mission is None:
        progress.write_link()
    elif progress.done_steps() == len(mission.tasks):
        with st.container():  # as a fragment has one: the bar keeps its place, and is not seen twice for a moment
            _end(mission)
    else:
        _watch(page)


@st.fragment(run_every=LOOK_SECONDS)
def _watch(page: str) -> None:
    """The bar while the mission goes on; it looks again every second.

    A step that gets done is also told where somebody sees it who has scrolled the bar away.
    """
    mission = progress.current()
    if mission is None:
        return
    before = progress.done_steps()
    try:
        at = progress.advance(lambda: look(page))
    except ExplorerError as error:  # such as a damaged model
        if st.session_state.get(_REPORTED) != str(error):  # once, not every second
            st.session_state[_REPORTED] = str(error)
            state.report_error(error)
        at = progress.done_steps()
    progress.write_link()
    if at == len(mission.tasks):
        st.rerun()  # from here on nothing has to be watched
    task, words = mission.tasks[at], words_here()
    if at > before:
        st.toast(f"That step is done. Next: {task.do.format(**words)}", icon=DONE)
    with st.container(border=True, key="mission_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _title(mission, at, words)
            _leave("Leave")
        st.markdown(task.do.format(**words))
        st.caption(_why(mission, at, words))
        if task.page != page:  # on the left and low, where the toast does not lie over it
            st.page_link(
                f"app_pages/{task.page}.py", label="Take me there", icon=":material/arrow_forward:", width="content"
            )


def _end(mission: Mission) -> None:
    """The bar of a finished mission, until somebody closes it."""
    progress.write_link()
    text = f"Mission done: **{mission.title.format(**words_here())}**"
    with st.container(border=True, key="mission_bar", gap="xsmall"):
        st.markdown(f"{DONE} {text}")
        if came := endings.words(mission):
            st.markdown(came)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link("app_pages/missions.py", label="All missions", icon=":material/flag:", width="content")
            _leave("Close")
    if progress.just_finished():
        st.toast(text, icon=DONE)


def _title(mission: Mission, at: int, words: dict[str, str]) -> None:
    marks = DONE * at + ":material/radio_button_unchecked:" * (len(mission.tasks) - at)
    text = f"**{mission.title.format(**words)}** :small[step {at + 1} of {len(mission.tasks)} {marks}]"
    st.markdown(text, width="stretch")


def _why(mission: Mission, at: int, words: dict[str, str]) -> str:
    before = ":material/check: The step before is done. " if at else ""
    return (before + mission.tasks[at].why).format(**words)


def _leave(label: str) -> None:
    if st.button(label, icon=":material/close:", type="tertiary", key="leave_mission"):
        progress.leave()
        st.rerun()


def words_here() -> dict[str, str]:
    """What the texts of the missions name on the selected data."""
    return aims.words(loaders.ratings(state.dataset_id()), l2_unit=form.settings()["l2_unit"])
