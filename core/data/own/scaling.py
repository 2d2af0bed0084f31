"""On which scale the numbers of a plain list are, told from them and from the data that they are matched to.

A rating that states what it is out of, as in 4/5, is on that scale, whatever the others are on.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from core.data.own.files import LISTED, Entry, OwnFile, Rejected
from core.data.ratings import Ratings
from core.errors import NoGoodRowsError

ENDS = (5, 10, 100)  # Highest ratings of the scales that a list is taken to be on, the smallest first
STRAY = 0.02  # Share of the numbers that may lie far outside the scale of the others, and one at least
_FEWEST = 3  # Numbers that a scale has to hold before another is stray
_FAR = 2  # How many times the end of the scale a stray number is at least
Scale = tuple[float, float]


def on_its_scale(file: OwnFile, ratings: Ratings, step: float, out_of: float | None = None) -> OwnFile:
    """The file with the scale of its numbers; those that cannot be on it are among the rejected.

    A list whose numbers all are ratings of the data keeps to the data's scale, which is a scale of None; else it is on
    the smallest scale that holds them. A zero beside ratings from 1, where the data has none so low, is no rating. A
    file that states its scale stays as it is, unless somebody gives `out_of`, the highest rating possible, or 0 for the
    scale of the data. `step` is the distance between the data's ratings.

    Raises NoGoodRowsError where no scale holds the numbers.
    """
    if out_of is None and not file.detected:
        return file
    file = _without_zeros(file, ratings) if file.detected else file
    numbers = [entry.rating for entry in file.entries if not entry.out_of]
    scale, inside = None, (ratings.min_rating, ratings.max_rating)
    if out_of:
        scale = inside = scale_out_of(out_of, numbers)
    elif out_of is None and numbers:
        scale, inside = _told(numbers, ratings, step)
    kept, stray = [], []
    for entry in file.entries:
        low, high = (0, entry.out_of) if entry.out_of else inside
        if low <= entry.rating <= high:
            kept.append(entry)
        else:
            stray.append(Rejected(entry.line, f"rating {entry.rating:g} is outside {low:g} to {high:g}"))
    if not numbers and len(tops := {entry.out_of for entry in kept}) == 1:
        scale = scale_out_of(tops.pop(), [entry.rating for entry in kept])
    return replace(_without(file, kept, stray), scale=scale)


def _without(file: OwnFile, kept: Sequence[Entry], rejected: Sequence[Rejected]) -> OwnFile:
    """The file with these of its entries, the others among its rejected rows."""
    listed = sorted([*file.rejected, *rejected], key=lambda one: one.line)[:LISTED]
    total = file.rejected_total + len(rejected)
    return replace(file, entries=tuple(kept), rejected=tuple(listed), rejected_total=total)


def scale_out_of(end: float, numbers: Sequence[float]) -> Scale:
    """The scale with this upper end; the lower one is 0, a half or 1, as low as the numbers go."""
    low = min(numbers, default=1.0)
    return (0.0 if low == 0 or end <= 1 else min(low, 0.5) if 0 < low < 1 else 1.0), float(end)


def stated_scales(file: OwnFile) -> dict[float, Scale]:
    """The scale of the ratings that state what they are out of, by that number."""
    return {
        end: scale_out_of(end, [entry.rating for entry in file.entries if entry.out_of == end])
        for end in {entry.out_of for entry in file.entries if entry.out_of}
    }


def _without_zeros(file: OwnFile, ratings: Ratings) -> OwnFile:
    """The file whose zeros are no ratings, where the other numbers begin at 1 and the data above 0."""
    others = [entry.rating for entry in file.entries if not entry.out_of and entry.rating != 0]
    if ratings.min_rating <= 0 or not others or min(others) < 1 or set(others) == {1}:
        return file  # zeros and ones alone are thumbs
    rated = tuple(entry for entry in file.entries if entry.out_of or entry.rating != 0)
    zeros = len(file.entries) - len(rated)
    return replace(file, entries=rated, unrated=file.unrated + zeros, zeros=zeros)


def _told(numbers: Sequence[float], ratings: Ratings, step: float) -> tuple[Scale | None, Scale]:
    """The scale of the numbers, None for that of the data, and the ends of the same."""
    low, high = own = (ratings.min_rating, ratings.max_rating)
    if _are_ratings(numbers, ratings, step):
        return None, own
    if low < 0 and _nearly_all(numbers, own):
        return None, own
    if set(numbers) == {0, 1}:
        return (0.0, 1.0), (0.0, 1.0)
    for end in ENDS:
        if _nearly_all(numbers, (0, end)):
            inside = [number for number in numbers if 0 <= number <= end]
            if _are_ratings(inside, ratings, step):
                return None, own
            scale = scale_out_of(end, inside)
            return scale, scale
    raise NoGoodRowsError(
        f"the ratings go from {min(numbers):g} to {max(numbers):g}; a list has ratings from {low:g} to {high:g}, "
        f"as the data, or up to {', '.join(map(str, ENDS))}, all on one scale"
    )


def _are_ratings(numbers: Sequence[float], ratings: Ratings, step: float) -> bool:
    """Whether all numbers can be ratings of the data; between its stars there may be more than it has."""
    low, high = ratings.min_rating, ratings.max_rating
    if not all(low <= number <= high for number in numbers):
        return False
    stars = high == ENDS[0] and 0 <= low <= 1
    return stars or all(abs((away := (number - low) / step) - round(away)) < 1e-3 for number in numbers)


def _nearly_all(numbers: Sequence[float], scale: Scale) -> bool:
    """Whether a scale holds the numbers but for stray ones, which lie far from it."""
    low, high = scale
    outside = [number for number in numbers if not low <= number <= high]
    if not outside:
        return True
    few = len(outside) <= max(1, STRAY * len(numbers)) and len(numbers) - len(outside) >= _FEWEST
    return few and all(number < low or number > _FAR * high for number in outside)


def without_likes(file: OwnFile, ratings: Ratings, step: float) -> OwnFile:
    """The file whose likes are rejected unless the data has two ratings: elsewhere a like is no number."""
    if math.isclose(step, ratings.max_rating - ratings.min_rating):
        return file
    likes = [entry for entry in file.entries if entry.out_of == 1]
    why = f"a like is no rating from {ratings.min_rating:g} to {ratings.max_rating:g}"
    rest = [entry for entry in file.entries if entry.out_of != 1]
    return _without(file, rest, [Rejected(one.line, why) for one in likes])
