"""Rows that say what a model predicts, to be compared in the place of vectors, which say it in one of many ways."""

import numpy as np

from core.analysis.components.predictions import predicted_components
from core.analysis.gauge import CenteredModel


def predicted_tastes(model: CenteredModel, *, users: bool = False) -> np.ndarray:
    """Tastes that a model predicts, as rows whose geometry is that of the predictions.

    With b the centered item vectors, the taste for item i over all people is a bᵢ, and the dot product of two rows is
    its covariance bᵢᵀ C_u bⱼ over people, each weighted by their training ratings: the cosine is the correlation, the
    length the standard deviation, and the Euclidean distance the root mean square difference. The cosine of vectors is
    another number for every way of writing the same model (Steck et al. 2024, "Is Cosine-Similarity of Embeddings
    Really About Similarity?", arXiv 2403.05440).

    Args:
        model: The model in its centered form.
        users: Rows of people, compared over all items, instead of rows of items.

    Returns:
        Float array in units of the score, (n_rows, k), along `predicted_components`.

    Raises:
        AnalysisError: As `predicted_components` does.
    """
    found = predicted_components(model)
    if not users:
        return found.scores
    strength = np.sqrt(model.item_weight @ np.square(found.scores, dtype=np.float64))
    return model.user_embedding @ (found.for_users * strength[:, None]).T.astype(model.user_embedding.dtype)
