"""What the mission on noise says at its end, from the proofs of a model and of its twin."""

import numpy as np
import pytest

from core.analysis.components.proof import Proof
from core.studies.component_names import Name
from dashboard.missions.endings import of_noise

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
