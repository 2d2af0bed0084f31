"""Sweeps as jobs: one that chooses what to train next, and asks for a training of each run."""

from core import access, data
from core.access import Action, Visitor
from core.data.ratings import Ratings
from core.disk.files import locked
from core.disk.trash import Entry
from core.errors import BusyError, LimitError
from core.jobs import queue
from core.jobs.job_folder import Job
from core.model.families import SETTINGS
from core.store.runs import RunStore
from core.sweeps import plan as plans
from core.sweeps import record
from core.sweeps.plan import SweepPlan
from core.sweeps.record import Sweep
from core.training.budget import check_size

KIND = "sweep"
LONGEST_MINUTES = 7 * 24 * 60


def submit_sweep(
    plan: SweepPlan, dataset: str | Ratings, *, by: Visitor, trials: int, minutes: float | None = None
) -> tuple[Sweep, Job]:
    """Ask for a sweep, or for going on with it; the sweep as far as it has come, and the job.

    `minutes`: after which no round of trials begins. Raises as `queue.submit` and `core.sweeps.plan.check` do;
    LimitError: a training would be too large; UnknownDatasetError: there is no such dataset.
    """
    access.check(Action.TRAIN, by)
    ratings = data.load(dataset) if isinstance(dataset, str) else dataset
    check(plan, ratings, trials=trials, minutes=minutes)
    sweep = record.begin(plan, ratings.reference, most=trials, minutes=minutes)
    spec = {"sweep_id": sweep.sweep_id, "owner": by.owner, "network": by.network}
    return sweep, queue.submit(KIND, spec, key=sweep.sweep_id, by=by, title=_title(sweep))


def resume(sweep_id: str, *, by: Visitor, trials: int | None = None, minutes: float | None = None) -> tuple[Sweep, Job]:
    """Go on with a sweep; raises as `submit_sweep` does, and UnknownEntryError where there is none."""
    sweep = record.load(sweep_id)
    holder = data.holding(sweep.dataset.digest, sweep.dataset.dataset_id) or sweep.dataset.dataset_id
    return submit_sweep(sweep.plan, holder, by=by, trials=sweep.most if trials is None else trials, minutes=minutes)


def delete(sweep_id: str, *, by: Visitor) -> Entry:
    """Move a sweep into the trash, with the models that it and no other sweep has trained; what it is there.

    Raises:
        ReadOnlyError, NotAllowedError: Only an administrator may.
        UnknownEntryError: There is none.
        BusyError: It goes on, or the store is locked by another process.
        DiskFullError: There is no room for the trash's manifest; nothing was moved.
    """
    access.check(Action.DELETE, by)
    sweep, store = record.load(sweep_id), RunStore()
    if any(job.active and job.key == sweep_id for job in queue.jobs()):
        raise BusyError("this sweep goes on; stop it first, then delete it")
    others = [other.run_ids for other in record.listing() if other.sweep_id != sweep_id]
    alone = [run_id for run_id in sweep.run_ids.difference(*others) if run_id in store]
    with locked(record.folder(sweep_id) / record.LOCK, 1), store.trash.alone():
        parts = [part for run_id in sorted(alone) for part in store.parts(run_id)]
        entry = store.trash.put("sweep", _title(sweep), [*parts, record.part(sweep_id)], by)
    store.trash.expire()
    return entry


def check(plan: SweepPlan, ratings: Ratings, *, trials: int, minutes: float | None = None) -> None:
    """Pass if a sweep can be carried out on some data. Raises LimitError: a number is out of range, or the largest
    model that it could try is too large to be trained; NotApplicableError as `core.sweeps.plan.check` says."""
    if not 1 <= trials <= plans.MOST_TRIALS:
        raise LimitError(f"trials is {trials}; allowed is 1 to {plans.MOST_TRIALS:,}")
    if minutes is not None and not 0 < minutes <= LONGEST_MINUTES:
        raise LimitError(f"minutes is {minutes:g}; allowed is more than 0, and at most {LONGEST_MINUTES:,}")
    plans.check(plan)
    check_size(plan.largest(), len(ratings.users), len(ratings.items), len(ratings))


def _title(sweep: Sweep) -> str:
    return f"Which settings matter: {', '.join(str(SETTINGS[vary.field].title).lower() for vary in sweep.plan.vary)}"
