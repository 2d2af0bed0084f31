import numpy as np
import pytest

from core.analysis.neighbors.all_neighbors import nearest
from core.errors import LimitError
from core.model.families import run_config
from core.studies import films, moments
from core.studies.films import film_of
from core.studies.moments import MOMENTS, K, Moments, MomentsSettings, moments_of
from core.studies.study import Work
from core.training.camera import Camera
from core.training.trainer import fit

QUICK = run_config(model="variational", embedding_dim=3, steps=30)


def test_neighbors_are_those_of_all_numbers_at_each_moment_and_end_as_those_of_the_run(bundled):
    camera = Camera()
    run = fit(QUICK, bundled, camera=camera)
    done = []
    found = moments_of(MOMENTS.compute(Work(run, bundled, done.append), MomentsSettings()))
    assert bundled.item_count[found.rows].min() >= 21
    np.testing.assert_array_equal(
        np.sort(found.near), np.sort(nearest(run.scorer.item_embedding[found.rows], K)), "as the page of neighbors says"
    )
    np.testing.assert_array_equal(found.at, film_of(films._develop(run, bundled, camera)).at)
    order = np.argsort(camera.rows)[np.searchsorted(np.sort(camera.rows), found.rows)]
    before = [set(row) for row in nearest(camera.frames[20][1][order], K).tolist()]
    for item in (0, 100, 500):
        for other, since in zip(found.near[item].tolist(), found.since[item].tolist(), strict=True):
            assert since > 20 or other in before[item]
    assert done == sorted(done)
    assert done[-1] == 1


def test_a_pair_is_asked_for_by_its_rows():
    found = Moments(np.array([3, 5, 9]), np.arange(4.0), np.array([[1], [2], [1]]), np.array([[2], [0], [3]]))
    assert found.neighbor_since(3, 5) == 2
    assert found.neighbor_since(9, 5) == 3
    assert found.neighbor_since(5, 3) is None  # no neighbor in the end
    assert found.neighbor_since(3, 4) is None  # not in the film
    assert found.neighbor_since(3, 99) is None


def test_too_few_items_have_no_neighbors_to_speak_of(small, monkeypatch):
    monkeypatch.setattr(moments, "FEWEST_ITEMS", 10**6)
    with pytest.raises(LimitError, match="1000000 are needed"):
        MOMENTS.compute(Work(fit(QUICK, small), small), MomentsSettings())
