"""What the neighbors of a row show, in sentences made from their numbers (Markdown)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors import all_neighbors
from core.analysis.neighbors.of_one import METRICS, Analogy, Metric, Neighbors, nearest_by_chance
from core.analysis.questions.probes import rank_correlation
from core.model.run import Run
from dashboard.embeddings.words import signed
from dashboard.shared.markup import escape
from dashboard.shared.matrix_rows import Rows
from dashboard.shared.phrases import count, together
from dashboard.shared.told import task as task_of

CLEAR = 0.2
"""Rank correlations below this are not worth a direction."""

OFTEN = 100
"""Ratings of what is well known."""

NAMED = 3
"""Hubs that a sentence names."""

FAR = 0.5
"""Where even the closest direction has a smaller cosine, nothing is really close."""


@dataclass(frozen=True)
class Measure:
    """A way to measure closeness: its name, its column, what it looks at, and how its numbers are written."""

    name: str
    column: str
    sentence: str
    form: str = "%.2f"

    @property
    def inside(self) -> str:
        """The name inside a sentence."""
        return self.name.lower().replace("euclidean", "Euclidean")


MEASURES: Mapping[Metric, Measure] = {
    "cosine": Measure("Cosine", "Cosine", "Which point the same way, however long they are."),
    "dot": Measure("Dot product", "Product", "Direction and length: long vectors come first."),
    "euclidean": Measure("Euclidean distance", "Distance", "From tip to tip: alike in direction and in length."),
}

PREDICTED: Mapping[Metric, Measure] = {
    "cosine": Measure("Correlation", "r", "Over all people: who likes the one more likes the other more."),
    "dot": Measure("Covariance", "Together", "The same, and how far guesses differ: what divides comes first.", "%.3f"),
    "euclidean": Measure("Difference", "Gap", "How far apart the guesses for the two lie, beyond averages.", "%.3f"),
}
"""The same three of predicted tastes, where they have names of their own."""

LENGTH = "Length of the vector (embedding units)"
DEVIATION = "Standard deviation of the guesses (rating units)"

HUBS = "What is near to nearly everything says little about any of it."

UNMARKED = (
    "No neighbor is marked here. A mark says that a pair stays closer than those of a model without taste, and these "
    "{nouns} are what such a model has: of its neighbors, one in twenty passes the lower mark by chance."
)


def measures(predictions: bool) -> Mapping[Metric, Measure]:
    """The measures of vectors, or of predicted tastes."""
    return PREDICTED if predictions else MEASURES


def introduction(run: Run, described_by: str, second: str) -> str:
    """What the page shows, and whether anybody told the model what goes with what: the columns in `described_by`."""
    if run.origin.kind == "imported":
        more = f" Under *{escape(second)}* is the second set." if second else ""
        return (
            "Rows that point the same way are what the program that learned these vectors found alike. How far that is "
            f"so, three measures say, each in its way.{more}"
        )
    task = task_of(run)
    told = f"{task.told}. It moved together what {task.alike}"
    if described_by:
        told = (
            f"The model was told {escape(described_by)}, and found out from the ratings who likes what of these and of "
            "all else"
        )
    people = f" Under *{escape(second)}* are the people who rate alike." if second else ""
    return f"{told}, so the closest rows of the matrix are its idea of alike.{people}"


def lead(rows: Rows, row: int, near: Neighbors, *, predictions: bool = False) -> str:
    """The closest by direction, or by what is predicted, and whether that is close at all."""
    cosine, nearest = float(near.similarity[0]), escape(rows.labels[near.index[0]])
    if predictions:
        text = (
            f"The guesses for **{escape(rows.labels[row])}** rise and fall most nearly with those for **{nearest}**, "
            f"correlation {signed(cosine)}."
        )
    else:
        text = f"In the direction of **{escape(rows.labels[row])}** lies first **{nearest}**, cosine {signed(cosine)}."
    if cosine < FAR:
        text += " That is not close: nothing listed here is much like it."
    if not rows.scorer.trained_here and len(rows) > 1:
        chance = nearest_by_chance(len(rows) - 1, rows.matrix.shape[1])
        verdict = " So it may well be there by chance." if cosine <= chance else ""
        text += f" Of as many in directions drawn by chance the nearest would come up to {chance:.2f}.{verdict}"
    return text


def holds(marks: np.ndarray, trainings: int, rows: Rows) -> str:
    """How many of the nearest, (n,), stay close in other trainings: those with a mark of 1 or 2."""
    likely, sure = int(np.sum(marks >= 1)), int(np.sum(marks == 2))
    others = "The others may be there by chance."
    if rows.features is not None:
        others = (
            f"The others may be there by chance, or for {escape(rows.described_by)}, by which a model without taste "
            f"places {rows.nouns} too."
        )
    return (
        f"**{likely} of these {count(len(marks), rows.noun)} hold.** In {trainings} trainings on other parts of the "
        "ratings they stay closer than 95 of 100 neighbors do in a model without taste, "
        f"{sure} of them closer than 99 of 100; the column *Holds* says likely or surely. {others}"
    )


def hubs(rows: Rows, lists: np.ndarray, n: int, measure: str) -> str:
    """The rows that are in very many of the n lists, (n_rows,), by one measure; empty where there is none."""
    often = all_neighbors.hubs(lists, n)
    if len(often) == 0:
        return ""
    named = [
        f"**{escape(rows.labels[row])}** ({count(int(rows.count[row]), 'rating')}) in {lists[row]:,}"
        for row in often[:NAMED]
    ]
    rest = f", and {len(often) - NAMED:,} more in very many" if len(often) > NAMED else ""
    return f"In lists by {measure} the same ones stand again and again: {together(named)} of {n:,}{rest}."


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


def lengths(
    rows: Rows,
    row: int,
    length: np.ndarray,
    near: Mapping[Metric, Neighbors],
    listed: np.ndarray,
    *,
    predictions: bool = False,
) -> str:
    """What the three measures disagree about, and how this row's length, one of (n_rows,), explains it.

    Where `predictions` are compared, the length is how far people differ in them.
    """
    ten = {metric: set(near[metric].index.tolist()) for metric in METRICS}
    n = len(ten["cosine"])
    others = listed.copy()
    others[row] = False
    below = float(np.mean(length[others] < length[row]))
    text = (
        f"The vector of **{escape(rows.labels[row])}** is **{length[row]:.2f}** long, longer than {below:.0%} of the "
        f"{count(int(others.sum()), rows.noun)} compared. "
    )
    if predictions:
        text = (
            f"Guesses for **{escape(rows.labels[row])}** differ by **{length[row]:.2f}** around their averages "
            f"(standard deviation), more than for {below:.0%} of the {count(int(others.sum()), rows.noun)} compared. "
        )
        first, *others_ = (measure.name.lower() for measure in PREDICTED.values())
        same = [len(ten["cosine"] & ten[metric]) for metric in ("dot", "euclidean")]
        return (
            f"{text}Of the {n} nearest by {first}, {same[0]} are also among the {n} by {others_[0]} and {same[1]} by "
            f"{others_[1]}: {first} does not see how far guesses differ, the other two do."
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


def penalty(rows: Rows, length: np.ndarray) -> str:
    """That the penalty of training does not hold back what few have rated, with the lengths that came of it."""
    once, often = (length[rows.trained & chosen] for chosen in (rows.count == 1, rows.count >= OFTEN))
    if not len(once) or not len(often):
        return ""
    return (
        f"The penalty that keeps vectors short counts once for every rating, so it does not hold back what few have "
        f"rated any more than the rest: half of the {rows.nouns} with a single rating have vectors longer than "
        f"{np.median(once):.2f}, half of those with {OFTEN} and more longer than {np.median(often):.2f}. A long vector "
        "is no sign that the model knows much."
    )


def popularity(
    rows: Rows, length: np.ndarray, rated: np.ndarray, listed: np.ndarray, *, predictions: bool = False
) -> str:
    """How length, or how far people differ in tastes, goes with the ratings; of the listed where that differs."""
    everywhere, among = (
        rank_correlation(rows.count[chosen].astype(float), length[chosen].astype(float)) for chosen in (rated, listed)
    )
    if np.isnan(everywhere):
        return ""
    text, elsewhere = (_in_words(link, predictions=predictions) for link in (everywhere, among))
    over_all = f"Over all {count(len(rated), rows.noun)}, {text}."
    if np.isnan(among) or elsewhere.split(" (")[0] == text.split(" (")[0]:
        return over_all
    return f"{over_all} Among the {len(listed):,} with enough ratings, {elsewhere}."


def _in_words(link: float, *, predictions: bool) -> str:
    what, more, less = "length", "longer vectors", "shorter vectors"
    if predictions:
        what, more, less = "how far guesses differ", "guesses that differ more", "guesses that differ less"
    if abs(link) < CLEAR:
        return f"{what} has little to do with the number of ratings (rank correlation {signed(link)})"
    return f"more ratings go with {more if link > 0 else less} (rank correlation {signed(link)})"


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
