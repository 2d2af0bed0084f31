"""The board of a class: who is at which step. Pupils are numbers, or what they chose to be called."""

import time

import pandas as pd
import streamlit as st

from core.store import journeys
from core.store.journeys import Journey
from dashboard.missions.bar import words_here
from dashboard.missions.tours import MISSIONS
from dashboard.session import visitor
from dashboard.shared import elements, phrases

TODAY_SECONDS = 12 * 3600
"""Whoever has done something since then is on the board."""

COLUMNS = {
    "pupil": st.column_config.TextColumn("Pupil", pinned=True, width="small"),
    "mission": st.column_config.TextColumn("Mission", width="medium"),
    "step": st.column_config.TextColumn("Looks at", width="small"),
    "done": st.column_config.TextColumn("Steps done", width="small"),
    "finished": st.column_config.NumberColumn("Missions finished", width="small"),
    "seen": st.column_config.TextColumn("Last step", width="small"),
}


def show() -> None:
    """Draw it for an administrator, where somebody is on a mission."""
    if not visitor.current().administrator:
        return
    now = time.time()
    here = [journey for journey in journeys.everybody() if now - journey.seen < TODAY_SECONDS]
    if not here:
        return
    st.header("The class")
    st.markdown(f"{phrases.count(len(here), 'browser')} on missions in the last twelve hours, each by its number.")
    elements.table(
        table(here, now, words_here()),
        column_config=COLUMNS,
        key="class_board",
        alt="Pupils with the mission they are in, the step they look at, and what they have done",
    )
    st.button("Look again", icon=":material/refresh:", key="look_at_class")


def table(everybody: list[Journey], now: float, words: dict[str, str]) -> pd.DataFrame:
    """One row a pupil, at `now` seconds since 1970."""
    return pd.DataFrame([_row(one, now, words) for one in everybody])


def _row(one: Journey, now: float, words: dict[str, str]) -> dict[str, object]:
    mission = MISSIONS.get(one.tour)
    steps = 0 if mission is None else len(mission.tasks)
    done = 0 if mission is None else len(one.steps(mission.key) & set(range(steps)))
    return {
        "pupil": f"{one.number} {one.nickname}".strip(),
        "mission": "Between missions" if mission is None else mission.title.format(**words),
        "step": "–" if mission is None else f"{one.step + 1} of {steps}" if one.step < steps else "the end",
        "done": f"{done} of {steps}" if steps else "–",
        "finished": sum(one.steps(key) >= set(range(len(tour.tasks))) for key, tour in MISSIONS.items()),
        "seen": f"{phrases.duration(max(0.0, now - one.seen))} ago",
    }
