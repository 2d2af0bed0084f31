"""Datasets and runs as bytes: whole on the other side, and refused where a byte, a name or the run is another."""

from dataclasses import replace

import numpy as np
import pytest

from core import data
from core.data.folder import write_folder
from core.disk.reading import IntegrityError
from core.errors import UnknownDatasetError
from core.jobs.kinds import holder_of
from core.jobs.on_dask import transfer
from core.jobs.on_dask.transfer import IncomingData, Part
from core.store.runs import RunStore
from core.studies.films import FILM, FilmSettings
from tests.conftest import run_on
from tests.core.jobs.tiny import tiny_run


@pytest.fixture
def brought(small, home):
    """A dataset of this home."""
    folder = home / "datasets" / "small"
    folder.mkdir(parents=True)
    write_folder(folder, small)
    return data.load("small")


def test_a_dataset_arrives_whole_and_is_found_by_its_content(brought, home, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "PART_BYTES", 1000)
    parts = list(transfer.parts_of("small"))
    assert len(parts) > 5 and parts[-1].last
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(tmp_path / "elsewhere"))
    for _ in range(2):  # two servers may bring the same
        arriving = IncomingData()
        for part in parts:
            arriving.take(part)
    there = data.load(data.holding(brought.digest, "small"))
    assert there.digest == brought.digest
    assert [path.name for path in (tmp_path / "elsewhere" / "datasets").iterdir()] == [there.dataset_id]


@pytest.mark.parametrize("part", [Part("../x", 0, b""), Part("users.parquet", 7, b"late"), Part("run.pkl", 0, b"")])
def test_what_is_no_part_of_a_dataset_is_refused(part, home):
    arriving = IncomingData()
    with pytest.raises(ValueError, match=r"is no file of a dataset|goes on at byte 7, and 0 have come"):
        arriving.take(part)
    arriving.drop()
    assert list((home / "datasets").iterdir()) == []


def test_data_that_were_removed_are_named(brought):
    assert holder_of("small", brought.digest) == "small"
    with pytest.raises(UnknownDatasetError, match="import the same files again"):
        holder_of("small", "0" * 64)


def test_a_run_comes_back_with_its_film_and_learned_from_the_data_as_they_are_called_here(brought):
    run = run_on(replace(brought, name="As it was called there"))
    RunStore().publish(run)
    packed = transfer.packed_run(run.run_id) | {"film": {"rows": np.arange(3), "at": np.array([1.0])}}
    transfer.forget_run(run.run_id)
    assert run.run_id not in RunStore()
    transfer.publish(packed, run.run_id, transfer.reference_to("small"))
    back = RunStore().load(run.run_id)
    assert back.dataset == brought.reference and back.history == run.history
    np.testing.assert_array_equal(back.scorer.item_embedding, run.scorer.item_embedding)
    np.testing.assert_array_equal(FILM.load(run.run_id, FilmSettings()).arrays["rows"], np.arange(3))


def spoiled(packed, name):
    content = bytearray(packed["files"][name])
    content[-1] ^= 1
    return packed | {"files": packed["files"] | {name: bytes(content)}}


def test_what_is_not_the_run_that_was_asked_for_is_refused_and_leaves_nothing(brought, home):
    run, other = tiny_run(1), tiny_run(2)
    RunStore().publish(run)
    packed = transfer.packed_run(run.run_id)
    transfer.forget_run(run.run_id)
    outside = packed | {"files": packed["files"] | {"../outside": b"x"}}
    for wrong, wanted, dataset in (
        (spoiled(packed, "item_bias.npy"), run.run_id, None),
        (spoiled(packed, "manifest.json"), run.run_id, None),
        (packed, other.run_id, None),
        (packed, run.run_id, transfer.reference_to("small")),
        (outside, run.run_id, None),
        ({"files": {}, "film": None}, run.run_id, None),
    ):
        with pytest.raises(IntegrityError):
            transfer.publish(wrong, wanted, dataset)
    assert list((home / "runs").glob("*")) == [] and not (home / "runs" / "outside").exists()
    transfer.publish(packed, run.run_id, None)
    assert RunStore().load(run.run_id).history == run.history
