"""Runs that several parts of a benchmark look at, trained once."""

from core.analysis.components.examined import Examined, examine
from core.config import RunConfig, run_id
from core.data.ratings import Ratings
from core.model.run import Run
from core.store.runs import RunStore


def stored(config: RunConfig, ratings: Ratings) -> Run:
    """A run with these settings: from the store where it is there, else trained and kept there."""
    store = RunStore()
    run = store.get(run_id(config, ratings.digest))
    if run is None:
        from core.training.trainer import fit  # TensorFlow, which takes seconds and is not needed on a second call

        run = fit(config, ratings)
        store.publish(run)
    return run


def examined(run: Run, ratings: Ratings) -> Examined:
    """The components of what a run predicts and their proof; ValueError where there is nothing to test."""
    found = examine(run, ratings)
    if found is None:
        raise ValueError(f"nothing to test in {run.run_id}: it predicts the same taste for everybody")
    return found
