"""Two runs compared on the items they share, and how that is kept as a study."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from core.analysis.compare.comparison import Comparison, Measured, compare
from core.analysis.compare.measures import Overlap
from core.analysis.compare.shared_items import Part, Shared, check_enough, shared
from core.analysis.neighbors.all_neighbors import Space
from core.errors import AnalysisError, LimitError
from core.store.study_store import Stored


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison and the items it is about, in the order of `shared`."""

    shared: Shared
    comparison: Comparison


def compare_parts(
    first: Part,
    second: Part,
    *,
    min_ratings: int,
    k: int = 10,
    metric: Space = "cosine",
    on_progress: Callable[[float], None] = lambda share: None,
) -> Compared:
    """Compare two runs on the items that both have learned about.

    Args:
        first, second: Their items, as `core.analysis.compare.shared_items.part` gives them.
        min_ratings: Ratings an item needs in the dataset of each.
        k: Length of a list of neighbors.
        metric: Which items count as near each other.
        on_progress: Called with the share done, 0–1; what it raises ends the work.

    Raises:
        LimitError: Too few items in common, more neighbors than others, or an embedding that says nothing.
    """
    found = shared(first, second, min_ratings=min_ratings)
    check_enough(found, min_ratings=min_ratings)
    try:
        comparison = compare(
            first.matrix[found.first], second.matrix[found.second], k=k, metric=metric, on_progress=on_progress
        )
    except AnalysisError as error:
        raise LimitError(f"the runs cannot be compared: {error}") from error
    return Compared(found, comparison)


def to_study(compared: Compared) -> Stored:
    """What is kept of it.

    Arrays: `first`, `second` (n,), rows of the items in each run; `kept`, `moved` (n,), `places`, `aligned` (n, axes)
    and `shares` (axes,) as `Comparison` has them. Facts: the measures, k, and what was left out.
    """
    found, result = compared.shared, compared.comparison
    arrays = {
        "first": found.first,
        "second": found.second,
        "kept": result.overlap.kept,
        "moved": result.moved,
        "places": result.places,
        "aligned": result.aligned,
        "shares": result.variance_ratio,
    }
    left_out = {"in_both": found.in_both, "untrained": found.untrained, "rare": found.rare}
    return Stored(arrays=arrays, facts={"measured": asdict(result.measured), "k": result.overlap.k} | left_out)


def of_study(stored: Stored) -> Compared:
    """The comparison that `to_study` kept."""
    arrays, facts = stored.arrays, stored.facts
    found = Shared(
        first=arrays["first"],
        second=arrays["second"],
        in_both=facts["in_both"],
        untrained=facts["untrained"],
        rare=facts["rare"],
    )
    comparison = Comparison(
        measured=Measured(**facts["measured"]),
        overlap=Overlap(kept=arrays["kept"], k=facts["k"]),
        moved=arrays["moved"],
        places=arrays["places"],
        aligned=arrays["aligned"],
        variance_ratio=arrays["shares"],
    )
    return Compared(found, comparison)
