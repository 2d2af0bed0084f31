"""What tells some items from others, where chance would hardly give as much."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.analysis.components.hints import ALPHA, CLEAR_EFFECT, benjamini_hochberg
from core.analysis.item_attributes import ItemColumns
from core.analysis.maps.clusters import LOWEST_LOG_ODDS, categories_and_decades, log_odds_ratio
from core.errors import AnalysisError

FEWEST_ITEMS = 5  # of fewer items, or beside fewer others, nothing is said


@dataclass(frozen=True)
class Trait:
    """One thing in which the chosen items differ from the others."""

    name: str  # the number's name ("mean rating"), the category ("Drama") or the decade ("1990s")
    column: str  # the column it comes from; for a number its name again
    is_number: bool  # whether it is a number, of which means are compared, and no category, of which shares are
    # inside, outside: mean of the number, or share of those in the category, 0–1, among the chosen and the others
    inside: float
    outside: float
    # of a number, how much more often one of the chosen has the larger one than the smaller one, -1 … 1 (2 AUC - 1). Of
    # a category the logarithm of the odds ratio.
    effect: float
    p: float  # of a number two-sided; of a category the chance of so many of the chosen in it or more
    q: float = np.nan  # the p-value after Benjamini and Hochberg's correction for everything that was looked at


def traits(chosen: np.ndarray, columns: ItemColumns) -> tuple[Trait, ...]:
    """What can be said of some items beside the others, the surest first; mostly nothing where chance has chosen them.

    Numbers after Mann and Whitney (1947), with ties. Categories and decades by the hypergeometric distribution, which
    is exact (Fisher 1935): an approximation takes two of a rare category for a lot. All of them are corrected
    together (Benjamini and Hochberg 1995), so that of sets that chance has chosen a share of ALPHA has a trait. A
    difference must be large, too: as an effect of a hint, and as the odds that name a group.

    Args:
        chosen: Which items, boolean, (n_items,).
        columns: What is known about all of them: the chosen ones, and the others that could have been.

    Raises AnalysisError: the arrays differ in length.
    """
    if len(chosen) != len(columns.titles):
        raise AnalysisError(f"{len(chosen):,} marks for {len(columns.titles):,} items; each item needs one")
    if min(chosen.sum(), (~chosen).sum()) < FEWEST_ITEMS:
        return ()
    every = [*_numbers(chosen, columns), *_categories(chosen, columns)]
    if not every:
        return ()
    corrected = benjamini_hochberg(np.array([trait.p for trait in every]))
    every = [replace(trait, q=float(q)) for trait, q in zip(every, corrected, strict=True)]
    sure = [trait for trait in every if trait.q <= ALPHA]
    large = [
        one for one in sure if (abs(one.effect) >= CLEAR_EFFECT if one.is_number else one.effect >= LOWEST_LOG_ODDS)
    ]
    return tuple(sorted(large, key=lambda trait: trait.p))


def _numbers(chosen: np.ndarray, columns: ItemColumns) -> Iterator[Trait]:
    from scipy import stats  # 0.5 s to import

    for name, values in columns.numbers.items():
        known = np.isfinite(values)
        inside, outside = values[known & chosen], values[known & ~chosen]
        if min(len(inside), len(outside)) < FEWEST_ITEMS or np.ptp(stats.rankdata(values[known])) == 0:
            continue
        found = stats.mannwhitneyu(inside, outside, method="asymptotic")
        effect = 2 * found.statistic / (len(inside) * len(outside)) - 1
        yield Trait(name, name, True, inside.mean(), outside.mean(), float(effect), float(found.pvalue))


def _categories(chosen: np.ndarray, columns: ItemColumns) -> Iterator[Trait]:
    from scipy import stats

    n, size = len(chosen), int(chosen.sum())
    for column, name, rows in categories_and_decades(columns):
        there = int(chosen[rows].sum())
        p = float(stats.hypergeom.sf(there - 1, n, len(rows), size))
        out = len(rows) - there
        odds = float(log_odds_ratio(there, size, out, n - size))
        yield Trait(name, column, False, there / size, out / (n - size), odds, p)
