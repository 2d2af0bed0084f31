"""Where a newcomer stands among the people a model was trained on."""

from dataclasses import dataclass

import numpy as np

from core.analysis.gauge import Averages
from core.analysis.new_user.foldin import NewUser
from core.errors import AnalysisError
from core.model.scoring import Bilinear


@dataclass(frozen=True, eq=False)
class People:
    """The people along some components, measured from the average person."""

    scores: np.ndarray  # float32, (n_users, k), in embedding units
    spread: np.ndarray  # standard deviation of the trained people's scores, float64, (k,)
    # low, high: between these lie the middle 80% of the trained people, in standard deviations, (k,) each
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class Place:
    """One person along the same components."""

    scores: np.ndarray  # in embedding units, (k,)
    z: np.ndarray  # the same in standard deviations of the people, (k,); 0 where all people are the same
    doubt: np.ndarray  # standard deviation of what is not known about z, (k,)


@dataclass(frozen=True, eq=False)
class Alike:
    """The people whose taste leans most nearly the same way, closest first."""

    index: np.ndarray
    cosine: np.ndarray


@dataclass(frozen=True)
class Generosity:
    """How high somebody rates, whatever they are asked about."""

    bias: float  # their bias in the centered model, units of the score: with the average item in place of every other
    spread: float  # standard deviation of what is not known about it
    below: float  # share of the trained people whose bias is lower, fraction


def generosity(scorer: Bilinear, person: NewUser, average: Averages, trained: np.ndarray) -> Generosity:
    """How generous a person is beside the people of a model."""
    counted = np.append(average.item, 1.0)[: len(person.numbers)]
    middle = float(average.item @ average.user) + average.user_bias
    bias = float(counted @ person.numbers) - middle
    others = scorer.user_embedding[trained] @ average.item + scorer.user_bias[trained] - middle
    return Generosity(bias, float(counted @ person.covariance @ counted) ** 0.5, float(np.mean(others < bias)))


def people(user_embedding: np.ndarray, components: np.ndarray, average: np.ndarray, trained: np.ndarray) -> People:
    """Project everybody.

    Args:
        components: Directions for people, as `Pca.for_users`, (k, embedding_dim).
        average: The vector everything is measured from, (embedding_dim,).

    Raises AnalysisError: nobody was trained.
    """
    if not trained.any():
        raise AnalysisError("nobody was trained, so there is nobody to stand among")
    scores = ((user_embedding - average) @ components.T).astype(np.float32)
    theirs = scores[trained].astype(np.float64)
    spread = theirs.std(axis=0)
    low, high = np.percentile(theirs, [10, 90], axis=0)
    return People(scores, spread, _in(spread, low), _in(spread, high))


def place(person: NewUser, components: np.ndarray, average: np.ndarray, among: People) -> Place:
    """Where a person is along the components of `people`, and how far that is known."""
    dim = len(person.vector)
    scores = components @ (person.vector - average)
    unknown = np.sqrt(np.einsum("ij,jk,ik->i", components, person.covariance[:dim, :dim], components))
    return Place(scores, _in(among.spread, scores), _in(among.spread, unknown))


def beside_items(mine: np.ndarray, people: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Where a person lies on a map of items along the same components, as in a biplot (Gabriel 1971), (k,).

    The taste that is guessed for an item is the product of its place and the person's, summed over the components: it
    is highest in the direction in which the person lies. People are measured in other units than items, so one factor
    for all components brings their typical distance from the middle to that of the items.

    Args:
        mine: The person along the components, from the average person, (k,).
        people: The trained people likewise, (n_users, k).
        items: The items on the map, from their middle, (n_items, k).
    """
    typical = float(np.sqrt(np.mean(people.astype(np.float64) ** 2)))
    wanted = float(np.sqrt(np.mean(items.astype(np.float64) ** 2)))
    return np.asarray(mine * (wanted / typical if typical > 0 else 0.0))


def _in(spread: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.divide(values, spread, out=np.zeros(len(spread)), where=spread > 0)


def alike(
    user_embedding: np.ndarray, vector: np.ndarray, average: np.ndarray, eligible: np.ndarray, *, top: int = 10
) -> Alike:
    """The people nearest in direction, seen from the average person.

    By the cosine of the two distances from the average: few ratings move somebody only a little, but in a direction.
    Empty where the person stands on the average itself, and without those who lean the other way.

    `vector`: the person's, (embedding_dim,); `average`: the average person's, (embedding_dim,).
    """
    rows = np.flatnonzero(eligible)
    away = vector - average
    own = float(np.linalg.norm(away))
    if own < 1e-9 or len(rows) == 0:
        return Alike(np.empty(0, np.int64), np.empty(0))
    others = user_embedding[rows] - average.astype(user_embedding.dtype)
    length = np.linalg.norm(others, axis=1).astype(np.float64) * own
    dot = (others @ away.astype(others.dtype)).astype(np.float64)
    cosine = np.clip(np.divide(dot, length, out=np.zeros(len(rows)), where=length > 0), -1, 1)
    order = np.argsort(-cosine, kind="stable")[:top]
    order = order[cosine[order] > 0]  # of few people some lean the other way
    return Alike(rows[order], cosine[order])
