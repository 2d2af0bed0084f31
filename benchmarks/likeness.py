"""Whether neighbors make sense: movies of one series find each other, and neighbors share genres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.item_attributes import GENRES, ItemColumns
from core.analysis.neighbors.all_neighbors import nearest
from core.model.scoring import Bilinear

SERIES: tuple[tuple[str, ...], ...] = (
    ("Star Wars:",),
    ("Star Trek",),
    ("Lord of the Rings:",),
    ("Harry Potter",),
    ("Toy Story",),
    ("Matrix",),
    ("Godfather",),
    ("Indiana Jones", "Raiders of the Lost Ark"),
    ("Terminator",),
    ("Alien (", "Aliens", "Alien³", "Alien:"),
    ("Back to the Future",),
    ("Batman", "Dark Knight"),
    ("Spider-Man",),
    ("X-Men", "X2"),
    ("Pirates of the Caribbean",),
    ("Shrek",),
    ("Die Hard", "Live Free or Die Hard"),
    ("Lethal Weapon",),
    ("Jurassic Park", "Lost World: Jurassic Park"),
    ("Mission: Impossible",),
    ("Ocean's",),
    ("Bourne",),
    ("Kill Bill",),
    ("Iron Man",),
    ("Rocky (", "Rocky I"),
    ("Scream",),
    ("Naked Gun",),
    ("Superman",),
    ("Home Alone",),
    ("Ghostbusters",),
    ("Men in Black",),
    ("Austin Powers",),
    ("Mad Max", "Road Warrior"),
    ("Wallace & Gromit", "Grand Day Out"),
)
"""How the titles of well-known series begin."""


@dataclass(frozen=True)
class Likeness:
    """How alike neighbors are.

    Attributes:
        in_series: Items that belong to a series with another item.
        found: Share of them that have another of their series among their nearest, 0–1.
        genres: Mean overlap of an item's genres with those of each of its nearest (Jaccard), 0–1.
    """

    in_series: int
    found: float
    genres: float


def likeness(lists: np.ndarray, columns: ItemColumns) -> Likeness:
    """Of lists of neighbors, rows of the items, int, (n_items, k)."""
    series = series_of(columns.titles)
    members = np.flatnonzero(series >= 0)
    found = (series[lists[members]] == series[members, None]).any(axis=1)
    return Likeness(
        in_series=len(members),
        found=float(found.mean()) if len(members) else float("nan"),
        genres=_genre_overlap([set(names) for names in columns.categories[GENRES]], lists),
    )


def by_chance(columns: ItemColumns, k: int, *, draws: int = 20, seed: int = 0) -> Likeness:
    """What k others drawn at random come to, on average over `draws`."""
    rng, n = np.random.default_rng(seed), len(columns.titles)
    lists = [_others_at_random(rng, n, k) for _ in range(draws)]
    each = [likeness(drawn, columns) for drawn in lists]
    found, genres = (float(np.mean(values)) for values in zip(*((one.found, one.genres) for one in each), strict=True))
    return Likeness(each[0].in_series, found, genres)


def _others_at_random(rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """For each of n items k different others, int, (n, k)."""
    order = rng.random((n, n))
    np.fill_diagonal(order, 2)
    return np.argpartition(order, k - 1, axis=1)[:, :k]


def series_of(titles: Sequence[str]) -> np.ndarray:
    """Number of the series that each title belongs to, int, (n,); -1 for none, and for the only one of its series."""
    number = np.full(len(titles), -1)
    for at, beginnings in enumerate(SERIES):
        rows = [row for row, title in enumerate(titles) if title.startswith(beginnings)]
        if len(rows) > 1:
            number[rows] = at
    return number


def _genre_overlap(genres: list[set[str]], lists: np.ndarray) -> float:
    pairs = ((genres[row], genres[other]) for row, others in enumerate(lists) for other in others)
    return float(np.mean([len(a & b) / max(len(a | b), 1) for a, b in pairs]))


def as_predicted(scorer: Bilinear) -> np.ndarray:
    """Item vectors whose cosine is the correlation, over the model's people, of what it predicts for two items.

    A person's bias is left out; it moves all items alike. With C the covariance of the people's vectors, the
    covariance of the predictions for items i and j is qᵢ C qⱼ, so vectors q C^½ have it as their dot product.

    Returns:
        Float64, (n_items, d).
    """
    covariance = np.atleast_2d(np.cov(scorer.user_embedding.astype(np.float64), rowvar=False))
    variance, axes = np.linalg.eigh(covariance)
    return scorer.item_embedding @ (axes * np.sqrt(np.maximum(variance, 0)))


def nearest_by_both(scorer: Bilinear, rows: np.ndarray, k: int = 10) -> dict[str, np.ndarray]:
    """Lists of the k nearest of `rows` among them, by cosine of vectors and by likeness of predictions."""
    matrices = {"vectors": scorer.item_embedding, "predictions": as_predicted(scorer)}
    return {name: nearest(matrix[rows], k) for name, matrix in matrices.items()}
