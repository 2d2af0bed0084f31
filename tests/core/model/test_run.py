"""Where a run comes from, and the id of numbers that were not trained here."""

from dataclasses import replace

import numpy as np
import pytest

from core.config import content_id
from core.model.run import Origin
from core.store.runs import RunStore
from tests.conftest import run_on

ARRAYS = {"item_embedding": np.arange(6, dtype=np.float32).reshape(3, 2)}
ROWS = {"item": ["a", "b", "c"]}


def test_equal_numbers_on_equal_rows_have_one_id():
    assert content_id(ARRAYS, ROWS) == content_id({"item_embedding": ARRAYS["item_embedding"].copy()}, dict(ROWS))
    assert len(content_id(ARRAYS, ROWS)) == 16
    assert set(content_id(ARRAYS, ROWS)) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("arrays", "rows"),
    [
        ({"item_embedding": ARRAYS["item_embedding"] + 1}, ROWS),
        ({"item_embedding": ARRAYS["item_embedding"].reshape(2, 3)}, ROWS),
        ({"item_embedding": ARRAYS["item_embedding"].astype(np.float64)}, ROWS),
        ({"user_embedding": ARRAYS["item_embedding"]}, ROWS),
        (ARRAYS, {"item": ["a", "c", "b"]}),
        (ARRAYS, {"item": ["a", "b,c"]}),
        (ARRAYS, {"user": ["a", "b", "c"]}),
    ],
)
def test_other_numbers_names_or_rows_have_another_id(arrays, rows):
    assert content_id(arrays, rows) != content_id(ARRAYS, ROWS)


def test_the_origin_of_a_run_is_kept(small):
    run = run_on(small)
    assert run.origin == Origin("trained")
    told = replace(run, origin=Origin("imported", {"program": "gensim", "file": "vectors.txt"}))
    RunStore().publish(told)
    assert RunStore().load(run.run_id).origin == told.origin
