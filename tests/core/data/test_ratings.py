from dataclasses import replace

import numpy as np
import pytest

from core.data.ratings import Vocabulary
from core.errors import UnknownItemError


def test_ids_become_rows_and_stay_apart(small):
    assert small.items.index("007") == 0
    assert small.items.index("7") == 1
    assert small.items.indices(["é", "-5"]).tolist() == [4, 2]
    assert "007" in small.items and "07" not in small.items
    assert len(small.items) == 5


def test_an_unknown_id_is_named_and_cut_short(small):
    with pytest.raises(UnknownItemError, match=r"'nobody' does not occur among the 5 ids; they look like '007'"):
        small.items.index("nobody")
    with pytest.raises(UnknownItemError) as refusal:
        small.items.indices(["x" * 10_000])
    assert len(str(refusal.value)) < 200


def test_counts_and_means(small):
    assert small.item_count.tolist() == [4, 3, 3, 2, 0]
    assert small.user_count.tolist() == [3, 2, 3, 2, 1, 1]
    np.testing.assert_allclose(small.item_mean, [13.5 / 4, 10 / 3, 8 / 3, 1.5, np.nan])
    np.testing.assert_allclose(small.user_mean, [3, 3, 3, 4, 2, 0.5])


def test_the_digest_is_of_the_content_alone(small):
    assert replace(small, dataset_id="other", name="Other", noun="book").digest == small.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda data: {"rating": data.rating + np.float32(0.5)},
        lambda data: {"user_index": data.user_index[::-1].copy()},
        lambda data: {"timestamp": None},
        lambda data: {"max_rating": 10.0},
        lambda data: {"items": Vocabulary(np.array(["07", "7", "-5", "+x", "é"], object))},
        lambda data: {"item_table": data.item_table.assign(title="Same")},
        lambda data: {"item_table": data.item_table.assign(genres=[["Drama"]] * 5)},
    ],
)
def test_other_content_has_another_digest(small, change):
    assert replace(small, **change(small)).digest != small.digest
