"""a - b + c: what is to c as a is to b."""

from dataclasses import dataclass

import numpy as np

from core.analysis.neighbors.of_one import Neighbors, closest, neighbors, similarities_to
from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Analogy:
    """Items closest to a - b + c, and how far the arithmetic moved at all.

    Attributes:
        answers: The closest items by cosine, a, b and c left out.
        from_c: Cosine of a - b + c with c itself. Where it is above the best answer's, the nearest item is the one
            asked with, and the answers are little more than c's neighbors.
        shared_with_c: Share of the answers that are among as many of c's own neighbors, fraction.
    """

    answers: Neighbors
    from_c: float
    shared_with_c: float


def analogy(
    embeddings: np.ndarray, a: int, b: int, c: int, *, top: int = 10, eligible: np.ndarray | None = None
) -> Analogy:
    """Items closest by cosine to a - b + c, the three vectors brought to length one first.

    The method of Mikolov et al. (2013), with the inputs left out as there. Leaving them out flatters it: often the
    closest item is c (Linzen 2016), so the result says how close c is and how many answers are c's neighbors anyway.

    Args:
        embeddings: Float array, (n_items, embedding_dim).
        a, b, c: Rows of the three items; b and c may not be equal, nor a and b.
        top: Most answers, at least 1.
        eligible: Boolean array, (n_items,), items that may be answers; None allows all.

    Raises:
        AnalysisError: A row is out of range, a vector has length zero, a equals b or b equals c (then nothing is
            asked), the sum is zero, or top is below 1.
    """
    rows = np.array([a, b, c])
    if rows.min() < 0 or rows.max() >= len(embeddings):
        raise AnalysisError(f"rows {a}, {b} and {c} must be 0 to {len(embeddings) - 1}")
    if b in (a, c):
        raise AnalysisError(f"row {b} is both added and taken away; choose three items, the second unlike the others")
    vectors = np.asarray(embeddings[rows], np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not lengths.all():
        raise AnalysisError(f"row {rows[np.argmin(lengths)]} is a vector of zeros, which points nowhere")
    first, second, third = vectors / lengths
    target = first - second + third
    if np.linalg.norm(target) < 1e-9:
        raise AnalysisError("the three vectors cancel out, so the sum points nowhere")
    allowed = np.ones(len(embeddings), bool) if eligible is None else eligible.copy()
    allowed[rows] = False
    answers = closest(similarities_to(embeddings, target), top=top, eligible=allowed)
    of_c = neighbors(embeddings, c, top=top, eligible=allowed)
    return Analogy(
        answers=answers,
        from_c=float(third @ target / np.linalg.norm(target)),
        shared_with_c=len(np.intersect1d(answers.index, of_c.index)) / max(len(answers.index), 1),
    )
