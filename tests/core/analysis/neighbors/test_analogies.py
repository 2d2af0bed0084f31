import numpy as np
import pytest

from core.analysis.neighbors.of_one import analogy

KING, MAN, WOMAN, QUEEN, APPLE = range(5)
# royal, male, female, fruit
WORDS = np.array([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 0], [0, 0, 0, 1.0]])


def test_the_planted_answer_is_found():
    found = analogy(WORDS, KING, MAN, WOMAN, top=2)
    assert found.answers.index[0] == QUEEN
    assert not {KING, MAN, WOMAN} & set(found.answers.index)


def test_neither_lengths_nor_a_turn_matter():
    rng = np.random.default_rng(0)
    turned = WORDS @ np.linalg.qr(rng.normal(size=(4, 4)))[0] * rng.uniform(0.1, 9, (5, 1))
    here, there = analogy(WORDS, KING, MAN, WOMAN), analogy(turned, KING, MAN, WOMAN)
    np.testing.assert_array_equal(there.answers.index, here.answers.index)
    np.testing.assert_allclose(there.answers.similarity, here.answers.similarity, atol=1e-12)


def test_it_says_when_the_arithmetic_hardly_moved():
    rng = np.random.default_rng(1)
    crowd = rng.normal(size=(200, 16))
    crowd[1] = crowd[0] + 1e-3 * rng.normal(size=16)  # a and b are nearly the same
    still = analogy(crowd, 0, 1, 2)
    assert still.from_c > 0.999
    assert still.shared_with_c == 1
    far = analogy(crowd, 0, 5, 2)
    assert far.from_c < 0.9
    assert far.shared_with_c < 1


def test_only_eligible_items_answer():
    eligible = np.ones(5, bool)
    eligible[QUEEN] = False
    assert analogy(WORDS, KING, MAN, WOMAN, eligible=eligible).answers.index.tolist() == [APPLE]
    assert eligible.tolist() == [True, True, True, False, True]


@pytest.mark.parametrize(
    ("rows", "said"),
    [((0, 1, 5), "must be 0 to 4"), ((0, -1, 2), "must be"), ((1, 1, 2), "row 1"), ((0, 2, 2), "row 2")],
)
def test_refuses_rows_that_ask_nothing(rows, said):
    with pytest.raises(ValueError, match=said):
        analogy(WORDS, *rows)


def test_refuses_vectors_that_point_nowhere():
    with pytest.raises(ValueError, match="zeros"):
        analogy(np.vstack([WORDS[:2], np.zeros(4)]), 0, 1, 2)
    with pytest.raises(ValueError, match="cancel"):
        analogy(np.array([[0.5, 0.75**0.5], [1.0, 0], [0.5, -(0.75**0.5)]]), 0, 1, 2)
