"""Numbers that no training makes are refused before anything is computed from them."""

import numpy as np
import pytest

from core.errors import AnalysisError
from core.model.families import run_config
from core.model.layers import ANY_LENGTH
from core.model.scale import Scale
from core.model.variational import POSITIVE, Variational

FEATURES = 4


def arrays() -> dict[str, np.ndarray]:
    shapes = Variational.shapes(run_config(model="variational", embedding_dim=2), 3, 5)
    return {
        name: np.ones([FEATURES if length == ANY_LENGTH else length for length in shape], np.float32)
        for name, shape in shapes.items()
    }


def test_numbers_of_a_training_fit():
    assert Variational.misfit(arrays()) is None


@pytest.mark.parametrize("name", POSITIVE)
@pytest.mark.parametrize("value", [0, -1])
def test_no_variance_and_no_precision_is_zero_or_less(name: str, value: float):
    changed = arrays()
    changed[name].flat[-1] = value
    assert Variational.misfit(changed) == f"{name} holds numbers that are not above 0"


@pytest.mark.parametrize("name", ["feature_variance", "user_feature_numbers", "user_feature_center"])
def test_arrays_of_the_same_features_are_of_one_length(name: str):
    changed = arrays()
    changed[name] = changed[name][:-1]
    assert Variational.misfit(changed) == f"{name} is of {FEATURES - 1} features, {FEATURES} were expected"


def test_users_and_items_have_a_prior():
    changed = arrays()
    changed["prior_precision"] = changed["prior_precision"][:1]
    assert Variational.misfit(changed) == "prior_precision is of 1 groups, 2 or more were expected"


def test_other_features_than_those_learned_are_an_error_with_a_code():
    with pytest.raises(AnalysisError, match=f"learned {FEATURES} features, and the data have 0; train it again"):
        Variational(arrays(), Scale(1, 5, False)).feature_rows(())
