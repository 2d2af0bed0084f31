import base64

import numpy as np

from core.config import RunConfig
from core.jobs import live_film
from core.jobs.live_film import live_camera
from core.model.families import run_config

CONFIG: RunConfig = run_config(model="dot_with_bias", embedding_dim=3)


def test_a_page_is_told_which_items_and_then_where_they_are(small, monkeypatch):
    monkeypatch.setattr(live_film, "LIVE_SECONDS", 0)
    told = []
    camera = live_camera(small, CONFIG, lambda kind, values: told.append((kind, values)))
    camera.begin(small.item_count, 3)
    for at in (0.0, 0.1):
        camera.look(at, lambda rows: np.random.default_rng(0).normal(size=(len(rows), 3)).astype(np.float32))
    assert [kind for kind, _ in told] == ["filmed", "frame", "frame"]
    assert np.frombuffer(base64.b64decode(told[0][1]["rows"]), np.int32).tolist() == camera.rows.tolist()
    places = [np.frombuffer(base64.b64decode(values["places"]), np.float16).reshape(-1, 2) for _, values in told[1:]]
    assert places[0].shape == (len(camera.rows), 2)
    np.testing.assert_allclose(places[0], places[1], atol=1e-2)  # the same numbers: nothing spins


def test_frames_that_come_too_quickly_are_left_out(small, monkeypatch):
    monkeypatch.setattr(live_film, "LIVE_SECONDS", 1e9)
    told = []
    camera = live_camera(small, CONFIG, lambda kind, values: told.append(kind))
    camera.begin(small.item_count, 3)
    for step in range(5):
        camera.look(step / 10, lambda rows: np.ones((len(rows), 3), np.float32) * rows[:, None])
    assert told == ["filmed"]
    assert len(camera.frames) == 5
