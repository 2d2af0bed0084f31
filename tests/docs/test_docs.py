"""The code in the documentation runs, and does what the text says."""

import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from core.analysis.new_user.foldin import fold_in, people_prior, predictions
from core.model import families
from core.model.networks import trained_model
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.families import CLOSE, planted_ratings, train

DOCS = Path(__file__).parents[2] / "docs"


def blocks(name: str) -> list[str]:
    """The Python code of a page, but for what says that it is not run."""
    code = re.findall(r"```python\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL)
    return [block for block in code if not block.startswith("# not run")]


def test_the_page_for_notebooks_runs_from_top_to_bottom(bundled, capsys):
    run = run_on(bundled, families.PRESETS["default"])
    RunStore().publish(run)
    names: dict[str, object] = {}
    code = blocks("python.md")
    assert len(code) >= 8
    for block in code:
        exec(compile(block, "python.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "100004 671 9066" in printed
    assert run.scorer.formula() in printed
    assert "UNKNOWN_DATASET" in printed


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> type:
    """The family of the page, in the table as the page says."""
    (code,) = blocks("adding-a-model.md")
    module = types.ModuleType("distance_of_the_docs")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(code, "adding-a-model.md", "exec"), module.__dict__)
    monkeypatch.setattr(families, "FAMILIES", {**families.FAMILIES, "distance": module.Distance})
    return module.Distance


def test_the_family_of_the_page_trains_is_kept_and_predicts_as_keras_does(example, monkeypatch):
    monkeypatch.setattr("tests.families.FAMILIES", families.FAMILIES)
    trained = train("distance", planted_ratings())
    run = trained.put_into_home()
    assert isinstance(run.scorer, example)
    assert run.outcome.val_rmse < run.started.mean_rmse
    kept = RunStore().load(run.run_id)
    users, items = np.divmod(np.arange(1200), 30)
    own = trained.predict(users, items)
    np.testing.assert_allclose(kept.scorer.predict(users, items), own, atol=CLOSE)
    np.testing.assert_allclose(trained_model(kept.scorer, kept.config)([users, items]), own, atol=CLOSE)


def test_the_family_of_the_page_fits_somebody_new(example):
    ratings = planted_ratings()
    config = families.run_config(model="distance", embedding_dim=3)
    scorer = run_on(ratings, config, seed=4).scorer
    prior = people_prior(scorer, np.ones(40, bool), noise=0.3)
    rated = np.arange(12)
    wanted = scorer.predict(np.full(12, 5), rated)
    person = fold_in(scorer, rated, wanted, prior)
    np.testing.assert_allclose(predictions(scorer, person)[:12], wanted, atol=0.3)
    step = 1e-6
    score, change = scorer.score_new_user(person.numbers, rated)
    for place in range(len(person.numbers)):
        moved = person.numbers + step * (np.arange(len(person.numbers)) == place)
        slope = (scorer.score_new_user(moved, rated)[0] - score) / step
        np.testing.assert_allclose(slope, change[:, place], atol=1e-4)
