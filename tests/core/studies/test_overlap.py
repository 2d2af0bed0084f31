"""Two runs compared, kept as a study, and read back."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from core.analysis.compare.comparison import compare_parts, part
from core.config import run_id
from core.errors import CanceledError, LimitError
from core.model.families import run_config
from core.store import study_store
from core.store.runs import RunStore
from core.studies.overlap import OVERLAP, OverlapSettings, of_study, to_study
from tests.conftest import run_on


@pytest.fixture
def runs(bundled):
    first, config = run_on(bundled, dim=5), run_config(embedding_dim=3, seed=1)
    second = replace(run_on(bundled, dim=3), config=config, run_id=run_id(config, bundled.digest))
    for run in (first, second):
        RunStore().publish(run)
    return first, second


def test_a_study_holds_the_whole_comparison(bundled, runs):
    first, second = runs
    settings = OverlapSettings(other_run_id=second.run_id, min_ratings=40, k=5)
    done: list[float] = []
    OVERLAP.make(first, bundled, settings, on_progress=done.append)
    stored = study_store.load(first.run_id, "overlap", settings)
    assert stored is not None
    found = of_study(stored)
    expected = compare_parts(part(first, bundled), part(second, bundled), min_ratings=40, k=5)
    assert asdict(found.comparison.measured) == pytest.approx(asdict(expected.comparison.measured))
    assert found.comparison.overlap.k == 5
    for name in ("moved", "places", "aligned", "variance_ratio"):
        np.testing.assert_array_equal(getattr(found.comparison, name), getattr(expected.comparison, name))
    np.testing.assert_array_equal(found.comparison.overlap.kept, expected.comparison.overlap.kept)
    assert (found.shared.in_both, found.shared.rare) == (expected.shared.in_both, expected.shared.rare)
    np.testing.assert_array_equal(found.shared.second, expected.shared.second)
    assert done == sorted(done) and done[0] > 0 and done[-1] <= 1


def test_a_study_stops_when_asked_to(bundled, runs):
    settings = OverlapSettings(other_run_id=runs[1].run_id)
    with pytest.raises(CanceledError):
        OVERLAP.make(runs[0], bundled, settings, should_stop=lambda: True)
    assert not study_store.exists(runs[0].run_id, "overlap", settings)


def test_reading_back_is_the_same(bundled, runs):
    made = compare_parts(part(runs[0], bundled), part(runs[1], bundled), min_ratings=100)
    again = of_study(to_study(made))
    assert asdict(again.comparison.measured) == asdict(made.comparison.measured)
    assert len(again.shared) == len(made.shared)


def test_an_embedding_without_spread_is_refused_in_words(bundled, runs):
    flat = replace(part(runs[0], bundled), matrix=np.ones((len(bundled.items), 2), np.float32))
    with pytest.raises(LimitError, match="the runs cannot be compared: all"):
        compare_parts(part(runs[1], bundled), flat, min_ratings=21)
