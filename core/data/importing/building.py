"""From hostile bytes to a dataset folder: what the reading process does."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.data.folder import write_folder
from core.data.importing.clean import Columns, renumbered, usual_scale, without_duplicates, without_rare
from core.data.importing.gathering import Gathered, Reporter, gather
from core.data.importing.items import Items, bare_items, read_items
from core.data.importing.layouts import ABOUT
from core.data.importing.limits import ImportLimits
from core.data.importing.plan import Plan, make_plan
from core.data.importing.reading import Malformed
from core.data.importing.request import ColumnMapping, DroppedRare, ImportOptions
from core.data.importing.sources import collect
from core.data.ratings import Ratings, Vocabulary
from core.errors import NoGoodRowsError, NoRowsError, TooSmallError

LEAST_USERS, LEAST_ITEMS, LEAST_RATINGS = 2, 2, 20


def build(
    paths: Sequence[Path],
    mapping: ColumnMapping,
    options: ImportOptions,
    limits: ImportLimits,
    out: Path,
    report: Reporter,
) -> dict[str, Any]:
    """Read, clean and write a dataset into `out`, a folder that exists and is empty.

    Returns:
        The fields of an `ImportReport` that come from the files, as JSON takes them.

    Raises:
        DatasetError: Whatever keeps the files from becoming a dataset.
    """
    report(0.0, "Looking at the files")
    plan = make_plan(collect(paths, limits), mapping, options, limits)
    plan.check()
    columns, gathered = gather(plan, limits, report)
    good = len(columns)
    _check_rows(plan, gathered, good)
    report(0.8, "Cleaning")
    columns = without_duplicates(columns)  # each step lets go of the arrays before it
    unique = len(columns)
    columns, rare = without_rare(columns, options.min_user_ratings, options.min_item_ratings)
    columns, user_ids, item_ids = renumbered(columns, gathered.users.array(), gathered.items.array())
    _check_size(len(user_ids), len(item_ids), len(columns), rare)
    report(0.85, "Reading the items")
    malformed = Malformed(limits.max_rejected)
    items = read_items(plan, item_ids, limits, malformed, lambda packed: None) if plan.items else bare_items(item_ids)
    report(0.9, "Writing")
    if columns.stamp is not None:
        columns = replace(columns, stamp=gathered.times.seconds(columns.stamp))
    write_folder(out, _ratings(plan, columns, user_ids, item_ids, items), created_at=_now())
    return {
        "layout": plan.layout,
        "rows": gathered.rows,
        "rejected": [asdict(row) for row in gathered.rejected],
        "rejected_by_reason": gathered.reasons,
        "dropped_duplicates": good - unique,
        "dropped_rare": asdict(rare),
        "untitled": items.untitled,
        "notes": [*plan.notes, *_item_notes(plan, items, malformed)],
    }


def _ratings(plan: Plan, columns: Columns, user_ids: np.ndarray, item_ids: np.ndarray, items: Items) -> Ratings:
    low, high = _scale(plan, columns.rating)
    return Ratings(
        dataset_id="",
        name=plan.name,
        noun=plan.noun,
        users=Vocabulary(user_ids),
        items=Vocabulary(item_ids),
        user_index=columns.user,
        item_index=columns.item,
        rating=columns.rating,
        timestamp=columns.stamp,
        item_table=items.table,
        min_rating=low,
        max_rating=high,
        about={**ABOUT, "source": f"{plan.layout}, imported."} if plan.group_lens else {},
    )


def _scale(plan: Plan, rating: np.ndarray) -> tuple[float, float]:
    """The scale as stated, or the usual one that the ratings fit.

    Raises:
        TooSmallError: All ratings are equal and no usual scale holds them.
    """
    low, high = usual_scale(float(rating.min()), float(rating.max()))
    low = low if plan.min_rating is None else plan.min_rating
    high = high if plan.max_rating is None else plan.max_rating
    if low >= high:
        raise TooSmallError(
            f"all ratings are {rating[0]:g}: nothing can be learned from them; state the rating scale, or bring others"
        )
    return low, high


def _check_rows(plan: Plan, gathered: Gathered, good: int) -> None:
    name = plan.ratings[0].name
    if not gathered.rows:
        raise NoRowsError(f"{name} has no rows; export it again")
    if not good:
        most = sorted(gathered.reasons.items(), key=lambda pair: -pair[1])[:3]
        said = ", ".join(f"{reason} ({count:,})" for reason, count in most)
        raise NoGoodRowsError(
            f"none of the {gathered.rows:,} rows of {name} is a rating: {said}; "
            "check which column is which, the delimiter and the rating scale"
        )


def _check_size(users: int, items: int, ratings: int, rare: DroppedRare) -> None:
    if users < LEAST_USERS or items < LEAST_ITEMS or ratings < LEAST_RATINGS:
        dropped = f" after {rare.ratings:,} ratings of rare users and items were left out" if rare.ratings else ""
        raise TooSmallError(
            f"{ratings:,} ratings by {users:,} users on {items:,} items remain{dropped}; at least {LEAST_RATINGS} "
            f"ratings by {LEAST_USERS} users on {LEAST_ITEMS} items are needed; bring more, or leave fewer out"
        )


def _item_notes(plan: Plan, items: Items, malformed: Malformed) -> list[str]:
    notes = []
    if plan.items and malformed.told:
        wrong = sum(number > 0 for number in malformed.numbers)
        notes.append(f"{plan.items.name}: {wrong:,} rows have a wrong number of columns and were left out.")
    if items.untitled:
        notes.append(f"{items.untitled:,} rated items are not in the item table; their id serves as their title.")
    return notes


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
