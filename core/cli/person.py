"""The call about one person's file: which items it is about, and what they were rated."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from core.cli.common import Answer, entry, listing, load, pairs
from core.data.own.files import MOST_BYTES, check_size
from core.data.own.isolation import read_isolated
from core.data.own.matching import MOST_COMPARED, Person, Placed, match, require_matched
from core.data.own.titles import TitleIndex
from core.data.ratings import Ratings, shortest
from core.disk.reading import IntegrityError, regular
from core.errors import UsageError
from core.model.scoring import require_guesses

MOST_OUT_OF = 1_000
FILE_HELP = (
    "The person's own ratings: an export of Letterboxd (ratings.csv or the whole zip), IMDb or Goodreads, a list of "
    "titles, years and ratings, or a file saved on the page For you."
)


def add_flags(call: argparse.ArgumentParser) -> None:
    """Which file, and the run whose data it is matched to."""
    call.add_argument("file", type=Path, metavar="FILE", help=FILE_HELP)
    add_scale(call)
    call.add_argument("--run", dest="run_id", required=True, metavar="RUN", help="Id of a run, as `runs` shows it.")


def add_scale(call: argparse.ArgumentParser) -> None:
    """What the ratings of the file are out of."""
    text = (
        "The highest rating possible in FILE, such as 5 or 10; 0 for the scale of the data (default: told from "
        "its ratings)."
    )
    call.add_argument("--out-of", type=float, metavar="N", help=text)


def show(arguments: argparse.Namespace) -> Answer:
    """The ratings of a file as ratings of items, and what could not be matched."""
    run, ratings = load(arguments.run_id)
    require_guesses(run.scorer)
    person = read_person(arguments.file, ratings, arguments.out_of)
    document = {
        "source": person.file.source or None,
        "own_scale": person.file.scale,
        "scale": [shortest(ratings.min_rating), shortest(ratings.max_rating)],
        "rows": person.file.rows,
        "matched": len(person.matched),
        "repeated": person.repeated,
        "unrated": person.file.unrated,
        "zeros": person.file.zeros,
        "not_compared": person.not_compared,
        "rejected": [vars(one) for one in person.rejected],
        "rejected_total": person.rejected_total,
        "unmatched": [_unmatched(one, ratings) for one in person.unmatched],
        "ratings": [
            entry(ratings, ratings.items.index(item)) | {"rating": rating} for item, rating in person.given.items()
        ],
    }
    return Answer(document, _text(document))


def read_person(path: Path, ratings: Ratings, out_of: float | None = None) -> Person:
    """What a file says about the items of a dataset.

    Raises:
        UsageError: The file cannot be read, or `out_of` is no end of a scale.
        NoGoodRowsError: It has no rating of an item of the data.
        DatasetError: As `core.data.own.isolation.read_isolated`.
    """
    if out_of is not None and not (out_of == 0 or 1 <= out_of <= MOST_OUT_OF):
        raise UsageError(f"--out-of is {out_of:g}; it is 1 to {MOST_OUT_OF:,}, or 0 for the scale of the data")
    try:
        with regular(path) as file:
            check_size(os.fstat(file.fileno()).st_size)
            content = file.read(MOST_BYTES)
    except (IntegrityError, OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path} cannot be read ({why}); name a file with the person's ratings") from None
    person = match(read_isolated(content), ratings, TitleIndex(ratings), out_of)
    require_matched(person, ratings)
    return person


def remark(path: Path, person: Person, run_id: str) -> None:
    """Tell on stderr what of a file is not used."""
    left = person.file.rows - len(person.matched)
    if left:
        said = f"{len(person.matched):,} of {person.file.rows:,} rows of {path.name} are used"
        print(f"{said}; `person {path} --run {run_id}` shows the others", file=sys.stderr)


def _unmatched(one: Placed, ratings: Ratings) -> dict[str, Any]:
    """An entry without a certain item, and the title that is nearest."""
    near = None if one.item_id is None else entry(ratings, ratings.items.index(one.item_id))
    return {
        "title": one.entry.titles[0],
        "year": one.entry.years[0] if one.entry.years else None,
        "rating": one.rating,
        "nearest": near and near["title"],
        "nearest_item_id": one.item_id,
    }


def _text(document: dict[str, Any]) -> str:
    own = document["own_scale"]
    done = pairs(
        [
            ("from", document["source"] or "a list"),
            ("scale", "that of the data" if own is None else f"{own[0]:g} to {own[1]:g}"),
            ("rows", document["rows"]),
            ("matched", document["matched"]),
            ("of these repeated", document["repeated"]),
            ("not matched", len(document["unmatched"])),
            ("not rated", document["unrated"]),
            ("of these a 0", document["zeros"]),
            ("left out", document["rejected_total"]),
        ]
    )
    parts = [done, listing(document["ratings"], {"item_id": "item", "title": "title", "rating": "rating"})]
    if document["unmatched"]:
        headings = {"title": "not matched", "year": "year", "nearest": "nearest title"}
        parts.append(listing([one | {"year": str(one["year"] or "-")} for one in document["unmatched"]], headings))
    if document["not_compared"]:
        parts.append(
            f"Titles written alike were looked for only for the first {MOST_COMPARED:,} that are not in the data."
        )
    if document["rejected"]:
        parts.append(listing(document["rejected"], {"line": "line", "reason": "left out because"}))
    return "\n\n".join(parts)
