"""What comparing runs shows, and their scoreboard, in sentences made from the numbers (Markdown)."""

from collections.abc import Mapping, Sequence

import numpy as np

from core.analysis.compare.comparison import Comparison, Shared
from core.analysis.compare.measures import kept_by_chance
from core.analysis.compare.score import Mean, Paired, Row
from core.data.nouns import verb, with_article
from core.model.families import family_of
from core.model.metrics import RMSE
from core.model.run import Run
from core.store.run_files import RunSummary
from dashboard.shared import score_words
from dashboard.shared.markup import escape
from dashboard.shared.model_names import data_words
from dashboard.shared.phrases import count, plural, together, unit
from dashboard.shared.score_words import HARDLY

NEAR_CHANCE, IN_LITTLE, IN_PART, MUCH = 0.1, 0.4, 0.7, 0.9
"""Shares of the way from chance to the same up to which two spaces have nothing to do with each other, are alike in
little, in part, and much alike."""


def introduction(run: Run) -> tuple[str, str]:
    """The title of the page, and what is to be seen on it."""
    if run.origin.kind == "imported":
        return "How alike are two spaces?", (
            f"Two sets of vectors can have the same {escape(plural(run.dataset.noun))} and still see different things. "
            "Here is what two of them agree on: which neighbors stay, and who moves."
        )
    return "How alike are two models?", (
        "Models can guess equally well and still see different things. Here are their results and settings, and what "
        "two of them agree on: which neighbors stay, and who moves."
    )


def who_is_who(letters: Sequence[str], summaries: Sequence[RunSummary]) -> str:
    """What each letter stands for, where some were not trained here and have no results to be compared."""
    named = together(
        [
            f"**{letter}** is {escape(data_words(one))}, {count(one.config.dimensions, 'dimension')}"
            for letter, one in zip(letters, summaries, strict=True)
        ]
    )
    return f"{named}. What another program trained came without curves and results, so only the vectors are compared."


def errors(letters: Sequence[str], summaries: Sequence[RunSummary], behind: Sequence[Paired | None]) -> str:
    """Which model guesses best, and by how much; said only of models that were tested on the same ratings.

    `behind` is how much further off each is than the best of them, which has None.
    """
    if not same_test(summaries):
        return (
            "Their errors are not of the same ratings: other data, or another part of it kept aside to test on. Which "
            "model guesses better cannot be told from them."
        )
    first = best(summaries)
    stars, low = unit(summaries[first].dataset), summaries[first].outcome.guess_error
    apart = {letter: found for letter, found in zip(letters, behind, strict=True) if found is not None}
    clear, unclear = (
        [f"{letter} by {_by(found)}" for letter, found in apart.items() if found.clear is wanted]
        for wanted in (True, False)
    )
    note = "± is one standard error over people, rating by rating."
    if not clear:
        return (
            f"They guess about equally well: {letters[first]} is off by about {low:.3f} {stars}, {together(unclear)} "
            f"more, too little to tell from the luck of who was asked. {note}"
        )
    how = "guesses better" if len(apart) == 1 else "guesses best" if not unclear else "is off by the least"
    more = f" Too little to tell from the luck of who was asked: {together(unclear)}." if unclear else ""
    return f"**{letters[first]} {how}**: it is off by about {low:.3f} {stars}, {together(clear)} more.{more} {note}"


def curves(letters: Sequence[str], summaries: Sequence[RunSummary]) -> str:
    """How the picture of curves is read, and whose are not on it: those that another metric than the first's judges."""
    metrics = [family_of(one.config).metric for one in summaries]
    first = metrics[0]
    apart = [letter for letter, metric in zip(letters, metrics, strict=True) if metric is not first]
    text = "Solid: validation. Dotted: training." if first is RMSE else "Measured on what was kept aside."
    if apart:
        text += f" {together(apart)} {verb(len(apart), 'is', 'are')} judged by something else, and not on this picture."
    return text


def judged_apart(letters: Sequence[str], summaries: Sequence[RunSummary]) -> str:
    """What each of some models is judged by, where not all of them guess ratings."""
    measured = {letter: one.outcome.metric for letter, one in zip(letters, summaries, strict=True)}
    known = {letter: one for letter, one in measured.items() if one is not None}
    values = together([f"{letter} has {one.metric.title} {one.value:,.3f}" for letter, one in known.items()])
    metrics = {one.metric for one in known.values()}
    if len(metrics) == 1 and same_test(summaries):
        metric = metrics.pop()
        ahead = list(known)[metric.best([one.value for one in known.values()])]
        return f"**{ahead} does best**: {values}; {metric.direction}. {metric.title} {metric.meaning}."
    return (
        f"They are judged by different things, or on different data, and which is better cannot be told: {values}. "
        "What follows compares what they have learned."
    )


def _by(found: Paired) -> str:
    return f"{found.difference:.3f} ± {found.se:.3f}"


def best(summaries: Sequence[RunSummary]) -> int:
    """Place of the model that guesses ratings best; all of them guess some."""
    return min(range(len(summaries)), key=lambda place: summaries[place].outcome.guess_error)


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
        f"The epoch that {together(some)} kept or stopped at was chosen "
        "on the very validation ratings that the errors are reported on: they are slightly too low."
    )


def alike(left: str, right: str, comparison: Comparison, noun: str) -> str:
    """How alike two spaces are by the weakest measure, and what each says beside what chance would give."""
    measured, k = comparison.measured, comparison.overlap.k
    rest = (
        f" ({measured.cka_rest:.2f} without the strongest direction of each, which decides much of it)"
        if measured.cka_rest is not None
        else ""
    )
    return (
        f"{_verdict(comparison.agreement)} Of the {k} nearest {plural(noun)} that {left} gives {with_article(noun)}, "
        f"{right} keeps **{number(measured.kept)}** on average; lists drawn by chance would share "
        f"{measured.kept_by_chance:.2f}. As wholes, their linear CKA is {measured.cka:.2f}{rest}, by chance "
        f"{measured.cka_by_chance:.2f}; turned onto each other, {1 - measured.distance:.0%} of the spread agrees, by "
        f"chance {1 - measured.distance_by_chance:.0%}."
    )


def _verdict(agreement: Mapping[str, float]) -> str:
    """How alike two spaces are by the measure that is nearest to chance, and whether another says more."""
    weakest, strongest = min(agreement, key=agreement.__getitem__), max(agreement.values())
    strength = next(words for least, words in _STRENGTHS if agreement[weakest] >= least)
    further = next(words for least, words in _STRENGTHS if strongest >= least) != strength
    return f"{strength}{_BY[weakest]}." if further else f"{strength}, whichever way it is measured."


_STRENGTHS = (
    (MUCH, "The two spaces are **nearly the same**"),
    (IN_PART, "The two spaces are **much alike**"),
    (IN_LITTLE, "The two spaces are **alike in part**"),
    (NEAR_CHANCE, "The two spaces are **alike in little**"),
    (-np.inf, "The two spaces are **hardly more alike than by chance**"),
)
_BY = {
    "kept": " in who is near whom, though more in the broad lie of the land",
    "cka": " in how their spread is laid out",
    "cka_rest": " beyond the strongest direction of each",
    "distance": " when the one is turned onto the other",
}


def number(kept: float) -> str:
    """Neighbors kept on average: few of them with another digit."""
    return f"{kept:.1f}" if kept >= 0.95 else f"{kept:.2f}"


def left_out(items: Shared, min_ratings: int, sizes: tuple[int, int] | None, noun: str) -> str:
    """Which items are compared, and which are not; `sizes` are those of the data of each, where these differ."""
    nouns = plural(noun)
    text = f"Compared on {count(len(items), noun)}."
    if sizes is not None:
        text = (
            f"The two are of different data, with {sizes[0]:,} and {sizes[1]:,} {nouns}; {items.in_both:,} occur "
            f"in both, by their ids. Compared on {count(len(items), noun)} of those."
        )
    parts = []
    if items.rare:
        where = "" if sizes is None else " in one of them"
        parts.append(f"{items.rare:,} with fewer than {count(min_ratings, 'rating')}{where}")
    if items.untrained:
        parts.append(f"{items.untrained:,} without a rating in the training part of one of the models")
    if items.of > len(items):
        text += f" They were drawn by chance from {items.of:,}, and neighbors are looked for among them alone."
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


ABOUT = (
    "Dots are splits, and a line joins one split's; diamonds are means, and their bars one standard error to either "
    "side. A standard error tells how far the means of other splits of the same ratings would be from these. Each "
    "difference is taken split by split, so that what makes a split easy for all cancels. More than chance would do is "
    "what the corrected resampled t-test of [Nadeau and Bengio (2003)](https://doi.org/10.1023/A:1024068626366) would "
    "find less than one time in twenty if there were no difference; of many pairs it finds some all the same."
)


def means(letters: Sequence[str], rows: Sequence[Row], unit: str) -> str:
    """The mean of each model with its standard error."""
    words = [f"**{letter}** {_digits(row.pooled)}" for letter, row in zip(letters, rows, strict=True)]
    splits = count(len(rows[0].splits), "split")
    return f"Validation RMSE on {splits}, mean ± standard error: {', '.join(words)} {unit}."


def apart(pairs: Sequence[str], found: Sequence[Mean], clear: Sequence[bool], unit: str) -> str:
    """What sets every two apart, and whether that is more than chance would do; of more than three, which are.

    `found` is how much higher the error of the first of a pair is, `clear` whether that is more than chance.
    """
    if not any(one.mean or one.se for one in found):
        return "They are the same settings, so nothing sets them apart."
    if len(pairs) <= 3:
        return " ".join(_apart(*one, unit) for one in zip(pairs, found, clear, strict=True))
    better = [_order(*one) for one in zip(pairs, found, strict=True)]
    sure = [f"{first} than {second}" for (first, second), one in zip(better, clear, strict=True) if one]
    unsure = [f"{first} and {second}" for (first, second), one in zip(better, clear, strict=True) if not one]
    sentences = [f"Clearly better: {', '.join(sure)}."] if sure else []
    return " ".join([*sentences, *([f"Too near to tell apart from chance: {', '.join(unsure)}."] if unsure else [])])


def _apart(pair: str, one: Mean, clear: bool, unit: str) -> str:
    first, second = _order(pair, one)
    by = f"{_digits(Mean(abs(one.mean), one.se, one.n))} {unit}"
    if clear:
        return f"**{first} guesses better than {second}** by {by} on the same splits, more than chance would do."
    return f"{first} and {second} differ by {by} on the same splits, too little to tell from chance."


def _order(pair: str, one: Mean) -> tuple[str, str]:
    """The better of two letters, and the other."""
    return (pair[0], pair[1]) if one.mean <= 0 else (pair[1], pair[0])


def luck(letters: Sequence[str], rows: Sequence[Row], seeds: Sequence[int]) -> str:
    """How each run's own split compares with the mean of all of its splits."""
    parts = []
    for letter, row, seed in zip(letters, rows, seeds, strict=True):
        how = "just as good as" if abs(row.luck) < HARDLY else f"{abs(row.luck):.3f} {_way(row.luck)} than"
        parts.append(f"{letter}'s own (seed {seed}) came out {how} its mean")
    return f"The luck of one split: {'; '.join(parts)}."


def _way(luck: float) -> str:
    return "better" if luck > 0 else "worse"


def _digits(one: Mean) -> str:
    return f"{one.mean:,.3f} ± {one.se:,.3f}"
