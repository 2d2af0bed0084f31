"""What several benchmarks share: a home of their own, tables, means, made-up ratings, and pages without a server."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from core import settings
from core.data.ratings import Ratings, Vocabulary


@contextmanager
def own_home(given: Path | None = None) -> Iterator[Path]:
    """Let this process and its children work in a home of their own, or in the one given; a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings.live_in(given or Path(folder) / "home")
        yield Path(folder)


def line(*cells: object) -> None:
    """One row of a table."""
    print("|", " | ".join(str(cell) for cell in cells), "|", flush=True)


def header(*cells: str) -> None:
    """The heads of a table, below an empty line."""
    print()
    line(*cells)
    print("| --- " * len(cells) + "|", flush=True)


def mean(values: object) -> str:
    """The mean over splits and its standard error, of (n_splits,)."""
    every = np.asarray(values, float)
    if len(every) == 1:
        return f"{every[0]:.4f}"
    return f"{every.mean():.4f} ± {every.std(ddof=1) / np.sqrt(len(every)):.4f}"


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
        timestamp=None,
        item_table=pd.DataFrame({"title": titles, "year": np.nan, "genres": genres}),
        min_rating=ends[0],
        max_rating=ends[1],
        **({"dataset_id": "planted", "name": "Planted"} | further),
    )


def all_pages() -> list[str]:
    """Names of all pages of the app, the first one first."""
    from dashboard.shell import frame

    return [name for pages in frame.PAGES.values() for name, *_ in pages]


def without_workers() -> None:
    """Let the pages of this process ask workers that never start: none waits for TensorFlow, or is trained on."""
    from core.jobs.pool import Pool
    from dashboard.cache import loaders

    idle = Pool(1)
    loaders.runner = lambda: idle
