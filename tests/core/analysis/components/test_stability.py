import numpy as np
import pytest

from core.analysis.components.examined import absolute_correlations
from core.analysis.components.pca import pca
from core.analysis.components.predictions import predicted_components, root
from core.analysis.components.stability import across_seeds, of_predictions, stability
from core.analysis.gauge import centered as centered_form
from tests.core.analysis.rewritten import WAYS, exact


def trained(seed: int, *, rows: int = 800, columns: int = 20) -> np.ndarray:
    """What training would give: the same two factors, turned somewhere else by each seed, with new noise."""
    factors = np.random.default_rng(99).normal(size=(rows, 2)) * [9, 6]
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.normal(size=(columns, 2)))[0].T
    return factors @ directions + rng.normal(size=(rows, columns))


def test_planted_factors_come_back_and_noise_does_not():
    scores = [pca(trained(seed), n_components=8).scores for seed in range(6)]
    found = stability(scores[0], scores[1:])
    assert (found.median_r[:2] >= 0.95).all()
    assert (found.median_r[2:] <= 0.5).all()
    assert found.r.shape == found.match.shape == (5, 8)


def test_a_shuffled_and_turned_copy_is_matched_to_itself():
    scores = np.random.default_rng(0).normal(size=(50, 4))
    order = np.array([2, 0, 3, 1])
    found = stability(scores, [-3 * scores[:, order] + 7])
    np.testing.assert_allclose(found.median_r, 1)
    np.testing.assert_array_equal(order[found.match[0]], np.arange(4))


def test_of_several_runs_the_middle_one_counts():
    scores = np.linalg.qr(np.random.default_rng(0).normal(size=(60, 3)))[0]
    scores -= scores.mean(axis=0)
    same, other = scores[:, :1], np.random.default_rng(1).normal(size=(60, 1))
    found = stability(scores[:, :1], [same, same, other])
    assert found.r[2, 0] < 0.5
    assert found.median_r[0] == pytest.approx(1)


def test_each_component_is_matched_once_even_when_one_is_everybodys_best():
    base = np.random.default_rng(1).normal(size=(100, 3))
    mixed = base[:, :1] + 0.1 * base
    found = stability(mixed, [mixed])
    np.testing.assert_array_equal(np.sort(found.match[0]), [0, 1, 2])


def test_what_is_left_over_is_matched_to_nothing():
    scores = np.random.default_rng(2).normal(size=(30, 3))
    found = stability(scores, [scores[:, :1]])
    np.testing.assert_allclose(found.r, [[1, 0, 0]])
    np.testing.assert_array_equal(found.match, [[0, -1, -1]])


def test_correlations_are_numpys():
    first, second = np.random.default_rng(3).normal(size=(2, 40, 3))
    expected = np.abs(np.corrcoef(first.T, second.T)[:3, 3:])
    np.testing.assert_allclose(absolute_correlations(first, second), expected)


def test_a_constant_column_correlates_with_nothing():
    first = np.column_stack([np.full(20, 0.1), np.arange(20.0)])
    np.testing.assert_allclose(absolute_correlations(first, first), [[0, 0], [0, 1]], atol=1e-12)


def test_refuses_other_items_and_an_empty_study():
    with pytest.raises(ValueError, match="same items"):
        stability(np.ones((3, 1)), [np.ones((4, 1))])
    with pytest.raises(ValueError, match="at least two"):
        stability(np.ones((3, 1)), [])


def test_planted_factors_come_back_from_other_seeds_and_noise_does_not():
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(600, 2)) * [9, 6]

    def seed() -> np.ndarray:
        """The same factors along other directions, under other noise; items that were never moved are all noise."""
        directions = np.linalg.qr(rng.normal(size=(10, 2)))[0].T
        matrix = factors @ directions + rng.normal(size=(600, 10))
        matrix[500:] = 20 * rng.normal(size=(100, 10))
        return matrix

    trained = np.arange(600) < 500
    found = across_seeds(seed(), [seed() for _ in range(4)], centered=False, shaping=trained, measured=trained)
    assert found.r.shape == (4, 10)
    assert (found.median_r[:2] >= 0.95).all()
    assert (found.median_r[2:] <= 0.5).all()


def test_other_seeds_are_analyzed_in_the_same_way():
    rng = np.random.default_rng(1)
    matrices = [rng.normal(loc=1, size=(60, 4)) for _ in range(3)]
    shaping, measured = np.arange(60) < 40, np.arange(60) % 2 == 0
    for centered in (False, True):
        found = across_seeds(matrices[0], matrices[1:], centered=centered, shaping=shaping, measured=measured)
        scores = [pca(matrix[:40], centered=centered).scores[::2] for matrix in matrices]
        np.testing.assert_allclose(found.r, stability(scores[0], scores[1:]).r)


def test_components_of_predictions_are_found_in_the_same_model_written_otherwise():
    users, items = np.arange(1, 31), np.arange(1, 41)
    result = predicted_components(centered_form(exact(), users, items))
    others = [way(exact()) for way in WAYS.values()]
    roots = [
        root(model.user_embedding, model.user_weight) for model in (centered_form(one, users, items) for one in others)
    ]
    found = of_predictions(result.scores, [one.item_embedding for one in others], roots, item_count=items)
    np.testing.assert_allclose(found.r, 1, atol=1e-9)
    np.testing.assert_array_equal(found.match, np.tile(np.arange(5), (3, 1)))
