"""What a comparison of two runs shows, in sentences made from its numbers (Markdown)."""

from collections.abc import Sequence

import numpy as np

from core.analysis.compare.comparison import Comparison, Measured, Shared
from core.analysis.compare.measures import kept_by_chance
from core.data.nouns import with_article
from core.store.runs import RunSummary
from dashboard.shared import score_words
from dashboard.shared.markup import escape
from dashboard.shared.phrases import count, plural, unit

SAME = 0.002
"""Differences in RMSE below this are hardly worth a word: another seed changes as much."""

NEAR_CHANCE = 0.1
"""Share of the way from chance to equal below which two spaces have nothing to do with each other."""


def errors(letters: Sequence[str], summaries: Sequence[RunSummary]) -> str:
    """Which model guesses best, and by how much; said only of models that were tested on the same ratings."""
    order = sorted(range(len(summaries)), key=lambda place: summaries[place].outcome.val_rmse)
    best, worst = order[0], order[-1]
    low, high = (summaries[place].outcome.val_rmse for place in (best, worst))
    if not same_test(summaries):
        return (
            "Their errors are not of the same ratings: other data, or another part of it kept aside to test on. Which "
            "model guesses better cannot be told from them."
        )
    stars = unit(summaries[best].dataset)
    if high - low < SAME:
        return f"They guess about equally well: off by {low:.3f} to {high:.3f} {stars}."
    if len(summaries) == 2:
        return (
            f"**{letters[best]} guesses better**: it is off by about {low:.3f} {stars}, {letters[worst]} by "
            f"{high:.3f}, {high - low:.3f} more."
        )
    return (
        f"**{letters[best]} guesses best**: it is off by about {low:.3f} {stars}, {letters[worst]}, the last, by "
        f"{high:.3f}."
    )


def same_test(summaries: Sequence[RunSummary]) -> bool:
    """Whether all were tested on the same ratings, so that their errors can be compared."""
    return len({(summary.dataset.digest, summary.config.split) for summary in summaries}) == 1


def chosen_by(letters: Sequence[str], summaries: Sequence[RunSummary]) -> str:
    """Which of them chose by their validation ratings when to stop, or what to keep; empty where none did."""
    some = [
        letter for letter, one in zip(letters, summaries, strict=True) if score_words.chosen(one.config, one.outcome)
    ]
    if not some:
        return ""
    return (
        f"The epoch that {' and '.join(filter(None, [', '.join(some[:-1]), some[-1]]))} kept or stopped at was chosen "
        "on the very validation ratings that the errors are reported on: they are slightly too low."
    )


def alike(left: str, right: str, comparison: Comparison, noun: str) -> str:
    """How alike two spaces are, beside what chance would give."""
    measured, k = comparison.measured, comparison.overlap.k
    text = (
        f"Of the {k} nearest {plural(noun)} that {left} gives {with_article(noun)}, {right} keeps "
        f"**{number(measured.kept)}** on "
        f"average; lists drawn by chance would share {measured.kept_by_chance:.2f}."
    )
    return f"{text} {_spaces(measured)}"


def number(kept: float) -> str:
    """Neighbors kept on average: few of them with another digit."""
    return f"{kept:.1f}" if kept >= 0.95 else f"{kept:.2f}"


def _spaces(measured: Measured) -> str:
    """The two measures of whole spaces, in words."""
    way = _way(measured.cka, measured.cka_by_chance, 1)
    if way < NEAR_CHANCE:
        return (
            "As wholes, the two spaces are hardly more alike than by chance: what the one lays out, the other does not."
        )
    strength = "nearly the same" if way > 0.9 else "much alike" if way > 0.6 else "alike in part"
    return (
        f"As wholes, the two spaces are {strength}: turned onto each other, {1 - measured.distance:.0%} of the spread "
        "agrees."
    )


def _way(value: float, chance: float, best: float) -> float:
    """How far a value is from chance towards its best, 0–1 and below 0 for less than chance."""
    return (value - chance) / (best - chance) if best > chance else 0.0


def left_out(items: Shared, min_ratings: int, sizes: tuple[int, int] | None, noun: str) -> str:
    """Which items are compared, and which are not.

    Args:
        items: The items.
        min_ratings: Ratings that were asked for.
        sizes: Items in the data of each, where these differ; None for runs on the same data.
        noun: What an item is.
    """
    nouns = plural(noun)
    text = f"Compared on {count(len(items), noun)}."
    if sizes is not None:
        text = (
            f"The two learned from different data, with {sizes[0]:,} and {sizes[1]:,} {nouns}; {items.in_both:,} occur "
            f"in both, by their ids. Compared on {count(len(items), noun)} of those."
        )
    parts = []
    if items.rare:
        where = "" if sizes is None else " in one of them"
        parts.append(f"{items.rare:,} with fewer than {count(min_ratings, 'rating')}{where}")
    if items.untrained:
        parts.append(f"{items.untrained:,} without a rating in the training part of one of the models")
    return f"{text} Left out: {' and '.join(parts)}." if parts else text


def maps(left: str, right: str, comparison: Comparison, labels: Sequence[str]) -> str:
    """What alignment did, and who lies furthest from its counterpart after it."""
    far, middle = int(np.argmax(comparison.moved)), float(np.median(comparison.moved))
    return (
        f"{right} is drawn after it was turned, mirrored, scaled and moved as a whole to lie on {left} as well as it "
        "can: the dimensions of two trainings come in no order, and number 3 of one has nothing to do with number 3 "
        "of the other. The less the two agree, the smaller the best fit draws the second. In all dimensions together "
        f"**{escape(labels[far])}** lies furthest from its counterpart, {comparison.moved[far]:.2f} units; half lie "
        f"within {middle:.2f}."
    )


def histogram(comparison: Comparison, often: np.ndarray, noun: str) -> str:
    """Who keeps none and who keeps nearly all of the neighbors."""
    k, n = comparison.overlap.k, len(comparison.overlap.kept)
    chance = float(kept_by_chance(n, k)[0])
    none, many = int(often[0]), int(often[k // 2 + 1 :].sum())
    return (
        f"{none:,} of {count(n, noun)} ({none / n:.0%}) keep none of the {k} nearest, {many:,} ({many / n:.0%}) keep "
        f"more than half. By chance {chance:.0%} would keep none."
    )


def two_lists(label: str, left: str, right: str, kept: int, k: int) -> str:
    """What the two lists of one item have in common."""
    name = escape(label)
    if kept == 0:
        return f"{left} and {right} agree on none of the {k} nearest to **{name}**."
    if kept == k:
        return f"{left} and {right} name the same {k} for **{name}**."
    return f"{left} and {right} agree on **{kept} of the {k}** nearest to **{name}**."
