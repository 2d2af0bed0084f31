"""What a model was told, in words that no column name can break."""

import pytest

from dashboard.shared import told


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
