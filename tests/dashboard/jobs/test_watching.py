"""What a session has seen of a training, from its measurements."""

import numpy as np

from core.jobs.live_film import as_text
from core.model.events import Epoch
from dashboard.jobs.watching import Watched

ROWS = {"type": "filmed", "rows": as_text(np.array([4, 2], np.int32))}


def frame(*numbers: float) -> dict[str, object]:
    return {"type": "frame", "at": 0.0, "places": as_text(np.array(numbers, np.float16))}


def test_the_last_whole_frame_counts_and_events_add_up():
    watched = Watched("1")
    epoch = {"type": "epoch", "epoch": 1, "seconds": 1.0, "loss": 1.0, "rmse": 1.0, "mae": 1.0}
    epoch |= {"val_loss": 1.0, "val_rmse": 0.9, "val_mae": 0.7}
    watched.take([ROWS, frame(0, 1, 2, 3), epoch, {"type": "unreadable"}])
    assert watched.lines == 4
    assert watched.rows.tolist() == [4, 2]
    assert watched.places.tolist() == [[0, 1], [2, 3]]
    assert [event.val_rmse for event in watched.events if isinstance(event, Epoch)] == [0.9]
    damaged = [{"type": "frame", "places": text} for text in ("%", None, 3, as_text(np.zeros(3, np.uint8)))]
    watched.take([frame(5, 5, 6, 6), frame(1), frame(np.nan, 1, 1, 1), {"type": "frame"}, *damaged])
    assert watched.places.tolist() == [[5, 5], [6, 6]]
    assert watched.lines == 12


def test_places_of_unknown_items_are_passed_over():
    watched = Watched("1")
    watched.take([frame(0, 1)])
    assert watched.places is None


def test_what_a_film_shows_comes_in_the_order_of_the_rows():
    watched = Watched("1")
    assert watched.seen(np.arange(5)) is None
    watched.take([ROWS, frame(0, 1, 2, 3)])
    moment = watched.seen(np.arange(5))
    assert moment.rows.tolist() == [2, 4] and moment.places.tolist() == [[2, 3], [0, 1]]


def test_a_training_that_began_anew_is_shown_from_its_new_beginning():
    watched = Watched("1")
    watched.take([ROWS, frame(0, 1, 2, 3), ROWS])
    assert watched.seen(np.arange(5)) is None
