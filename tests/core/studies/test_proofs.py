"""Components tested on several splits: pooled, kept, read back, and refused where there is one split only."""

import numpy as np
import pytest

from core.analysis.components.examined import examine
from core.analysis.components.proof import prove
from core.data.splits import split
from core.errors import CanceledError, LimitError, NotApplicableError
from core.model.families import run_config
from core.store import study_store
from core.studies.proofs import PROOF, ProofSettings, proof_of
from core.training import trainer
from tests.conftest import run_on
from tests.core.studies.tiny import CONFIG, planted, trained

TWO = ProofSettings(splits=2)


def test_the_planted_taste_is_proven_on_every_split():
    ratings = planted()
    run = trained(ratings)
    stored = PROOF.make(run, ratings, TWO)
    assert stored.facts["split_seeds"] == [0, 1]
    assert stored.facts["proven"] == [1, 1]
    assert stored.facts["val_rmse"][0] == run.outcome.val_rmse
    found = proof_of(stored)
    assert (found.proven, found.n_splits, found.counts_score) == (1, 2, True)
    assert found.n_ratings == 2 * len(split(ratings, run.config).validation)
    assert found.worth[0] > 0.05


def test_it_is_the_pool_of_what_each_split_says():
    ratings = planted()
    run = trained(ratings)
    other = trained(ratings, CONFIG.model_copy(update={"split_seed": 1}))
    found = proof_of(PROOF.make(run, ratings, TWO))
    outcomes = [examine(one, ratings) for one in (run, other)]
    expected = prove([outcome.part for outcome in outcomes], by_score=True)
    for name in ("gain", "se", "z", "score_z", "rmse"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_other_splits_in_the_store_are_taken_from_there(monkeypatch: pytest.MonkeyPatch):
    ratings = planted()
    run = trained(ratings)
    trained(ratings, CONFIG.model_copy(update={"split_seed": 1}))
    monkeypatch.setattr(trainer, "fit", None)
    assert PROOF.make(run, ratings, TWO).facts["split_seeds"] == [0, 1]


def test_a_damaged_study_is_made_again():
    ratings = planted()
    run = trained(ratings)
    first = PROOF.make(run, ratings, TWO)
    place = study_store.folder(run.run_id) / PROOF.key(run.run_id, TWO).removeprefix(f"{run.run_id}-")
    (place / "gain.npy").write_bytes(b"no array")
    assert PROOF.load(run.run_id, TWO) is None
    np.testing.assert_array_equal(PROOF.make(run, ratings, TWO).arrays["gain"], first.arrays["gain"])


def test_a_stopped_proof_leaves_nothing():
    ratings = planted()
    run = trained(ratings)
    with pytest.raises(CanceledError):
        PROOF.make(run, ratings, TWO, should_stop=lambda: True)
    assert not PROOF.exists(run.run_id, TWO)


def test_a_split_by_time_and_a_model_that_is_no_sum_are_refused(small):
    temporal = run_on(small, run_config(model="dot_with_bias", split_kind="temporal"))
    with pytest.raises(LimitError, match="split_kind random"):
        PROOF.check_run(temporal, TWO)
    neural = run_on(small, run_config(model="neural"))
    with pytest.raises(NotApplicableError):
        PROOF.check_run(neural, TWO)
