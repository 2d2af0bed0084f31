import numpy as np
import pytest

from core.training import camera as module
from core.training.camera import MOST_FRAMES, MOST_ITEMS, Camera


def counting(rows):
    return np.repeat(rows[:, None], 3, axis=1).astype(np.float32)


def test_the_items_rated_most_are_filmed_and_none_without_a_rating(monkeypatch):
    camera = Camera()
    camera.begin(np.array([2, 0, 5, 1, 5]), 3)
    assert camera.rows.tolist() == [2, 4, 0, 3]
    monkeypatch.setattr(module, "MOST_BYTES", MOST_FRAMES * 3 * 2 * 2)  # room for two items of three numbers
    camera.begin(np.array([2, 0, 5, 1, 5]), 3)
    assert camera.rows.tolist() == [2, 4]


def test_what_a_run_keeps_of_a_film_of_very_many_items_of_few_numbers_is_5_mb_at_most():
    camera = Camera()
    camera.begin(np.arange(100_000, 0, -1), 1)
    assert camera.rows.tolist() == list(range(MOST_ITEMS))
    frames = np.zeros((MOST_FRAMES + 1, MOST_ITEMS, 2), np.uint16)  # the last one is that of the run
    assert frames.nbytes + camera.rows.nbytes < 5e6


def test_frames_are_taken_when_they_are_due():
    seen = []
    camera = Camera(on_frame=lambda at, numbers: seen.append((at, numbers.shape)))
    camera.begin(np.array([1, 1]), 3)
    for step in range(21):
        camera.look(step / 20, counting)
    assert [at for at, _ in camera.frames] == pytest.approx(np.arange(11) / 10)
    assert seen == [(at, (2, 3)) for at, _ in camera.frames]


def test_a_long_training_has_no_more_frames_in_even_steps():
    camera = Camera()
    camera.begin(np.array([1, 1]), 3)
    for step in range(10 * 37 + 1):
        camera.look(step / 10, counting)
    times = np.array([at for at, _ in camera.frames])
    assert 30 <= len(times) <= MOST_FRAMES
    assert times[0] == 0
    np.testing.assert_allclose(np.diff(times), camera.every)


def test_rescaling_counts_for_every_frame_until_the_next_training():
    camera = Camera()
    camera.begin(np.array([1, 1]), 3)
    camera.look(0, lambda rows: counting(rows) + 1)
    camera.rescale(np.array([1, 2, 3]))
    camera.rescale(np.array([2, 1, 1]))
    np.testing.assert_array_equal(camera.frames[0][1] * camera.scale, [[2, 2, 3], [4, 4, 6]])
    camera.begin(np.array([1, 1]), 3)
    assert camera.scale == 1
