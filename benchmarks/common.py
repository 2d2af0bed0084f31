"""What several benchmarks share: a home of their own, tables, means, and pages without a server."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from core import settings


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
