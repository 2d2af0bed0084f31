"""Analyses of a run, computed once for all sessions; what they are made from comes from `loaders`.

What is cached is never changed by a page; what grows with use is bounded.
"""

from dataclasses import replace

import numpy as np
import streamlit as st

from core.analysis import neighbors as nearness
from core.analysis.bias import Biases, biases
from core.analysis.columns import ItemColumns, item_columns
from core.analysis.hints import Hint, hints
from core.analysis.neighbors import METRICS, Metric, Neighbors
from core.analysis.noise import Noise, noise_band
from core.analysis.pca import Pca, pca
from core.analysis.values import Values, values
from dashboard.loaders import item_rows, ratings, run, user_rows


@st.cache_resource(max_entries=6, show_spinner=False)
def item_pca(run_id: str, *, centered: bool, min_ratings: int) -> Pca:
    """Principal components of the item matrix.

    Items with fewer than `min_ratings` ratings do not shape the components;
    every item has scores, (n_items, k), all the same.
    """
    trained = run(run_id)
    matrix = trained.weights.item_embedding
    taking_part = ratings(trained.dataset.dataset_id).item_count >= min_ratings
    fitted = pca(matrix[taking_part], centered=centered)
    return replace(fitted, scores=fitted.project(matrix))


@st.cache_resource(max_entries=16, show_spinner="Comparing with chance: 20 shuffled matrices …")
def item_noise(run_id: str, *, centered: bool, min_ratings: int) -> Noise:
    """What the components of `item_pca` would carry by chance; about 3 s at 90,000 items, 0.3 s at 9,000."""
    trained = run(run_id)
    taking_part = ratings(trained.dataset.dataset_id).item_count >= min_ratings
    return noise_band(trained.weights.item_embedding[taking_part], centered=centered)


@st.cache_resource(max_entries=4, show_spinner=False)
def _known_of_items(dataset_id: str) -> ItemColumns:
    return item_columns(ratings(dataset_id))


@st.cache_resource(max_entries=64, show_spinner="Looking for what goes together with this component …")
def component_hints(run_id: str, component: int, *, centered: bool, min_ratings: int, least: int) -> tuple[Hint, ...]:
    """What goes together with a component of `item_pca`, among the items with at least `least` ratings."""
    dataset_id = run(run_id).dataset.dataset_id
    scores = item_pca(run_id, centered=centered, min_ratings=min_ratings).scores[:, component]
    rows_taken = np.flatnonzero(ratings(dataset_id).item_count >= least)
    return hints(scores[rows_taken], _known_of_items(dataset_id).take(rows_taken))


@st.cache_resource(max_entries=256, show_spinner=False)
def neighbors(run_id: str, *, users: bool, row: int, least: int, top: int = 10) -> dict[Metric, Neighbors]:
    """The rows nearest to one by every measure, among trained ones with at least `least` ratings."""
    side = user_rows(run_id) if users else item_rows(run_id)
    eligible = side.trained & (side.count >= least)
    return {
        metric: nearness.neighbors(side.matrix, row, metric=metric, top=top, eligible=eligible) for metric in METRICS
    }


@st.cache_resource(max_entries=16, show_spinner=False)
def lengths(run_id: str, *, users: bool) -> np.ndarray:
    """Euclidean length of every row of the item matrix, or of the users' matrix, (n_rows,)."""
    weights = run(run_id).weights
    return np.linalg.norm(weights.user_embedding if users else weights.item_embedding, axis=1)


@st.cache_resource(max_entries=16, show_spinner="Fitting what the averages explain …")
def bias_fit(run_id: str, *, users: bool) -> Biases:
    """The shrinkage curve of the item biases, or of the users'; raises ValueError as `biases` does."""
    trained, side = run(run_id), user_rows(run_id) if users else item_rows(run_id)
    known = ratings(trained.dataset.dataset_id)
    if side.bias is None:
        raise ValueError("this model has no biases")
    return biases(
        side.bias,
        side.count,
        known.user_mean if users else known.item_mean,
        min_rating=known.min_rating,
        max_rating=known.max_rating,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def matrix_values(run_id: str, *, users: bool) -> Values:
    """Distribution of all numbers of the item matrix, or of the users' matrix."""
    weights = run(run_id).weights
    return values(weights.user_embedding if users else weights.item_embedding)
