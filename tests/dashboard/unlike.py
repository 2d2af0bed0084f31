"""Ratings unlike MovieLens': other scales, few people, few things, all alike."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data import ImportOptions, import_ratings
from core.data.importing.isolation import in_this_process
from core.data.ratings import Ratings
from tests.core.data.importing import made
from tests.made_up import made_up


@dataclass(frozen=True)
class Kind:
    """One kind of data.

    Attributes:
        noun, nouns, a_noun: What is rated, as the pages have to say it.
        scale: Its ends.
        users, items: Ids.
        rate: Turns a liking, about normal, into a rating.
        share: Of all pairs that are rated.
        stated: Whether the scale has to be stated in the import.
    """

    noun: str
    nouns: str
    a_noun: str
    scale: tuple[float, float]
    rate: Callable[[np.ndarray], np.ndarray]
    users: int = 20
    items: int = 15
    share: float = 0.6
    stated: bool = False

    def rows(self) -> list[tuple[str, str, str]]:
        """Ratings of people with a taste, of whom the first has one rating only; each time the same."""
        rng = np.random.default_rng(3)
        liking = rng.normal(size=(self.users, 2)) @ rng.normal(size=(2, self.items)) + rng.normal(size=self.items)
        rated = rng.random((self.users, self.items)) < self.share
        rated[0] = False
        rated[0, 0] = True
        values = self.rate(liking) + 0.0  # no negative zero
        return [(f"u{u}", f"i{i}", f"{values[u, i]:g}") for u, i in zip(*np.nonzero(rated), strict=True)]

    def ratings(self) -> Ratings:
        """What their import makes of them."""
        users, items, ratings = zip(*self.rows(), strict=True)
        user_ids, item_ids = (list(dict.fromkeys(ids)) for ids in (users, items))
        user, item = ([of.index(one) for one in all_] for of, all_ in ((user_ids, users), (item_ids, items)))
        low, high = self.scale
        names = {"noun": self.noun, "dataset_id": "unlike", "name": f"Some {self.nouns}"}
        ends = float(low), float(high)
        return made_up(user, item, np.array(ratings, np.float32), users=user_ids, items=item_ids, ends=ends, **names)

    def bring(self, folder: Path) -> str:
        """Import them; the dataset's id."""
        low, high = self.scale if self.stated else (None, None)
        made.write(folder, {"ratings.csv": made.table(self.rows(), "userId,itemId,rating")})
        options = ImportOptions(name=f"Some {self.nouns}", noun=self.noun, min_rating=low, max_rating=high)
        result = import_ratings([folder / "ratings.csv"], options=options, runner=in_this_process)
        return result.dataset.dataset_id


def ranks(liking: np.ndarray) -> np.ndarray:
    """Counts with a long tail as fifths, 1–5."""
    counts = np.exp(3 + 2 * liking)
    return 1 + np.digitize(counts, np.quantile(counts, [0.2, 0.4, 0.6, 0.8]))


def rounded(middle: float, spread: float, low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    """Likings as whole numbers of a scale."""
    return lambda liking: np.clip(np.round(middle + spread * liking), low, high)


def counted(liking: np.ndarray) -> np.ndarray:
    """Likings as counts with a long tail, such as plays."""
    return np.clip(np.round(np.exp(4 + 3 * liking)), 1, 352_698)


STARS, SHORT = (1, 5), rounded(3, 1, 1, 5)

KINDS = {
    "ten": Kind("anime", "anime", "an anime", (1, 10), rounded(6.5, 2, 1, 10)),
    "thumbs": Kind("box", "boxes", "a box", (0, 1), lambda liking: (liking > 0) * 1.0),
    "ranks": Kind("song", "songs", "a song", STARS, ranks),
    "counts": Kind("hour", "hours", "an hour", (1, 352_698), counted, stated=True),
    "tiny": Kind("short story", "short stories", "a short story", STARS, SHORT, users=12, items=8, share=1.0),
    "equal": Kind("series", "series", "a series", STARS, lambda liking: np.full(liking.shape, 5.0), stated=True),
    "negative": Kind("goose", "geese", "a goose", (-10, 10), rounded(2, 4, -10, 10)),
    "hundred": Kind("person", "people", "a person", (0, 100), rounded(60, 15, 0, 100), stated=True),
    "once": Kind("übung", "übungs", "an übung", STARS, SHORT, users=25, items=200, share=0.01),
}
