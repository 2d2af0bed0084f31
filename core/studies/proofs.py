"""Which components earn their place, on several splits of the ratings."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from core.analysis.components.examined import examine, pooled
from core.analysis.components.proof import Proof
from core.errors import LimitError
from core.store.study_store import Stored
from core.studies.retraining import Training, check_other_splits, train_all
from core.studies.study import Study, Work

ARRAYS = ("gain", "se", "z", "score_z", "rmse")  # what of a proof is kept as arrays


class ProofSettings(BaseModel, frozen=True, extra="forbid"):
    """On how many splits components are tested."""

    splits: int = Field(5, ge=2, le=10, description="Splits that are pooled, the run's own among them.")


def _compute(work: Work, settings: ProofSettings) -> Stored:
    """Arrays: those of `Proof`. Facts: its numbers, the `split_seeds`, and of each split `val_rmse` and `proven`."""
    first = work.run.config.split_seed
    seeds = [(first + number) % 2**31 for number in range(settings.splits)]
    configs = [work.run.config.model_copy(update={"split_seed": seed}) for seed in seeds[1:]]
    outcomes, errors = [], []
    for run in (work.run, *train_all(work, [Training(config, work.ratings) for config in configs])):
        if (outcome := examine(run, work.ratings)) is None:
            raise LimitError(
                f"on split {run.config.split_seed} the model predicts the same taste for everybody, so there are no "
                "components to test; choose a model that has learned more"
            )
        outcomes.append(outcome)
        errors.append(run.outcome.guess_error)
    values = asdict(pooled(outcomes))
    arrays = {name: values[name] for name in ARRAYS}
    facts = {name: value for name, value in values.items() if name not in ARRAYS}
    alone = [outcome.proof.proven for outcome in outcomes]
    return Stored(arrays, {"proof": facts, "split_seeds": seeds, "val_rmse": errors, "proven": alone})


def proof_of(stored: Stored) -> Proof:
    """The proof that a study holds."""
    arrays: dict[str, Any] = {name: stored.arrays[name] for name in ARRAYS}
    return Proof(**arrays, **stored.facts["proof"])


def stored_proof(run_id: str) -> Proof | None:
    """The proof of the newest study of a run; None where there is none."""
    stored = PROOF.newest(run_id)
    return None if stored is None else proof_of(stored)


PROOF = Study(
    name="proof",
    page="components",
    settings=ProofSettings,
    title=lambda settings: f"Testing components on {settings.splits} splits",
    compute=_compute,
    check=lambda run, settings: check_other_splits(run),
)
