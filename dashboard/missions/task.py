"""What missions are made of: a step, and a tour of several."""

from collections.abc import Callable
from dataclasses import dataclass

from core.access import Action
from dashboard.missions.questions import Question
from dashboard.missions.snapshot import Snapshot


@dataclass(frozen=True)
class Task:
    """One step (Markdown): its page, what to do and what for, when it is done, what there is to see then.

    `place` is the CSS selector of what is to be used, `evidence` of what is to be seen when it is done, if another.
    """

    page: str
    do: str
    why: str
    done: Callable[[Snapshot], bool]
    seen: str
    question: Question
    place: str
    evidence: str = ""


@dataclass(frozen=True)
class Mission:
    """A tour: its name in links, its title, a sentence, minutes it takes, its steps, and what these have to allow.

    Attributes:
        sample: The set of vectors that it is about (`core.data.vectors.samples`); empty for ratings, whichever.
        careless: Whether the form on Train is set for it, to a model that nothing holds back (`aims.careless`). All
            others are about the model that the first button trains.
    """

    key: str
    title: str
    about: str
    icon: str
    minutes: int
    tasks: tuple[Task, ...]
    needs: Action | None = None
    sample: str = ""
    careless: bool = False
