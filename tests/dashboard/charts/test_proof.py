import numpy as np
import pytest

from core.analysis.components.proof import Proof
from dashboard.charts.components import proof
from dashboard.principal_components.label import Label
from tests.dashboard.principal_components.test_proof_words import found


def test_bars_are_what_components_are_worth_with_two_standard_errors():
    tested = found([0.9, 0.85, 0.84, 0.8401], z=[9, 3, -1], score_z=[9, 9, 0])
    figure = proof(tested, chosen=1, labels=[Label(1), Label(2, low="<b>x</b> %{y}"), Label(3)], unit="stars")
    (bars,) = figure.data
    np.testing.assert_allclose(bars.y, [0.05, 0.01, -0.0001], rtol=1e-4)
    assert (bars.y - bars.error_y.array > 0).tolist() == [True, True, False]  # as z > 2 says
    assert list(bars.marker.pattern.shape) == ["", "", "/"]
    assert "<b>x</b>" not in bars.text[1] and "%{" not in bars.text[1]
    assert [note.text for note in figure.layout.annotations] == ["hatched: unproven"]


def test_of_many_components_the_first_are_shown_and_the_chosen():
    n = 40
    tested = found(np.linspace(0.9, 0.8, n + 1), z=[3] + [0] * (n - 1), score_z=[4, 4] + [0] * (n - 2))
    labels = [Label(number) for number in range(1, n + 1)]
    assert proof(tested, chosen=None, labels=labels, unit="stars").layout.xaxis.range == (0.4, 16.6)
    figure = proof(tested, chosen=29, labels=labels, unit="points")
    assert figure.layout.xaxis.range[1] == pytest.approx(30.6)
    assert figure.layout.xaxis.title.text == "Component (the first 30 of 40)"
    assert list(figure.data[0].marker.pattern.shape)[:3] == ["", ".", "/"]


def test_ratings_that_are_guessed_without_an_error():
    nothing = np.zeros(2)
    tested = Proof(
        nothing, nothing, nothing, nothing, np.zeros(3), 9, 1, counts_score=False, counts_signal=True, n_people=50
    )
    figure = proof(tested, chosen=0, labels=[Label(1), Label(2)], unit="stars")
    assert list(figure.data[0].error_y.array) == [0, 0]
