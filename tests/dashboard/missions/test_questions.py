"""An answer is checked against the screen, and whoever misses is told where to look."""

import pytest

from dashboard.missions.snapshot import Snapshot
from dashboard.missions.task import Question, reply

NOW = Snapshot(page="train")


def asked(right: float | str | None, options: tuple[str, ...] = ()) -> Question:
    return Question("Which {noun}?", "Told.", "Look there.", lambda _: right, options)


@pytest.mark.parametrize(
    ("right", "typed", "said"),
    [
        (0.8147, "0.815", "Right, 0.815. Told."),
        (0.8147, "0,81", "Right, 0.815. Told."),
        (0.8147, " about 0.82 stars", "Right, 0.815. Told."),
        (0.8147, "0.83", "Not quite. Look there."),
        (0.8147, "815", "Not quite. Look there."),
        (9.0, "9", "Right, 9. Told."),
        (9.0, "9.004", "Not quite. Look there."),
        (0.0, "0", "Right, 0. Told."),
        (9.0, "nine", "Type it as a number, such as 3 or 0.85."),
        (9.0, "9" * 5000, "Not quite. Look there."),
        (None, "9", "That cannot be seen now. Look there."),
        ("Heat", "Heat", "Right. Told."),
        ("Heat", "Alien", "Not that one. Look there."),
    ],
)
def test_an_answer_is_checked_kindly(right, typed: str, said: str):
    right_one, words = reply(asked(right), typed, NOW)
    assert words == said
    assert right_one == said.startswith("Right")


def test_an_opinion_cannot_be_wrong():
    question = Question("Alike?", "Both may be.", options=("Yes", "No"))
    assert [reply(question, given, NOW) for given in question.offered(NOW)] == [(True, "Both may be.")] * 2


def test_a_question_speaks_of_the_data():
    question = asked(1.0).in_words({"noun": "book"})
    assert (question.ask, question.is_choice) == ("Which book?", False)
    assert Question("?", "", options=lambda now: (now.page,)).offered(NOW) == ("train",)
