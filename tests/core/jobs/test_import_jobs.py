"""Uploads on the disk, and imports and downloads as jobs run by a worker."""

import io
import os
import time
from pathlib import Path

import pytest

from core import data
from core.access import COMMAND_LINE
from core.data import ColumnMapping, ImportOptions, uploads
from core.data.download import BASE_VARIABLE
from core.errors import BadFormatError, LimitError, TooLargeError
from core.jobs import import_jobs, queue
from core.jobs.worker import run_job
from tests.core.data.importing import made

NOTHING = ColumnMapping(), ImportOptions()


def kept(*files: tuple[str, str]) -> str:
    return uploads.keep([(name, io.BytesIO(content.encode())) for name, content in files], by=COMMAND_LINE)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ratings.csv", "ratings.csv"),
        ("../../etc/passwd", "passwd"),
        ("/absolute.csv", "absolute.csv"),
        ("C:\\windows\\x.csv", "x.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a\0b\nc.csv", "a-b-c.csv"),
        (".hidden.csv", "hidden.csv"),
        ("%2e%2e%2fx.csv", "2e-2e-2fx.csv"),
        ("é" * 500 + ".csv", "é" * 56 + ".csv"),
    ],
)
def test_a_name_that_came_with_a_file_leads_nowhere(home: Path, name: str, safe: str):
    token = kept((name, "x"))
    (path,) = uploads.paths(token)
    assert path == home / "uploads" / token / "1" / safe
    assert path.read_text() == "x"


def test_files_keep_their_order_and_equal_names_do_not_meet():
    token = kept(*((f"{number % 2}.csv", str(number)) for number in range(12)))
    assert [path.read_text() for path in uploads.paths(token)] == [str(number) for number in range(12)]


def test_more_than_an_import_may_take_is_refused_and_leaves_nothing(home: Path, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_IMPORT_MAX_FILE_MB", "1")
    with pytest.raises(TooLargeError, match="MAX_FILE_MB"):
        kept(("big.csv", "x" * 2**21))
    assert not list((home / "uploads").glob("*"))


@pytest.mark.parametrize("token", ["", "../jobs", "0" * 32, "x" * 32])
def test_a_token_that_is_none_finds_nothing_and_removes_nothing(home: Path, token: str):
    (home / "jobs" / "1").mkdir(parents=True)
    with pytest.raises(BadFormatError, match="no longer here"):
        uploads.paths(token)
    uploads.discard(token)
    assert (home / "jobs" / "1").is_dir()


def test_an_upload_that_nobody_imported_goes_after_a_day(home: Path):
    old, new = kept(("a.csv", "x")), kept(("b.csv", "x"))
    yesterday = time.time() - uploads.KEPT_SECONDS - 60
    os.utime(home / "uploads" / old, (yesterday, yesterday))
    kept(("c.csv", "x"))
    assert not (home / "uploads" / old).exists()
    assert uploads.paths(new)


def test_an_import_reports_and_removes_the_upload(home: Path):
    token = kept(("ratings.csv", made.with_rows("u1,i1,,5")))
    job = import_jobs.submit_import(token, *NOTHING, by=COMMAND_LINE, title="Import of ratings.csv")
    assert import_jobs.report(job.job_id) is None
    run_job(job.job_id)
    assert queue.get(job.job_id).state == "done"
    report = import_jobs.report(job.job_id)
    assert report is not None
    assert report.dataset == data.info(report.dataset.dataset_id)
    assert [(row.line, row.reason) for row in report.rejected] == [(32, "no rating")]
    assert import_jobs.doing(job.job_id)
    assert not (home / "uploads" / token).exists()


@pytest.mark.usefixtures("reading_here")
def test_a_failed_import_keeps_the_upload_for_another_try():
    token = kept(("ratings.csv", made.table()))
    failed = import_jobs.submit_import(token, ColumnMapping(), ImportOptions(delimiter=";"), by=COMMAND_LINE, title="x")
    run_job(failed.job_id)
    ended = queue.get(failed.job_id)
    assert (ended.state, ended.code) == ("failed", "WRONG_DELIMITER")
    again = import_jobs.submit_import(token, *NOTHING, by=COMMAND_LINE, title="x")
    run_job(again.job_id)
    assert queue.get(again.job_id).state == "done"


def test_the_same_import_twice_is_one_job():
    token = kept(("ratings.csv", made.table()))
    first, second = (import_jobs.submit_import(token, *NOTHING, by=COMMAND_LINE, title="x") for _ in range(2))
    assert first.job_id == second.job_id


def test_nothing_is_downloaded_before_the_conditions_are_accepted():
    for release, accepted in (("ml-100k", False), ("../x", True)):
        with pytest.raises(LimitError):
            import_jobs.submit_download(release, accepted=accepted, by=COMMAND_LINE)
    assert queue.jobs() == []


def test_a_download_without_a_network_fails_in_words(monkeypatch):
    monkeypatch.setenv(BASE_VARIABLE, "http://127.0.0.1:9/")
    job = import_jobs.submit_download("ml-100k", accepted=True, by=COMMAND_LINE)
    run_job(job.job_id)
    ended = queue.get(job.job_id)
    assert (ended.state, ended.code) == ("failed", "DOWNLOAD_FAILED")
    assert "check the network" in ended.message


@pytest.mark.usefixtures("reading_here")
def test_a_release_that_is_here_is_imported_under_its_name(home: Path):
    (home / "downloads").mkdir(parents=True)
    (home / "downloads" / "ml-100k.zip").write_bytes(made.zipped(made.hundred_thousand()))
    job = import_jobs.submit_download("ml-100k", accepted=True, by=COMMAND_LINE)
    run_job(job.job_id)
    report = import_jobs.report(job.job_id)
    assert report is not None
    assert (report.dataset.name, report.dataset.noun) == ("MovieLens 100K", "movie")
