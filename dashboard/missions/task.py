"""What missions are made of: tours of steps, the question that ends each, and how an answer is checked: kindly."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from core.access import Action
from dashboard.missions.snapshot import Snapshot

Fact = float | str | None
"""A number, or one of the options, as the screen has it; None where it is not there."""

_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
SLACK = 0.0056
"""How far off a number with places behind the point may be: two of them are enough, rounded either way."""


@dataclass(frozen=True)
class Question:
    """Something to look up, or to have an opinion on (Markdown; in braces as in all texts of the missions).

    `told` is what its answer means: said when it was found, and printed on the teacher's sheet. `where` to look is
    said when the answer is another one. `answer` is what is right now; None where every answer is. Without
    `options` a number is asked for.
    """

    ask: str
    told: str
    where: str = ""
    answer: Callable[[Snapshot], Fact] | None = None
    options: Callable[[Snapshot], tuple[str, ...]] | tuple[str, ...] = ()

    @property
    def is_choice(self) -> bool:
        """Whether there are options."""
        return self.options != ()

    def in_words(self, words: Mapping[str, str]) -> Self:
        """The same about the data at hand: what stands in braces is filled in."""
        return replace(
            self, ask=self.ask.format(**words), told=self.told.format(**words), where=self.where.format(**words)
        )

    def offered(self, now: Snapshot) -> tuple[str, ...]:
        """The options that there are now."""
        return self.options(now) if callable(self.options) else self.options


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


def reply(question: Question, given: str, now: Snapshot) -> tuple[bool, str]:
    """Whether an answer will do, chosen or typed, and what is said to it (Markdown)."""
    if question.answer is None:
        return True, question.told
    right = question.answer(now)
    if right is None:
        return False, f"That cannot be seen now. {question.where}"
    if isinstance(right, str):
        is_it = given == right
        return is_it, f"Right. {question.told}" if is_it else f"Not that one. {question.where}"
    found = _NUMBER.search(given.replace("\u00a0", ""))
    if found is None:
        return False, "Type it as a number, such as 3 or 0.85."
    number = float(found[0].replace(",", ".").replace("−", "-"))
    whole = float(right).is_integer()
    if number == right or (not whole and abs(number - right) <= SLACK):
        return True, f"Right, {int(right) if whole else f'{right:.3f}'}. {question.told}"
    return False, f"Not quite. {question.where}"
