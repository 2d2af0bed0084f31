"""A teacher's sheet for each mission, to print: time, what pupils do and see, the questions and their answers.

It is made of the very texts of the missions, as a page of HTML that needs nothing else.
"""

import re
from collections.abc import Mapping
from html import escape

from dashboard.missions.task import Mission, Task
from dashboard.missions.tours import MISSIONS

_STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; color: #111; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
section { break-after: page; } section:last-child { break-after: auto; }
li { break-inside: avoid; margin-bottom: 1rem; } dt { font-weight: 600; float: left; clear: left; width: 7rem; }
dd { margin: 0 0 .3rem 7.5rem; } p.link { font-family: monospace; overflow-wrap: anywhere; }
"""


def page(words: Mapping[str, str], links: Mapping[str, str]) -> str:
    """All sheets as one HTML document, each mission on paper of its own, with its link."""
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
