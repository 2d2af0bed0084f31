"""Where a newcomer stands: measured from the average, in the people's own spread."""

import numpy as np
import pytest

from core.analysis.gauge import averages
from core.analysis.new_user.foldin import NewUser
from core.analysis.new_user.position import alike, beside_items, generosity, people, place
from core.model.scoring import Bilinear
from tests.core.analysis.made import scorer
from tests.core.analysis.rewritten import WAYS, exact

AXES = np.eye(3)
EVERYBODY = np.ones(4, bool)
FOUR = np.array([[1, 0, 0], [-1, 0, 0], [0, 2, 0], [0, -2, 0]], np.float32)


def somebody(*vector: float) -> NewUser:
    return NewUser(np.array([*vector, 0.3]), 3, np.diag([0.04, 0.01, 0.0, 1.0]), 5, 0.5)


def test_people_are_measured_from_the_average():
    found = people(FOUR + 7, AXES[:2], np.full(3, 7.0), EVERYBODY)
    np.testing.assert_allclose(found.scores, FOUR[:, :2], atol=1e-6)
    np.testing.assert_allclose(found.spread, [np.sqrt(0.5), np.sqrt(2)])
    assert (found.low < 0).all() and (found.high > 0).all()


def test_those_training_never_saw_do_not_count():
    odd = np.vstack([FOUR, [[99, 99, 99]]])
    found = people(odd, AXES, np.zeros(3), np.array([True] * 4 + [False]))
    np.testing.assert_allclose(found.spread[:2], [np.sqrt(0.5), np.sqrt(2)])
    with pytest.raises(ValueError, match="nobody"):
        people(odd, AXES, np.zeros(3), np.zeros(5, bool))


def test_a_place_is_in_standard_deviations_of_the_people():
    among = people(FOUR, AXES, np.zeros(3), EVERYBODY)
    found = place(somebody(1.0, -2.0, 0.0), AXES, np.zeros(3), among)
    np.testing.assert_allclose(found.z, [np.sqrt(2), -np.sqrt(2), 0])
    np.testing.assert_allclose(found.doubt[:2], [0.2 / np.sqrt(0.5), 0.1 / np.sqrt(2)])
    assert found.doubt[2] == 0  # nobody differs there, so there is no unit to count in


def test_a_turned_component_turns_the_doubt_along():
    turned = np.array([[1, 1, 0], [1, -1, 0]]) / np.sqrt(2)
    found = place(somebody(1.0, 0.0, 0.0), turned, np.zeros(3), people(FOUR, turned, np.zeros(3), EVERYBODY))
    np.testing.assert_allclose(found.scores, [np.sqrt(0.5), np.sqrt(0.5)])
    spread = FOUR[:, :2] @ turned[:, :2].T
    np.testing.assert_allclose(found.doubt, np.sqrt(0.025) / spread.std(axis=0))


def test_who_leans_the_same_way_comes_first():
    found = alike(FOUR, np.array([0.1, 0.3, 0.0]), np.zeros(3), EVERYBODY, top=2)
    assert found.index.tolist() == [2, 0]
    np.testing.assert_allclose(found.cosine, np.array([0.3, 0.1]) / np.sqrt(0.1), atol=1e-6)
    assert alike(FOUR, np.array([0.1, 0.3, 0.0]), np.zeros(3), EVERYBODY & (FOUR[:, 1] == 0)).index.tolist() == [
        0
    ]  # the other leans the opposite way


def test_on_the_average_itself_nobody_leans_the_same_way():
    assert len(alike(FOUR, np.full(3, 2.0), np.full(3, 2.0), EVERYBODY).index) == 0
    assert len(alike(FOUR, np.ones(3), np.zeros(3), ~EVERYBODY).index) == 0


def test_the_middle_lies_between_the_first_and_the_last_tenth_of_the_trained():
    vectors = np.arange(12.0)[:, None].astype(np.float32)
    among = people(vectors, np.eye(1), np.zeros(1), np.arange(12) < 11)  # 0 to 10, and one whom training never saw
    assert among.low * among.spread == pytest.approx([1])
    assert among.high * among.spread == pytest.approx([9])


@pytest.mark.parametrize("way", WAYS)
def test_generosity_does_not_depend_on_how_the_model_is_written(way: str):
    def found(model: Bilinear, row: int):
        person = NewUser(model.user_numbers[row], 5, np.zeros((6, 6)), 3, 0.5)
        return generosity(model, person, averages(model, np.arange(30), np.arange(40)), np.ones(30, bool))

    one, other = found(exact(), 3), found(WAYS[way](exact()), 3)
    assert (other.bias, other.below) == pytest.approx((one.bias, one.below), abs=1e-9)


def test_generosity_is_how_high_somebody_rates_the_average_item():
    model = scorer(FOUR, np.array([[1.0, 0, 0], [3.0, 0, 0]]))
    person = NewUser(np.array([0.5, 9.0, 9.0]), 3, np.diag([0.04, 1.0, 1.0]), 3, 0.5)
    found = generosity(model, person, averages(model, np.ones(4), np.ones(2)), EVERYBODY)
    assert found.bias == pytest.approx(2 * 0.5)
    assert found.spread == pytest.approx(2 * 0.2)
    assert found.below == 0.75


def test_a_person_lies_where_the_guessed_taste_is_highest_as_far_out_as_items_do():
    random = np.random.default_rng(0)
    items, others = 5 * random.normal(size=(40, 2)), 0.1 * random.normal(size=(30, 2))
    spot = beside_items(others[0], others, items)
    np.testing.assert_allclose(spot / np.linalg.norm(spot), others[0] / np.linalg.norm(others[0]))
    everybody = np.array([beside_items(one, others, items) for one in others])
    np.testing.assert_allclose(np.mean(everybody**2), np.mean(items**2))


def test_where_all_people_are_the_same_a_person_lies_in_the_middle():
    assert beside_items(np.zeros(2), np.zeros((4, 2)), np.ones((3, 2))).tolist() == [0, 0]
