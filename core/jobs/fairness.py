"""Who gets how much of the queue, and whose turn it is."""

from collections import defaultdict, deque
from collections.abc import Iterable

from core import access
from core.access import Visitor
from core.data.nouns import count
from core.errors import BusyError
from core.jobs.job_folder import Job
from core.settings import JobLimits

_LAST_PLACES = 5
"""One place in so many is kept for who has nothing waiting from their network, or, where that is unknown, at all."""


def fair_order(all_jobs: Iterable[Job]) -> list[Job]:
    """The waiting jobs in the order in which they will start.

    Networks take turns, in each of them its owners, each in their own order. Whoever comes anew stands behind those
    who waited before: an owner costs nothing where a session has no cookie, and a new one each time wins nothing.
    """
    known = sorted(all_jobs, key=lambda job: job.job_id)
    turn = max((job.turn for job in known), default=0)
    last_turn: dict[tuple[str, str], int] = defaultdict(int)
    waiting: dict[str, dict[str, deque[Job]]] = defaultdict(lambda: defaultdict(deque))
    for job in known:
        for group in (("network", job.network), ("owner", job.owner)):
            last_turn[group] = max(last_turn[group], job.turn)
        if job.state == "queued":
            waiting[job.network][job.owner].append(job)

    def rank(group: tuple[str, str], first: Job) -> tuple[int, str]:
        """The turn at which a network or an owner is due, and which job decides where two are due at once."""
        had = last_turn[group]
        return max(first.after, had + 1 if had else 0), first.job_id

    order = []
    while waiting:
        network = min(waiting, key=lambda name: rank(("network", name), _first(waiting[name].values())))
        owners = waiting[network]
        owner = min(owners, key=lambda name: rank(("owner", name), owners[name][0]))
        order.append(owners[owner].popleft())
        turn += 1
        last_turn["network", network] = last_turn["owner", owner] = turn
        if not owners[owner]:
            del owners[owner]
        if not owners:
            del waiting[network]
    return order


def _first(waiting: Iterable[deque[Job]]) -> Job:
    """The job that was asked for first, of several who have some in their own order."""
    return min((jobs_of_one[0] for jobs_of_one in waiting), key=lambda job: job.job_id)


def check_room(active: list[Job], by: Visitor, limits: JobLimits) -> None:
    """Pass if a visitor may ask for one more job; raises BusyError, which says who has too many.
    `active`: all jobs that wait or run. The trainings of a sweep are one with it: they count as no more."""
    active = [job for job in active if not job.part_of]
    owned = sum(job.owner == by.owner for job in active)
    if owned >= limits.jobs_per_owner:
        many = count(owned, "job")
        raise BusyError(f"you have {many} waiting or running, as many as one may have; wait for one or stop one")
    nearby = sum(job.network == by.network for job in active) if by.network else 0
    if nearby >= limits.jobs_per_address:
        raise BusyError(
            f"{count(nearby, 'job')} of your network wait or run, as many as may; try again when some are done"
        )
    if access.read_only() and len(active) >= limits.kiosk_jobs:
        raise BusyError(f"{count(len(active), 'job')} wait or run, as many as may in a kiosk; try again soon")
    waiting = sum(job.state == "queued" for job in active)
    here = by.network or by.owner
    first = all(job.state != "queued" or here not in (job.network, job.owner) for job in active)
    if waiting >= limits.queue_length - (0 if first else limits.queue_length // _LAST_PLACES):
        many = "1 job is" if waiting == 1 else f"{waiting} jobs are"
        raise BusyError(f"{many} waiting, as many as may; try again when some are done")
