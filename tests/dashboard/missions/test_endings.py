"""What missions say at their end, from what they came to."""

import numpy as np
import pytest

from core.analysis.components.proof import Proof
from core.model.events import Epoch, Started
from core.model.run import Outcome
from core.studies.component_names import Name
from dashboard.missions.endings import of_first_model, of_noise, of_overfitting, of_words
from dashboard.missions.facts import Furthest

REAL, TWIN, LUCKY = (9.0, 1.0, 0.0), (-2.0, 0.0, 0.0), (2.5, 0.0, 0.0)


def proof(z: tuple[float, ...], rmse: list[float]) -> Proof:
    values = np.array(z)
    return Proof(
        values, values, values, values, np.array(rmse), 100, 1, counts_score=False, counts_signal=True, n_people=50
    )


def said(
    component: int, z: tuple[float, ...] = TWIN, real: tuple[float, ...] = REAL, basis: str = "predictions"
) -> str:
    name = Name("<b>dark</b>", "light", np.eye(3)[component], component, False, 0, basis=basis)
    twin, model = proof(z, [0.9, 0.901, 0.901, 0.9]), proof(real, [0.9, 0.88, 0.8795, 0.8795])
    return of_noise(name, twin, model, "stars")


def test_the_named_component_is_held_against_the_models_own():
    assert said(0) == (
        r"You called it **\<b\>dark\</b\> – light**. On ratings that it has not seen, this component raises the error "
        "by 0.0010 stars; component 1 of your model lowers the error by 0.0200 stars, and earns its place."
    )


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        (said(1), "this component changes no guess worth speaking of; component 2 of your model lowers the error by "),
        (said(1), "0.0005 stars, and cannot be told from chance either."),
        (said(0, LUCKY), "raises the error by 0.0010 stars, and passes the test by luck, as one twin in twenty may; "),
        (said(0, basis="pca"), "all that such a model learned changes no guess worth speaking of; "),
        (
            said(0, basis="pca"),
            "all taste of yours lowers the error by 0.0205 stars, and 1 component of it can be told",
        ),
        (said(0, real=TWIN, basis="pca"), "and no component of it can be told from chance."),
    ],
)
def test_whatever_the_proofs_say_is_said(text: str, ending: str):
    assert ending in text


def epochs(*errors: tuple[float, float]) -> tuple[Epoch, ...]:
    return tuple(Epoch(n, 0.1, 0.9, fit, 0.6, 0.9, new, 0.7) for n, (fit, new) in enumerate(errors, 1))


def test_overfitting_is_told_by_both_models():
    without, cured = epochs((0.926, 0.95), (0.5, 0.873), (0.157, 0.983)), epochs((0.9, 0.9), (0.553, 0.86))
    assert of_overfitting(without, cured, "stars") == (
        "Without a penalty the training error fell from 0.926 to **0.157** stars, while the error on new ratings rose "
        "from 0.873 at epoch 2 to **0.983**. With it the error on new ratings came down to **0.860**, though on the "
        "training ratings it was 0.553."
    )


def test_a_first_model_is_held_against_none():
    outcome, started = Outcome(2, 2, False, 0.815, 0.6, 0.815, 5.0), Started(2, 80, 20, 0, 0, 1.05, 0.883)
    told = of_first_model(outcome, started, proof(REAL, [0.9, 0.8, 0.8, 0.8]), "stars")
    assert told == (
        "Your model is off by **0.815** stars on ratings that it has never seen; always guessing the mean is off by "
        "1.050, and averages by 0.883. Of the 3 components that it found, 1 can be told from chance."
    )
    assert told.startswith(of_first_model(outcome, started, None, "stars"))


def test_words_are_told_by_what_was_asked_and_is_still_there():
    answers = {("a", "b", "c"): "d", ("e", "f", "g"): "h"}
    told = of_words(("Monday", "Friday"), answers, Furthest("she", -3.04, "he", 2.5), (1, 1))
    assert told == (
        "Nearest to your word **Monday** lies **Friday**. a − b + c led to **d**, and e − f + g led to **h**. "
        "Your axis runs from **she** (−3.04) to **he** (2.50). 1 of 1 component stands above chance."
    )
    assert of_words(None, {}, None, (0, 50)) == "0 of 50 components stand above chance."
