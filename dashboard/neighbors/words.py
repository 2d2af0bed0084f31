"""What the neighbors of a row show, in sentences made from their numbers (Markdown)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.analogies import Analogy
from core.analysis.neighbors.of_one import METRICS, Metric, Neighbors
from core.analysis.ranks import rank_correlation
from dashboard.embeddings.words import signed
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows
from dashboard.shared.phrases import count

CLEAR = 0.2
"""Rank correlations below this are not worth a direction."""

FAR = 0.5
"""Where even the closest direction has a smaller cosine, nothing is really close."""


@dataclass(frozen=True)
class Measure:
    """A way to measure closeness: its name, its column, and what it looks at."""

    name: str
    column: str
    sentence: str


MEASURES: Mapping[Metric, Measure] = {
    "cosine": Measure("Cosine", "Cosine", "Which point the same way, however long they are."),
    "dot": Measure("Dot product", "Product", "Direction and length: long vectors come first."),
    "euclidean": Measure("Euclidean distance", "Distance", "From tip to tip: alike in direction and in length."),
}


def introduction(described_by: str) -> str:
    """What the page shows, and whether anybody told the model what goes with what.

    Args:
        described_by: The columns that the model learned from beside the ratings; empty where there are none.
    """
    told = "Nobody told the model what goes with what. It moved together what pleases the same people"
    if described_by:
        told = (
            f"The model was told {escape(described_by)}, and found out from the ratings who likes what of these and of "
            "all else"
        )
    return (
        f"{told}, so the closest rows of the matrix are its idea of alike. Under *Users* are the people who rate alike."
    )


def lead(rows: Rows, row: int, near: Neighbors) -> str:
    """The closest by direction, and whether that is close at all."""
    cosine, nearest = float(near.similarity[0]), escape(rows.labels[near.index[0]])
    text = f"In the direction of **{escape(rows.labels[row])}** lies first **{nearest}**, cosine {signed(cosine)}."
    if cosine < FAR:
        text += " That is not close: nothing listed here is much like it."
    return text


def again(rows: Rows, share: np.ndarray) -> str:
    """How many of the listed would be neighbors again in another sample of the vectors."""
    n = len(share)
    return (
        f"Would another sample agree? The model knows how sure it is of every vector. Drawn again from that, on "
        f"average {share.sum():.1f} of these {count(n, rows.noun)} would be among the {n} nearest by cosine again. The "
        "column *Again* says how often each would."
    )


def unrated(rows: Rows, row: int) -> str:
    """What the place of a row is that has no training rating, of a model that knows what describes it."""
    return (
        f"{escape(rows.labels[row])} has no rating in the training part: it is placed by {escape(rows.described_by)} "
        f"alone, and its neighbors are {rows.nouns} that are described alike."
    )


def lengths(rows: Rows, row: int, length: np.ndarray, near: Mapping[Metric, Neighbors], listed: np.ndarray) -> str:
    """What the three measures disagree about, and how this row's length explains it.

    Args:
        rows: All rows.
        row: The one asked about.
        length: Length of every vector, (n_rows,).
        near: The neighbors by measure.
        listed: Boolean array, (n_rows,), rows that could be neighbors.
    """
    ten = {metric: set(near[metric].index.tolist()) for metric in METRICS}
    n = len(ten["cosine"])
    others = listed.copy()
    others[row] = False
    below = float(np.mean(length[others] < length[row]))
    text = (
        f"The vector of {escape(rows.labels[row])} is **{length[row]:.2f}** long, longer than {below:.0%} of the "
        f"{count(int(others.sum()), rows.noun)} compared. "
    )
    if ten["cosine"] == ten["dot"] == ten["euclidean"]:
        return f"{text}All three measures list the same {n}: their lengths hardly differ, so direction decides alone."
    median = {metric: f"{np.median(length[near[metric].index]):.2f}" for metric in METRICS}
    return (
        f"{text}Of the {n} nearest by cosine, {len(ten['cosine'] & ten['dot'])} are also among the {n} by dot product "
        f"and {len(ten['cosine'] & ten['euclidean'])} by distance. The rest is length. Cosine does not see it: its "
        f"{n} have a median length of {median['cosine']}. The dot product grows with the other's length: "
        f"{median['dot']}. In a given direction, distance is smallest to a vector as long as this one times the "
        f"cosine: {median['euclidean']}."
    )


def popularity(rows: Rows, length: np.ndarray, rated: np.ndarray, listed: np.ndarray) -> str:
    """How length goes together with the number of ratings.

    Over all rows shown, and over the listed ones where it is another story there.
    """
    everywhere, among = (_link(rows.count[chosen], length[chosen]) for chosen in (rated, listed))
    if np.isnan(everywhere):
        return ""
    text = f"Over all {count(len(rated), rows.noun)}, {_in_words(everywhere)}."
    if np.isnan(among) or _in_words(among).split(" (")[0] == _in_words(everywhere).split(" (")[0]:
        return text
    return f"{text} Among the {len(listed):,} with enough ratings, {_in_words(among)}."


def _link(often: np.ndarray, length: np.ndarray) -> float:
    return rank_correlation(often.astype(float), length.astype(float))


def _in_words(link: float) -> str:
    if abs(link) < CLEAR:
        return f"length has little to do with the number of ratings (rank correlation {signed(link)})"
    return f"more ratings go with {'longer' if link > 0 else 'shorter'} vectors (rank correlation {signed(link)})"


def analogy(rows: Rows, third: int, result: Analogy) -> str:
    """How much the arithmetic did beyond listing the third one's neighbors."""
    name, best = escape(rows.labels[third]), float(result.answers.similarity[0])
    n = len(result.answers.index)
    same = round(result.shared_with_c * n)
    first = (
        f"the sum lies closer to **{name}** itself (cosine {signed(result.from_c)}) than to any answer"
        if result.from_c > best
        else f"the first answer (cosine {signed(best)}) is closer to the sum than {name} itself "
        f"({signed(result.from_c)})"
    )
    return (
        f"Read this with care. The three you chose are left out of the answers, as is usual, and that flatters the "
        f"method: here {first}, and {same} of the {n} answers are among the {n} nearest to {name} anyway. "
        "A list that looks right is no proof that the numbers know the relation."
    )
