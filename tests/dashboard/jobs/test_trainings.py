"""What a page promises of a training."""

from types import SimpleNamespace

import pytest

from core.model.families import PRESETS
from dashboard.jobs import trainings


def ran(model: str, seconds: float) -> SimpleNamespace:
    return SimpleNamespace(config=SimpleNamespace(model=model), outcome=SimpleNamespace(train_seconds=seconds))


@pytest.mark.parametrize(
    ("took", "words"),
    [
        ([], ""),
        ([3.0], "Takes a few seconds, as others of its kind did here."),
        ([48.0, 27.0, 31.0], "Takes about 30 s, as others of its kind did here."),
        ([90.0] * 5 + [1.0] * 50, "Takes about 2 min, as others of its kind did here."),
    ],
)
def test_a_training_is_promised_by_those_of_its_kind(took: list[float], words: str):
    config = PRESETS["default"]
    others = [ran("neural", 500.0)] * 3
    assert trainings.promise(config, [*others, *(ran(config.model, seconds) for seconds in took)]) == words
