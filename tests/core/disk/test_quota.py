"""How much a home holds, and who is refused when it holds as much as it may."""

import os
from io import BytesIO
from pathlib import Path

import pytest

from core import data
from core.access import COMMAND_LINE
from core.data import uploads
from core.disk import quota
from core.disk.quota import Usage
from core.disk.trash import Trash
from core.errors import LimitError, QuotaError
from core.jobs import import_jobs, queue, study_jobs
from core.model.families import PRESETS
from core.settings import MIB
from core.store.runs import RunStore
from core.studies.clusters import CLUSTERS
from tests.conftest import run_on


def write(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))


def walked(home: Path) -> int:
    return sum(path.stat().st_size for path in home.glob("**/*") if path.is_file())


def test_every_file_of_a_home_counts_once_and_links_for_nothing(home: Path, tmp_path: Path):
    assert quota.usage() == Usage()
    write(tmp_path / "elsewhere" / "file", 10**6)
    for name, size in (
        ("runs/a/x", 1),
        ("studies/a/s/y", 20),
        ("sweeps/a/z", 600_000),
        ("datasets/d/z", 300),
        ("jobs/1/log.txt", 4000),
    ):
        write(home / name, size)
    write(home / "last_job_id", 50_000)
    (home / "datasets" / "linked").symlink_to(tmp_path / "elsewhere")
    linked = (home / "datasets" / "linked").lstat().st_size
    assert quota.usage() == Usage(models=1, studies=20, sweeps=600_000, datasets=300 + linked, trash=0, others=54_000)


def test_what_is_known_is_measured_again_where_something_came_or_went(home: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(5):
        write(home / "runs" / f"{number}" / "x", 100)
    write(home / "studies" / "0" / "of" / "owner" / "names.json", 10)
    assert quota.usage().total == walked(home)
    looked: list[str] = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looked.append(str(path)) or real(path))
    quota.usage()
    assert looked == []
    notes = home / "studies" / "0" / "of" / "owner"
    write(notes / ".tmp-1", 77)
    (notes / ".tmp-1").rename(notes / "names.json")
    assert quota.usage() == Usage(models=500, studies=77)
    assert looked == [str(notes)]
    with Trash().alone():
        Trash().put("run", "x", ["runs/3"], COMMAND_LINE)
    assert quota.usage().models == 400
    assert quota.usage().total == walked(home)


def test_the_oldest_of_the_trash_makes_room_and_what_it_cannot_make_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME_MB", "3")
    for name in ("runs/a", "runs/b", "datasets/d"):
        write(home / name / "x", MIB - 1000)
    quota.check("this", 2000)
    with pytest.raises(
        QuotaError, match=r"no room for this, about 0\.1 MB: 3\.0 MB of the 3\.0 MB .* \(models 2\.0 MB"
    ):
        quota.check("this", 100_000)
    for part in ("runs/a", "runs/b"):
        with Trash().alone():
            Trash().put("run", part, [part], COMMAND_LINE)
    with pytest.raises(QuotaError, match=r"\(trash 2\.0 MB, datasets 1\.0 MB"):
        quota.check("this", 2 * MIB + 10_000)
    assert len(Trash().entries()) == 2, "what does not help is not removed"
    quota.check("this", 100_000)
    assert [entry.title for entry in Trash().entries()] == ["runs/b"]


def test_without_a_number_half_of_the_disk_is_the_limit(home: Path, monkeypatch: pytest.MonkeyPatch):
    assert not quota.is_set()
    assert quota.limit() > 100 * MIB
    assert not home.exists()
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME_MB", "much")
    with pytest.raises(LimitError, match="HOME_MB is 'much'"):
        quota.check("this")


def test_all_new_work_is_refused_before_it_starts(small, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run = run_on(small)
    RunStore().publish(run)
    write(home / "downloads" / "x", MIB)
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME_MB", "1")
    table = tmp_path / "ratings.csv"
    table.write_text("userId,itemId,rating\n")
    mapping, options = data.ColumnMapping(), data.ImportOptions()
    asks = (
        lambda: queue.submit_training(PRESETS["default"], small, by=COMMAND_LINE),
        lambda: study_jobs.submit_study(run.run_id, CLUSTERS, CLUSTERS.parse({}), by=COMMAND_LINE),
        lambda: CLUSTERS.make(run, small, CLUSTERS.parse({})),
        lambda: import_jobs.submit_import("0" * 32, mapping, options, by=COMMAND_LINE, title="x"),
        lambda: import_jobs.submit_download("ml-100k", accepted=True, by=COMMAND_LINE),
        lambda: uploads.keep([("r.csv", BytesIO(bytes(9)))], by=COMMAND_LINE),
        lambda: data.import_ratings([table]),
    )
    for ask in asks:
        with pytest.raises(QuotaError, match=r"no room for .* EMBEDDING_EXPLORER_HOME_MB"):
            ask()
    assert queue.jobs() == []
    assert queue.submit_training(run.config, small, by=COMMAND_LINE).state == "done", "what is there needs no room"
