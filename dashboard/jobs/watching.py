"""What a session has seen of a training that it follows: read on from where it last stopped, line by line."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from core.analysis.film import shown
from core.jobs import queue
from core.jobs.kinds import as_event
from core.model.events import Event

_KEY = "_watched_training"


@dataclass(frozen=True, eq=False)
class Moment:
    """Where items are at a moment of a training: int64 rows, (n,), rising, and float32 places, (n, 2)."""

    rows: np.ndarray
    places: np.ndarray


@dataclass
class Watched:
    """A training so far: the measurements read and the events they told.

    `rows` are the items that are filmed, the most rated first, (n,), and `places` where these were last, float32,
    (n, 2); None before the first place is known.
    """

    job_id: str
    lines: int = 0
    events: list[Event] = field(default_factory=list)
    rows: np.ndarray | None = None
    places: np.ndarray | None = None

    def take(self, measured: list[dict[str, Any]]) -> None:
        """Add the next measurements. One that is damaged is passed over: the next frame shows all items anew."""
        self.lines += len(measured)
        frames: list[dict[str, Any]] = []
        for line in measured:
            if line.get("type") == "filmed":  # again where a training began anew
                self.rows, self.places, frames = _numbers(line.get("rows"), "<i4"), None, []
            elif line.get("type") == "frame":
                frames.append(line)
            elif (event := as_event(line)) is not None:
                self.events.append(event)
        for line in reversed(frames):
            flat = _numbers(line.get("places"), "<f2")
            if flat is not None and self.rows is not None and len(flat) == 2 * len(self.rows):
                self.places = flat.reshape(-1, 2).astype(np.float32)
                return

    def seen(self, count: np.ndarray) -> Moment | None:
        """Where the items are that a film shows, by all ratings, (n_items,), their rows rising; None at first."""
        if self.rows is None or self.places is None:
            return None
        there = shown(self.rows, count)
        return Moment(self.rows[there].astype(np.int64), self.places[there])


def of(job_id: str) -> Watched:
    """What is known of a training by now; raises UnknownJobError as `queue.measurements` does."""
    watched: Watched | None = st.session_state.get(_KEY)
    if watched is None or watched.job_id != job_id:
        watched = st.session_state[_KEY] = Watched(job_id)
    watched.take(queue.measurements(job_id, watched.lines))
    return watched


def _numbers(text: object, dtype: str) -> np.ndarray | None:
    """What a job reported as base64, flat; None where it is damaged or not finite."""
    try:
        array = np.frombuffer(base64.b64decode(str(text), validate=True), dtype)
    except (binascii.Error, ValueError):
        return None
    return array if np.isfinite(array).all() else None
