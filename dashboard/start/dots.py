"""The points of the map on Start: which items they are, where they begin, and which groups among them have a name."""

from collections.abc import Sequence

import numpy as np

from core.analysis.film import MOST_SHOWN
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import Split
from core.model.families import family_of
from core.training.camera import Camera

SEED = 0
"""Of the places before anything is learned."""

LEAST_TOGETHER, SHARE_TOGETHER = 20, 0.05
"""Items that a part of the map is made of to ask what lies there: so many, or this share of all."""

MAJORITY, SURPRISE = 0.4, 6.0
"""Share of a part of the map that a group has to make up to give it its name, and by how many standard deviations that
has to lie above what chance would put there."""

MOST_GROUPS, MOST_ASKED = 6, 300
"""Groups that get a name, and items around which they are looked for: a few milliseconds while a model trains."""


def filmed_rows(config: RunConfig, ratings: Ratings, parts: Split) -> np.ndarray:
    """The items that a training of this config will show while it goes on, the most rated first, int64, (n,)."""
    family = family_of(config)
    width = np.prod(family.shapes(config, len(ratings.users), len(ratings.items))[family.recorded][1:])
    camera = Camera()
    camera.begin(parts.training_count(ratings), int(width))
    return camera.rows[:MOST_SHOWN]


def by_chance(n: int) -> np.ndarray:
    """Places before anything is learned: normal numbers from a fixed seed, float32, (n, 2)."""
    return np.random.default_rng(SEED).standard_normal((n, 2)).astype(np.float32)


def turn(places: np.ndarray, toward: np.ndarray) -> np.ndarray:
    """The rotation or reflection after which places lie most nearly like others of the same items, float64, (2, 2).

    By orthogonal Procrustes (Schönemann 1966); `places @ turn` lies like `toward`.

    Args:
        places, toward: (n, 2) each.
    """
    away, aim = places - places.mean(axis=0), toward - toward.mean(axis=0)
    left, _, right = np.linalg.svd(away.astype(np.float64).T @ aim)
    return np.asarray(left @ right)


def groups(places: np.ndarray, belongs: np.ndarray, names: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Groups that lie together, and where.

    A group gets its name at the item around which it is densest, if there it makes up MAJORITY of the nearest items,
    and by far more of them than it would by chance. What is spread over the map gets none, and neither does noise.

    Args:
        places: (n, 2).
        belongs: Whether each item is in each group, boolean, (n, n_groups).
        names: Of the groups.

    Returns:
        Places, (at most MOST_GROUPS, 2), and their names, the clearest first.
    """
    none = np.zeros((0, 2)), list[str]()
    near = max(LEAST_TOGETHER, round(SHARE_TOGETHER * len(places)))
    if len(places) < 3 * near or not len(names):
        return none
    asked = np.arange(0, len(places), -(-len(places) // MOST_ASKED))
    at = _nearest(places.astype(np.float32), asked, near)
    share = belongs[at].mean(axis=1)
    usual = belongs.mean(axis=0)
    spread = np.sqrt(np.maximum(usual * (1 - usual), 1e-9) / near)
    densest = share.argmax(axis=0)
    most = share.max(axis=0)
    surprise = (most - usual) / spread
    clear = np.flatnonzero((most >= MAJORITY) & (surprise >= SURPRISE))
    clear = clear[np.argsort(-surprise[clear], kind="stable")][:MOST_GROUPS]
    middles = [places[at[densest[group]]][belongs[at[densest[group]], group]].mean(axis=0) for group in clear]
    return (np.array(middles), [names[group] for group in clear.tolist()]) if middles else none


def _nearest(places: np.ndarray, asked: np.ndarray, n: int) -> np.ndarray:
    """The n items nearest to each of some, itself among them, in no order, int64, (n_asked, n)."""
    squares = (places**2).sum(axis=1)
    away = squares - 2 * places[asked] @ places.T  # what is the same in a row changes no order
    return np.argpartition(away, n - 1, axis=1)[:, :n]
