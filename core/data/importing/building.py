"""What the reading process makes of untrusted files: a dataset folder, or a preview of one."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.data.folder import write_folder
from core.data.importing.doubts import doubts, logarithms, lone_value, ranks
from core.data.importing.gathering import Columns, Gathering, renumbered, without_duplicates, without_rare
from core.data.importing.items import MOST_LABELS, Items, read_items
from core.data.importing.keys import NOTHING_JOINED, nothing_joined
from core.data.importing.layouts import ABOUT
from core.data.importing.plan import Plan, make_plan, roles_of
from core.data.importing.rating_cells import usual_scale
from core.data.importing.reading import Malformed
from core.data.importing.request import (
    ColumnMapping,
    Doubt,
    DroppedRare,
    ImportOptions,
    ImportRequest,
    Preview,
    Reporter,
    TablePreview,
)
from core.data.importing.sniffing import SHOWN_ROWS, even_sign, first_lines, shown, table_preview
from core.data.importing.sources import Source, collect
from core.data.nouns import count
from core.data.ratings import Ratings, Vocabulary, shortest
from core.data.text import one_line
from core.errors import (
    DatasetError,
    EmptyFileError,
    MissingColumnError,
    NoGoodRowsError,
    NoRowsError,
    TooSmallError,
    WrongDelimiterError,
)

MIN_USERS, MIN_ITEMS, MIN_RATINGS = 2, 2, 20
_NOTHING = Preview()


def build(request: ImportRequest, out: Path, report: Reporter) -> dict[str, Any]:
    """Read, clean and write a dataset into the folder `out`; the fields of its `ImportReport`, as JSON has them. Raises
    DatasetError for whatever keeps the files from becoming a dataset."""
    report(0.0, "Looking at the files")
    out.mkdir(exist_ok=True)
    options, limits = request.options, request.limits
    plan = make_plan(collect(request.paths, limits, options.sheet), request)
    plan.check()
    gathering = Gathering(plan, limits, options)
    columns = gathering.read(report)
    good = len(columns)
    _check_rows(plan, gathering, good)
    plan = plan.fitting(columns.rating)
    report(0.8, "Cleaning")
    doubtful = () if options.counts else doubts(columns.rating, plan.columns.rating or "")
    lone = _lone(columns.rating, doubtful, options)
    columns = without_duplicates(columns)  # each step lets go of the arrays before it
    unique = len(columns)
    columns = _meant(columns, options)
    columns, rare = without_rare(columns, options.min_user_ratings, options.min_item_ratings)
    columns, user_ids, item_ids = renumbered(columns, gathering.users.array(), gathering.items.array())
    _check_size(len(user_ids), len(item_ids), len(columns), rare)
    report(0.85, "Reading the items")
    malformed = Malformed(limits.max_rejected)
    items = read_items(plan, item_ids, malformed)
    report(0.9, "Writing")
    if columns.stamp is not None:
        columns = replace(columns, stamp=gathering.times.seconds(columns.stamp))
    write_folder(
        out,
        _ratings(plan, gathering, columns, user_ids, item_ids, items),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return {
        "layout": plan.layout,
        "rows": gathering.rows,
        "lines_without_rows": gathering.lines_without_rows,
        "rejected": [asdict(row) for row in gathering.rejected],
        "rejected_by_reason": dict(gathering.reasons),
        "dropped_duplicates": good - unique,
        "dropped_rare": asdict(rare),
        "untitled": items.untitled,
        "notes": [*plan.notes, *gathering.notes, *_value_notes(gathering), *_item_notes(plan, items, malformed)],
        "doubts": [asdict(doubt) for doubt in doubtful],
        "warnings": [*_warnings(plan, item_ids, items), *lone],
    }


def _meant(columns: Columns, options: ImportOptions) -> Columns:
    """Counts as the ratings that they shall be; others as they are."""
    if options.counts == "ranks":
        return replace(columns, rating=ranks(columns.user, columns.rating))
    return replace(columns, rating=logarithms(columns.rating)) if options.counts == "log" else columns


def _ratings(
    plan: Plan, gathering: Gathering, columns: Columns, user_ids: np.ndarray, item_ids: np.ndarray, items: Items
) -> Ratings:
    """The dataset; raises TooSmallError where all ratings are equal and no usual scale holds them."""
    low, high = _scale(plan, gathering, columns.rating)
    if low >= high:
        raise TooSmallError(
            f"all ratings are {columns.rating[0]:g}: nothing can be learned from them; state the rating scale, "
            "or bring others"
        )
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


def _scale(plan: Plan, gathering: Gathering, rating: np.ndarray) -> tuple[float, float]:
    """The ends of the scale as stated, else as the texts of the ratings say, else of the usual one that they fit."""
    lowest, highest = float(rating.min()), float(rating.max())
    if gathering.options.counts:  # the stated ends are those of the counts
        return (1.0, 5.0) if gathering.options.counts == "ranks" else (lowest, highest)
    bottom, top = gathering.cells.ends()
    if top is not None and highest > top:  # numbers beside "★★☆☆☆" go further than the signs tell
        top = None
    if bottom is None and top is not None:  # "8/10" tells no lower end
        bottom = next((start for start in (1.0, 0.5, 0.0) if start <= lowest and start < top), lowest)
    if bottom is not None:
        low, high = bottom, highest if top is None else top
    elif plan.usual_scale and plan.usual_scale[0] <= lowest and highest <= plan.usual_scale[1]:
        low, high = plan.usual_scale
    else:
        low, high = usual_scale(lowest, highest)
    stated = gathering.options
    low = low if stated.min_rating is None else stated.min_rating
    high = high if stated.max_rating is None else stated.max_rating
    # As float32, which the ratings are: 4.1 is more than 4.1 there.
    if rating.min() < np.float32(low) or rating.max() > np.float32(high):
        raise RuntimeError(f"ratings from {lowest:g} to {highest:g} are outside their scale, {low:g} to {high:g}")
    return low, high


def _check_rows(plan: Plan, gathering: Gathering, good: int) -> None:
    name = plan.ratings[0].name
    if not gathering.rows:
        raise NoRowsError(f"{name} has no rows; export it again")
    if not good:
        common = sorted(gathering.reasons.items(), key=lambda pair: -pair[1])[:3]
        reasons = ", ".join(f"{reason} ({number:,})" for reason, number in common)
        first = gathering.cells.first_unread
        reasons += f"; the first is {one_line(first, 40)!r}" if first else ""
        raise NoGoodRowsError(
            f"{name} has {count(gathering.rows, 'row')} and no rating: {reasons}; "
            "check which column is which, the delimiter and the rating scale"
        )


def _check_size(users: int, items: int, ratings: int, rare: DroppedRare) -> None:
    if users < MIN_USERS or items < MIN_ITEMS or ratings < MIN_RATINGS:
        dropped = (
            f" after {count(rare.ratings, 'rating')} of rare users and items were left out" if rare.ratings else ""
        )
        raise TooSmallError(
            f"{count(ratings, 'rating')} by {count(users, 'user')} on {count(items, 'item')} remain{dropped}; at "
            f"least {MIN_RATINGS} "
            f"ratings by {MIN_USERS} users on {MIN_ITEMS} items are needed; bring more, or leave fewer out"
        )


def _value_notes(gathering: Gathering) -> list[str]:
    """What was decided about ratings and times, and what is neither a rating nor a fault."""
    unit, counts = gathering.cells.unit, gathering.options.counts
    notes = [f"Ratings are written as “{unit}”."] if unit else []
    if comma := gathering.cells.first_comma:
        notes.append(f"Ratings such as {comma} are read with a decimal comma, as {comma.replace(',', '.')}.")
    if counts == "ranks":
        notes.append("Counts became ranks: 1 for the fifth that a person used least, 5 for the fifth used most.")
    elif counts == "log":
        notes.append("Counts became log2(1 + count): one more is about twice as often.")
    aside = (f"{what}: {number:,}." for what, number in gathering.aside.items() if number)
    return [*notes, *aside, *gathering.times.notes]


def _lone(rating: np.ndarray, doubtful: Sequence[Doubt], options: ImportOptions) -> list[str]:
    """The alarm for a value that alone widens the scale, unless the scale is stated or the values are in doubt."""
    stated = options.min_rating is not None and options.max_rating is not None
    alarm = "" if stated or doubtful or options.counts else lone_value(rating)
    return [alarm] if alarm else []


def _warnings(plan: Plan, item_ids: np.ndarray, items: Items) -> list[str]:
    """The plan's, and that no item was named by the item table: said by all rated items, not by the first rows."""
    warnings = [warning for warning in plan.warnings if not warning.startswith(NOTHING_JOINED)]
    if plan.items and items.untitled == len(item_ids):
        warnings.append(nothing_joined(plan.items, plan.columns.item_id, item_ids, items.first_keys))
    return warnings


def _item_notes(plan: Plan, items: Items, malformed: Malformed) -> list[str]:
    notes = malformed.notes(plan.items.name) if plan.items and plan.items not in plan.ratings else []
    if plan.items and malformed.count:
        notes.append(f"{plan.items.name}: {count(malformed.count, 'row')} with a wrong number of columns left out.")
    if plan.items and items.loosely:
        rated, named = items.example
        notes.append(
            f"{count(items.loosely, 'id')} written otherwise in {plan.items.name}, without leading zeros or decimals, "
            f"or with them: {one_line(rated, 40)!r} is {one_line(named, 40)!r} there."
        )
    if items.shortened:
        notes.append(
            f"{count(items.shortened, 'rated item')} with more than {MOST_LABELS} genres: of each the first "
            f"{MOST_LABELS} are kept. Where these are tags rather than genres, give fewer, or leave the column out."
        )
    if items.untitled:
        notes.append(f"{count(items.untitled, 'rated item')} without a row in the item table: the id serves as title.")
    return notes


def preview(request: ImportRequest) -> Preview:
    """What an import would do, as far as the first rows show; code and message say what would stop it."""
    sources: list[Source] = []
    result = _NOTHING
    try:
        sources = collect(request.paths, request.limits, request.options.sheet)
        plan = make_plan(sources, request)
        result = _preview(plan, request.options)
        plan.check()
        result = _with_sample(result, plan, request)
    except DatasetError as error:
        empty_sheet = isinstance(error, EmptyFileError) and sources and sources[0].sheets
        if isinstance(error, WrongDelimiterError) or empty_sheet:
            result = _undivided(sources[0], request.options)
        elif isinstance(error, MissingColumnError) and result is _NOTHING:  # show the columns that there are
            result = preview(replace(request, mapping=ColumnMapping()))
        result = replace(result, code=error.code, message=str(error))
    return result


def _preview(plan: Plan, options: ImportOptions) -> Preview:
    others = [plan.items] if plan.items and plan.items not in plan.ratings else []
    tables = [(table, table_preview(table, "ratings", roles_of(plan, table))) for table in plan.ratings]
    tables += [(table, table_preview(table, "items", roles_of(plan, table))) for table in others]
    return replace(
        _NOTHING,
        layout=plan.layout,
        name=plan.name,
        noun=plan.noun,
        tables=tuple(replace(seen, sheet=of.source.sheet, sheets=of.source.sheets) for of, seen in tables),
        unclear=plan.unclear,
        min_rating=options.min_rating,
        max_rating=options.max_rating,
        notes=plan.notes,
        question=plan.question,
        warnings=plan.warnings,
    )


def _with_sample(seen: Preview, plan: Plan, request: ImportRequest) -> Preview:
    """The preview, with what an import makes of the first rows; raises NoGoodRowsError where none is a rating."""
    options = request.options
    everything = Gathering(plan, request.limits, replace(options, no_rating=(), counts=None))
    doubtful = doubts(everything.read_sample().rating, plan.columns.rating or "")
    sample = Gathering(plan, request.limits, options)
    columns = sample.read_sample()
    if not len(columns):
        if sample.cells.first_unread:
            _check_rows(plan, sample, 0)
        return replace(seen, doubts=doubtful)
    low, high = _scale(plan, sample, _meant(columns, options).rating)
    left_out = [f"{count:,} × {reason}" for reason, count in sorted(sample.reasons.items(), key=lambda pair: -pair[1])]
    notes = [f"Left out of the first {sample.rows:,} rows: {', '.join(left_out)}."] if left_out else []
    notes = [*plan.notes, *notes, *_value_notes(sample)]
    warnings = (*plan.warnings, *_lone(columns.rating, doubtful, options))
    ends = shortest(low), shortest(high)
    return replace(seen, min_rating=ends[0], max_rating=ends[1], notes=tuple(notes), doubts=doubtful, warnings=warnings)


def _undivided(source: Source, options: ImportOptions) -> Preview:
    """The lines as they stand, so that a person sees what divides them."""
    lines, encoding = first_lines(source, options)
    rows = tuple(shown([line]) for line in lines[:SHOWN_ROWS] if line.strip())
    table = TablePreview(source.name, "ratings", "text", "", False, encoding, ("column 1",), ("",), rows)
    table = replace(table, sheet=source.sheet, sheets=source.sheets)
    return replace(_NOTHING, tables=(table,), delimiter=even_sign("\n".join(lines)))
