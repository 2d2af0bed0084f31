import numpy as np
import pytest

from core.analysis.compare.comparison import FEWEST, Part, check_enough, part, shared
from core.data.ratings import Vocabulary
from core.data.splits import split
from core.errors import LimitError
from tests.conftest import run_on


def made(ids: str, count: list[int], untrained: str = "") -> Part:
    return Part(
        ids=Vocabulary(np.array(list(ids), object)),
        matrix=np.arange(2.0 * len(ids)).reshape(-1, 2),
        count=np.array(count),
        trained=np.array([name not in untrained for name in ids]),
    )


def test_items_are_matched_by_id_and_what_is_left_out_is_counted():
    first = made("abcdef", [9, 9, 9, 9, 2, 9], untrained="b")
    second = made("fxedcb", [9, 9, 9, 9, 9, 9], untrained="d")
    found = shared(first, second, min_ratings=5)
    assert [first.ids.ids[row] for row in found.first] == [second.ids.ids[row] for row in found.second] == ["c", "f"]
    assert (found.in_both, found.untrained, found.rare, len(found)) == (5, 2, 1, 2)


def test_rows_are_matched_by_id_in_the_order_of_the_first():
    first, second = made("abcd", [9] * 4), made("dxb", [9] * 3)
    found = shared(first, second, min_ratings=0)
    np.testing.assert_array_equal(found.first, [1, 3])
    np.testing.assert_array_equal(found.second, [2, 0])
    nothing = shared(first, made("y", [9]), min_ratings=0)
    assert len(nothing.first) == len(nothing.second) == 0


def test_ratings_have_to_be_enough_in_both_datasets():
    found = shared(made("ab", [9, 1]), made("ab", [1, 9]), min_ratings=2)
    assert (len(found), found.rare) == (0, 2)
    assert len(shared(made("ab", [9, 1]), made("ab", [1, 9]), min_ratings=1)) == 2


def test_data_without_an_item_in_common():
    found = shared(made("ab", [9, 9]), made("cd", [9, 9]), min_ratings=0)
    assert (len(found), found.in_both) == (0, 0)


def test_too_few_to_compare_is_said_with_the_reasons():
    ids = "".join(chr(97 + n) for n in range(FEWEST))
    enough = made(ids, [9] * FEWEST)
    check_enough(shared(enough, enough, min_ratings=1), min_ratings=1)
    one_less = made(ids, [9] * (FEWEST - 1) + [0])
    told = "too few items to compare, 4 where 5 are needed: 5 occur in both, 1 with fewer than"
    with pytest.raises(LimitError, match=told):
        check_enough(shared(enough, one_less, min_ratings=1), min_ratings=1)


def test_a_runs_part_knows_what_training_saw(bundled):
    run = run_on(bundled)
    found = part(run, bundled)
    learned = bundled.item_index[split(bundled, run.config).train]
    np.testing.assert_array_equal(np.flatnonzero(found.trained), np.unique(learned))
    assert found.matrix is run.scorer.item_embedding
