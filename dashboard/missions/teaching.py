"""For teachers: the board of a class, who is at which step, and a sheet of each mission to print with what it asks."""

import re
import time
from collections.abc import Mapping
from html import escape

import pandas as pd
import streamlit as st

from core.store import journeys
from core.store.journeys import Journey
from dashboard.missions.bar import words_here
from dashboard.missions.task import Mission, Task
from dashboard.missions.tours import MISSIONS
from dashboard.session import visitor
from dashboard.shared import elements, phrases

_STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; color: #111; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
section { break-after: page; } section:last-child { break-after: auto; }
li { break-inside: avoid; margin-bottom: 1rem; } dt { font-weight: 600; float: left; clear: left; width: 7rem; }
dd { margin: 0 0 .3rem 7.5rem; } p.link { font-family: monospace; overflow-wrap: anywhere; }
"""


def page(words: Mapping[str, str], links: Mapping[str, str]) -> str:
    """All sheets, of the very texts of the missions, as an HTML page that needs nothing else; each on its own paper."""
    sheets = "".join(_sheet(mission, words, links[key]) for key, mission in MISSIONS.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Missions: sheets for teachers</title>'
        f"<style>{_STYLE}</style>{sheets}</html>"
    )


def _sheet(mission: Mission, words: Mapping[str, str], link: str) -> str:
    def said(text: str) -> str:
        return html(text.format(**words))

    steps = "".join(f"<li>{_step(task, words)}</li>" for task in mission.tasks)
    return (
        f"<section><h1>{said(mission.title)}</h1><p>{said(mission.about)} About {mission.minutes} minutes, "
        f"{len(mission.tasks)} steps.</p>"
        f'<p class="link">{escape(link)}</p><ol>{steps}</ol></section>'
    )


def _step(task: Task, words: Mapping[str, str]) -> str:
    question = task.question.in_words(words)
    answer = "Whatever they think." if question.answer is None else "The bar checks it against what is on the screen."
    if not callable(question.options) and question.options:
        answer = f"{' / '.join(question.options)}. {answer}"
    if question.where:
        answer = f"{answer} {question.where}"
    lines = {
        "Page": task.page.replace("_", " ").capitalize(),
        "Do": task.do.format(**words),
        "Why": task.why.format(**words),
        "Seen": task.seen.format(**words),
        "Question": question.ask,
        "Answer": answer,
        "To discuss": question.told,
    }
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{html(text)}</dd>" for name, text in lines.items()) + "</dl>"


def html(text: str) -> str:
    """The little Markdown that the texts of the missions have, as HTML: bold and italics, all else as it is."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", text)


COLUMNS = {
    "pupil": st.column_config.TextColumn("Pupil", pinned=True, width="small"),
    "mission": st.column_config.TextColumn("Mission", width="medium"),
    "step": st.column_config.TextColumn("Looks at", width="small"),
    "done": st.column_config.TextColumn("Steps done", width="small"),
    "finished": st.column_config.NumberColumn("Missions finished", width="small"),
    "seen": st.column_config.TextColumn("Last step", width="small"),
}


def class_board() -> None:
    """Draw it for an administrator, where somebody is on a mission."""
    if not visitor.current().administrator:
        return
    now = time.time()
    # Whoever has done something since then is on the board.
    here = [journey for journey in journeys.everybody() if now - journey.seen < 12 * 3600]
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
    """One row a pupil, a number or what they chose to be called, at `now` seconds since 1970."""
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
