"""The map of a training that goes on: where its items are now, from what its job has measured so far."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.analysis.film import shown
from dashboard.cache import loaders
from dashboard.charts.maps import Places

AXES = ("Main direction so far", "Second direction so far")
"""What the axes of a live map are; those of the finished model are known only when it is finished."""


@dataclass(frozen=True, eq=False)
class Moment:
    """Where items are at a moment of a training.

    Attributes:
        at: Epochs done.
        rows: The items that a film shows, (n,), rising.
        points: Their places, float32, (n, 2).
    """

    at: float
    rows: np.ndarray
    points: np.ndarray


def latest(measurements: Iterable[dict[str, Any]], count: np.ndarray) -> Moment | None:
    """The newest frame among a job's measurements; None before the first.

    Args:
        measurements: As `core.jobs.queue.measurements` gives them.
        count: Ratings of every item of the data, (n_items,).
    """
    filmed, frame = None, None
    for measured in measurements:
        if measured["type"] == "filmed":
            filmed, frame = measured, None
        elif measured["type"] == "frame":
            frame = measured
    if filmed is None or frame is None:
        return None
    rows = np.frombuffer(base64.b64decode(filmed["rows"]), np.int32).astype(np.int64)
    points = np.frombuffer(base64.b64decode(frame["places"]), np.float16).reshape(-1, 2).astype(np.float32)
    seen = shown(rows, count)
    return Moment(float(frame["at"]), rows[seen], points[seen])


def places(dataset_id: str, moment: Moment) -> Places:
    """The map of a moment, with the titles and notes that the same items have in the film afterwards."""
    hover = loaders.rated_hover(dataset_id)
    titles, notes = loaders.item_labels(dataset_id), hover.facts.tolist()
    return Places(moment.rows, moment.points, AXES, hover, titles, notes)
