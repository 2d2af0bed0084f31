"""Hints as plain words, one line for each end of a component."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.analysis.components.hints import Hint
from core.analysis.item_attributes import LOG_RATINGS, MEAN_RATING, YEAR

_MORE_AND_LESS = {
    YEAR: ("newer", "older"),
    MEAN_RATING: ("better rated", "worse rated"),
    LOG_RATINGS: ("rated often", "rated seldom"),
}


@dataclass(frozen=True)
class Words:
    """What to expect at each end, such as "older, better rated; Drama, Film-Noir"; empty where nothing stands out."""

    top: str
    bottom: str


def words(found: Sequence[Hint], *, alpha: float = 0.05, weakest: float = 0.1, most: int = 3) -> Words:
    """The hints that hold up, said for each end.

    Args:
        found: Hints, strongest first, as `hints` returns them.
        alpha: Hints with a corrected p-value above this are left out.
        weakest: Effects smaller than this are left out: real, perhaps, but nothing one would see.
        most: Most numbers, and most categories, named at one end.
    """
    told = [hint for hint in found if hint.q <= alpha and abs(hint.effect) >= weakest]
    return Words(top=_end(told, 1, most), bottom=_end(told, -1, most))


def _end(told: Sequence[Hint], side: int, most: int) -> str:
    numbers = [_comparative(hint, side) for hint in told if hint.kind == "number"]
    categories = [hint.name for hint in told if hint.kind == "category" and hint.effect * side > 0]
    return "; ".join(", ".join(part[:most]) for part in (numbers, categories) if part)


def _comparative(hint: Hint, side: int) -> str:
    more, less = _MORE_AND_LESS.get(hint.name, (f"higher {hint.name}", f"lower {hint.name}"))
    return more if hint.effect * side > 0 else less
