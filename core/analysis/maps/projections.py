"""Maps: an embedding matrix flattened to two or three dimensions."""

import contextlib
import importlib.util
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from core.analysis.components.pca import pca
from core.analysis.neighbors.all_neighbors import MANY_ROWS, SAMPLE, Space, comparable, drawn, guides
from core.data.nouns import count
from core.errors import AnalysisError, CanceledError, LimitError

THREADS = 1
"""t-SNE adds up what its threads found, so its last digits, and in the end the whole map, depend on how many there are.
One makes the map the same on any number of cores, and does not stall while other work keeps a core busy."""


class MapSettings(BaseModel, frozen=True, extra="forbid", allow_inf_nan=False):
    """How a map is made. Equal settings on equal embeddings give equal maps on one machine."""

    method: Literal["pca", "tsne", "umap"] = Field(
        "pca", description="pca: a shadow, no distance too long. tsne and umap: bend space to keep neighbors together."
    )
    dimensions: int = Field(2, ge=2, le=3, description="Axes of the map.")
    metric: Space = Field("cosine", description="tsne and umap: which items count as near each other.")
    centered: bool = Field(False, description="pca: subtract the mean of all items first.")
    perplexity: float = Field(
        30, ge=2, le=200, description="tsne: about how many neighbors each item tries to stay close to."
    )
    iterations: int = Field(750, ge=250, le=5000, description="tsne: steps; more settle the picture further.")
    neighbors: int = Field(15, ge=2, le=200, description="umap: how many neighbors each item tries to stay close to.")
    min_dist: float = Field(0.1, ge=0, le=0.99, description="umap: how tightly points may be packed.")
    seed: int = Field(
        0, ge=0, le=2**31 - 1, description="tsne and umap: starting number of all that is drawn by chance."
    )


def umap_installed() -> bool:
    """Whether the method "umap" can be used here."""
    return importlib.util.find_spec("umap") is not None


@dataclass(frozen=True, eq=False)
class Layout:
    """Where every item is drawn."""

    # float32, (n_items, dimensions). Only for "pca" are the units those of the embedding; elsewhere only who is near
    # whom means anything.
    points: np.ndarray
    settings: MapSettings
    loss: float | None = None  # what t-SNE minimized, the Kullback-Leibler divergence; None for the others
    # rows that the method itself laid out, among which the rest was placed; None where that was all
    laid_out: int | None = None


def draw_map(
    embeddings: np.ndarray,
    settings: MapSettings,
    *,
    on_progress: Callable[[float], None] = lambda share: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Layout:
    """Flatten an embedding matrix.

    PCA is immediate. t-SNE (van der Maaten 2008, 2014) is scikit-learn's with its start along the principal components;
    UMAP (McInnes 2018) needs the package `umap-learn`. Neither has a callback, but both can say what they do, line by
    line: what they print is caught, turned into progress, and answered with an exception when the work should stop.
    That takes over `sys.stdout` while it runs, so call this where no other thread prints: in a worker. UMAP also
    imports TensorFlow where it finds it.

    Args:
        on_progress: Called with the share done, 0–1, about every 50 steps.
        should_stop: Asked as often; True ends the work.

    Raises:
        CanceledError: `should_stop` said so.
        LimitError: Too few items for the settings, or UMAP is not installed.
        AnalysisError: A value is not finite, or all rows are equal.
    """
    if settings.method == "pca":
        most = min(np.shape(embeddings))
        if most < settings.dimensions:
            raise LimitError(f"a matrix of shape {np.shape(embeddings)} has no {settings.dimensions} components")
        flat = pca(embeddings, n_components=settings.dimensions, centered=settings.centered)
        return Layout(points=np.asarray(flat.scores, np.float32), settings=settings)
    points = comparable(embeddings, settings.metric)
    _check(points, settings)
    lay_out = _tsne if settings.method == "tsne" else _umap
    if len(points) <= MANY_ROWS:
        return lay_out(points, settings, _Watcher(on_progress, should_stop))
    sample = drawn(len(points), SAMPLE, settings.seed)
    some = lay_out(points[sample], settings, _Watcher(lambda share: on_progress(share / 2), should_stop))

    def placing(share: float) -> None:
        """The second half of the work; a stop is heard."""
        if should_stop():
            raise CanceledError(STOPPED)
        on_progress((1 + share) / 2)

    return replace(some, points=placed_among(points, sample, some.points, placing), laid_out=SAMPLE)


def placed_among(
    points: np.ndarray,
    sample: np.ndarray,
    places: np.ndarray,
    on_progress: Callable[[float], None] = lambda share: None,
) -> np.ndarray:
    """Places for all rows by those of a sample: each at the median of its nearest rows of the sample.

    So Kobak and Berens (2019), "The art of using t-SNE for single-cell transcriptomics". The search is exact, by
    Euclidean distance. The median, unlike the mean, puts nothing halfway between two groups.

    Args:
        sample: Rows of the sample, (n_sample,); they stay where they are.
        places: Of the sample, (n_sample, dimensions).

    Returns float32, (n_rows, dimensions).
    """
    result = np.empty((len(points), places.shape[1]), np.float32)
    for rows, near in guides(points, sample, on_progress):
        result[rows] = np.median(places[near], axis=1)
    result[sample] = places
    return result


def _check(points: np.ndarray, settings: MapSettings) -> None:
    if (points == points[0]).all():
        raise AnalysisError(f"all {count(len(points), 'row')} are equal, so there is nothing to spread out on a map")
    name = "perplexity" if settings.method == "tsne" else "neighbors"
    if getattr(settings, name) >= len(points):
        raise LimitError(
            f"{name} is {getattr(settings, name)}; with {count(len(points), 'item')} it must be below that"
        )


STOPPED = "the map was stopped before it was finished; start it again to get one"


class _Watcher(io.TextIOBase):
    """Reads "Iteration 50" or "50/500" off what is printed to it."""

    def __init__(self, on_progress: Callable[[float], None], should_stop: Callable[[], bool]) -> None:
        self._on_progress, self._should_stop, self._stopped = on_progress, should_stop, False
        self.steps = 1

    def write(self, text: str) -> int:
        """Take a line of the method's own progress, as a file would; raises CanceledError once a stop was asked for."""
        if self._stopped:  # what is being torn down may have a last word
            return len(text)
        self._stopped = self._should_stop()
        if self._stopped:
            raise CanceledError(STOPPED)
        if done := re.search(r"Iteration (\d+)|(\d+)/\d+ ", text):
            self._on_progress(min(int(done[1] or done[2]) / self.steps, 1.0))
        return len(text)


def _tsne(points: np.ndarray, settings: MapSettings, watcher: _Watcher) -> Layout:
    """For 9,066 rows of 64, 750 steps take about 45 s of one core; time grows a little faster than the rows."""
    from sklearn.manifold import TSNE  # 1 s to import
    from threadpoolctl import threadpool_limits

    method = TSNE(
        n_components=settings.dimensions,
        perplexity=settings.perplexity,
        max_iter=settings.iterations,
        init="pca",
        random_state=settings.seed,
        verbose=2,  # the lowest level that prints every 50 steps
    )
    watcher.steps = settings.iterations
    with threadpool_limits(THREADS, user_api="openmp"), contextlib.redirect_stdout(watcher):
        flat = method.fit_transform(points)
    return Layout(points=flat.astype(np.float32), settings=settings, loss=float(method.kl_divergence_))


def _umap(points: np.ndarray, settings: MapSettings, watcher: _Watcher) -> Layout:
    try:
        from umap import UMAP  # several seconds to import: it compiles
    except ModuleNotFoundError as error:
        if error.name != "umap":
            raise
        raise LimitError("UMAP needs the package umap-learn: run `pip install umap-learn`, or choose t-SNE") from None
    watcher.steps = 200 if len(points) > 10_000 else 500  # UMAP's own choice, named so that progress is known
    method = UMAP(
        n_components=settings.dimensions,
        n_neighbors=settings.neighbors,
        min_dist=settings.min_dist,
        n_epochs=watcher.steps,
        random_state=settings.seed,
        n_jobs=1,  # more would not be deterministic
        verbose=True,
        tqdm_kwds={"file": watcher},
    )
    with contextlib.redirect_stdout(watcher):
        return Layout(points=method.fit_transform(points).astype(np.float32), settings=settings)
