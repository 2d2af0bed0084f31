"""Groups of items that lie together in the original space, and names for them from what is more common inside."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from core.analysis.components.hints import rows_by_category
from core.analysis.item_attributes import YEAR, ItemColumns
from core.analysis.neighbors.all_neighbors import MANY_ROWS, SAMPLE, Space, comparable, drawn, guides
from core.data.nouns import count
from core.errors import AnalysisError

NO_CLUSTER = -1
MOST_NAMED = 3  # signs in a name

FEWEST_ITEMS, LOWEST_LOG_ODDS, LOWEST_Z = 5, np.log(2), 4.0
"""A sign is on at least this many of the group's items, its odds there are at least twice those elsewhere, and chance
alone would give as much once in 30,000 tries."""

STARTS, MOST_REPEATED = 4, 10_000
"""How often a grouping is repeated to see whether it comes out alike, and of how many items at most."""

SEVERAL_LANGUAGES = frozenset({"aka", "das", "der", "des", "die", "las", "les", "los", "part", "una", "une", "vol"})
"""Words of titles that say nothing, beside English ones: articles, and how parts are counted."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which group each item is in."""

    label: np.ndarray  # int64, (n_items,): 0 is the largest group; -1 (HDBSCAN only) belongs to none
    sizes: np.ndarray  # items per group, int64, (n_clusters,), falling
    found_on: int | None = None  # items, drawn by chance, among which the groups were found; None where those were all


def kmeans(embeddings: np.ndarray, n_clusters: int = 12, *, metric: Space = "cosine", seed: int = 0) -> Clusters:
    """k-means (Lloyd 1982, started by k-means++): every item goes to the nearest of n means.

    The best of four starts. About 1 s for 9,066 items of 64 numbers, 15 s for 87,585. Of more than MANY_ROWS the means
    are those of as many, drawn by chance.

    Args:
        n_clusters: Groups, 2 … n_items.
        metric: cosine brings all vectors to length one first, so that groups are directions.

    Raises AnalysisError: n_clusters is out of range, or there are fewer different rows than groups.
    """
    from sklearn.cluster import KMeans  # 1 s to import
    from threadpoolctl import threadpool_limits

    points = comparable(embeddings, metric)
    if not 2 <= n_clusters <= len(points):
        raise AnalysisError(
            f"n_clusters is {n_clusters}; {count(len(points), 'item')} make 2 to {len(points):,} groups"
        )
    some = points[drawn(len(points), MANY_ROWS, seed)]
    if n_clusters > (different := len(np.unique(some, axis=0))):
        raise AnalysisError(f"n_clusters is {n_clusters}, but only {different} rows differ; choose fewer groups")
    with threadpool_limits(1, user_api="openmp"):  # the threads' sums would be added in an order left to chance
        found = KMeans(n_clusters, n_init=4, random_state=seed).fit(some)
        if len(some) == len(points):
            return _by_size(found.labels_)
        return replace(_by_size(found.predict(points)), found_on=len(some))


def repeatability(embeddings: np.ndarray, n_clusters: int, *, metric: Space = "cosine", seed: int = 0) -> float:
    """How alike the groups are that k-means finds from other starting numbers: the mean adjusted Rand index of pairs.

    Of all pairs of items, two groupings agree on those that are together in both, or apart in both; the index (Hubert
    and Arabie 1985) is 1 where they agree on all, and 0 on average for groups left to chance. Where there are kinds of
    items, every start finds them. Of many items a sample of 10,000 is grouped; about 4 s for 9,066 items.

    `embeddings`, `n_clusters`, `metric`, `seed`: as for `kmeans`; the numbers from `seed` on are the starts.
    """
    from sklearn.metrics import adjusted_rand_score  # 1 s to import

    some = drawn(len(embeddings), MOST_REPEATED, seed)
    found = [kmeans(embeddings[some], n_clusters, metric=metric, seed=seed + start).label for start in range(STARTS)]
    return float(np.mean([adjusted_rand_score(one, other) for one, other in combinations(found, 2)]))


def silhouette(embeddings: np.ndarray, clusters: Clusters, *, metric: Space = "cosine", most: int = 5000) -> float:
    """How far groups lie apart: the mean silhouette (Rousseeuw 1987) of a sample of the items that are in one.

    For each item (b - a) / max(a, b), with a its mean distance to its own group and b that to the next: 1 where groups
    are tight and far apart, 0 where an item could as well be in the next group.

    `embeddings`, `metric`: the matrix as it was grouped, (n_items, embedding_dim). -1 … 1; NaN where there are fewer
    than two groups, or none of several items.
    """
    from sklearn.metrics import silhouette_score

    grouped = np.flatnonzero(clusters.label != NO_CLUSTER)
    some = grouped[drawn(len(grouped), most, 0)]
    label = clusters.label[some]
    if not 2 <= len(np.unique(label)) < len(label):
        return float("nan")
    return float(silhouette_score(comparable(embeddings[some], metric), label))


def hdbscan(embeddings: np.ndarray, *, min_size: int = 15, metric: Space = "cosine") -> Clusters:
    """HDBSCAN (Campello et al. 2013): dense groups of any shape, and items in none of them.

    Nothing is drawn by chance. In many dimensions few regions are dense, and most items can end up in no group: that is
    a finding, not a failure. Time grows with the square of the items: 8 s for 9,066 of 64 numbers, so a quarter of an
    hour for 87,585. Of more than MANY_ROWS a sample is grouped, and the rest goes where most of its `guides` are.

    `min_size`: fewest items that make a group, at least 2. Raises AnalysisError: min_size is below 2 or above the
    number of items.
    """
    from sklearn.cluster import HDBSCAN

    points = comparable(embeddings, metric)
    if not 2 <= min_size <= len(points):
        raise AnalysisError(f"min_size is {min_size}; with {count(len(points), 'item')} it can be 2 to {len(points):,}")
    # A tree: the other way holds all distances between items at once.
    search = HDBSCAN(min_cluster_size=min_size, algorithm="kd_tree", copy=True)
    if len(points) <= MANY_ROWS:
        return _by_size(search.fit_predict(points))
    sample = drawn(len(points), SAMPLE, 0)
    found = search.fit_predict(points[sample])
    group = np.empty(len(points), np.int64)
    for rows, near in guides(points, sample):
        group[rows] = _most_frequent(found[near])
    group[sample] = found
    return replace(_by_size(group), found_on=SAMPLE)


def _most_frequent(groups: np.ndarray) -> np.ndarray:
    """In each row the number that is there most often, of equally many the smallest, (n,)."""
    numbers = np.unique(groups)
    counts = np.stack([np.count_nonzero(groups == one, axis=1) for one in numbers])
    return np.asarray(numbers[counts.argmax(axis=0)])


def typical(
    embeddings: np.ndarray, clusters: Clusters, *, top: int = 5, metric: Space = "cosine"
) -> tuple[np.ndarray, ...]:
    """For each group the rows nearest to its mean, closest first, at most `top` of them."""
    points = comparable(embeddings, metric)
    nearest = []
    for number in range(len(clusters.sizes)):
        rows = np.flatnonzero(clusters.label == number)
        distance = np.linalg.norm(points[rows] - points[rows].mean(axis=0), axis=1)
        nearest.append(rows[np.argsort(distance, kind="stable")[:top]])
    return tuple(nearest)


def _by_size(group: np.ndarray) -> Clusters:
    """The same groups numbered from the largest; equal ones keep their order."""
    grouped = group >= 0
    sizes = np.bincount(group[grouped])
    order = np.argsort(-sizes, kind="stable")
    number = np.empty(len(sizes), np.int64)
    number[order] = np.arange(len(sizes))
    label = np.full(len(group), NO_CLUSTER, np.int64)
    label[grouped] = number[group[grouped]]
    return Clusters(label=label, sizes=sizes[order])


@dataclass(frozen=True)
class Sign:
    """Something more common in a group than elsewhere."""

    text: str  # "Horror", "1980s" or a word of titles
    column: str  # the category it belongs to, "decade" or "title"
    # inside, outside: share of the group's, and of all other items that have it, fractions
    inside: float
    outside: float
    log_odds: float  # how much larger the odds are inside, natural logarithm
    z: float  # difference of the two shares by its standard error under no difference


@dataclass(frozen=True)
class Label:
    """A group's name and what it rests on, the surest first; the name is empty where nothing stands out."""

    text: str
    signs: tuple[Sign, ...]


def label_groups(group: np.ndarray, columns: ItemColumns) -> tuple[Label, ...]:
    """A label for each group 0 … n - 1.

    Signs are ranked by how sure the difference is (the z-score of two proportions, pooled), and must have a large one
    too: a log odds ratio, with half an item added to every count (Haldane 1956). So neither a rare word nor a genre
    common everywhere wins. About 0.5 s for 9,066 items.

    `group`: group of every item, int, (n_items,); -1 is in none, and counts as outside. Raises AnalysisError: the
    arrays differ in length.
    """
    if len(group) != len(columns.titles):
        raise AnalysisError(f"{len(group):,} groups for {count(len(columns.titles), 'item')}; each item needs one")
    sizes = np.bincount(group[group > NO_CLUSTER])
    signs: list[list[Sign]] = [[] for _ in sizes]
    for column, text, rows in _marks(columns):
        if len(rows) < FEWEST_ITEMS:
            continue
        having = np.bincount(group[rows][group[rows] > NO_CLUSTER], minlength=len(sizes))
        log_odds, z = _contrast(having, sizes, len(rows), len(group))
        stands_out = (having >= FEWEST_ITEMS) & (log_odds >= LOWEST_LOG_ODDS) & (z >= LOWEST_Z)
        for number in np.flatnonzero(stands_out):
            inside = having[number] / sizes[number]
            outside = (len(rows) - having[number]) / max(len(group) - sizes[number], 1)
            sign = Sign(text, column, float(inside), float(outside), float(log_odds[number]), float(z[number]))
            signs[number].append(sign)
    surest = [tuple(sorted(own, key=lambda sign: -sign.z)) for own in signs]
    return tuple(Label(text=", ".join(sign.text for sign in own[:MOST_NAMED]), signs=own) for own in surest)


def _contrast(having: np.ndarray, sizes: np.ndarray, everywhere: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Log odds ratio and z-score of a mark, each group against the rest."""
    having_out, rest = everywhere - having, np.maximum(n - sizes, 1)
    share = everywhere / n
    error = np.sqrt(share * (1 - share) * (1 / sizes + 1 / rest))
    difference = having / sizes - having_out / rest
    z = np.divide(difference, error, out=np.zeros(len(sizes)), where=error > 0)
    return log_odds_ratio(having, sizes, having_out, n - sizes), z


def log_odds_ratio(inside: Any, sizes: Any, outside: Any, others: Any) -> Any:
    """How much larger the odds are among `sizes`, of whom `inside` have it, than among `others`, of whom `outside` do.

    The natural logarithm, with half an item added to every count (Haldane 1956); numbers or arrays.
    """
    return np.log((inside + 0.5) * (others - outside + 0.5) / ((sizes - inside + 0.5) * (outside + 0.5)))


def categories_and_decades(columns: ItemColumns) -> Iterator[tuple[str, str, np.ndarray]]:
    """Column, text and rows of every category, and of every decade."""
    for column, members in columns.categories.items():
        for text, rows in rows_by_category(members).items():
            yield column, text, rows
    decade = columns.numbers.get(YEAR, np.full(len(columns.titles), np.nan)) // 10 * 10
    for start in np.unique(decade[np.isfinite(decade)]):
        yield "decade", f"{start:.0f}s", np.flatnonzero(decade == start)


def _marks(columns: ItemColumns) -> Iterator[tuple[str, str, np.ndarray]]:
    """Column, text and rows of everything an item can be marked by."""
    yield from categories_and_decades(columns)
    for word, rows in rows_by_category([title_words(title) for title in columns.titles]).items():
        yield "title", word.capitalize(), rows


def title_words(title: str) -> list[str]:
    """Words of three letters or more in a title, lower case, without stop words and the year in brackets."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # 1 s to import, once

    words = re.findall(r"[^\W\d_]{3,}", re.sub(r"\(\d{4}[^()]*\)\s*$", "", title).lower())
    return [word for word in words if word not in ENGLISH_STOP_WORDS and word not in SEVERAL_LANGUAGES]
