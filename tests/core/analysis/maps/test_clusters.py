import numpy as np
import pytest

from core.analysis.maps import clusters
from core.analysis.maps.clusters import NO_CLUSTER, Clusters, hdbscan, kmeans, repeatability, silhouette, typical

RNG = np.random.default_rng(0)
SIZES = [50, 40, 30]
GROUP = np.repeat([0, 1, 2], SIZES)
MATRIX = 10 * np.linalg.qr(RNG.normal(size=(8, 8)))[0][:3][GROUP] + RNG.normal(scale=0.3, size=(120, 8))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_planted_groups_are_found_and_numbered_from_the_largest(metric):
    order = RNG.permutation(120)
    for found in (kmeans(MATRIX[order], 3, metric=metric), hdbscan(MATRIX[order], metric=metric)):
        np.testing.assert_array_equal(found.label, GROUP[order])
        np.testing.assert_array_equal(found.sizes, SIZES)


def test_the_same_seed_gives_the_same_groups():
    noise = RNG.normal(size=(500, 6))
    np.testing.assert_array_equal(kmeans(noise, 7, seed=3).label, kmeans(noise, 7, seed=3).label)
    np.testing.assert_array_equal(hdbscan(noise).label, hdbscan(noise).label)


def test_turning_the_space_keeps_the_groups_and_cosine_ignores_lengths():
    turn = np.linalg.qr(RNG.normal(size=(8, 8)))[0]
    longer = MATRIX * RNG.uniform(0.1, 10, size=(120, 1))
    np.testing.assert_array_equal(kmeans(longer @ turn, 3).label, GROUP)
    np.testing.assert_array_equal(hdbscan(longer @ turn).label, GROUP)


def test_stragglers_belong_to_no_dense_group():
    far = np.vstack([MATRIX, RNG.normal(scale=300, size=(5, 8))])
    found = hdbscan(far, metric="euclidean", min_size=20)
    np.testing.assert_array_equal(found.label[-5:], NO_CLUSTER)
    assert found.sizes.sum() + np.sum(found.label == NO_CLUSTER) == 125


def test_no_dense_group_at_all_is_an_answer():
    found = hdbscan(RNG.normal(size=(60, 40)), min_size=30)
    assert found.sizes.shape == (0,)
    assert (found.label == NO_CLUSTER).all()


def test_refuses_numbers_of_groups_that_cannot_be():
    with pytest.raises(ValueError, match="2 to 120"):
        kmeans(MATRIX, 1)
    with pytest.raises(ValueError, match="only 2 rows differ"):
        kmeans(np.repeat(np.eye(2), 9, axis=0), 3)
    for size in (1, 121):
        with pytest.raises(ValueError, match=f"min_size is {size}"):
            hdbscan(MATRIX, min_size=size)


def test_typical_rows_are_nearest_the_middle_of_their_group():
    line = np.array([[0.0], [4.0], [5.0], [9.0], [100.0], [101.0], [-7.0]])
    groups = Clusters(label=np.array([0, 0, 0, 0, 1, 1, NO_CLUSTER]), sizes=np.array([4, 2]))
    first, second = typical(line, groups, top=3, metric="euclidean")  # means 4.5 and 100.5
    np.testing.assert_array_equal(first, [1, 2, 0])
    np.testing.assert_array_equal(second, [4, 5])


def test_without_groups_nothing_is_typical():
    assert typical(np.eye(3), Clusters(label=np.full(3, NO_CLUSTER), sizes=np.array([], int))) == ()


def test_of_very_many_rows_a_sample_is_grouped_and_the_rest_goes_to_the_groups_around_it(monkeypatch):
    monkeypatch.setattr(clusters, "MANY_ROWS", 100)
    monkeypatch.setattr(clusters, "SAMPLE", 60)
    for found, among in ((kmeans(MATRIX, 3), 100), (hdbscan(MATRIX, min_size=5), 60)):
        np.testing.assert_array_equal(found.label, GROUP)
        assert found.found_on == among
    assert kmeans(MATRIX[:100], 3).found_on is None


def test_planted_groups_repeat_and_lie_apart_and_noise_does_neither():
    assert repeatability(MATRIX, 3) == 1
    assert silhouette(MATRIX, kmeans(MATRIX, 3)) > 0.9
    noise = RNG.normal(size=(400, 20))
    assert repeatability(noise, 12) < 0.4
    assert abs(silhouette(noise, kmeans(noise, 12))) < 0.1


def test_repeating_looks_at_a_sample_of_many_and_the_silhouette_at_those_in_a_group(monkeypatch):
    monkeypatch.setattr(clusters, "MOST_REPEATED", 60)
    assert repeatability(np.repeat(MATRIX, 4, axis=0), 3, seed=2**31 - 1) == 1
    far = np.vstack([MATRIX, RNG.normal(scale=300, size=(5, 8))])
    label = np.append(GROUP, [NO_CLUSTER] * 5)
    groups = Clusters(label=label, sizes=np.array(SIZES))
    assert silhouette(far, groups, metric="euclidean") == silhouette(MATRIX, kmeans(MATRIX, 3), metric="euclidean")
    assert silhouette(far, groups, metric="euclidean", most=50) > 0.9


def test_without_two_groups_there_is_no_silhouette():
    for label in ([0, 0, 0, NO_CLUSTER], [NO_CLUSTER] * 4, [0, 1, 2, 3]):
        sizes = np.bincount([one for one in label if one >= 0])
        assert np.isnan(silhouette(np.eye(4), Clusters(np.array(label), sizes)))
