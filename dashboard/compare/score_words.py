"""What a scoreboard shows, in sentences made from its numbers (Markdown)."""

from collections.abc import Sequence

from core.analysis.compare.score import Mean, Row
from dashboard.shared.phrases import count
from dashboard.shared.score_words import HARDLY

ABOUT = (
    "Dots are splits, and a line joins one split's; diamonds are means, and their bars one standard error to either "
    "side. A standard error tells how far the means of other splits of the same ratings would be from these. Each "
    "difference is taken split by split, so that what makes a split easy for all cancels. Clear is what the corrected "
    "resampled t-test of [Nadeau and Bengio (2003)](https://doi.org/10.1023/A:1024068626366) would find less than one "
    "time in twenty by chance; of many pairs some will be clear by chance."
)


def means(letters: Sequence[str], rows: Sequence[Row], unit: str) -> str:
    """The mean of each model with its standard error."""
    words = [f"**{letter}** {_digits(row.pooled)}" for letter, row in zip(letters, rows, strict=True)]
    splits = count(len(rows[0].splits), "split")
    return f"Validation RMSE on {splits}, mean ± standard error: {', '.join(words)} {unit}."


def apart(names: Sequence[str], found: Sequence[Mean], clear: Sequence[bool], unit: str) -> str:
    """What sets every two apart, and whether that is more than chance; of more than three, how many."""
    if not any(one.mean or one.se for one in found):
        return "They are the same settings, so nothing sets them apart."
    words = [
        f"{name} is {_digits(one)} {unit}, {'clear' if sure else 'too little to tell from chance'}"
        for name, one, sure in zip(names, found, clear, strict=True)
    ]
    if len(words) <= 3:
        return f"{'; '.join(words)}."
    sure = [name for name, one in zip(names, clear, strict=True) if one]
    unsure = [name for name, one in zip(names, clear, strict=True) if not one]
    return " ".join(
        f"{text}: {', '.join(which)}." for text, which in (("Clear", sure), ("Could be chance", unsure)) if which
    )


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
    return f"{one.mean:,.3f} ± {one.se:,.3f}".replace("-", "−")
