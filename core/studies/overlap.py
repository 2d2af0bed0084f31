"""A run compared with another one, neighbors and spaces, where that takes too long for a page."""

from dataclasses import asdict

from pydantic import BaseModel, Field

from core import data
from core.analysis.compare.comparison import Compared, Comparison, Measured, Shared, compare_parts, part
from core.analysis.compare.measures import Overlap
from core.analysis.neighbors.all_neighbors import Space
from core.model.run import Run
from core.store.runs import RunStore, unknown_run
from core.store.study_store import Stored
from core.studies.study import Study, Work, min_ratings_field


class OverlapSettings(BaseModel, frozen=True, extra="forbid"):
    """With which other run the neighbors of every item are compared."""

    other_run_id: str = Field(description="The other run.", pattern=r"^[0-9a-f]{16}$")
    k: int = Field(10, ge=1, le=100, description="Neighbors looked at.")
    metric: Space = Field("cosine", description="Which items count as near each other.")
    min_ratings: int = min_ratings_field()


def _check(run: Run, settings: OverlapSettings) -> None:
    if settings.other_run_id not in RunStore():
        raise unknown_run(settings.other_run_id)


def _compute(work: Work, settings: OverlapSettings) -> Stored:
    other = RunStore().load(settings.other_run_id)
    other_ratings = work.ratings if other.dataset.digest == work.ratings.digest else data.ratings_of(other.dataset)

    work.check_canceled()
    return to_study(
        compare_parts(
            part(work.run, work.ratings),
            part(other, other_ratings),
            min_ratings=settings.min_ratings,
            k=settings.k,
            metric=settings.metric,
            on_progress=work.reached,
        )
    )


def to_study(compared: Compared) -> Stored:
    """What is kept of it.

    Arrays: `first`, `second` (n,), rows of the items in each run; `kept`, `moved` (n,), `places`, `aligned` (n, axes)
    and `shares` (axes,) as `Comparison` has them. Facts: the measures, k, and what was left out.
    """
    items, result = compared.shared, compared.comparison
    arrays = {
        "first": items.first,
        "second": items.second,
        "kept": result.overlap.kept,
        "moved": result.moved,
        "places": result.places,
        "aligned": result.aligned,
        "shares": result.variance_ratio,
    }
    left_out = {"in_both": items.in_both, "untrained": items.untrained, "rare": items.rare, "of": items.of}
    return Stored(arrays=arrays, facts={"measured": asdict(result.measured), "k": result.overlap.k} | left_out)


def of_study(stored: Stored) -> Compared:
    """The comparison that `to_study` kept."""
    arrays, facts = stored.arrays, stored.facts
    left_out = {name: facts.get(name, 0) for name in ("in_both", "untrained", "rare", "of")}
    comparison = Comparison(
        measured=Measured(**facts["measured"]),
        overlap=Overlap(kept=arrays["kept"], k=facts["k"]),
        variance_ratio=arrays["shares"],
        **{name: arrays[name] for name in ("moved", "places", "aligned")},
    )
    return Compared(Shared(first=arrays["first"], second=arrays["second"], **left_out), comparison)


OVERLAP = Study(
    name="overlap",
    page="compare",
    settings=OverlapSettings,
    title=lambda settings: "Comparing neighbors",
    compute=_compute,
    check=_check,
)
