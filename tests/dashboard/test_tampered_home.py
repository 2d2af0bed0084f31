"""A home full of damage: every page opens, and what was set aside is told on the pages that list things."""

import shutil
from pathlib import Path

import pytest

from core.jobs import queue
from core.store.runs import RunStore
from dashboard.shell.frame import PAGES
from tests.core import tampering
from tests.core.tampering import DATASET, JOB, PLACES, RUN

OF = {"runs": RUN, "datasets": DATASET, "jobs": JOB}


def fill(home: Path) -> dict[str, int]:
    """All that can be tampered with at once, each in an entry of its own; how many of each list that damages."""
    tampering.build(home)
    kept = home.with_name("kept")
    for folder, name in OF.items():
        shutil.copytree(home / folder / name, kept / folder)
    damaged = dict.fromkeys(OF, 0)
    for number, case in enumerate(tampering.cases(), start=100):
        folder = PLACES[case.place].split("/")[0]
        if folder not in OF or case.place in ("ratings", "users", "items"):
            continue
        name = {"runs": f"{number:016x}", "datasets": f"bad-{number}", "jobs": f"{number:08d}"}[folder]
        shutil.copytree(kept / folder, home / folder / name)
        case.tamper(home / PLACES[case.place].replace(OF[folder], name))
        damaged[folder] += 1
    return damaged


def test_every_page_opens_on_a_home_full_of_damage_which_is_told(open_page, publish, home: Path):
    damaged = fill(home)
    assert sum(damaged.values()) > 150
    whole = publish()
    for pages in PAGES.values():
        for name, *_ in pages:
            app = open_page(name)
            assert not app.exception, name
            if name in damaged:
                told = app.dataframe[-1].value
                assert list(told.columns) == ["Id", "Why", "Where"]
                assert len(told) == damaged[name]
    assert whole.run_id in {run.run_id for run in RunStore().list()}
    assert [job.job_id for job in queue.jobs()][:2] == [JOB, "00000002"]


def test_a_home_that_cannot_be_written_to_is_told_at_the_top_of_the_page(open_page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", "/dev/null/x")
    for name in ("start", "datasets", "train"):
        app = open_page(name)
        assert not app.exception
        assert "/dev/null/x cannot be written to (Not a directory)" in app.error[0].value
