"""What the page says of when a model learned something."""

import numpy as np
import pytest

from core.studies.moments import Moments
from dashboard.train.moments import axis_words, neighbor_words, settled_words

AT = np.array([0.0, 0.5, 1.0, 2.0])
LABELS = ["Alien", "*Aliens*", "Babe", "Up"]


def moments(near: list[list[int]], since: list[list[int]]) -> Moments:
    return Moments(np.array([0, 1, 3]), AT, np.array(near), np.array(since))


@pytest.mark.parametrize(
    ("since", "says"),
    [
        (1, "From epoch 0.5 on, “\\*Aliens\\*” is among the 1 movies nearest to “Alien”, and it stayed."),
        (0, "from the first picture on: numbers drawn by chance put it there"),
        (3, "in the last picture alone, at epoch 2.0"),
    ],
)
def test_a_pair_is_told_by_the_epoch_from_which_it_stayed(since: int, says: str):
    assert says in neighbor_words(moments([[1], [0], [0]], [[since], [0], [0]]), 0, 1, LABELS, "movies")


def test_what_was_never_learned_is_told_so():
    found = moments([[1], [0], [0]], [[1], [0], [0]])
    assert "it has not learned that" in neighbor_words(found, 0, 3, LABELS, "movies")
    assert "it has not learned that" in neighbor_words(found, 0, 2, LABELS, "movies"), "not in the film at all"


def test_neighbors_that_change_until_the_end_are_no_finding():
    assert "had not settled" in settled_words(moments([[1], [0], [0]], [[3], [2], [3]]))
    assert "by epoch 0.5" in settled_words(moments([[1], [0], [0]], [[1], [0], [3]]))


def test_an_axis_is_told_by_the_epoch_from_which_it_stood():
    assert axis_words(2, AT, "movies", biases=False).startswith("Component 1 stood at epoch 1.0")
    assert axis_words(None, AT, "movies", biases=False).startswith("Component 1 never stood")
    assert axis_words(0, AT, "books", biases=True).startswith("The order of the biases stood in the first picture")
