"""What a model was told, by its task and of the items beside their ratings, in words (Markdown)."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.model.run import Run
from dashboard.cache import analyses
from dashboard.shared import phrases
from dashboard.shared.markup import escape

MOST_NAMED = 3
"""Columns that are named; of more their number is said."""


@dataclass(frozen=True)
class Task:
    """What a model was told in training, until when its numbers were right, and what rows moved together stand for."""

    told: str
    until: str
    alike: str


RATING = Task("Nobody told the model what goes with what", "the ratings came out right", "pleases the same people")

TASKS = {
    "ranking": Task(
        "The model was told who rated what, and not how they liked it",
        "what somebody rated came before what they did not",
        "the same people rated",
    ),
    "labels": Task(
        "The model was told the genres, and nothing else", "the genres could be told from them", "has the same genres"
    ),
    "item2vec": Task(
        "The model was told in which order people rated things, and not how they liked them",
        "they told what somebody rates next",
        "people rate soon after the same things",
    ),
}
"""Tasks other than guessing ratings, by the name of the family."""


def task(run: Run) -> Task:
    """What a model that was trained here was asked."""
    return TASKS.get(run.config.model, RATING)


def columns(run: Run) -> str:
    """What it was told: "genres and years"; empty for a model that learned from ratings alone."""
    if not run.scorer.knows_item_columns:
        return ""
    return in_words([group.name for group in analyses.item_features(run.dataset.dataset_id)])


def given(run: Run) -> str:
    """What it was told of what items are about, as something to learn from or to answer; else empty."""
    return "genres" if run.config.model == "labels" else columns(run)


def in_words(names: Sequence[str]) -> str:
    """Columns of an item table in a sentence, by their names."""
    words = [{"year": "years"}.get(name, escape(name)) for name in names]
    if len(words) > MOST_NAMED:
        further = len(words) - MOST_NAMED + 1
        words = [*words[: MOST_NAMED - 1], phrases.count(further, "further column")]
    return phrases.together(words)


def sentence(run: Run, otherwise: str) -> str:
    """That it was told something, and what; `otherwise` for a model that was told nothing of what items are about."""
    known = given(run)
    return f"The model was told {known}, and found the rest." if known else otherwise
