"""What the open questions come to, in sentences made from their numbers (Markdown)."""

import numpy as np

from core.analysis.questions.one_hot import BySupport, Cost, group_names
from core.store.study_store import Stored
from dashboard.lesson.wording import fixed, short_time
from dashboard.shared import phrases

NOTHING = 0.0005
"""Difference that three digits do not show."""


def brings(stored: Stored, place: int, noun: str, unit: str) -> str:
    """What vectors of one size bring over one-hot vectors, and whether that is more than luck."""
    gain, se, dim = (
        float(stored.arrays["brings"][place]),
        float(stored.arrays["se"][place]),
        stored.facts["dims"][place],
    )
    numbers = f"With {phrases.count(dim, 'number')} for each {noun} and each person"
    sure = f"± {se:.3f}, one standard error over people"
    if abs(gain) <= 2 * se:
        return (
            f"{numbers} guesses are as far off as with one-hot vectors alone: the difference of {fixed(gain, 3)} "
            f"{unit} ({sure}) is no more than the luck of who was asked."
        )
    if gain > 0:
        return f"**{numbers} a guess is {gain:.3f} {unit} closer** than with one-hot vectors alone ({sure})."
    return (
        f"**{numbers} a guess is {-gain:.3f} {unit} further off** than with one-hot vectors alone ({sure}): so many "
        "numbers learn these ratings by heart."
    )


def best_size(errors: BySupport, dims: list[int]) -> str:
    """Which size guesses best on the ratings kept aside."""
    place = int(errors.rmse[1:].argmin())
    return f"Of the sizes tried, {phrases.count(dims[place], 'number')} came closest, {errors.rmse[place + 1]:.3f} off."


def without_taste(stored: Stored, unit: str) -> str:
    """What the same does where nobody has taste."""
    one_hot, embedding = stored.arrays["twin"].tolist()
    dim = phrases.count(stored.facts["twin_dim"], "number")
    return (
        "Is that taste? The same on ratings from which all taste was shuffled away: one-hot vectors are "
        f"{one_hot:.3f} {unit} off, an embedding of {dim} {embedding:.3f}. There it brings "
        f"{fixed(one_hot - embedding, 3)}."
    )


def by_ratings(errors: BySupport, place: int, noun: str, unit: str) -> str:
    """Where an embedding helps most, and where least, among groups with enough ratings to tell."""
    gain = errors.by_group[0] - errors.by_group[place + 1]
    enough = np.flatnonzero(errors.n >= max(20, errors.n.sum() // 100))
    if len(enough) < 2:
        return f"There are too few ratings to tell seldom rated {phrases.plural(noun)} from those rated often."
    best, worst = enough[gain[enough].argmax()], enough[gain[enough].argmin()]
    names, nouns = group_names(), phrases.plural(noun)
    return (
        f"The embedding helps most where {nouns} have {names[best]} training ratings: guesses there are "
        f"{_closer(gain[best], unit)}. It helps least where they have {names[worst]}: {_closer(gain[worst], unit)}."
    )


def _closer(gain: float, unit: str) -> str:
    return f"{abs(gain):.3f} {unit} {'closer' if gain > 0 else 'further off'}"


def costs(measured: tuple[Cost, ...], noun: str) -> str:
    """How both ways grow."""
    few, many = measured[0], measured[-1]
    times = many.seconds.product / many.seconds.look_up
    return (
        f"With {few.rows:,} {phrases.plural(noun)} both take a moment. With {many.rows:,} the product makes "
        f"{many.multiplications:,} multiplications and took {short_time(many.seconds.product)}; the look-up reads one "
        f"row, wherever it stands, and took {short_time(many.seconds.look_up)}: "
        f"{float(f'{times:.1g}'):,.0f} times less."
    )
