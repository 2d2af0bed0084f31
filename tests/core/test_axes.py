"""Axes of people's own: kept with the run, found again, and refused with words."""

import numpy as np
import pytest

from core import axes, studystore
from core.axes import OwnAxis
from core.errors import CorruptRunError, LimitError, UnknownItemError, UnknownRunError
from core.ratings import Vocabulary
from core.store import RunStore
from tests.core.tiny import tiny_run

OWN = OwnAxis(("a", "b"), ("c",), "children's", "<img src=x onerror=alert(1)> %{y}")


@pytest.fixture
def run_id() -> str:
    RunStore().publish(tiny_run())
    return tiny_run().run_id


def test_an_axis_is_kept_and_forgotten(run_id: str):
    assert axes.saved(run_id) == ()
    second = OwnAxis(("x",), ("y",))
    axes.save(run_id, OWN)
    axes.save(run_id, second)
    assert axes.saved(run_id) == (OWN, second)
    axes.delete(run_id, OWN.axis_id)
    axes.delete(run_id, OWN.axis_id)
    assert axes.saved(run_id) == (second,)


def test_the_same_poles_under_new_names_take_the_old_ones_place(run_id: str):
    axes.save(run_id, OWN)
    renamed = OwnAxis(("b", "a"), ("c",), "for children", "horror")
    axes.save(run_id, renamed)
    assert axes.saved(run_id) == (renamed,)
    assert renamed.axis_id == OWN.axis_id
    assert OwnAxis(("c",), ("a", "b")).axis_id != OWN.axis_id


def test_poles_are_found_by_id():
    matrix = np.array([[-1.0, 0], [-1, 0], [1, 0], [0, 5]])
    found = axes.project(OwnAxis(("a", "b"), ("c",)), matrix, Vocabulary(np.array(["a", "b", "c", "d"], object)))
    np.testing.assert_allclose(found.positions, [-1, -1, 1, 0])
    with pytest.raises(UnknownItemError):
        axes.project(OwnAxis(("a",), ("nobody",)), matrix, Vocabulary(np.array(["a", "b", "c", "d"], object)))


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (OwnAxis((), ("c",)), "low pole has 0"),
        (OwnAxis(("c",), tuple(map(str, range(51)))), "1 to 50"),
        (OwnAxis(("c", "d"), ("d",)), "both poles"),
        (OwnAxis(("c",), ("d",), "x" * 41), "at most 40"),
        (OwnAxis(("c",), ("d",), "two\nlines"), "control character"),
    ],
)
def test_what_cannot_be_kept_is_told(run_id: str, own: OwnAxis, words: str):
    with pytest.raises(LimitError, match=words):
        axes.save(run_id, own)
    assert axes.saved(run_id) == ()


def test_poles_with_one_mean_make_no_axis():
    with pytest.raises(LimitError, match="same mean"):
        axes.project(OwnAxis(("a",), ("b",)), np.ones((2, 3)), Vocabulary(np.array(["a", "b"], object)))


def test_there_is_an_end_to_axes(run_id: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(axes, "MOST", 1)
    axes.save(run_id, OWN)
    axes.save(run_id, OWN)
    with pytest.raises(LimitError, match="delete one first"):
        axes.save(run_id, OwnAxis(("x",), ("y",)))


def test_axes_need_a_run():
    with pytest.raises(UnknownRunError):
        axes.save("0" * 16, OWN)
    with pytest.raises(UnknownRunError):
        axes.saved("../..")


@pytest.mark.parametrize(
    "note", [[], {"schema": 2, "axes": []}, {"schema": 1, "axes": [{"low": ["a"]}]}, {"schema": 1}]
)
def test_a_damaged_file_is_told_and_left_alone(run_id: str, note: object):
    studystore.change_note(run_id, "axes", lambda _: note)
    with pytest.raises(CorruptRunError):
        axes.save(run_id, OWN)
    assert studystore.read_note(run_id, "axes") == note
