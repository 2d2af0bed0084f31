"""What a model was told, in words that no column name can break."""

import pytest

from core.model.families import parse_config
from dashboard.shared import told
from tests.conftest import run_on


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["genres"], "genres"),
        (["genres", "year"], "genres and years"),
        (["genres", "year", "language"], "genres, years and language"),
        (["genres", "year", "language", "pages"], "genres, years and 2 further columns"),
        (["*bold* [x](http://a.b)"], r"\*bold\* \[x\](http:⁠//a.b)"),
    ],
)
def test_columns_in_a_sentence(names, words):
    assert told.in_words(names) == words


@pytest.mark.parametrize(
    ("family", "given"),
    [("ranking", ""), ("dot_with_bias", ""), ("labels", "The model was told genres, and found the rest.")],
)
def test_a_model_is_said_to_know_what_it_was_told(small, family: str, given: str):
    run = run_on(small, parse_config({"model": family}))
    assert told.sentence(run, "") == given
    assert ("Nobody told" in told.task(run).told) == (family == "dot_with_bias")
