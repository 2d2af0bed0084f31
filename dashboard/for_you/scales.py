"""How a rating is given on the screen: stars, thumbs or a number, whichever fits the data's own scale."""

from dataclasses import dataclass
from typing import Literal

from core.data.own.matching import step_of
from core.data.ratings import Ratings

THUMBS = (":material/thumb_down: No", ":material/thumb_up: Yes")


@dataclass(frozen=True)
class Entry:
    """A way to give ratings from `low` to `high`, `step` apart (`step_of`).

    Its kind is "thumbs" for two values, "stars" for scales from a half or one to 5, "number" for all others.
    """

    kind: Literal["stars", "thumbs", "number"]
    low: float
    high: float
    step: float

    @property
    def fine(self) -> bool:
        """Whether there are ratings between whole stars."""
        return self.kind == "stars" and self.step < 1

    @property
    def places(self) -> range:
        """The stars or thumbs that can be clicked, from 0."""
        return range(2 if self.kind == "thumbs" else 5)

    def name_of(self, place: int) -> str:
        """What is written on a star or thumb (Markdown)."""
        return THUMBS[place] if self.kind == "thumbs" else f"{place + 1} ★"

    def from_click(self, place: int) -> float:
        """The rating that the star or thumb at this place, from 0, stands for."""
        return (self.low, self.high)[place] if self.kind == "thumbs" else place + 1.0

    def to_click(self, rating: float) -> int | None:
        """The star or thumb that shows a rating; None where none does, as for half a star."""
        return next((place for place in self.places if self.from_click(place) == rating), None)

    @property
    def form(self) -> str:
        """printf format of a rating."""
        digits = next((digits for digits in range(4) if round(self.step, digits) == self.step), 4)
        return f"%.{digits}f"


def entry(ratings: Ratings) -> Entry:
    """The way that fits a dataset, by the values that occur in it."""
    low, high = ratings.min_rating, ratings.max_rating
    step = step_of(ratings)
    if step == high - low:
        return Entry("thumbs", low, high, step)
    stars = high == 5 and low in (0.5, 1.0) and step in (1.0, 0.5)
    return Entry("stars" if stars else "number", low, high, step)
