"""When the neighbors of each item became its neighbors, while the model learned."""

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel

from core.analysis.film import near, shown, stayed_since
from core.analysis.neighbors.all_neighbors import fitting_k
from core.data.nouns import count
from core.errors import LimitError
from core.store.study_store import Stored
from core.studies.films import frames_before_end, train_again
from core.studies.retraining import check_trainable
from core.studies.study import FEWEST_ITEMS, Study, Work

K = 10  # nearest others that are neighbors; fewer where there are few items
_TRAINING = 0.6  # share of the work that is training, as progress tells it


class MomentsSettings(BaseModel, frozen=True, extra="forbid"):
    """A run has one answer for all its items."""


@dataclass(frozen=True, eq=False)
class Moments:
    """When neighbors became neighbors."""

    rows: np.ndarray  # the items that a film of the run shows, int64, (n_items,), rising
    at: np.ndarray  # epochs done in each frame, rising, float64, (n_frames,)
    near: np.ndarray  # the nearest others of each item in the end, as places in `rows`, in no order, (n_items, k)
    since: np.ndarray  # the frame from which on each of them was among the nearest and remained there, (n_items, k)

    def neighbor_since(self, one: int, other: int) -> int | None:
        """The frame from which on `other` stayed among the nearest of `one`, both rows of items.

        None where it is not among them in the end, or where a film does not show them.
        """
        at = np.searchsorted(self.rows, [one, other])
        if (at >= len(self.rows)).any() or self.rows[at].tolist() != [one, other]:
            return None
        found = np.flatnonzero(self.near[at[0]] == at[1])
        return int(self.since[at[0], found[0]]) if len(found) else None


def moments_of(stored: Stored) -> Moments:
    """What the study holds."""
    return Moments(**{name: stored.arrays[name] for name in ("rows", "at", "near", "since")})


def _compute(work: Work, settings: MomentsSettings) -> Stored:
    """Arrays: those of `Moments`. Facts: none.

    The run is trained once more, as a film of it keeps two numbers of each item, and neighbors are those of all. The
    frames are those of the film, in half precision; the last is the run itself. By the cosine, as on the page of
    neighbors, among the items that the film shows.
    """
    run, camera = train_again(work, _TRAINING)
    seen = shown(camera.rows, work.ratings.item_count)
    rows = camera.rows[seen]
    if len(rows) < FEWEST_ITEMS:
        raise LimitError(f"{count(len(rows), 'item')} with ratings to learn from; {FEWEST_ITEMS} are needed")
    frames = [(at, numbers[seen]) for at, numbers in frames_before_end(run, camera)]
    frames.append((float(run.outcome.kept_epoch), run.scorer.item_embedding[rows]))
    k = fitting_k(len(rows), K)
    lists = np.empty((len(frames), len(rows), k), np.int32)
    for frame, (_, numbers) in enumerate(frames):
        work.check_canceled()
        lists[frame] = near(numbers, k)
        work.on_progress(_TRAINING + (1 - _TRAINING) * (frame + 1) / len(frames))
    at = np.array([at for at, _ in frames])
    return Stored({"rows": rows, "at": at, "near": lists[-1], "since": stayed_since(lists)}, {})


MOMENTS = Study(
    name="moments",
    page="train",
    settings=MomentsSettings,
    title=lambda settings: "Finding when neighbors were found",
    compute=_compute,
    check=lambda run, settings: check_trainable(run),
)
"""When the nearest neighbors of every item became so, and stayed."""
