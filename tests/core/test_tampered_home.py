"""One thing that is damaged takes nothing else with it: the lists show the rest and tell of it, and nothing hangs."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import data
from core.access import COMMAND_LINE
from core.errors import BadSchemaError, CorruptRunError, UnknownRunError
from core.jobs import queue
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names
from tests.core import tampering
from tests.core.tampering import DATASET, JOB, OTHER_DATASET, OTHER_JOB, OTHER_RUN, PLACES, RUN, Case, Size

CASES = list(tampering.cases())
SECONDS = 20


@pytest.fixture(scope="module")
def whole_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of each, nothing tampered with."""
    folder = tmp_path_factory.mktemp("whole") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(folder))
        tampering.build(folder)
    return folder


@pytest.fixture(autouse=True)
def _no_endless_wait() -> Iterator[None]:
    """A pipe that is opened like a file waits for ever: then the test ends as failed."""

    def end(*_: object) -> None:
        raise TimeoutError(f"not done after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_nothing_is_told_of_a_home_that_is_whole(whole_home: Path, home: Path):
    shutil.copytree(whole_home, home, ignore=shutil.ignore_patterns("processes"))
    assert {run.run_id for run in RunStore().list()} == {RUN, OTHER_RUN}
    assert {info.dataset_id for info in data.infos()} == {data.BUNDLED, DATASET, OTHER_DATASET}
    assert [job.job_id for job in queue.jobs()] == [JOB, OTHER_JOB]
    assert len(study_store.listing(RUN, "map")) == 2
    assert len(component_names.get(RUN, by=COMMAND_LINE)) == 1
    assert (RunStore().set_aside(), data.set_aside(), queue.set_aside()) == ((), (), ())


def test_the_table_is_long():
    assert len(CASES) > 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_damaged_thing_is_told_and_takes_nothing_with_it(case: Case, whole_home: Path, home: Path):
    shutil.copytree(whole_home, home, ignore=shutil.ignore_patterns("processes"))
    case.tamper(home / PLACES[case.place])
    runs = {run.run_id for run in RunStore().list()}
    datasets = {info.dataset_id for info in data.infos()}
    jobs = {job.job_id for job in queue.jobs()}
    assert OTHER_RUN in runs
    assert {data.BUNDLED, OTHER_DATASET} <= datasets
    assert OTHER_JOB in jobs
    match case.place:
        case "run" | "manifest" | "history" | "array":
            with pytest.raises((CorruptRunError, UnknownRunError)):
                RunStore().load(RUN)
            assert [entry.name for entry in RunStore().set_aside()] == [RUN]
            assert all(entry.reason for entry in RunStore().set_aside())
        case "dataset" | "about":
            assert DATASET not in datasets
            assert [entry.name for entry in data.set_aside()] == [DATASET]
        case "ratings" | "users" | "items":
            with pytest.raises(BadSchemaError, match=DATASET):
                data.load(DATASET)
        case "job" | "spec" | "status":
            assert JOB not in jobs
            assert [entry.name for entry in queue.set_aside()] == [JOB]
        case "study":
            assert study_store.listing(RUN, "map") == [{"size": 2}]
            assert study_store.load(RUN, "map", Size(size=1)) is None
        case "names":
            with pytest.raises(CorruptRunError, match="names"):
                component_names.get(RUN, by=COMMAND_LINE)
    assert data.load(OTHER_DATASET).digest
    assert RunStore().load(OTHER_RUN).run_id == OTHER_RUN
