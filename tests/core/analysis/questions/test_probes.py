"""Linear probes: what is planted is told, random vectors tell nothing, and the game shows an item from elsewhere."""

from collections.abc import Mapping

import numpy as np
import pytest

from core.analysis.item_attributes import ItemColumns
from core.analysis.questions import intruder, probes
from core.analysis.questions.probes import auc, probe
from core.errors import AnalysisError

N = 400
RNG = np.random.default_rng(0)
VECTORS = RNG.normal(size=(N, 6))


def columns(numbers: Mapping[str, np.ndarray], member: np.ndarray) -> ItemColumns:
    genres = [["Drama"] if inside else [] for inside in member]
    return ItemColumns(numbers=numbers, categories={"genres": genres}, titles=[str(row) for row in range(N)])


def test_what_vectors_hold_is_told():
    year = 1990 + 10 * VECTORS[:, 2]
    year[::7] = np.nan
    told = {one.name: one for one in probe(VECTORS, columns({"year": year}, VECTORS[:, 0] > 0.5))}
    assert told["year"].score > 0.999
    assert told["year"].n == np.isfinite(year).sum()
    assert told["Drama"].score > 0.98
    assert abs(told["year"].chance) < 0.15
    assert abs(told["Drama"].chance - 0.5) < 0.1


def test_random_vectors_tell_nothing():
    about = columns({"year": RNG.normal(size=N)}, RNG.random(N) < 0.3)
    scores = np.array([[one.score for one in probe(RNG.normal(size=(N, 16)), about, seed=seed)] for seed in range(6)])
    year, drama = scores.mean(axis=0)
    assert abs(year) < 0.06
    assert abs(drama - 0.5) < 0.04


def test_the_regression_is_that_of_scikit_learn():
    from sklearn.linear_model import RidgeCV

    vectors, others = VECTORS[:100] * [5, 4, 3, 2, 1, 0.1] + 3, VECTORS[100:]
    targets = np.column_stack([vectors[:, 0] + RNG.normal(size=100), RNG.normal(size=100), vectors[:, 5]])
    size = np.square(vectors - vectors.mean(axis=0)).sum()
    wanted = RidgeCV(np.array(probes.STRENGTHS) * size, alpha_per_target=True).fit(vectors, targets).predict(others)
    np.testing.assert_allclose(probes._told(vectors, targets, others), wanted, atol=1e-8)


def test_what_cannot_be_asked_is_left_out():
    rare = np.arange(N) < 5
    assert probe(VECTORS, columns({"year": np.full(N, np.nan), "length": np.full(N, 90.0)}, rare)) == ()
    assert probe(VECTORS, columns({}, ~rare)) == ()


def test_turning_the_vectors_changes_nothing():
    turn = np.linalg.qr(RNG.normal(size=(6, 6)))[0]
    about = columns({"year": VECTORS[:, 2] + RNG.normal(size=N)}, VECTORS[:, 0] > 1)
    for one, other in zip(probe(VECTORS, about), probe(3 * VECTORS @ turn + 5, about), strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-6)


def test_auc_counts_pairs():
    assert auc(np.array([3.0, 1, 2, 2]), np.array([1, 0, 1, 0])) == pytest.approx(3.5 / 4)


def test_the_intruder_is_from_elsewhere():
    angle = np.repeat([0.0, np.pi / 2], 30) + 0.01 * np.arange(60)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    places = set()
    for seed in range(40):
        drawn = intruder.draw(circle, np.arange(60), np.full(60, 7), seed=seed)
        sides = drawn.items // 30
        assert len(set(drawn.items.tolist())) == 5
        assert (sides == sides[drawn.intruder]).sum() == 1
        places.add(drawn.intruder)
    assert places == {0, 1, 2, 3, 4}


def test_fame_does_not_tell_the_intruder():
    count = np.repeat([5, 500], 100)[RNG.permutation(200)]
    vectors = np.abs(RNG.normal(size=(200, 4)))
    for seed in range(20):
        drawn = intruder.draw(vectors, np.flatnonzero(count == 500), count, seed=seed)
        assert (count[drawn.items] == 500).all()


def test_too_few_for_a_game():
    with pytest.raises(AnalysisError, match="at least 10"):
        intruder.draw(VECTORS, np.arange(9), np.ones(N), seed=0)
