"""What the open questions come to in words follows their numbers, also where there is nothing to say."""

import numpy as np
import pytest

from core.analysis.compare.score import Paired
from core.analysis.questions.one_hot import BySupport
from core.analysis.questions.probes import Summary, Told
from core.analysis.questions.spectra import Angles
from core.store.study_store import Stored
from dashboard.questions import game, words
from dashboard.shared.phrases import short_time


def study(brings: float, se: float) -> Stored:
    return Stored({"brings": np.array([brings]), "se": np.array([se])}, {"dims": [4]})


@pytest.mark.parametrize(
    ("brings", "said"),
    [
        (0.02, "**With 4 numbers for each book and each person a guess is 0.020 points closer**"),
        (-0.02, "a guess is 0.020 points further off** than with one-hot vectors alone"),
        (0.009, "no more than the luck of who was asked"),
    ],
)
def test_what_embeddings_bring(brings: float, said: str):
    assert said in words.brings(study(brings, 0.005), 0, "book", "points")


def errors(one_hot: list[float], embedding: list[float], n: int) -> BySupport:
    counts = np.full(6, n)
    return BySupport(counts, np.square([one_hot, embedding]) * counts)


def test_where_an_embedding_helps():
    found = errors([1, 1, 1, 1, 1, 1], [1.2, 1, 1, 0.9, 0.8, 0.6], 50)
    said = words.by_ratings(found, 0, "book", "stars")
    assert "most where books have 100 or more training ratings: guesses there are 0.400 stars closer" in said
    assert "least where they have 0: 0.200 stars further off" in said
    assert "too few ratings" in words.by_ratings(errors([1] * 6, [1] * 6, 2), 0, "book", "stars")


def test_which_model_is_closer():
    found = errors([0.9] * 6, [1.0] * 5 + [0.8], 50)
    clear, unclear = Paired(0.1, 0.01, 300), Paired(-0.01, 0.01, 300)
    said = words.errors(found, clear, "book", "stars")
    assert said.startswith("**The factorization is closer, by 0.100 stars ± 0.010**")
    assert "the factorization is closer by 0.100 stars; of those rated most (100 or more) the autoencoder" in said
    assert "luck of who was asked" in words.errors(found, unclear, "book", "stars")


def test_what_a_penalty_leaves():
    said = words.shrunk(np.array([4.0, 2.0, 1.0]), 2.0)
    assert "keeps 50% of the strongest direction and nothing at all of 2 of the 3" in said
    assert "keeps 80% of the strongest" in said


def test_shared_directions():
    found = Angles(np.array([0.0, 90.0]), np.array([90.0, 90.0]))
    assert "2 strongest directions they share 50%**; by chance it would be 0%" in words.directions(found, None, 2)
    assert "without taste the autoencoder shares 50%" in words.directions(found, found, 2)


def test_who_tells_most():
    told = {"One": {"year": Summary(0.1, 0.0)}, "Other": {"year": Summary(0.5, 0.02)}}
    said = words.told_words(told, "book", {"One": "genres and years", "Other": ""})
    assert "Year: most by “Other” (0.50), least by “One” (0.10), by chance 0.01. In training, “One” was given" in said
    assert said.endswith("given genres and years. All else they found in the ratings.")
    assert "given" not in words.told_words(told, "book", {"One": "", "Other": ""})


def test_what_vectors_tell_is_printed_as_it_is_drawn():
    found = {
        "One": [
            Told("Drama", "genres", "category", 0.9, 0.5, 30),
            Told("log ratings", "log ratings", "number", 0.4, 0, 90),
        ]
    }
    table = words.told_table(found)
    assert table["What"].tolist() == ["Drama", "number of ratings"]
    np.testing.assert_allclose(table["One"], [0.8, 0.4])


def test_the_tally_of_the_game():
    titles = {"a": "Rating", "b": "Genres"}
    assert "Nothing is counted yet" in game.tally_words({"gone": (1, 1)}, titles)
    assert "“Genres” 1 of 2 times" in game.tally_words({"b": (1, 2)}, titles)


@pytest.mark.parametrize(
    ("seconds", "said"), [(902e-6, "900 µs"), (8e-7, "0.8 µs"), (0.0123, "12 ms"), (1.5, "1,500 ms")]
)
def test_short_times(seconds: float, said: str):
    assert short_time(seconds) == said
