"""Where items are while a job trains, as measurements that a page can show at once."""

import base64
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from core.analysis.film import MOST_SHOWN, LiveAxes
from core.config import RunConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.training.camera import Camera

LIVE_SECONDS = 0.08  # the least time between two frames


def live_camera(ratings: Ratings, config: RunConfig, measure: Callable[[str, dict[str, Any]], None]) -> Camera:
    """A camera whose frames are measurements, so that whoever watches the job sees the items move.

    Two kinds, as base64: `filmed`, the rows of the items, int32, and `frame`, their places at a moment, float16,
    (n_items, 2). Frames that come quicker than a page can show them are left out.
    """
    camera = Camera()
    count = split(ratings, config).training_count(ratings)
    axes: LiveAxes | None = None
    last = 0.0

    def show(at: float, numbers: np.ndarray) -> None:
        """Report where the items are."""
        nonlocal axes, last
        rows = camera.rows[:MOST_SHOWN]
        if axes is None:
            axes = LiveAxes(count[rows])
            measure("filmed", {"rows": as_text(rows.astype(np.int32))})
        places = axes.places(numbers[:MOST_SHOWN].astype(np.float64))
        now = time.monotonic()
        if now - last >= LIVE_SECONDS:
            last = now
            measure("frame", {"at": at, "places": as_text(places.astype(np.float16))})

    camera.on_frame = show
    return camera


def as_text(array: np.ndarray) -> str:
    """The bytes of an array as base64."""
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
