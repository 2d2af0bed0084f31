"""Which components earn their place, on several splits of the ratings."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from core.analysis.components.predictions import predicted_components
from core.analysis.components.proof import HeldOut, Proof, held_out, prove
from core.analysis.components.truncation import sample
from core.analysis.gauge import CenteredModel, centered
from core.data.ratings import Ratings
from core.data.splits import Split, split
from core.errors import LimitError
from core.model.run import Run
from core.model.scoring import require_bilinear
from core.store.study_store import Stored
from core.studies.retraining import Training, check_trainable, train_all
from core.studies.study import Study, Work, as_limit_error

ARRAYS = ("gain", "se", "z", "score_z", "rmse")
"""What of a proof is kept as arrays."""


class ProofSettings(BaseModel, frozen=True, extra="forbid"):
    """On how many splits components are tested."""

    splits: int = Field(5, ge=2, le=10, description="Splits that are pooled, the run's own among them.")


def center(run: Run, ratings: Ratings, parts: Split) -> CenteredModel:
    """The centered form of a run's model, by the ratings it learned from; raises NotApplicableError."""
    scorer = require_bilinear(run.scorer)
    return centered(scorer, parts.training_count(ratings, users=True), parts.training_count(ratings))


def held_out_of(run: Run, ratings: Ratings, parts: Split, model: CenteredModel | None = None) -> HeldOut:
    """What the components of a run's predictions changed in the guesses of its validation ratings, or a sample of them.

    Raises:
        NotApplicableError: The model's score is no sum.
        AnalysisError: There is nothing to test.
    """
    model = center(run, ratings, parts) if model is None else model
    rows = sample(parts.validation)
    return held_out(
        model, predicted_components(model), ratings.user_index[rows], ratings.item_index[rows], ratings.rating[rows]
    )


def prove_run(parts: list[HeldOut], runs: list[Run]) -> Proof:
    """The proof from tests of runs that differ in their split alone."""
    knows = runs[0].scorer.has_uncertainty
    return prove(parts, by_score=knows, epochs=None if knows else min(run.outcome.kept_epoch for run in runs))


def _check(run: Run, settings: ProofSettings) -> None:
    require_bilinear(run.scorer)
    check_trainable(run)
    if run.config.split_kind != "random":
        raise LimitError(
            f"this model was split by {run.config.split_kind}, which gives one split; several need split_kind random"
        )


def _compute(work: Work, settings: ProofSettings) -> Stored:
    """Arrays: those of `Proof`. Facts: its numbers, the `split_seeds`, and of each split `val_rmse` and `proven`."""
    first = work.run.config.split_seed
    seeds = [(first + number) % 2**31 for number in range(settings.splits)]
    configs = [work.run.config.model_copy(update={"split_seed": seed}) for seed in seeds[1:]]
    runs, tests = [], []
    with as_limit_error():
        trainings = train_all(work, [Training(config, work.ratings) for config in configs])
        for run in (work.run, *trainings):
            runs.append(run)
            tests.append(held_out_of(run, work.ratings, split(work.ratings, run.config)))
        found = prove_run(tests, runs)
        alone = [prove_run([test], [run]).proven for test, run in zip(tests, runs, strict=True)]
    values = asdict(found)
    arrays = {name: values[name] for name in ARRAYS}
    facts = {name: value for name, value in values.items() if name not in ARRAYS}
    errors = [run.outcome.val_rmse for run in runs]
    return Stored(arrays, {"proof": facts, "split_seeds": seeds, "val_rmse": errors, "proven": alone})


def proof_of(stored: Stored) -> Proof:
    """The proof that a study holds."""
    arrays: dict[str, Any] = {name: stored.arrays[name] for name in ARRAYS}
    return Proof(**arrays, **stored.facts["proof"])


def stored_proof(run_id: str) -> Proof | None:
    """The proof of the newest study of a run; None where there is none."""
    settings = PROOF.latest(run_id)
    stored = None if settings is None else PROOF.load(run_id, settings)
    return None if stored is None else proof_of(stored)


PROOF = Study(
    name="proof",
    page="components",
    settings=ProofSettings,
    title=lambda settings: f"Testing components on {settings.splits} splits",
    compute=_compute,
    check=_check,
)
