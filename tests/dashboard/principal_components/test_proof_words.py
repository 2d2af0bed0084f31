import numpy as np
import pytest

from core.analysis.components.proof import Proof
from dashboard.principal_components import words


def found(rmse, z, score_z, *, splits: int = 1, by_score: bool = False, counts: bool = True, people=600) -> Proof:
    """A proof with these errors and these scores over their standard errors."""
    errors = np.asarray(rmse, float)
    gain = -np.diff(np.square(errors))
    z = np.asarray(z, float)
    se = np.divide(np.abs(gain), np.abs(z), out=np.zeros(len(z)), where=z != 0)
    return Proof(gain, se, z, np.asarray(score_z, float), errors, 20_001, splits, by_score, counts, people)


FOUR = found([0.9, 0.87, 0.865, 0.864, 0.8641], z=[9, 3, 1, 5], score_z=[9, 6, 4, 1])


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (0, "**Component 1** lowers the error by 0.0300 stars (gain z = 9.0): it earns its place."),
        (2, "(gain z = 1.0). It carries **some signal** (score z = 4.0)"),
        (3, "**Component 4** raises the error by 0.0001 stars (gain z = 5.0). A stronger one before it fails"),
    ],
)
def test_where_a_component_stands(component: int, said: str):
    assert said in words.chosen(FOUR, component, unit="stars")
    text = words.verdict(FOUR, has_biases=True, unit="stars")
    assert "On 20,001 ratings that the model has not seen: biases alone are off by 0.900 stars" in text
    assert "**The first 2 of 4 components earn their place**, and 1 more carries some signal" in text


def test_consensus_and_popularity_stand_beside_it():
    text = words.verdict(FOUR, has_biases=True, unit="stars", slopes=0.8777)
    assert text.endswith(
        "all components bring that to 0.864. Consensus and popularity alone, without any taste of one's own: 0.878."
    )


def test_where_nothing_is_proven():
    nothing = found([1.0, 1.01, 1.02], z=[-2, 0], score_z=[0, 0], splits=5)
    text = words.verdict(nothing, has_biases=False, unit="points")
    assert text.startswith(
        "**None of 2 components earns its place**. On five splits, each of five models tested on what "
    )
    assert "without taste, predictions are off by 1.000 points, all components make that 1.020." in text
    assert "It is **unproven**: its ends may mean nothing." in words.chosen(nothing, 0, unit="points")
    assert words.chosen(nothing, 2, unit="points") == ""


def test_too_few_people_prove_nothing():
    few = found([1.0, 0.9], z=[9], score_z=[9], people=12)
    assert "**No component can be tested**: 12 people" in words.verdict(few, has_biases=True, unit="stars")
    assert words.chosen(few, 0, unit="stars").endswith("(gain z = 9.0).")


def test_a_change_too_small_to_print_is_said_so():
    tiny = found([1.0, 0.99999], z=[1], score_z=[1])
    assert "lowers the error by less than 0.0001 stars" in words.chosen(tiny, 0, unit="stars")


def test_a_short_training_and_a_model_that_knows_how_sure_it_is():
    short = found([1.0, 0.9], z=[9], score_z=[9], counts=False)
    assert "after fewer than 8 epochs" in words.verdict(short, has_biases=True, unit="stars")
    sure = found([1.0, 0.9, 0.91], z=[9, -1], score_z=[9, 4], by_score=True)
    text = words.verdict(sure, has_biases=True, unit="stars")
    assert text.startswith("**The first 2 of 2 components earn their place**. On")  # there is no rest
    said = words.chosen(sure, 1, unit="stars")
    assert "raises the error by 0.0100 stars (score z = 4.0): it earns its place." in said
    only = found([1.0, 0.99], z=[1], score_z=[4])
    assert "but the first carries some signal" in words.verdict(only, has_biases=True, unit="stars")
