"""What a session has seen of a training that it follows: read on from where it last stopped, line by line."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from core.jobs import queue
from core.jobs.kinds import as_event
from core.model.events import Event
from dashboard.start import dots

_KEY = "_start_watched"


@dataclass
class Watched:
    """A training so far.

    Attributes:
        job_id: Its job.
        lines: Measurements read.
        events: What the training has told.
        rows: The items that are filmed, the most rated first, (n,); None before the first place is known.
        places: Where these were last, float32, (n, 2); None before.
    """

    job_id: str
    lines: int = 0
    events: list[Event] = field(default_factory=list)
    rows: np.ndarray | None = None
    places: np.ndarray | None = None

    def take(self, measured: list[dict[str, Any]]) -> None:
        """Add the next measurements. One that is damaged is passed over: the next frame shows all items anew."""
        self.lines += len(measured)
        frames = [line for line in measured if line.get("type") == "frame"]
        for line in measured:
            if line.get("type") == "filmed":
                self.rows = dots.numbers(line.get("rows"), "<i4")
            elif (event := as_event(line)) is not None:
                self.events.append(event)
        for line in reversed(frames):
            flat = dots.numbers(line.get("places"), "<f2")
            if flat is not None and self.rows is not None and len(flat) == 2 * len(self.rows):
                self.places = flat.reshape(-1, 2).astype(np.float32)
                return


def of(job_id: str) -> Watched:
    """What is known of a training by now; raises UnknownJobError as `queue.measurements` does."""
    watched: Watched | None = st.session_state.get(_KEY)
    if watched is None or watched.job_id != job_id:
        watched = st.session_state[_KEY] = Watched(job_id)
    watched.take(queue.measurements(job_id, watched.lines))
    return watched
