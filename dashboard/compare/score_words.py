"""What a scoreboard shows, in sentences made from its numbers (Markdown)."""

from collections.abc import Sequence

from core.analysis.compare.score import Mean, Row
from dashboard.shared.phrases import count
from dashboard.shared.score_words import HARDLY

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
