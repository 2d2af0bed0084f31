"""What a component might be about: how its scores go together with what is known about the items."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from core.analysis.item_attributes import LOG_RATINGS, MEAN_RATING, YEAR, ItemColumns
from core.errors import AnalysisError

ALPHA = 0.05  # corrected p-value above which something may well be chance
FEWEST_ITEMS = 10  # a number known for fewer items, or a category with fewer, gives no hint

CLEAR_Z, CLEAR_Z_FIRST = 4.5, 5.6
"""Standard errors from which a hint is put in words. On data without any taste nearly all first components go together
with something at |z| > 3, and half of the others: a model's numbers follow what its biases follow, and few items with
many ratings weigh much in all of them. The first component does so most of all."""
CLEAR_EFFECT, CLEAR_EFFECT_FIRST = 0.2, 0.25  # effect of a category from which it is put in words
FEWEST_NAMED = 60  # items of a category from which it is put in words

_MORE_AND_LESS = {
    YEAR: ("newer", "older"),
    MEAN_RATING: ("better rated", "worse rated"),
    LOG_RATINGS: ("rated often", "rated seldom"),
}


@dataclass(frozen=True)
class Hint:
    """One thing that goes together with a component."""

    name: str  # the number's name ("year") or the category ("Drama")
    column: str  # the column it comes from; for a number its name again
    # number: does it rise along the component. category: are its items higher up than the others.
    kind: Literal["number", "category"]
    # -1 … 1, positive towards the high end. For a number Spearman's rank correlation; for a category 2 AUC - 1, how
    # much more often one of its items is above one of the others than below.
    effect: float
    auc: float  # chance that one of the category's items scores above one of the others, 0–1; NaN for a number
    n: int  # items the number is known for, or items in the category
    z: float  # the effect over its standard error where there is none; positive towards the high end
    p: float  # two-sided p-value
    q: float  # the p-value after Benjamini and Hochberg's correction for looking at many things


def hints(scores: np.ndarray, columns: ItemColumns) -> tuple[Hint, ...]:
    """Everything known about the items, by one component's scores, (n_items,), the strongest effect first.

    Hints whose corrected p-value is above ALPHA, which may well be chance, come after all others. Rank correlation
    after Spearman (1904); AUC and its normal approximation with ties after Mann and Whitney (1947); the correction
    after Benjamini and Hochberg (1995), over all hints of this component. About 0.1 s for 9,066 items.

    Raises AnalysisError: the columns are not as long as the scores, or a score is not finite.
    """
    scores = np.asarray(scores, np.float64)
    if scores.ndim != 1 or len(scores) != len(columns.titles) or not np.isfinite(scores).all():
        items = len(columns.titles)
        raise AnalysisError(f"scores {scores.shape} must be one finite number for each of {items:,} items")
    every = [*_numbers(scores, columns.numbers), *_categories(scores, columns.categories)]
    corrected = benjamini_hochberg(np.array([hint.p for hint in every]))
    every = [replace(hint, q=float(q)) for hint, q in zip(every, corrected, strict=True)]
    return tuple(sorted(every, key=lambda hint: (hint.q > ALPHA, -abs(hint.effect))))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """p-values corrected so that a share of at most q of those up to q is expected to be chance, (n,)."""
    order = np.argsort(p)
    rising = p[order] * len(p) / np.arange(1, len(p) + 1)
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(rising[::-1])[::-1], 1)
    return q


def _numbers(scores: np.ndarray, numbers: Mapping[str, np.ndarray]) -> Iterator[Hint]:
    from scipy import stats  # 0.5 s to import

    for name, values in numbers.items():
        is_known = np.isfinite(values)
        n = int(is_known.sum())
        if n < FEWEST_ITEMS or _constant(values[is_known]) or _constant(scores[is_known]):
            continue
        rho, p = stats.spearmanr(scores[is_known], values[is_known])
        z = float(rho * np.sqrt(n - 1))
        yield Hint(name, name, "number", effect=float(rho), auc=np.nan, n=n, z=z, p=float(p), q=np.nan)


def _constant(values: np.ndarray) -> bool:
    """Whether all are equal; their range could be too large for a number."""
    return bool(values.min() == values.max())


def _categories(scores: np.ndarray, categories: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[Hint]:
    """AUCs of all categories from one ranking of the scores."""
    from scipy import special, stats

    n = len(scores)
    ranks = stats.rankdata(scores)
    _, ties = np.unique(scores, return_counts=True)
    tie_share = np.sum(ties.astype(float) ** 3 - ties) / (n**3 - n) if n > 1 else 1.0
    for column, members in categories.items():
        for name, rows in rows_by_category(members).items():
            inside, outside = len(rows), n - len(rows)
            if min(inside, outside) < FEWEST_ITEMS or tie_share == 1:
                continue
            auc = float((ranks[rows].mean() - (inside + 1) / 2) / outside)
            sd = np.sqrt((n + 1) * (1 - tie_share) / (12 * inside * outside))
            z = float((auc - 0.5) / sd)
            p = float(2 * special.ndtr(-abs(z)))
            yield Hint(name, column, "category", effect=2 * auc - 1, auc=auc, n=inside, z=z, p=p, q=np.nan)


def rows_by_category(members: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Rows of the items in each category, int64, in order of first appearance; an item counts once."""
    rows: dict[str, list[int]] = {}
    for row, names in enumerate(members):
        for name in names if len(names) < 2 else dict.fromkeys(names):
            rows.setdefault(name, []).append(row)
    return {name: np.array(places, np.int64) for name, places in rows.items()}


@dataclass(frozen=True)
class Words:
    """What to expect at each end, such as "older, better rated; Drama, Film-Noir"; empty where nothing stands out."""

    top: str
    bottom: str


@dataclass(frozen=True)
class Standing:
    """What held-out ratings say of a direction before anything is said about it."""

    # it is among the components of the predictions that `Proof.signal` counts, or follows one of them closely
    # (`core.analysis.components.examined`)
    carries_signal: bool = False
    is_first: bool = False  # that is the first one
    tested: bool = True  # they were asked; False where they cannot be


def words(strongest: Sequence[Hint], standing: Standing, *, most: int = 3) -> Words:
    """The hints that can be relied on, said for each end.

    A component that held-out ratings do not confirm says nothing, whatever it goes together with: components of noise
    have hints too. Of one that they confirm, hints are said that data without any taste give to hardly any component.

    Args:
        strongest: Hints, strongest first, as `hints` returns them.
        standing: What held-out ratings say of the component; nothing is said of one that they were not asked about.
        most: Most numbers, and most categories, named at one end.
    """
    clear = [hint for hint in strongest if standing.carries_signal and is_clear(hint, is_first=standing.is_first)]
    return Words(top=_end(clear, 1, most), bottom=_end(clear, -1, most))


def is_clear(hint: Hint, *, is_first: bool) -> bool:
    """Whether data without any taste would hardly give such a hint."""
    if abs(hint.z) < (CLEAR_Z_FIRST if is_first else CLEAR_Z):
        return False
    if hint.kind == "number":
        return True
    return hint.n >= FEWEST_NAMED and abs(hint.effect) >= (CLEAR_EFFECT_FIRST if is_first else CLEAR_EFFECT)


def _end(clear: Sequence[Hint], side: int, most: int) -> str:
    numbers = [_comparative(hint, side) for hint in clear if hint.kind == "number"]
    categories = [hint.name for hint in clear if hint.kind == "category" and hint.effect * side > 0]
    return "; ".join(", ".join(part[:most]) for part in (numbers, categories) if part)


def _comparative(hint: Hint, side: int) -> str:
    more, less = _MORE_AND_LESS.get(hint.name, (f"higher {hint.name}", f"lower {hint.name}"))
    return more if hint.effect * side > 0 else less
