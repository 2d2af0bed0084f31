"""The rows of an embedding matrix with everything the pages say about them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.analysis.features import LearnedFeatures, joined
from core.analysis.gauge import centered_biases
from core.analysis.posterior import vector_variance
from core.data.ratings import Ratings
from core.data.splits import Split
from core.data.spoken import spoken_titles
from core.data.text import unbroken
from core.export.living_map import packing
from core.model.run import Run
from core.model.scoring import Bilinear, Scorer
from dashboard.shared.phrases import plural

MOST_NAMED = 4
"""Columns that a sentence has room for."""

FEATURE = "feature"
"""The noun of the rows of genres, years and the like."""


class Offered(dict[str, int]):
    """Row numbers by label, with what a browser is sent of the labels: made once, for there may be a million."""

    @cached_property
    def parts(self) -> list[bytes]:
        """The labels, so many together, compressed; at least one part."""
        labels, step = list(self), 100_000  # names that a browser fetches at a time
        return [packing.names(labels[at : at + step], []) for at in range(0, max(len(labels), 1), step)]


@dataclass(frozen=True, eq=False)
class Rows:
    """One side of a trained model: its items, or its users.

    Attributes:
        noun: What a row is, singular.
        labels: What each row is called on screen, each different.
        scorer: The model they belong to.
        matrix: Float32 array, (n_rows, embedding_dim); no columns where the model has no vectors.
        bias: Float32 array, (n_rows,), measured from the average person and item, as on the page Biases; zeros where
            the model has no biases. Of what is no side of it (genres, years), as stored.
        count: Ratings of each row in the whole dataset, (n_rows,).
        trained: Whether training ever moved the row: it has a rating in the training part.
        variance: Posterior variance of each number of the vectors, (n_rows, embedding_dim); None where the model does
            not know how sure it is.
        features: What the model learned of the columns that describe the rows; None where it learned nothing of them.
        users: Whether they are the second side, people mostly.
    """

    noun: str
    labels: list[str]
    scorer: Scorer
    matrix: np.ndarray
    bias: np.ndarray
    count: np.ndarray
    trained: np.ndarray
    variance: np.ndarray | None = None
    features: LearnedFeatures | None = None
    users: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def nouns(self) -> str:
        """What the rows are, plural."""
        return plural(self.noun)

    @property
    def rated(self) -> bool:
        """Whether anybody rated any of them; nobody did where there are vectors from elsewhere alone."""
        return bool(self.count.any())

    @cached_property
    def offered(self) -> Offered:
        """Row numbers by label, for choosing, those with the most ratings first."""
        return Offered((self.labels[row], row) for row in self.by_count.tolist())

    @cached_property
    def placed(self) -> np.ndarray:
        """Whether the row's numbers mean something, (n_rows,): training moved it, or what describes it places it."""
        return self.trained if self.features is None else self.trained | self.features.described

    @property
    def described_by(self) -> str:
        """The columns that place a row without a training rating: "genres and year"; empty where there are none."""
        if self.features is None:
            return ""
        names = [group.name for group in self.features.groups]
        return joined(names if len(names) <= MOST_NAMED else [*names[: MOST_NAMED - 1], "more"])

    @cached_property
    def by_count(self) -> np.ndarray:
        """Row numbers, those with the most ratings first, (n_rows,)."""
        return np.argsort(-self.count, kind="stable")

    def name(self, row: int) -> str:
        """The label, with a mark where training never moved the row."""
        return self.labels[row] + self.mark(row)

    def marked(self, texts: Sequence[str]) -> list[str]:
        """Texts of all rows, each with its short mark."""
        if self.trained.all():  # as a million may be
            return list(texts)
        return [text + self.mark(row, short=True) for row, text in enumerate(texts)]

    def mark(self, row: int, *, short: bool = False) -> str:
        """What is said behind a label: nothing, or what the numbers are where no training rating is behind them."""
        if self.trained[row]:
            return ""
        if not self.placed[row]:
            return " (untrained)"  # said behind the name of a row that training never moved
        # The same, where there is little room, of a row that what describes it places.
        return " (unrated)" if short else f" (placed by {self.described_by} alone)"


def item_labels(ratings: Ratings) -> list[str]:
    """What each item is called on screen: its title as people say it."""
    return distinct(spoken_titles(ratings.titles), ratings.items.ids.tolist())


def feature_rows(run: Run, features: LearnedFeatures) -> Rows:
    """What a run learned of genres, years and the like; `count` is of their items, `trained` whether they are clear."""
    return Rows(
        noun=FEATURE,
        labels=distinct(features.labels, features.names),
        scorer=run.scorer,
        matrix=features.vectors,
        bias=features.numbers[:, 0],
        count=features.count,
        trained=features.clear,
        variance=features.variance[:, 1:],
    )


def item_rows(
    run: Run, ratings: Ratings, parts: Split, labels: list[str] | None = None, features: LearnedFeatures | None = None
) -> Rows:
    """The items of a run; runs on the same data may share their `item_labels`, which are made anew without."""
    return Rows(
        noun=ratings.noun,
        labels=item_labels(ratings) if labels is None else labels,
        scorer=run.scorer,
        matrix=run.scorer.item_embedding,
        bias=_biases(run.scorer, ratings, parts, users=False),
        count=ratings.item_count,
        trained=run.scorer.learned_items(parts.trained(ratings)),
        variance=vector_variance(run.scorer),
        features=features,
    )


def user_rows(run: Run, ratings: Ratings, parts: Split) -> Rows:
    """The people of a run; all that is known of them is their id."""
    return Rows(
        noun=ratings.user_noun,
        labels=[f"{ratings.user_noun.capitalize()} {unbroken(user)}" for user in ratings.users.ids],
        users=True,
        scorer=run.scorer,
        matrix=run.scorer.user_embedding,
        bias=_biases(run.scorer, ratings, parts, users=True),
        count=ratings.user_count,
        trained=parts.trained(ratings, users=True) | (not run.scorer.trained_here),
        variance=vector_variance(run.scorer, users=True),
    )


def _biases(scorer: Scorer, ratings: Ratings, parts: Split, *, users: bool) -> np.ndarray:
    """The biases of one side, centered where they can be, (n_rows,)."""
    if isinstance(scorer, Bilinear) and scorer.has_biases:
        return centered_biases(scorer, ratings, parts, users=users)
    return scorer.user_bias if users else scorer.item_bias


def distinct(titles: Sequence[str], ids: Sequence[str]) -> list[str]:
    """One label an item: its title, and behind a title that occurs twice its id."""
    clean = [unbroken(title) for title in titles]
    often = Counter(clean)
    if len(often) == len(clean) and "" not in often:
        return clean
    return [
        title if often[title] == 1 and title else f"{title} [{unbroken(item)}]".strip()
        for title, item in zip(clean, ids, strict=True)
    ]
