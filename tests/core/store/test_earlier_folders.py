"""Folders that an earlier version of the program wrote, kept in `fixtures/`, open as they did then.

Three runs, one of each model, on the `small` ratings of the tests; with the last of them a stability study, a name of
a component and an axis. Never write these files anew: people have such folders.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.access import COMMAND_LINE
from core.config import run_id
from core.data.ratings import Ratings
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names, saved_axes
from core.studies.saved_axes import OwnAxis
from core.studies.stability import StabilitySettings

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = json.loads((FIXTURES / "expected.json").read_text())


@pytest.fixture(autouse=True)
def earlier(home: Path) -> Path:
    """A home with the earlier folders in it."""
    return shutil.copytree(FIXTURES / "home", home)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_of_each_model_opens_and_predicts_what_it_did(small: Ratings, earlier: Path) -> None:
    users, items = np.divmod(np.arange(len(small.users) * len(small.items)), len(small.items))
    assert {run.run_id for run in RunStore().list()} == EXPECTED["runs"].keys()
    for key, expected in EXPECTED["runs"].items():
        run = RunStore().load(key)
        assert run.config.model == expected["model"]
        assert run.outcome.val_rmse == expected["val_rmse"]
        assert (len(run.history), run.outcome.epochs, run.started.n_train) == (2, 2, 9)
        assert run.started.slopes_rmse is None  # a reference line that came later
        assert key == run_id(run.config, small.digest) and run.dataset == small.reference
        np.testing.assert_allclose(run.scorer.predict(users, items), expected["predictions"], rtol=1e-6)
    assert RunStore().set_aside() == ()
    assert contents(earlier) == contents(FIXTURES / "home")


def test_a_study_and_the_notes_of_a_run_open(earlier: Path) -> None:
    noted_on, expected = EXPECTED["noted_on"], EXPECTED["study"]
    study = study_store.load(noted_on, "stability", StabilitySettings(runs=2))
    assert study is not None
    assert study.facts == {"seeds": expected["seeds"], "val_rmse": expected["val_rmse"]}
    assert list(study.arrays["embeddings"].shape) == expected["shape"]
    assert study.arrays["embeddings"].sum(dtype=np.float64) == expected["sum"]
    assert study_store.listing(noted_on, "stability") == [{"runs": 2}]
    (name,) = component_names.for_everybody(noted_on)
    assert (name.low, name.high, name.component) == ("leise", "lauté", 1)
    np.testing.assert_allclose(name.direction, EXPECTED["direction"], atol=1e-8)
    assert saved_axes.saved(noted_on, by=COMMAND_LINE) == (OwnAxis(("007", "7"), ("-5",), "children's", "horror"),)
    assert contents(earlier) == contents(FIXTURES / "home")
