"""The call that writes a film as a file."""

from dataclasses import replace
from pathlib import Path

from core.data.ratings import Ratings
from core.model.families import run_config
from core.model.run import Origin
from core.store.runs import RunStore
from core.studies.films import train_filmed
from core.training.trainer import fit
from tests.conftest import run_on
from tests.core.cli.calling import asked, refused

QUICK = run_config(model="variational", embedding_dim=2, steps=30)


def test_a_film_is_written_in_place_of_what_is_there(capsys, bundled: Ratings, tmp_path: Path):
    run = train_filmed(QUICK, bundled, on_event=lambda event: None, should_stop=lambda: False)
    path = tmp_path / "new" / "film.html"
    path.parent.mkdir()
    path.write_text("old")
    document = asked(capsys, "film", run.run_id, "--to", str(path))
    assert document == {"run_id": run.run_id, "files": [str(path)], "frames": 31, "items": 1247}
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert path.stat().st_size < 5e6
    assert list(path.parent.iterdir()) == [path]


def test_a_run_without_a_film_is_filmed_again(capsys, bundled: Ratings, tmp_path: Path):
    run = fit(QUICK, bundled)
    RunStore().publish(run)
    call = ("film", run.run_id, "--to", str(tmp_path / "film.html"))
    assert asked(capsys, *call)["frames"] == 31
    asked(capsys, *call)
    assert "trained once more" not in capsys.readouterr().err


def test_another_ending_is_refused_before_anything_is_done(capsys, tmp_path: Path):
    assert refused(capsys, "film", "0" * 16, "--to", str(tmp_path / "film.mp4")).startswith("USAGE: --to is ")


def test_a_run_from_elsewhere_cannot_be_filmed(capsys, bundled: Ratings, tmp_path: Path):
    run = replace(run_on(bundled, dim=2), origin=Origin("imported"))
    RunStore().publish(run)
    told = refused(capsys, "film", run.run_id, "--to", str(tmp_path / "film.html"))
    assert told.startswith("NOT_APPLICABLE: ") and "trained elsewhere" in told


def test_a_folder_cannot_be_replaced(capsys, bundled: Ratings, tmp_path: Path):
    run = train_filmed(QUICK, bundled, on_event=lambda event: None, should_stop=lambda: False)
    (tmp_path / "film.html").mkdir()
    assert refused(capsys, "film", run.run_id, "--to", str(tmp_path / "film.html")).startswith("USAGE: ")
