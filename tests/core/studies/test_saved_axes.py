"""Axes of people's own: kept with the run, found again, and refused with words."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.access import COMMAND_LINE, Visitor
from core.analysis.features import learned_features
from core.data.ratings import Ratings, Vocabulary
from core.errors import CorruptRunError, LimitError, NotAllowedError, UnknownItemError, UnknownRunError
from core.model.families import run_config
from core.store.runs import RunStore
from core.studies import saved_axes
from core.studies.saved_axes import OwnAxis
from tests.conftest import scorer_on
from tests.core.jobs.tiny import tiny_run

OWN = OwnAxis(("a", "b"), ("c",), "children's", "<img src=x onerror=alert(1)> %{y}")


@pytest.fixture
def run_id() -> str:
    RunStore().publish(tiny_run())
    return tiny_run().run_id


def test_an_axis_is_kept_and_forgotten(run_id: str):
    assert saved_axes.saved(run_id, by=COMMAND_LINE) == ()
    second = OwnAxis(("x",), ("y",))
    saved_axes.save(run_id, OWN, by=COMMAND_LINE)
    saved_axes.save(run_id, second, by=COMMAND_LINE)
    assert saved_axes.saved(run_id, by=COMMAND_LINE) == (OWN, second)
    saved_axes.delete(run_id, OWN.axis_id, by=COMMAND_LINE)
    saved_axes.delete(run_id, OWN.axis_id, by=COMMAND_LINE)
    assert saved_axes.saved(run_id, by=COMMAND_LINE) == (second,)


def test_the_same_poles_under_new_names_take_the_old_ones_place(run_id: str):
    saved_axes.save(run_id, OWN, by=COMMAND_LINE)
    renamed = OwnAxis(("b", "a"), ("c",), "for children", "horror")
    saved_axes.save(run_id, renamed, by=COMMAND_LINE)
    assert saved_axes.saved(run_id, by=COMMAND_LINE) == (renamed,)
    assert renamed.axis_id == OWN.axis_id
    assert OwnAxis(("c",), ("a", "b")).axis_id != OWN.axis_id


def test_poles_are_found_by_id():
    matrix = np.array([[-1.0, 0], [-1, 0], [1, 0], [0, 5]])
    found = saved_axes.project(OwnAxis(("a", "b"), ("c",)), matrix, Vocabulary(np.array(["a", "b", "c", "d"], object)))
    np.testing.assert_allclose(found.positions, [-1, -1, 1, 0])
    with pytest.raises(UnknownItemError):
        saved_axes.project(OwnAxis(("a",), ("nobody",)), matrix, Vocabulary(np.array(["a", "b", "c", "d"], object)))


def test_features_are_poles_beside_items(small: Ratings, run_id: str):
    """Between two features of one column the axis runs along the difference of their vectors."""
    scorer = scorer_on(small, run_config(model="variational", embedding_dim=3))
    features = learned_features(scorer, small)
    assert features is not None
    first, second = features.names[:2]
    own = OwnAxis((), (), "plain", "other", (first,), (second,))
    found = saved_axes.project(own, scorer.item_embedding, small.items, features)
    apart = features.vectors[1] - features.vectors[0]
    np.testing.assert_allclose(found.direction, apart / np.linalg.norm(apart), atol=1e-6)
    assert found.positions.shape == (len(small.items),)
    mixed = saved_axes.project(replace(own, low=("7",)), scorer.item_embedding, small.items, features)
    assert mixed.length != pytest.approx(found.length)
    saved_axes.save(run_id, own, by=COMMAND_LINE)
    assert saved_axes.saved(run_id, by=COMMAND_LINE) == (own,)
    assert own.axis_id != replace(own, low_features=(second,), high_features=(first,)).axis_id
    with pytest.raises(UnknownItemError, match="is called 'Horro'"):
        saved_axes.project(replace(own, high_features=("Horro",)), scorer.item_embedding, small.items, features)
    with pytest.raises(LimitError, match="learned nothing"):
        saved_axes.project(own, scorer.item_embedding, small.items)
    with pytest.raises(LimitError, match="both poles"):
        saved_axes.save(run_id, replace(own, high_features=(first,)), by=COMMAND_LINE)


def test_axes_of_items_alone_keep_their_ids_and_are_read_as_they_were_written():
    assert OWN.axis_id == "3aafec9c"
    old = {"low": ["a", "b"], "high": ["c"], "low_name": "children's", "high_name": OWN.high_name}
    assert saved_axes._parse(old) == OWN


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
        saved_axes.save(run_id, own, by=COMMAND_LINE)
    assert saved_axes.saved(run_id, by=COMMAND_LINE) == ()


def test_poles_with_one_mean_make_no_axis():
    with pytest.raises(LimitError, match="same mean"):
        saved_axes.project(OwnAxis(("a",), ("b",)), np.ones((2, 3)), Vocabulary(np.array(["a", "b"], object)))


def test_there_is_an_end_to_axes(run_id: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(saved_axes, "NOTES", replace(saved_axes.NOTES, max_entries=1))
    saved_axes.save(run_id, OWN, by=COMMAND_LINE)
    saved_axes.save(run_id, OWN, by=COMMAND_LINE)
    with pytest.raises(LimitError, match="delete one first"):
        saved_axes.save(run_id, OwnAxis(("x",), ("y",)), by=COMMAND_LINE)


def test_axes_need_a_run():
    with pytest.raises(UnknownRunError):
        saved_axes.save("0" * 16, OWN, by=COMMAND_LINE)
    with pytest.raises(UnknownRunError):
        saved_axes.saved("../..", by=COMMAND_LINE)


@pytest.mark.parametrize(
    "note", [[], {"schema": 2, "axes": []}, {"schema": 1, "axes": [{"low": ["a"]}]}, {"schema": 1}]
)
def test_a_damaged_file_is_told_and_left_alone(run_id: str, note: object):
    path = saved_axes.NOTES.path(run_id)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(note))
    with pytest.raises(CorruptRunError):
        saved_axes.save(run_id, OWN, by=COMMAND_LINE)
    assert json.loads(path.read_text()) == note


ADA, BOB, GRACE = Visitor("ada"), Visitor("bob"), Visitor("grace", administrator=True)


def test_a_visitors_axis_is_theirs_and_an_administrators_is_everybodys(run_id: str):
    saved_axes.save(run_id, OWN, by=ADA)
    assert [axis.own for axis in saved_axes.saved(run_id, by=ADA)] == [True]
    assert saved_axes.saved(run_id, by=BOB) == saved_axes.for_everybody(run_id) == ()
    saved_axes.save(run_id, OWN, by=GRACE)
    assert [axis.own for axis in saved_axes.saved(run_id, by=ADA)] == [True], "once, and theirs"
    assert saved_axes.saved(run_id, by=BOB) == (OWN,)
    with pytest.raises(NotAllowedError):
        saved_axes.delete(run_id, OWN.axis_id, by=BOB)
    saved_axes.delete(run_id, OWN.axis_id, by=ADA)
    assert [axis.own for axis in saved_axes.saved(run_id, by=ADA)] == [False]


def test_an_administrator_publishes_what_they_kept_before_they_were_one(run_id: str):
    saved_axes.save(run_id, OWN, by=ADA)
    saved_axes.save(run_id, OWN, by=replace(ADA, administrator=True))
    assert [axis.own for axis in saved_axes.saved(run_id, by=ADA)] == [False]
    assert saved_axes.for_everybody(run_id) == (OWN,)
