"""Inputs, good and bad, each with its exact outcome, through the function that the page and the command line use."""

import contextlib
from pathlib import Path

import pytest

from core.data import ImportLimits, import_ratings
from core.data.importing import layouts
from core.data.importing.isolation import in_this_process
from core.errors import ExplorerError
from tests.core.data.importing import made
from tests.core.data.importing.case import Case
from tests.core.data.importing.cases_bad import BAD
from tests.core.data.importing.cases_good import GOOD, UNTIDY
from tests.core.data.importing.cases_layouts import ASKED, GIVEN, MADE

SMALL = ImportLimits(
    max_file_mb=8, max_unpacked_mb=16, max_rows=2000, max_columns=40, max_users=900, max_items=900, max_members=30
)


def bring(case: Case, folder: Path) -> list[Path]:
    files = case.files() if callable(case.files) else case.files
    if case.name == "not there":
        return [folder / "not-there.csv"]
    made.write(folder, files)
    return [folder / next(iter(files))] if len(files) == 1 else [folder]


@pytest.mark.parametrize("case", [*GOOD, *UNTIDY, *GIVEN, *MADE], ids=lambda case: case.name)
def test_what_is_kept_of_an_input(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if case.name.startswith("ml-"):  # made-up releases are small
        monkeypatch.setattr(layouts, "LEAST_RATINGS", 0)
    (tmp_path / "in").mkdir()
    paths = bring(case, tmp_path / "in")
    report = import_ratings(
        paths, mapping=case.mapping, options=case.options, home=tmp_path / "home", limits=SMALL, runner=in_this_process
    )
    assert report.dataset.ratings == case.outcome
    assert dict(report.rejected_by_reason) == dict(case.rejected)
    assert len(report.rejected) == report.rejected_total == sum(case.rejected.values())
    assert report.dropped_duplicates == case.duplicates
    assert (report.dataset.min_rating, report.dataset.max_rating) == case.scale
    assert report.rows == case.outcome + report.rejected_total + case.duplicates + report.dropped_rare.ratings
    assert [path.name for path in (tmp_path / "home" / "datasets").iterdir()] == [report.dataset.dataset_id]


@pytest.mark.parametrize("case", [*BAD, *ASKED], ids=lambda case: case.name)
def test_why_an_input_is_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    paths = bring(case, tmp_path / "in")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ExplorerError) as refusal:
        import_ratings(
            paths,
            mapping=case.mapping,
            options=case.options,
            home=tmp_path / "home",
            limits=SMALL,
            runner=in_this_process,
        )
    assert refusal.value.code == case.outcome
    assert str(refusal.value).isprintable()
    with contextlib.suppress(FileNotFoundError):
        assert list((tmp_path / "home" / "datasets").iterdir()) == []
    home = tmp_path / "home"
    expected = {home, home / "datasets", home / "processes", *home.glob("processes/*")}  # this process is known there
    assert set(tmp_path.rglob("*")) - expected == set(before)


def test_there_are_a_hundred_inputs_and_more() -> None:
    names = [case.name for case in (*GOOD, *UNTIDY, *GIVEN, *MADE, *BAD, *ASKED)]
    assert len(names) == len(set(names)) >= 100
