"""Runs and datasets that are deleted and come back, byte for byte."""

from pathlib import Path

import numpy as np
import pytest

from core import data
from core.access import COMMAND_LINE
from core.data import import_ratings
from core.data.importing.isolation import in_this_process
from core.disk.trash import Trash
from core.errors import PlaceTakenError, UnknownDatasetError, UnknownRunError
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.clusters import CLUSTERS
from core.studies.component_names import Name
from tests.conftest import run_on
from tests.core.data.importing import made
from tests.core.disk.killing import at_every_step
from tests.core.equal import assert_equal
from tests.core.jobs.tiny import tiny_run

NAME = Name("light", "dark", np.array([1.0, 0.0, 0.0]), 0, False, 0)
SETTINGS = CLUSTERS.parse({})


def noted(run_id: str) -> None:
    """Put a study and a name beside a run."""
    study_store.save(run_id, "clusters", SETTINGS, {"groups": np.arange(3)}, {"k": 3})
    component_names.set_name(run_id, NAME, by=COMMAND_LINE)


def assert_noted(run_id: str) -> None:
    stored = study_store.load(run_id, "clusters", SETTINGS)
    assert stored is not None
    np.testing.assert_array_equal(stored.arrays["groups"], np.arange(3))
    (name,) = component_names.get(run_id, by=COMMAND_LINE)
    assert (name.low, name.high) == ("light", "dark")


def test_a_run_comes_back_with_its_studies_and_notes():
    store, run = RunStore(), tiny_run()
    store.publish(run)
    noted(run.run_id)
    entry = store.delete(run.run_id, by=COMMAND_LINE)
    assert entry.title == "Dot product with biases, 3 dimensions, Tiny"
    assert run.run_id not in store
    assert component_names.get(run.run_id, by=COMMAND_LINE) == ()
    with pytest.raises(UnknownRunError):
        noted(run.run_id)
    store.trash.restore(entry.entry_id, by=COMMAND_LINE)
    assert_equal(store.load(run.run_id), run)
    assert_noted(run.run_id)


def test_a_run_trained_again_keeps_its_place():
    store, run = RunStore(), tiny_run()
    store.publish(run)
    noted(run.run_id)
    first = store.delete(run.run_id, by=COMMAND_LINE)
    store.publish(run)
    with pytest.raises(PlaceTakenError, match="the same model was trained again"):
        store.trash.restore(first.entry_id, by=COMMAND_LINE)
    assert component_names.get(run.run_id, by=COMMAND_LINE) == ()
    store.delete(run.run_id, by=COMMAND_LINE)
    store.trash.restore(first.entry_id, by=COMMAND_LINE)
    assert_noted(run.run_id)
    assert len(store.trash.entries()) == 1


def test_a_damaged_run_can_be_deleted():
    store, run = RunStore(), tiny_run()
    (store.publish(run) / "manifest.json").write_text("{")
    assert store.delete(run.run_id, by=COMMAND_LINE).title == f"model {run.run_id}"


@pytest.fixture
def brought(tmp_path: Path) -> str:
    """Id of an imported dataset with one run on it."""
    made.write(tmp_path / "in", {"r.csv": made.table()})
    info = import_ratings([tmp_path / "in" / "r.csv"], runner=in_this_process).dataset
    RunStore().publish(run_on(data.load(info.dataset_id)))
    return info.dataset_id


def test_a_dataset_with_its_models_is_one_entry(brought: str, home: Path):
    store, ratings = RunStore(), data.load(brought)
    (run,) = store.learned_from(ratings.digest)
    entry = data.delete(brought, also=store.parts(run.run_id), by=COMMAND_LINE)
    assert entry.runs == (run.run_id,)
    assert (store.list(), data.dataset_ids()) == ([], [data.BUNDLED])
    Trash().restore(entry.entry_id, by=COMMAND_LINE)
    assert data.load(brought).digest == ratings.digest
    assert store.load(run.run_id).dataset.digest == ratings.digest


def test_a_dataset_that_is_a_link_goes_and_comes_back_and_its_target_stays(brought: str, home: Path, tmp_path: Path):
    place, target = home / "datasets" / brought, tmp_path / "elsewhere"
    place.rename(target)
    place.symlink_to(target)
    entry = data.delete(brought, by=COMMAND_LINE)
    with pytest.raises(UnknownDatasetError):
        data.load(brought)
    Trash().restore(entry.entry_id, by=COMMAND_LINE)
    assert data.load(brought).name
    data.delete(brought, by=COMMAND_LINE)
    assert len(Trash().empty(by=COMMAND_LINE)) == 1
    assert (target / "dataset.json").exists()


def test_a_killed_renaming_leaves_the_old_name_or_the_new_one(brought: str, home: Path):
    names: list[str] = []

    def prepare() -> Path:
        data.rename(brought, "Old", by=COMMAND_LINE)
        return home

    at_every_step(
        prepare,
        lambda: data.rename(brought, "New", by=COMMAND_LINE),
        lambda died: names.append(data.info(brought).name),
    )
    turn = names.index("New")
    assert names == ["Old"] * turn + ["New"] * (len(names) - turn)
    assert turn > 1


def test_a_killed_naming_leaves_the_old_names_or_the_new_ones(home: Path):
    run, many = tiny_run(), []
    RunStore().publish(run)

    def prepare() -> Path:
        component_names.delete(run.run_id, NAME, by=COMMAND_LINE)
        return home

    at_every_step(
        prepare,
        lambda: component_names.set_name(run.run_id, NAME, by=COMMAND_LINE),
        lambda died: many.append(len(component_names.get(run.run_id, by=COMMAND_LINE))),
    )
    assert many == sorted(many)
    assert {0, 1} == set(many)
