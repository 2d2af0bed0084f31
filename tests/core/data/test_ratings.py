from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.data.folder import read_folder, write_folder
from core.data.ratings import Ratings, Vocabulary
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


def test_the_digest_of_a_stored_item_table_is_that_of_the_table(small: Ratings, tmp_path: Path):
    further = {
        "length": [90.0, np.nan, 0.1, -0.0, 1e300],
        "studio": ["A", "", "é", "nan", "None"],
        "count": [3, 0, -1, 2**53 + 1, 7],
        "seen": [True, False, True, True, False],
        "gap": ["x", None, "", "y", "z"],
        "half": np.array([0.1, 0.2, 0.3, np.nan, 0.5], np.float32),
        "kind": pd.Categorical(["a", "b", None, "a", "b"]),
        "day": pd.to_datetime(["2020-01-01", None, "2021-05-05", "2022-01-01", "1999-12-31"]),
    }
    digests = set()
    for names in ((), *((name,) for name in further), tuple(further)):
        folder = tmp_path / "-".join(names or ("none",))
        folder.mkdir()
        write_folder(
            folder, replace(small, item_table=small.item_table.assign(**{name: further[name] for name in names}))
        )
        stored, table = read_folder(folder), read_folder(folder)
        assert isinstance(table.item_table, pd.DataFrame)
        assert stored.digest == table.digest, names
        digests.add(stored.digest)
    assert len(digests) == len(further) + 2
