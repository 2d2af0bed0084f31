"""Files with vectors open to exactly their numbers, or are refused with a code."""

from pathlib import Path

import numpy as np
import pytest

from core import data
from core.data.vectors.building import build, in_this_process, preview
from core.data.vectors.request import VectorOptions, VectorRequest
from core.errors import DatasetError, ExplorerError
from core.settings import ImportLimits
from core.store.opening import open_vectors, preview_vectors
from core.store.runs import RunStore
from tests.core.data.vectors.cases import BAD, BFLOAT16, GOOD, NUMBERED, ROWS, VECTORS, WORDS, Case, safetensors, tensor
from tests.core.data.vectors.fuzz import fuzzed


def opened(case: Case, folder: Path) -> dict[str, object]:
    """What to open a case's files with."""
    folder.mkdir()
    case.write(folder)
    named = folder / case.metadata if case.metadata else None
    paths = sorted(path for path in folder.iterdir() if path != named) if named else [folder]
    return {"paths": paths, "metadata": [named] if named else [], "options": case.options, "runner": in_this_process}


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_they_open(case: Case, tmp_path: Path):
    files = opened(case, tmp_path / "in")
    report = open_vectors(**files)
    run = RunStore().load(report.run_id)
    rows = data.ratings_of(run.dataset)
    assert list(rows.items.ids) == case.ids
    assert (report.rows, report.users, report.joined, report.noun) == (
        len(case.ids),
        case.users,
        case.joined,
        case.noun,
    )
    assert run.scorer.user_embedding.shape == (case.users, report.dim)
    if case.rows:
        np.testing.assert_array_equal(run.scorer.item_embedding, VECTORS[case.rows])
    assert [
        (row.line, row.reason[: len(why)]) for row, (_, why) in zip(report.rejected, case.rejected, strict=True)
    ] == (case.rejected)
    for name, values in case.columns.items():
        np.testing.assert_array_equal(rows.item_table[name], values)
    seen = preview_vectors(**files)
    assert (seen.code, seen.noun, len(seen.chosen)) == ("", case.noun, 1 + bool(case.users))
    assert not seen.ids or case.ids[0] == seen.ids[0]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_they_are_refused(case: Case, tmp_path: Path):
    files = opened(case, tmp_path / "in")
    with pytest.raises(ExplorerError) as refusal:
        open_vectors(**files)
    assert refusal.value.code == case.code
    assert RunStore().list() == []
    preview_vectors(**files)  # says the same, or does not see as far, and raises nothing


def test_bfloat16_is_the_upper_half_of_float32(tmp_path: Path):
    header = {"emb": tensor("BF16", ends=(0, 2 * VECTORS.size))}
    (tmp_path / "v.safetensors").write_bytes(safetensors(header, BFLOAT16.tobytes()))
    report = open_vectors([tmp_path / "v.safetensors"], runner=in_this_process)
    expected = (BFLOAT16.astype(np.uint32) << 16).view(np.float32)
    np.testing.assert_array_equal(RunStore().load(report.run_id).scorer.item_embedding, expected)


def test_equal_vectors_are_one_run_in_whatever_file(tmp_path: Path):
    named = [case for case in GOOD if case.ids == WORDS and not case.rejected]
    numbered = [case for case in GOOD if case.ids == NUMBERED and not case.users]
    for cases in (named[:8], numbered[:4]):
        ids = {open_vectors(**opened(case, tmp_path / case.name)).run_id for case in cases}
        assert len(ids) == 1


def test_a_process_of_its_own_reads_them(tmp_path: Path):
    case = GOOD[0]
    files = opened(case, tmp_path / "in")
    del files["runner"]
    report = open_vectors(**files)
    assert (report.rows, report.name) == (ROWS, "in")


def test_no_bytes_make_the_reader_fail_otherwise(tmp_path: Path):
    refused = 0
    for number in range(150):
        path = tmp_path / f"{number}"
        path.write_bytes(fuzzed(number))
        request = VectorRequest([path], [], VectorOptions(), ImportLimits(max_unpacked_mb=64))
        assert preview(request).code is not None  # what goes wrong there is told, not raised
        (tmp_path / f"out {number}").mkdir()
        try:
            build(request, tmp_path / f"out {number}", lambda progress, text: None)
        except DatasetError:
            refused += 1
    assert 0 < refused < 150
