"""Some items in a sentence: what tells them from the others, where that is more than chance."""

from collections.abc import Sequence

from core.analysis.item_attributes import LOG_RATINGS, MEAN_RATING, YEAR
from core.analysis.traits import FEWEST_ITEMS, Trait
from dashboard.shared import phrases
from dashboard.shared.markup import escape

MOST_SAID = 3
"""Categories, and numbers, in one sentence."""


def called(name: str) -> str:
    """What people call something that is known of items; the order by the logarithm of a number is that by itself."""
    return "number of ratings" if name == LOG_RATINGS else name


def described(traits: Sequence[Trait], n: int, others: int, noun: str) -> str:
    """What is said of n items beside all others on the picture; empty where they are too few to say anything."""
    if min(n, others) < FEWEST_ITEMS:
        return ""
    categories = [
        f"**{escape(trait.name)}** ({trait.inside:.0%} against {trait.outside:.0%})"
        for trait in traits
        if not trait.is_number
    ][:MOST_SAID]
    numbers = [_number(trait) for trait in traits if trait.is_number][:MOST_SAID]
    beside = f"the other {others:,} {phrases.plural(noun)} on the picture"
    if not categories and not numbers:
        return f"Nothing that is known of them tells them from {beside} more surely than chance would."
    more = f"More of them than of {beside} are {', '.join(categories)}." if categories else ""
    than = "" if categories else f" than {beside}"
    less = f"They are {', '.join(numbers)}{than}." if numbers else ""
    return f"{more} {less}".strip()


def _number(trait: Trait) -> str:
    apart = trait.inside - trait.outside
    if trait.name == MEAN_RATING:
        return f"rated {abs(apart):.2g} {'higher' if apart > 0 else 'lower'}"
    if trait.name == LOG_RATINGS:
        return f"rated {'more' if trait.effect > 0 else 'less'} often"
    if trait.name == YEAR:
        word = "newer" if trait.effect > 0 else "older"
        return f"{word} (from {trait.inside:.0f} on average, not {trait.outside:.0f})"
    return f"{'higher' if trait.effect > 0 else 'lower'} in {escape(trait.name)}"
