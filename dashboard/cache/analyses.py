"""Analyses of a run, computed once for all sessions and never changed; what they are made from is in `loaders`."""

import numpy as np
import streamlit as st

from core.analysis.biases.bias import (
    BiasAblation,
    Biases,
    BiasPosterior,
    average_terms,
    bias_ablation,
    bias_posterior,
    biases,
)
from core.analysis.compare.comparison import Comparison, Part, Shared, compare_parts, shared
from core.analysis.compare.score import Paired, SplitScore, paired, predict_rows
from core.analysis.components.bases import How
from core.analysis.components.examined import standings
from core.analysis.components.hints import Hint, Standing, hints
from core.analysis.components.predictions import predicted_tastes
from core.analysis.lesson.step import Seconds, time_both
from core.analysis.maps.faithfulness import Faithfulness, faithfulness
from core.analysis.neighbors import all_neighbors
from core.analysis.neighbors import of_one as nearness
from core.analysis.neighbors.all_neighbors import fitting_k, nearest
from core.analysis.neighbors.of_one import METRICS, Metric, Neighbors
from core.analysis.neighbors.support import resampled
from core.analysis.new_item.placing import Unseen
from core.analysis.new_item.placing import unseen as unseen_items
from core.analysis.new_user.explain import Misses, worst
from core.analysis.new_user.model import NewUserModel, looked_at
from core.analysis.new_user.position import People, people
from core.analysis.new_user.recommend import first_set
from core.analysis.questions import spectra
from core.analysis.questions.one_hot import BySupport, Cost, by_support, costs
from core.analysis.questions.probes import Told, probe
from core.analysis.questions.spectra import Taste
from core.analysis.traits import Trait
from core.analysis.traits import traits as item_traits
from core.analysis.values import Values, values
from core.data import holding
from core.errors import AnalysisError
from core.model.item_features import FeatureGroup
from core.model.item_features import item_features as features_of
from core.model.scoring import require_biases
from core.studies import saved_axes, scoreboard
from core.studies.maps import K, MapStudySettings, shadow
from core.studies.saved_axes import OwnAxis
from dashboard.cache.component_analyses import UNASKED, centered_model, columns_of_items, components, examined
from dashboard.cache.loaders import item_rows, ratings, ratings_of, rows_of, run, split_of_run
from dashboard.for_you.own_ratings import Entry, entry


@st.cache_resource(max_entries=32, show_spinner=False)
def unseen(run_id: str) -> Unseen | None:
    """What the guesses about items without a training rating are worth; None where training has seen them all."""
    trained = run(run_id)
    return unseen_items(trained.scorer, ratings_of(run_id), split_of_run(trained))


@st.cache_resource(max_entries=64, show_spinner="Looking for what they have in common …")
def traits(run_id: str, chosen: np.ndarray, listed: np.ndarray) -> tuple[Trait, ...]:
    """What tells some of the listed items of a run from the others; rows, rising."""
    columns = columns_of_items(ratings_of(run_id).dataset_id).take(listed)
    return item_traits(np.isin(listed, chosen), columns)


@st.cache_resource(max_entries=4, show_spinner=False)
def item_features(dataset_id: str) -> tuple[FeatureGroup, ...]:
    """What is known of the items beside their ratings, as a model may learn from it."""
    return features_of(ratings(dataset_id))


@st.cache_resource(max_entries=4, show_spinner=False)
def predicted(run_id: str, *, users: bool) -> np.ndarray | None:
    """Tastes that a run predicts for items, or of users, as rows in rating units; None where all are the same."""
    model = centered_model(run_id)
    try:
        return predicted_tastes(model, users=users) * np.float32(model.unit)
    except AnalysisError:
        return None


def compared(run_id: str, *, users: bool, predictions: bool) -> np.ndarray:
    """The matrix whose rows are compared, (n_rows, any number): the vectors, or what is `predicted`."""
    rows = predicted(run_id, users=users) if predictions else None
    return rows_of(run_id, users=users).matrix if rows is None else rows


@st.cache_resource(max_entries=256, show_spinner=False)
def neighbors(
    run_id: str, *, users: bool, row: int, least: int, top: int = 10, predictions: bool = False
) -> dict[Metric, Neighbors]:
    """The rows nearest to one by every measure, among trained ones with at least `least` ratings."""
    side, matrix = rows_of(run_id, users=users), compared(run_id, users=users, predictions=predictions)
    eligible = side.placed & (side.count >= least)
    return {metric: nearness.neighbors(matrix, row, metric=metric, top=top, eligible=eligible) for metric in METRICS}


@st.cache_resource(max_entries=16, show_spinner="Counting in whose lists each one is …")
def lists_of_all(run_id: str, *, users: bool, least: int, predictions: bool) -> dict[Metric, np.ndarray]:
    """In how many lists of ten neighbors each row stands, (n_rows,), by every measure; about 0.1 s for 1,247 rows."""
    side, matrix = rows_of(run_id, users=users), compared(run_id, users=users, predictions=predictions)
    rows = np.flatnonzero(side.placed & (side.count >= least))
    k = fitting_k(len(rows), 10)
    return {
        metric: all_neighbors.listed(rows[nearest(matrix[rows], k, metric=metric)], len(side)) for metric in METRICS
    }


@st.cache_resource(max_entries=256, show_spinner=False)
def agreement(run_id: str, *, users: bool, row: int, least: int) -> dict[Metric, np.ndarray] | None:
    """How often each of `neighbors` would be one again; None where the model does not know how sure it is. 0.1 s."""
    side = rows_of(run_id, users=users)
    if side.variance is None:
        return None
    near = neighbors(run_id, users=users, row=row, least=least)
    return resampled(side.matrix, side.variance, row, near, eligible=side.placed & (side.count >= least))


@st.cache_resource(max_entries=8, show_spinner=False)
def lengths(run_id: str, *, users: bool, predictions: bool = False) -> np.ndarray:
    """Euclidean length of every row that is `compared`, (n_rows,)."""
    matrix = compared(run_id, users=users, predictions=predictions)
    return -nearness.similarities_to(matrix, np.zeros(matrix.shape[1]), "euclidean")


@st.cache_resource(max_entries=8, show_spinner="Fitting what the averages explain …")
def bias_fit(run_id: str, *, users: bool) -> Biases:
    """The shrinkage curve of the centered item or user biases, over the training ratings; raises as `biases` does."""
    model = centered_model(run_id)
    bias = model.user_bias if users else model.item_bias
    return biases(bias, *training_averages(run_id, users=users), model.scale)


@st.cache_resource(max_entries=8, show_spinner=False)
def training_averages(run_id: str, *, users: bool) -> tuple[np.ndarray, np.ndarray]:
    """Number of training ratings of each item, or of each user, and their mean, (n_rows,) each; NaN without any."""
    data, parts = ratings_of(run_id), split_of_run(run(run_id))
    return parts.training_count(data, users=users), parts.training_mean(data, users=users)


@st.cache_resource(max_entries=8, show_spinner=False)
def known_biases(run_id: str, *, users: bool) -> BiasPosterior | None:
    """How far the item biases, or the users', are known; None where the model cannot say."""
    scorer = run(run_id).scorer
    if not scorer.has_uncertainty:
        return None
    parts = new_user_model(run_id).item_parts
    return bias_posterior(require_biases(scorer), parts, centered_model(run_id), users=users)


@st.cache_resource(max_entries=64, show_spinner=False)
def average_taste(run_id: str, chosen: tuple[int, ...], *, users: bool) -> np.ndarray:
    """What taste adds to the score of some rows, on average over their training ratings, (n_chosen,)."""
    rows, data, train = np.array(chosen, np.int64), ratings_of(run_id), split_of_run(run(run_id)).train
    model = centered_model(run_id)
    return average_terms(model, data.user_index[train], data.item_index[train], rows, users=users).taste


@st.cache_resource(max_entries=8, show_spinner="Counting the numbers …")
def matrix_values(run_id: str, *, users: bool) -> Values:
    """Distribution of all numbers of the item matrix, or of the users' matrix."""
    return values(rows_of(run_id, users=users).matrix)


@st.cache_resource(max_entries=256, show_spinner=False)
def training_ratings_of(run_id: str, item: int) -> np.ndarray:
    """Row numbers of the training ratings of one item, in the order of the data."""
    train = split_of_run(run(run_id)).train
    return np.sort(train[ratings_of(run_id).item_index[train] == item])


@st.cache_resource(max_entries=64, show_spinner=False)
def look_up_seconds(run_id: str, item: int) -> Seconds:
    """How long picking and multiplying took on this machine, when it was first asked."""
    return time_both(run(run_id).scorer.item_embedding, item)


@st.cache_resource(max_entries=16, show_spinner="Asking the vectors about genres and years …")
def probed(run_id: str, rows: np.ndarray) -> tuple[Told, ...]:
    """What the vectors of some items of a run tell of what is known about these."""
    return probe(run(run_id).scorer.item_embedding[rows], columns_of_items(ratings_of(run_id).dataset_id).take(rows))


@st.cache_resource(max_entries=8, show_spinner="Taking the ratings apart …")
def rating_spectrum(run_id: str) -> np.ndarray:
    """Singular values of the training ratings of a run less what averages say of them, rating units."""
    return spectra.rating_spectrum(ratings_of(run_id), split_of_run(run(run_id)).train)


@st.cache_resource(max_entries=16, show_spinner=False)
def taste(run_id: str, rows: np.ndarray) -> Taste:
    """What the vectors of a run predict beyond averages of some items."""
    scorer = run(run_id).scorer
    return spectra.taste(scorer.user_embedding, scorer.item_embedding[rows])


@st.cache_resource(max_entries=16, show_spinner="Guessing the validation ratings …")
def errors_by_support(run_ids: tuple[str, ...]) -> BySupport:
    """Errors of several runs on the same ratings, at most 200,000, by the training ratings of the items."""
    data, parts = ratings_of(run_ids[0]), split_of_run(run(run_ids[0]))
    rows, count = looked_at(parts), parts.training_count(data)
    guesses = [run(run_id).scorer.scale.clip(predict_rows(run(run_id), data, rows)) for run_id in run_ids]
    return by_support(guesses, data.rating[rows], count[data.item_index[rows]])


@st.cache_resource(max_entries=8, show_spinner="Timing both ways …")
def picking_costs(dims: int) -> tuple[Cost, ...]:
    """How long picking a row took in two ways, by the size of the table, when it was first asked or is asked anew."""
    return tuple(costs(dims))


@st.cache_resource(max_entries=8, show_spinner="Guessing without the vectors …")
def biases_alone(run_id: str) -> BiasAblation:
    """A model against its biases alone, on at most 200,000 of the validation ratings."""
    data, some = ratings_of(run_id), looked_at(split_of_run(run(run_id)))
    return bias_ablation(centered_model(run_id), data.user_index[some], data.item_index[some], data.rating[some])


@st.cache_resource(max_entries=32, show_spinner=False)
def shared_items(first: str, second: str, *, min_ratings: int) -> Shared:
    """The items that two runs are compared on."""
    return shared(_part(first), _part(second), min_ratings=min_ratings)


@st.cache_resource(max_entries=256, show_spinner=False)
def neighbors_among(run_id: str, rows: np.ndarray, place: int, *, top: int) -> Neighbors:
    """The items nearest to one by cosine among some of a run's, as places in `rows`, (n_rows,)."""
    return nearness.neighbors(run(run_id).scorer.item_embedding[rows], place, top=top)


@st.cache_resource(max_entries=32, show_spinner="Comparing the models …")
def comparison(first: str, second: str, *, min_ratings: int) -> Comparison:
    """How alike two runs are on `shared_items`; raises LimitError as `compare_parts` does."""
    return compare_parts(_part(first), _part(second), min_ratings=min_ratings).comparison


def split_score(run_id: str) -> SplitScore | None:
    """The errors of a run on its own validation ratings, apart by what training has seen; None without its data, or
    where it guesses no ratings."""
    if not run(run_id).scorer.guesses_ratings:
        return None
    dataset = run(run_id).dataset
    holder = holding(dataset.digest, dataset.dataset_id)
    return score_on(run_id, holder) if holder else None


@st.cache_resource(max_entries=512, show_spinner="Guessing the validation ratings …")
def score_on(run_id: str, dataset_id: str) -> SplitScore:
    """The same of a run that learned from this dataset; a scoreboard's many leave the pages' models in their cache."""
    return scoreboard.score_stored(run_id, ratings(dataset_id))


@st.cache_resource(max_entries=64, show_spinner="Comparing guesses rating by rating …")
def paired_errors(first: str, second: str, dataset_id: str) -> Paired:
    """How much further off the first run is than the second on the same ratings, at most 200,000 of them."""
    data, runs = ratings(dataset_id), (run(first), run(second))
    rows = looked_at(split_of_run(runs[0]))
    user, item = data.user_index[rows], data.item_index[rows]
    one, other = (each.scorer.scale.clip(each.scorer.predict(user, item)) for each in runs)
    return paired(one, other, data.rating[rows], user)


def _part(run_id: str) -> Part:
    items = item_rows(run_id)
    return Part(ratings_of(run_id).items, items.matrix, items.count, items.trained)


@st.cache_resource(max_entries=8, show_spinner="Measuring how faithful the map is …")
def shadow_faithfulness(run_id: str, settings: MapStudySettings) -> Faithfulness:
    """How faithful the map along components is."""
    items = item_rows(run_id)
    rows = np.flatnonzero(items.placed & (items.count >= settings.min_ratings))
    scores = shadow(components(run_id, settings.how), settings, rows)
    return faithfulness(items.matrix[rows], scores, k=fitting_k(len(rows), K), metric=settings.metric)


@st.cache_resource(max_entries=4, show_spinner="Getting to know the people in the data …")
def new_user_model(run_id: str) -> NewUserModel:
    """A run as somebody new meets it."""
    trained = run(run_id)
    return NewUserModel(trained, ratings_of(run_id), split_of_run(trained))


@st.cache_resource(max_entries=8, show_spinner=False)
def first_items(run_id: str) -> np.ndarray:
    """Items to ask a newcomer about, in this order, rows."""
    items = item_rows(run_id)
    return first_set(items.matrix, items.count, items.trained)


@st.cache_resource(max_entries=8, show_spinner=False)
def rating_entry(dataset_id: str) -> Entry:
    """How ratings of a dataset are given on the screen."""
    return entry(ratings(dataset_id))


@st.cache_resource(max_entries=8, show_spinner=False)
def people_along(run_id: str, how: How, *, most: int = 5) -> People:
    """Everybody along the first components, from the average person."""
    model = new_user_model(run_id)
    directions = components(run_id, how).for_users[:most]
    return people(model.run.scorer.user_embedding, directions, model.averages.user, model.trained_users)


@st.cache_resource(max_entries=8, show_spinner=False)
def worst_misses(run_id: str) -> Misses:
    """The guesses furthest from the truth among `NewUserModel.looked_at`."""
    model = new_user_model(run_id)
    return worst(model.validation_guesses, model.ratings.rating[model.looked_at])


@st.cache_resource(max_entries=32, show_spinner="Looking for what goes together with this axis …")
def axis_hints(run_id: str, poles: OwnAxis, *, least: int) -> tuple[Hint, ...]:
    """What goes together with somebody's own axis, among the trained items with at least `least` ratings."""
    items, data = item_rows(run_id), ratings_of(run_id)
    listed = np.flatnonzero(items.placed & (items.count >= least))
    positions = saved_axes.project(poles, items.matrix, data.items, items.features).positions
    return hints(positions[listed], columns_of_items(data.dataset_id).take(listed))


@st.cache_resource(max_entries=32, show_spinner=False)
def axis_standing(run_id: str, poles: OwnAxis) -> Standing:
    """What held-out ratings say of somebody's own axis; as `component_standings`."""
    if not run(run_id).scorer.trained_here:
        return UNASKED
    items, data = item_rows(run_id), ratings_of(run_id)
    positions = saved_axes.project(poles, items.matrix, data.items, items.features).positions
    return standings(examined(run_id), positions[:, None])[0]
