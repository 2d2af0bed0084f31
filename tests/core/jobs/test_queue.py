"""The queue: one job a result, fair turns, limits, and one worker a job."""

import multiprocessing
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from core import settings
from core.access import COMMAND_LINE, Action, Visitor
from core.config import run_id
from core.disk import processes
from core.disk.processes import ProcessId
from core.errors import BusyError, LimitError, NotAllowedError, UnknownDatasetError, UnknownJobError
from core.jobs import fairness, job_folder, queue
from core.jobs.job_folder import Job, Lease
from core.jobs.kinds import KINDS
from core.model.families import PRESETS
from core.settings import JobLimits
from core.store.runs import RunStore
from tests.core.jobs.tiny import TINY, key_of, tiny_run
from tests.core.jobs.tinyjobs import ask

pytestmark = pytest.mark.usefixtures("tiny_kinds")


def test_a_submitted_job_waits_with_what_was_asked():
    job = ask(7, seconds=1)
    assert queue.get(job.job_id) == job
    assert (job.job_id, job.state, job.owner, job.title) == ("00000001", "queued", "ann", "seed 7")
    assert queue.spec(job.job_id) == {"seed": 7, "seconds": 1}
    assert queue.jobs() == [job]
    assert queue.get("1") == job


def test_ids_go_on_after_jobs_were_forgotten():
    for seed in range(3):
        queue.cancel(ask(seed).job_id, by=COMMAND_LINE)
    queue.prune(0)
    assert queue.jobs() == []
    assert ask(0).job_id == "00000004"


def test_ids_go_on_after_all_jobs_were_wiped(home: Path):
    """Otherwise a link to an earlier job would show the one that got its id."""
    queue.cancel(ask(0).job_id, by=COMMAND_LINE)
    assert queue.get("1").title == "seed 0"
    shutil.rmtree(home / "jobs")
    again = ask(1)
    assert (again.job_id, again.title) == ("00000002", "seed 1")
    with pytest.raises(UnknownJobError):
        queue.get("1")


def test_ids_go_on_from_those_of_an_earlier_version(home: Path):
    queue.folder().mkdir(parents=True)
    (queue.folder() / ".sequence").write_text("41")
    assert ask(0).job_id == "00000042"


def test_equal_keys_are_one_job():
    first = ask(1)
    assert ask(1, owner="bob") == first
    assert ask(2).job_id != first.job_id
    assert len(queue.jobs()) == 2


def test_twenty_threads_that_ask_for_one_thing_share_one_job():
    with ThreadPoolExecutor(20) as crowd:
        got = list(crowd.map(lambda number: ask(1, owner=f"person {number}").job_id, range(20)))
    assert set(got) == {"00000001"}
    assert len(queue.jobs()) == 1


def _ask_when_told(barrier: "multiprocessing.synchronize.Barrier", home: Path) -> None:
    os.environ["EMBEDDING_EXPLORER_HOME"] = str(home)
    KINDS["tiny"] = TINY
    barrier.wait()
    for seed in range(5):
        ask(seed, owner=str(os.getpid()))


def test_processes_that_ask_for_the_same_things_share_the_jobs(home: Path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what all four import, once
    barrier = context.Barrier(4)
    crowd = [context.Process(target=_ask_when_told, args=(barrier, home)) for _ in range(4)]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join(60)
        assert process.exitcode == 0
    assert sorted(job.key for job in queue.jobs()) == sorted(tiny_run(seed).run_id for seed in range(5))
    assert [job.job_id for job in queue.jobs()] == [f"{number:08d}" for number in range(1, 6)]


def test_a_stored_result_is_no_job_at_all():
    RunStore().publish(tiny_run(3))
    job = ask(3)
    assert (job.job_id, job.state, job.progress, job.key) == ("", "done", 1.0, tiny_run(3).run_id)
    assert queue.jobs() == []


def test_a_training_is_keyed_by_its_run():
    config = PRESETS["default"]
    job = queue.submit_training(config, "ml-latest-small", by=Visitor("ann"))
    spec = queue.spec(job.job_id)
    assert job.run_id == run_id(config, spec["digest"])
    assert spec["config"] == config.model_dump()
    assert queue.submit_training(config, "ml-latest-small", by=Visitor("bob")) == job


def test_a_training_that_cannot_be_is_refused_before_it_is_queued(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UnknownDatasetError):
        queue.submit_training(PRESETS["default"], "../secrets", by=Visitor("ann"))
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", "1")
    with pytest.raises(LimitError, match="allowed"):
        queue.submit_training(PRESETS["default"], "ml-latest-small", by=Visitor("ann"))
    assert queue.jobs() == []


def test_owners_have_a_limit_of_their_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_OWNER", "2")
    first, _ = ask(0), ask(1)
    with pytest.raises(BusyError, match="you have 2 jobs waiting or running, as many as one may"):
        ask(2)
    assert ask(0) == first, "what is already asked for costs nothing"
    assert ask(2, owner="bob").state == "queued"
    queue.cancel(first.job_id, by=COMMAND_LINE)
    assert ask(3).state == "queued"


def test_a_network_has_a_higher_limit_than_an_owner(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_JOBS_PER_ADDRESS", "2")

    def come(seed: int, address: str) -> Job:
        spec = {"seed": seed}
        return queue.submit("tiny", spec, key=key_of(spec), by=Visitor(f"owner {seed}", address=address))

    first = come(0, "2001:db8::1")
    come(1, "2001:db8::2")
    with pytest.raises(BusyError, match="2 jobs of your network wait or run, as many as may"):
        come(2, "2001:db8::3")
    assert come(3, "192.0.2.1").state == come(4, "").state == come(5, "").state == come(6, "").state == "queued"
    assert queue.get(first.job_id).network == "2001:db8::/64"
    queue.cancel(first.job_id, by=COMMAND_LINE)
    assert come(2, "2001:db8::3").state == "queued"


def test_a_kiosk_takes_few_studies(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(KINDS, "tiny", replace(KINDS["tiny"], action=Action.STUDY))
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    monkeypatch.setenv("EMBEDDING_EXPLORER_KIOSK_JOBS", "2")
    ask(0, owner="ann"), ask(1, owner="bob")
    with pytest.raises(BusyError, match="2 jobs wait or run, as many as may in a kiosk"):
        ask(2, owner="eve")


def test_a_job_is_stopped_by_whose_it_is_and_by_administrators():
    first, second = ask(0), ask(1)
    with pytest.raises(NotAllowedError, match="Stopping or repeating somebody else's job is for administrators"):
        queue.cancel(first.job_id, by=Visitor("bob"))
    assert queue.get(first.job_id).state == "queued"
    assert queue.cancel(first.job_id, by=Visitor("ann")).state == "canceled"
    assert queue.cancel(second.job_id, by=Visitor("bob", administrator=True)).state == "canceled"


def test_the_queue_has_an_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_QUEUE_LENGTH", "3")
    for seed in range(3):
        ask(seed, owner=str(seed))
    with pytest.raises(BusyError, match="3 jobs are waiting, as many as may"):
        ask(9, owner="late")


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", ""])
def test_limits_are_whole_numbers(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("EMBEDDING_EXPLORER_QUEUE_LENGTH", text)
    with pytest.raises(LimitError, match="EMBEDDING_EXPLORER_QUEUE_LENGTH"):
        settings.numbers(JobLimits)


def test_owners_take_turns():
    waiting = [Job(f"{n:08d}", "tiny", str(n), "", owner) for n, owner in enumerate("aaaabbc", start=1)]
    assert [job.owner for job in fairness.fair_order(waiting)] == ["a", "b", "c", "a", "b", "a", "a"]
    assert [job.job_id for job in fairness.fair_order(waiting) if job.owner == "a"] == [f"{n:08d}" for n in range(1, 5)]


def test_nobody_starves_while_others_keep_asking():
    """Started one by one as a single worker would: every owner gets every third turn, whoever asked first."""
    all_jobs = [Job(f"{n:08d}", "tiny", str(n), "", owner) for n, owner in enumerate("aaaabbbbcccc", start=1)]
    started = []
    for turn in range(1, 13):
        job = fairness.fair_order(all_jobs)[0]
        started.append(job.owner)
        all_jobs[all_jobs.index(job)] = replace(job, state="done", turn=turn)
    assert "".join(started) == "abcabcabcabc"


def test_networks_take_turns_before_owners():
    """A session without a cookie is an owner of its own: thirty of them at one address are one network."""
    flood = [Job(f"{n:08d}", "tiny", str(n), "", f"session {n}", network="flood") for n in range(1, 31)]
    honest = [Job("00000031", "tiny", "31", "", "ann"), Job("00000032", "tiny", "32", "", "bob", network="class")]
    started = [job.owner for job in fairness.fair_order([*flood, *honest])]
    assert started[:5] == ["session 1", "ann", "bob", "session 2", "session 3"]


def test_owners_of_a_network_take_turns():
    waiting = [Job(f"{n:08d}", "tiny", str(n), "", owner, network="class") for n, owner in enumerate("aaab", start=1)]
    alone = Job("00000005", "tiny", "5", "", "c")
    assert [job.owner for job in fairness.fair_order([*waiting, alone])] == ["a", "c", "b", "a", "a"]


def test_new_owners_at_every_turn_starve_nobody_who_has_trained_before():
    """Of one network, or of as many: whoever comes later than a job stands behind it."""
    for network in ("flood", "another"):
        trained = [
            Job(f"{n:08d}", "tiny", str(n), "", "ann", network="flood", state="done", turn=n) for n in range(1, 9)
        ]
        all_jobs = [*trained, Job("00000009", "tiny", "9", "", "ann", network="flood", after=8)]
        for turn in range(9, 14):
            all_jobs.append(
                Job(f"{turn + 1:08d}", "tiny", str(turn + 1), "", f"new {turn}", network=network, after=turn - 1)
            )
            job = fairness.fair_order(all_jobs)[0]
            all_jobs[all_jobs.index(job)] = replace(job, state="done", turn=turn)
            if job.owner == "ann":
                break
        assert all_jobs[8].state == "done"


def test_a_job_knows_how_many_were_started_before_it():
    assert queue.claim(ask(0).job_id) is not None
    assert queue.get(ask(1).job_id).after == 1


def test_the_last_places_are_for_who_has_nothing_waiting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_QUEUE_LENGTH", "5")

    def come(seed: int, address: str) -> Job:
        spec = {"seed": seed}
        return queue.submit("tiny", spec, key=key_of(spec), by=Visitor(f"owner {seed}", address=address))

    for seed in range(4):
        come(seed, "192.0.2.1")
    with pytest.raises(BusyError, match="4 jobs are waiting, as many as may"):
        come(9, "192.0.2.1")
    assert come(5, "").state == "queued"
    with pytest.raises(BusyError, match="5 jobs are waiting, as many as may"):
        come(6, "192.0.2.2")


def test_a_job_is_claimed_once():
    job = ask()
    mine = queue.claim(job.job_id)
    assert mine is not None
    assert (mine.state, mine.worker, mine.turn) == ("running", ProcessId.mine(), 1)
    assert mine.lease == Lease(processes.token(), 15)
    assert queue.get(job.job_id) == mine
    assert queue.claim(job.job_id) is None


def test_listeners_hear_of_a_new_job_and_of_no_other():
    heard: list[int] = []
    end = queue.listen(lambda: heard.append(1))
    ask(0)
    ask(0)
    assert len(heard) == 1
    end()
    ask(1)
    assert len(heard) == 1


@pytest.mark.parametrize(
    "text", ["", "seven", "-5", "0x10", "9" * 30, "999999999", "\x00" * 8, "folder", "fifo", "zero"]
)
def test_no_id_is_given_twice_where_the_counter_is_damaged_and_the_jobs_are_gone(home: Path, text: str):
    earlier = {ask(number).job_id for number in range(3)}
    counter = home / "last_job_id"
    counter.unlink()
    other = {
        "folder": counter.mkdir,
        "fifo": lambda: os.mkfifo(counter),
        "zero": lambda: counter.symlink_to("/dev/zero"),
    }
    other[text]() if text in other else counter.write_text(text)
    shutil.rmtree(home / "jobs")
    job_folder._given.clear()  # as after a restart
    later = [ask(number).job_id for number in range(3)]
    assert len({*earlier, *later}) == 6
    assert [int(job_id) - int(later[0]) for job_id in later] == [0, 1, 2]
    assert [job.job_id for job in queue.jobs()] == later


def test_no_id_is_given_twice_by_a_server_whose_home_was_wiped(home: Path):
    assert ask(0).job_id == "00000001"
    shutil.rmtree(home)
    assert ask(0).job_id == "00000002"


def test_what_is_no_job_stops_no_new_one(home: Path):
    ask(0)
    for name in ("00000007.bak", "123456789", "0x1"):
        (home / "jobs" / name).mkdir()
    assert ask(1).job_id == "00000002"
    assert len(queue.set_aside()) == 3


def test_a_finished_job_that_is_gone_is_not_shown_in_another_one(home: Path):
    first = queue.cancel(ask(0).job_id, by=COMMAND_LINE)
    assert queue.get(first.job_id).state == "canceled"
    spec = home / "jobs" / first.job_id / "spec.json"
    document = spec.read_text()
    shutil.rmtree(home / "jobs")
    assert queue.jobs() == []
    (home / "jobs" / first.job_id).mkdir(parents=True)  # as from another home's backup
    spec.write_text(document.replace(f'"title": "{first.title}"', '"title": "Another"'))
    (spec.parent / "status.json").write_text('{"state": "done", "progress": 1.0}')
    assert [job.state for job in queue.jobs()] == ["done"]
