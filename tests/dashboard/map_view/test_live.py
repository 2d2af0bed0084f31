"""What a live map takes from the measurements of a job."""

import numpy as np

from core.jobs.live_film import as_text
from dashboard.map_view import live


def told(kind: str, **values: object) -> dict[str, object]:
    return {"type": kind, **values}


def frame(at: float, places: list[list[float]]) -> dict[str, object]:
    return told("frame", at=at, places=as_text(np.array(places, np.float16)))


FILMED = told("filmed", rows=as_text(np.array([3, 0, 2], np.int32)))
COUNT = np.array([20, 1, 3, 50])


def test_the_newest_places_in_the_order_of_the_rows():
    later = frame(0.5, [[3, 1], [0, 1], [2, 1]])
    moment = live.latest([told("started"), FILMED, frame(0.0, [[0, 0]] * 3), told("step"), later, told("epoch")], COUNT)
    assert moment is not None
    assert (moment.at, moment.rows.tolist()) == (0.5, [0, 2, 3])
    np.testing.assert_array_equal(moment.points, [[0, 1], [2, 1], [3, 1]])


def test_before_the_first_frame_there_is_no_map():
    assert live.latest([], COUNT) is None
    assert live.latest([told("started"), FILMED], COUNT) is None
    assert live.latest([told("unreadable"), frame(0.0, [[0, 0]])], COUNT) is None


def test_a_training_that_began_anew_is_shown_from_its_new_beginning():
    assert live.latest([FILMED, frame(2.0, [[0, 0]] * 3), FILMED], COUNT) is None


def test_a_live_map_calls_its_items_as_the_film_does(bundled):
    moment = live.Moment(0.0, np.array([0, 5]), np.zeros((2, 2), np.float32))
    seen = live.places(bundled.dataset_id, moment)
    assert seen.titles[0] == bundled.item_table["title"][0]
    assert seen.notes[5] == f"rated {bundled.item_mean[5]:,.2f} by {bundled.item_count[5]:,}"
