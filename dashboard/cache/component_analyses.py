"""Analyses of a run's components, computed once for all sessions; see `analyses` for all others."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.analysis.components.bases import PREDICTIONS, How, components_of, names_covariance, why_untested
from core.analysis.components.chance import AboveChance, above_chance
from core.analysis.components.examined import Examined, examine, standings
from core.analysis.components.hints import Hint, Standing, hints
from core.analysis.components.pca import Pca
from core.analysis.components.proof import Cost, Proof, consensus, cost, sample
from core.analysis.components.stability import Stability
from core.analysis.gauge import CenteredModel, centered_on
from core.analysis.item_attributes import ItemColumns, item_columns
from core.analysis.posterior import std_along
from core.errors import AnalysisError, ExplorerError, NotApplicableError
from core.model.scoring import require_bilinear
from core.studies.stability import returning
from core.studies.twins import TWINS, is_twin
from dashboard.cache.loaders import item_rows, ratings, ratings_of, run, split_of_run, study

UNASKED = Standing(carries_signal=True)
"""Of a direction of vectors that no ratings could confirm."""


@st.cache_resource(max_entries=8, show_spinner="Finding the components …")
def components(run_id: str, how: How) -> Pca:
    """Components of a run, with scores for all its items, (n_items, k); raises as `components_of` does."""
    trained = run(run_id)
    if how == PREDICTIONS and (tested := examined(run_id)) is not None:
        return tested.result
    found = components_of(trained, ratings_of(run_id), split_of_run(trained), how)
    if found.scores.dtype == np.float32:
        return found
    return replace(found, scores=found.scores.astype(np.float32))  # as fine as the model, half the memory


@st.cache_data(max_entries=64, show_spinner=False)
def no_predictions(run_id: str) -> str:
    """Why a run has no components of what it predicts; empty where it has."""
    try:
        components(run_id, PREDICTIONS)
    except ExplorerError as error:
        return str(error)
    return ""


@st.cache_resource(max_entries=2, show_spinner="Testing components on held-out ratings …")
def examined(run_id: str) -> Examined | None:
    """The components of what a run predicts and how they stand the test, in 0.1 s; None where nothing can be tested."""
    found = examine(run(run_id), ratings_of(run_id))
    return None if found is None else replace(found, part=None)


@st.cache_resource(max_entries=32, show_spinner=False)
def proof(run_id: str) -> Proof:
    """How its components stand the test of the run's own validation ratings; NotApplicableError without either."""
    found = examined(run_id)
    if found is None:
        trained = run(run_id)
        raise NotApplicableError(why_untested(trained, ratings_of(run_id), split_of_run(trained)))
    return found.proof


@st.cache_resource(max_entries=32, show_spinner=False)
def component_standings(run_id: str, how: How) -> list[Standing]:
    """What held-out ratings say of each component of `components`.

    Of vectors from elsewhere they say nothing: whether these go together with a column is for the test of the hint
    alone to say, and whether that is for what they learned it from, for nobody.
    """
    if not run(run_id).scorer.trained_here:
        return [UNASKED] * len(components(run_id, how).components)
    return standings(examined(run_id), components(run_id, how).scores)


@st.cache_resource(max_entries=16, show_spinner=False)
def strength(run_id: str) -> np.ndarray:
    """Standard deviation of predicted tastes along each component of them, rating units, (n_components,)."""
    found = examined(run_id)
    if found is None:
        raise NotApplicableError(f"the model {run_id!r:.40} has no components of what it predicts")
    return np.asarray(
        np.sqrt(found.model.item_weight @ np.square(found.result.scores, dtype=np.float64)) * found.model.unit
    )


@st.cache_resource(max_entries=32, show_spinner="Comparing with consensus and popularity …")
def mostly_consensus(run_id: str) -> np.ndarray:
    """Whether each component of what a run predicts is mostly consensus and popularity; empty where untested. 0.3 s."""
    found = examined(run_id)
    if found is None:
        return np.zeros(0, bool)
    parts = split_of_run(run(run_id))
    return consensus(found.model, found.result, ratings_of(run_id), parts, sample(parts.validation)).mostly


@st.cache_resource(max_entries=32, show_spinner="Comparing with directions drawn by chance …")
def above_chance_of(run_id: str) -> AboveChance | None:
    """Which components of vectors from elsewhere stand above chance; None where untestable. 0.3 s for 50 dimensions."""
    try:
        return above_chance(run(run_id).scorer.item_embedding)
    except AnalysisError:  # fewer than ten rows, or all equal
        return None


@dataclass(frozen=True, eq=False)
class WithoutTaste:
    """What the k-th component carries on average in models of these data without taste, as a share of the run's."""

    share: np.ndarray
    models: int


def strength_without_taste(run_id: str) -> WithoutTaste | None:
    """What components carry where there is no taste; None where the twins of a run have not been trained."""
    settings = None if is_twin(run_id) else TWINS.latest(run_id)
    stored = None if settings is None else study(TWINS.key(run_id, settings))
    if stored is None:
        return None
    own, twins = strength(run_id), stored.arrays["strength"]
    power = np.square(twins).mean(axis=0)[: len(own)]
    return WithoutTaste(power / np.square(own).sum(), len(twins))


@st.cache_resource(max_entries=16, show_spinner=False)
def item_covariance(run_id: str) -> np.ndarray:
    """What tells whether two directions order the items of a run alike, (embedding_dim, embedding_dim)."""
    trained = run(run_id)
    return names_covariance(trained, ratings_of(run_id), split_of_run(trained))


@st.cache_resource(max_entries=6, show_spinner=False)
def score_std(run_id: str, how: How) -> np.ndarray | None:
    """How well the scores of `components` are known, (n_items, k), in their units; None where the model is not sure."""
    variance = item_rows(run_id).variance
    return None if variance is None else std_along(variance, components(run_id, how).components)


@st.cache_resource(max_entries=4, show_spinner=False)
def columns_of_items(dataset_id: str) -> ItemColumns:
    return item_columns(ratings(dataset_id))


@st.cache_resource(max_entries=64, show_spinner="Looking for what goes together with this component …")
def component_hints(run_id: str, component: int, how: How, *, least: int) -> tuple[Hint, ...]:
    """What goes together with a component of `components`, among the items with at least `least` ratings."""
    scores = components(run_id, how).scores[:, component]
    listed = np.flatnonzero(ratings_of(run_id).item_count >= least)
    return hints(scores[listed], columns_of_items(run(run_id).dataset.dataset_id).take(listed))


@st.cache_resource(max_entries=8, show_spinner="Matching components with those of other seeds …")
def component_stability(run_id: str, key: str, how: How) -> Stability | None:
    """How well each component comes back, by the stability study of this name; None where it is gone, or `returning`
    says so."""
    stored, trained = study(key), run(run_id)
    if stored is None:
        return None
    return returning(trained, ratings_of(run_id), split_of_run(trained), how, components(run_id, how), stored)


@st.cache_resource(max_entries=2, show_spinner=False)
def centered_model(run_id: str) -> CenteredModel:
    """A bilinear model with biases and taste apart."""
    trained = run(run_id)
    return centered_on(require_bilinear(trained.scorer), ratings_of(run_id), split_of_run(trained))


@st.cache_resource(max_entries=8, show_spinner="Predicting with some of the components …")
def component_cost(run_id: str, how: How) -> Cost:
    """Error with the first components of the item matrix only, on a sample of the validation ratings if many."""
    trained, data = run(run_id), ratings_of(run_id)
    rows = sample(split_of_run(trained).validation)
    at = data.user_index[rows], data.item_index[rows], data.rating[rows]
    return cost(centered_model(run_id), components(run_id, how), *at)
