"""Ratings that somebody has made up, for tests and benchmarks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.data.ratings import Ratings, Vocabulary


def ids(side: str, n: int) -> list[str]:
    """Ids of n users or items: "u0", "u1" …"""
    return [f"{side}{number}" for number in range(n)]


def made_up(
    user: np.ndarray,
    item: np.ndarray,
    rating: np.ndarray,
    *,
    users: Sequence[str],
    items: Sequence[str],
    ends: tuple[float, float],
    noun: str,
    titles: Sequence[str] | None = None,
    genres: Sequence[Sequence[str]] | None = None,
    timestamp: np.ndarray | None = None,
    **further: str,
) -> Ratings:
    """Ratings by rows, (n,) each, of users and items with these ids, titles too where there are no others; `further`
    are names."""
    titles, genres = items if titles is None else titles, genres or [[] for _ in items]
    return Ratings(
        noun=noun,
        users=Vocabulary(np.array(users, object)),
        items=Vocabulary(np.array(items, object)),
        user_index=np.asarray(user, np.int32),
        item_index=np.asarray(item, np.int32),
        rating=np.asarray(rating, np.float32),
        timestamp=timestamp,
        item_table=pd.DataFrame({"title": titles, "year": np.nan, "genres": genres}),
        min_rating=ends[0],
        max_rating=ends[1],
        **({"dataset_id": "planted", "name": "Planted"} | further),
    )
