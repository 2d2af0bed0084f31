"""What a model was told of the items beside their ratings, in words (Markdown)."""

from collections.abc import Sequence

from core.model.run import Run
from dashboard.cache import analyses
from dashboard.shared import phrases
from dashboard.shared.markup import escape

MOST_NAMED = 3
"""Columns that are named; of more their number is said."""

_COLUMN_WORDS = {"year": "years"}


def columns(run: Run) -> str:
    """What it was told: "genres and years"; empty for a model that learned from ratings alone."""
    if not run.scorer.knows_item_columns:
        return ""
    return in_words([group.name for group in analyses.item_features(run.dataset.dataset_id)])


def in_words(names: Sequence[str]) -> str:
    """Columns of an item table in a sentence, by their names."""
    words = [_COLUMN_WORDS.get(name, escape(name)) for name in names]
    if len(words) > MOST_NAMED:
        further = len(words) - MOST_NAMED + 1
        words = [*words[: MOST_NAMED - 1], phrases.count(further, "further column")]
    return phrases.together(words)


def sentence(run: Run, otherwise: str) -> str:
    """That it was told something, and what; `otherwise` for a model that learned from ratings alone."""
    known = columns(run)
    return f"It was told {known}, and found the rest." if known else otherwise
