"""Principal components of what a model predicts, rather than of the numbers in which it happens to be written."""

import numpy as np

from core.analysis.components.pca import Pca
from core.analysis.gauge import CenteredModel
from core.errors import AnalysisError

NEGLIGIBLE = 1e-6  # components weaker than this share of the strongest are rounding: vectors are kept as float32


def predicted_components(model: CenteredModel) -> Pca:
    """Directions along which predictions of taste differ, strongest first.

    The taste that a model predicts for all pairs is the matrix a bᵀ of centered vectors. With the weights w of the
    training ratings, its singular value decomposition a bᵀ = p S qᵀ, with pᵀ W_u p = qᵀ W_v q = 1, is the one way of
    writing it in which components are independent on both sides. It depends on predictions alone: turning the vectors,
    rescaling one side against the other, or moving numbers between vectors and biases leaves it as it is. (PCA of the
    item matrix, as in the article, changes with all three.)

    It takes two small decompositions: with C_u = aᵀ W_u a = R_uᵀ R_u and C_v alike, R_u R_vᵀ = X S Zᵀ; then
    q S = b R_uᵀ X, and p = a R_vᵀ Z / S. About 0.1 s for 87,585 items of 64 dimensions.

    Returns:
        Components whose `scores` say how much more than an average person somebody one standard deviation out along
        the component likes each item, in units of the score, (n_items, k); their weighted mean square is S².
        `variance_ratio` is S² as a share of the variance of all predicted taste. `user_components` leads from a
        centered user's vector to their place in standard deviations of people, weighted by their ratings. The sign is
        such that the item with the largest weighted score lies at the high end.

    Raises:
        AnalysisError: A vector is not finite, or the model predicts the same taste for everybody.
    """
    roots = []
    for vectors, weight in ((model.user_embedding, model.user_weight), (model.item_embedding, model.item_weight)):
        if not np.isfinite(vectors).all():
            raise AnalysisError(f"{np.count_nonzero(~np.isfinite(vectors)):,} embedding values are not finite")
        roots.append(root(vectors, weight))
    items, users, strength = _directions(*roots)
    scores = model.item_embedding @ items.T.astype(model.item_embedding.dtype)
    sign = _signs(scores * np.sqrt(model.item_weight)[:, None].astype(scores.dtype))
    power = np.square(strength)
    return Pca(
        scores=scores * sign.astype(scores.dtype),
        components=items * sign[:, None],
        variance_ratio=power / power.sum(),
        mean=model.averages.item,
        centered=True,
        user_components=users * sign[:, None],
    )


def scores_from(item_embedding: np.ndarray, item_weight: np.ndarray, user_root: np.ndarray) -> np.ndarray:
    """Scores as those of `predicted_components` but for their signs, from little of a model, (n_items, k).

    Args:
        item_embedding: The item matrix, (n_items, embedding_dim).
        item_weight: Shares of the training ratings, (n_items,).
        user_root: What `root` makes of the centered users, (embedding_dim, embedding_dim).

    Raises AnalysisError: the model predicts the same taste for everybody.
    """
    centered = item_embedding - item_weight @ item_embedding.astype(np.float64)
    items, _, _ = _directions(user_root, root(centered, item_weight))
    return np.asarray(centered @ items.T)


def root(vectors: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """R with Rᵀ R = Σ w v vᵀ, (embedding_dim, embedding_dim), float64."""
    weighted = vectors * np.sqrt(weight)[:, None].astype(vectors.dtype)
    power, axes = np.linalg.eigh((weighted.T @ weighted).astype(np.float64))
    return np.asarray(np.sqrt(np.maximum(power, 0))[:, None] * axes.T)


def _directions(user_root: np.ndarray, item_root: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What leads from an item and from a user to their places, (k, embedding_dim) each, and S, (k,)."""
    left, strength, right = np.linalg.svd(user_root @ item_root.T)
    kept = strength > NEGLIGIBLE * strength[0] if strength[0] > 0 else np.zeros(len(strength), bool)
    if not kept.any():
        raise AnalysisError("the model predicts the same taste for everybody, so there are no components of it")
    items = (user_root.T @ left[:, kept]).T
    users = (item_root.T @ right[kept].T).T / strength[kept, None]
    return items, users, strength[kept]


def _signs(scores: np.ndarray) -> np.ndarray:
    """1 or -1 a component, so that its furthest item has a positive score, (n_components,)."""
    furthest = np.abs(scores).argmax(axis=0)
    return np.where(scores[furthest, np.arange(scores.shape[1])] < 0, -1.0, 1.0)


def predicted_tastes(model: CenteredModel, *, users: bool = False) -> np.ndarray:
    """Tastes that a model predicts, as rows whose geometry is that of the predictions.

    With b the centered item vectors, the taste for item i over all people is a bᵢ, and the dot product of two rows is
    its covariance bᵢᵀ C_u bⱼ over people, each weighted by their training ratings: the cosine is the correlation, the
    length the standard deviation, and the Euclidean distance the root mean square difference. The cosine of vectors is
    another number for every way of writing the same model (Steck et al. 2024, "Is Cosine-Similarity of Embeddings
    Really About Similarity?", arXiv 2403.05440).

    `users`: rows of people, compared over all items, instead of rows of items. Returns float array in units of the
    score, (n_rows, k), along `predicted_components`. Raises AnalysisError as `predicted_components` does.
    """
    found = predicted_components(model)
    if not users:
        return found.scores
    strength = np.sqrt(model.item_weight @ np.square(found.scores, dtype=np.float64))
    return model.user_embedding @ (found.for_users * strength[:, None]).T.astype(model.user_embedding.dtype)
