"""Whether a component comes back when the same model is trained again from another seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.components.examined import absolute_correlations
from core.analysis.components.pca import pca
from core.analysis.components.predictions import scores_from
from core.errors import AnalysisError


@dataclass(frozen=True, eq=False)
class Stability:
    """How well each component of a reference is found again in other runs."""

    median_r: np.ndarray  # median over the other runs of the matched |r|, 0–1, (n_components,)
    r: np.ndarray  # matched |r|, run by run, (n_others, n_components); 0 where nothing was left to match
    match: np.ndarray  # component of the other run that was matched, int64, (n_others, n_components); -1 for none


def stability(reference: np.ndarray, others: Sequence[np.ndarray]) -> Stability:
    """Match the components of other runs to those of a reference, one to one.

    The axes of two runs mean nothing to each other, but the items are the same: two components are alike when they
    order the items alike. Each run's components are assigned to the reference's so that the sum of |Pearson r| of the
    scores is largest (the Hungarian method, Kuhn 1955). Signs do not matter.

    Args:
        reference: Scores, (n_items, n_components).
        others: Scores of the same items in the same order, (n_items, any number), at least one run.

    Raises AnalysisError: there is no other run, or the items differ in number.
    """
    from scipy.optimize import linear_sum_assignment  # 0.3 s to import, and only a study needs it

    if not others:
        raise AnalysisError("there is no other run to compare with; a study needs at least two")
    n_components = reference.shape[1]
    r = np.zeros((len(others), n_components))
    match = np.full((len(others), n_components), -1)
    for row, scores in enumerate(others):
        similarity = absolute_correlations(reference, scores)
        mine, theirs = linear_sum_assignment(similarity, maximize=True)
        r[row, mine], match[row, mine] = similarity[mine, theirs], theirs
    return Stability(median_r=np.median(r, axis=0), r=r, match=match)


def across_seeds(
    embeddings: np.ndarray, others: Sequence[np.ndarray], *, centered: bool, shaping: np.ndarray, measured: np.ndarray
) -> Stability:
    """Stability of one run's components, from the embeddings of the same items in runs from other seeds.

    Each matrix is analyzed by itself, in the same way. About 0.1 s for five of 9,066 rows of 64, and 2 s for five of
    87,585.

    Args:
        others: The other runs' matrices, of that shape.
        centered: Whether the PCA subtracts the column means.
        shaping: Items that take part in the PCA, boolean, (n_items,).
        measured: Those of them by which components are compared, boolean, (n_items,): leave out what training never
            moved, which every seed puts somewhere else.

    Raises AnalysisError as `stability` and `pca` do.
    """
    rows = measured[shaping]
    mine, *theirs = (pca(matrix[shaping], centered=centered).scores[rows] for matrix in (embeddings, *others))
    return stability(mine, theirs)


def of_predictions(
    reference: np.ndarray, others: Sequence[np.ndarray], user_roots: Sequence[np.ndarray], *, item_count: np.ndarray
) -> Stability:
    """Stability of the components of what one run predicts, compared by the items that training has seen.

    Args:
        reference: `predicted_components(...).scores`, (n_items, n_components).
        others: The other runs' item matrices, (n_items, embedding_dim).
        user_roots: What `scores_from` needs of their users, (embedding_dim, embedding_dim) each.
        item_count: Training ratings of each item, (n_items,): the other runs learned from the same.

    Raises AnalysisError as `stability` and `scores_from` do.
    """
    weight, rated = item_count / item_count.sum(), item_count > 0
    theirs = [scores_from(items, weight, root)[rated] for items, root in zip(others, user_roots, strict=True)]
    return stability(reference[rated], theirs)
