"""The entries of a file as ratings of a dataset's items, on the dataset's scale."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.data.own.files import LISTED, Entry, OwnFile, Rejected
from core.data.own.scaling import on_its_scale, stated_scales, without_likes
from core.data.own.titles import Hit, TitleIndex
from core.data.ratings import Ratings
from core.data.services import SERVICES
from core.errors import NoGoodRowsError

STEPS = (1.0, 0.5, 0.25, 0.1, 0.05, 0.01)  # Distances between ratings that a scale can have
LOOKED_AT = 100_000  # Ratings that the step of a scale is read from, at most
MOST_COMPARED = 1_000
"""Titles that are in no way in the data and are compared with it letter by letter; each takes about 2 ms."""
_NAMED = 5  # Titles that an error names
_NEAR_ZERO = 0.2  # A scale whose lower end is at most this share of its upper end counts stars from zero


@dataclass(frozen=True)
class Placed:
    """An entry and the item that it is about, or may be about."""

    entry: Entry  # The entry in the file
    rating: float  # On the scale of the data
    item_id: str | None  # The item; of an unmatched entry the nearest, None where there is none


@dataclass(frozen=True)
class Person:
    """What a file says about the items of one dataset; of several entries about one item the last counts."""

    file: OwnFile  # The file as it was read
    matched: tuple[Placed, ...]  # Entries whose item is certain
    unmatched: tuple[Placed, ...]  # The others
    outside: tuple[Rejected, ...]  # Entries whose rating is not on the scale of the data, though the file keeps to it

    @cached_property
    def given(self) -> dict[str, float]:
        """Ratings by item id, in the order of the file."""
        return {str(one.item_id): one.rating for one in self.matched}

    @property
    def repeated(self) -> int:
        """Matched entries that a later one on the same item replaces."""
        return len(self.matched) - len(self.given)

    @property
    def not_compared(self) -> int:
        """Entries without a nearest item that were more than are looked for in every spelling, at least."""
        return max(0, sum(one.item_id is None for one in self.unmatched) - MOST_COMPARED)

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """The first rows of the file that are not used because of what stands in them."""
        return (*self.file.rejected, *self.outside)[:LISTED]

    @property
    def rejected_total(self) -> int:
        """All of these rows."""
        return self.file.rejected_total + len(self.outside)


def match(file: OwnFile, ratings: Ratings, index: TitleIndex, out_of: float | None = None) -> Person:
    """Find the items that a file is about, by their ids where it holds these, else by title and year.

    The numbers of a list are on a scale up to `out_of`, on that of the data where this is 0, and where it is None on
    the one that `scaling` tells.

    An id counts only if the title beside it, where there is one, may be that item's: other data has other ids.
    """
    step = step_of(ratings)
    file = on_its_scale(without_likes(file, ratings, step), ratings, step, out_of)
    elsewhere = is_about_others(file, ratings)
    stated = stated_scales(file)
    matched: list[Placed] = []
    open_: list[tuple[Entry, float, Hit]] = []
    outside = []
    for number, entry in enumerate(file.entries, 1):
        own = stated.get(entry.out_of, file.scale)
        if own is None and not ratings.min_rating <= entry.rating <= ratings.max_rating:
            allowed = f"{ratings.min_rating:g} to {ratings.max_rating:g}"
            outside.append(
                Rejected(
                    entry.line or number, f"rating {entry.rating:g} of {entry.titles[0]!r:.60} is outside {allowed}"
                )
            )
            continue
        rating = entry.rating if own is None else converted(entry.rating, own, ratings, step)
        hit = _find(entry, ratings, index)
        if hit.row is not None and (entry.doubt or elsewhere):
            hit = Hit(nearest=hit.row)
        if hit.row is None:
            open_.append((entry, rating, hit))
        else:
            matched.append(Placed(entry, rating, ratings.items.ids[hit.row]))
    return Person(file, tuple(matched), tuple(_with_nearest(open_, ratings, index)), tuple(outside))


def is_about_others(file: OwnFile, ratings: Ratings) -> bool:
    """Whether the service is about books and the data is not, or the other way round, so that no title is certain."""
    service = next((service for service in SERVICES if service.name == file.source), None)
    return service is not None and ratings.noun != "item" and (service.noun == "book") != (ratings.noun == "book")


def require_matched(person: Person, ratings: Ratings) -> None:
    """Pass if a rating of the file can be used; else raises NoGoodRowsError, which says what was looked for."""
    if person.matched:
        return
    if not person.unmatched:
        first = person.rejected[0].reason if person.rejected else "no row has a rating"
        raise NoGoodRowsError(
            f"none of the {person.file.rows:,} rows can be used: {person.file.unrated:,} have no rating, "
            f"{person.rejected_total:,} were left out, the first because {first}"
        )
    titles = [
        f"{one.entry.titles[0]!r:.60}" + (f" ({one.entry.years[0]})" if one.entry.years else "")
        for one in person.unmatched[:_NAMED]
    ]
    raise NoGoodRowsError(
        f"none of the {len(person.unmatched):,} titles is in {ratings.name}; looked for {', '.join(titles)} by title "
        f"and year among {len(ratings.items):,}; choose data that has them"
    )


def _find(entry: Entry, ratings: Ratings, index: TitleIndex) -> Hit:
    if entry.item_id not in ratings.items:
        return index.find(entry.titles, entry.years)
    row = ratings.items.index(entry.item_id)
    if entry.titles == (entry.item_id,) or index.is_called(row, entry.titles):
        return Hit(row=row)
    hit = index.find(entry.titles, entry.years)
    return hit if hit.row is not None else Hit(nearest=row)


def _with_nearest(unmatched: list[tuple[Entry, float, Hit]], ratings: Ratings, index: TitleIndex) -> Iterable[Placed]:
    """The unmatched with the item to ask about; the first MOST_COMPARED without one get the title that
    is written most alike, the others none.
    """
    lost = [(entry.titles[0], entry.years) for entry, _, hit in unmatched if hit.nearest is None][:MOST_COMPARED]
    alike = iter(index.nearest(lost) if lost else ())
    for entry, rating, hit in unmatched:
        row = hit.nearest if hit.nearest is not None else next(alike, None)
        yield Placed(entry, rating, None if row is None else ratings.items.ids[row])


def converted(rating: float, scale: tuple[float, float], ratings: Ratings, step: float) -> float:
    """A rating on the file's scale as one on that of the data, on the nearest of its steps, which `step_of` tells.

    Where both scales count stars from about zero, 8 of 10 is 4 of 5; otherwise the ends of one scale become the ends of
    the other.
    """
    (own_low, own_high), low, high = scale, ratings.min_rating, ratings.max_rating
    if (own_low, own_high) == (low, high) or high <= low:
        return min(max(rating, low), high)
    if all(0 <= bottom <= _NEAR_ZERO * top for bottom, top in (scale, (low, high))):
        exact = rating * high / own_high
    else:
        exact = low + (rating - own_low) * (high - low) / (own_high - own_low)
    stepped = low + math.floor((exact - low) / step + 0.5) * step
    return float(min(max(round(stepped, 6), low), high))


def step_of(ratings: Ratings) -> float:
    """Distance of two ratings next to each other: of two values all there is between them, else the largest of STEPS
    that leads from the lower end of the scale to all ratings in the data and to the upper end."""
    low, high = ratings.min_rating, ratings.max_rating
    values = np.unique(ratings.rating[:: -(-len(ratings) // LOOKED_AT)].astype(np.float64))
    if set(values) == {low, high} or (high - low == 1 and set(values) < {low, high}):
        return high - low
    away = np.append(values, high) - low
    return next((step for step in STEPS if np.allclose(away / step, np.round(away / step), atol=1e-3)), STEPS[-1])
