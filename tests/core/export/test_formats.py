"""What other programs read from an export is what the run predicts."""

import csv
import errno
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import data
from core.access import COMMAND_LINE
from core.analysis.components.pca import pca
from core.data.text import as_meant, inert, unbroken
from core.data.vectors.building import in_this_process
from core.errors import DiskFullError, LimitError, UsageError
from core.export.formats import export
from core.store.opening import open_vectors
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.component_names import Name
from tests.conftest import run_on, small_ratings

MODELS = ["simple_dot", "dot_with_bias", "simple_dot_diy"]
OPENED = ["bias_only", "neural", *MODELS]
EVERY_USER, EVERY_ITEM = np.repeat(np.arange(6), 5).astype(np.int32), np.tile(np.arange(5), 6).astype(np.int32)


def sigmoid(score):
    return 1 / (1 + np.exp(-score))


@pytest.mark.parametrize("model", MODELS)
def test_predictions_follow_from_the_parquet_files_alone(bundled, tmp_path, model):
    run = run_on(bundled, model=model, dim=16)
    export(run, bundled, "parquet", tmp_path)
    items, users = (
        pd.read_parquet(tmp_path / f"{name}.parquet").set_index(f"{name[:-1]}_id") for name in ("items", "users")
    )
    about = pq.read_schema(tmp_path / "items.parquet").metadata
    rows = np.random.default_rng(0).choice(len(bundled), 2_000, replace=False)
    user_index, item_index = bundled.user_index[rows], bundled.item_index[rows]
    u, v = users.loc[bundled.users.ids[user_index]], items.loc[bundled.items.ids[item_index]]
    score = (np.stack(u["embedding"]) * np.stack(v["embedding"])).sum(axis=1)
    if model == "dot_with_bias":
        score = 0.5 + 4.5 * sigmoid(score + u["bias"].to_numpy() + v["bias"].to_numpy())
        assert about[b"formula"].startswith(b"rating = 0.5 + (5 - 0.5) * sigmoid(")
    else:
        assert (items["bias"] == 0).all() and (users["bias"] == 0).all()
    predicted = run.scorer.predict(user_index, item_index)
    np.testing.assert_allclose(score, predicted, rtol=1e-5, atol=1e-5)
    assert about[b"run_id"].decode() == run.run_id


def test_parquet_columns(small, tmp_path):
    export(run_on(small), small, "parquet", tmp_path)
    items = pq.read_table(tmp_path / "items.parquet")
    assert items.column_names == ["item_id", "title", "year", "genres", "n_ratings", "mean_rating", "bias", "embedding"]
    assert items.schema.field("embedding").type == pa.list_(pa.float32())
    assert items.schema.field("bias").type == pa.float32()
    assert items["item_id"].to_pylist() == ["007", "7", "-5", "+x", "é"]
    assert items["genres"].to_pylist()[1] == ["Comedy", "Drama"]
    users = pq.read_table(tmp_path / "users.parquet")
    assert users.column_names == ["user_id", "n_ratings", "mean_rating", "bias", "embedding"]


@pytest.fixture(scope="module")
def opened_elsewhere(tmp_path_factory):
    """What another program, started once, reads and predicts from the Keras file of each model."""
    folder, small = tmp_path_factory.mktemp("keras"), small_ratings()
    for model in OPENED:
        export(run_on(small, model=model), small, "keras", folder / model)
    np.savez(folder / "ask.npz", users=EVERY_USER, items=EVERY_ITEM)
    files = {model: str(path) for model in OPENED for path in (folder / model).glob("*")}
    code = f"""
import keras, numpy as np
ask = np.load({str(folder / "ask.npz")!r})
for name, path in {files!r}.items():
    objects = None
    if name == "simple_dot_diy":  # the last: the others open without anything of ours
        from core.model.networks import DiyEmbedding
        objects = {{"DiyEmbedding": DiyEmbedding}}
    model = keras.models.load_model(path, custom_objects=objects)
    model.run_eagerly = True  # to compile takes longer than 30 guesses
    answer = model.predict({{"user": ask["users"], "item": ask["items"]}}, verbose=0)
    np.save({str(folder)!r} + f"/{{name}}.npy", answer)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3], capture_output=True)
    return {model: np.load(folder / f"{model}.npy") for model in OPENED}, files


@pytest.mark.parametrize("model", OPENED)
def test_the_keras_file_opens_elsewhere_and_predicts_the_same(small, opened_elsewhere, model):
    expected = run_on(small, model=model).scorer.predict(EVERY_USER, EVERY_ITEM)
    np.testing.assert_allclose(opened_elsewhere[0][model], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model", ["neural", "dot_with_bias", "simple_dot_diy"])
def test_the_keras_file_opens_here_as_vectors(small, opened_elsewhere, model):
    report = open_vectors([Path(opened_elsewhere[1][model])], runner=in_this_process)
    scorer, again = run_on(small, model=model).scorer, RunStore().load(report.run_id).scorer
    np.testing.assert_array_equal(again.item_embedding, scorer.item_embedding)
    np.testing.assert_array_equal(again.user_embedding, scorer.user_embedding)


def test_projector_files_have_a_line_a_vector_and_a_header_of_metadata(small, tmp_path):
    run = run_on(small)
    metadata, vectors = export(run, small, "projector", tmp_path)
    assert (metadata.name, vectors.name) == ("metadata.tsv", "vectors.tsv")
    numbers = [line.split("\t") for line in vectors.read_text().splitlines()]
    np.testing.assert_array_equal(np.array(numbers, np.float32), run.scorer.item_embedding)
    header, *rows = [line.split("\t") for line in metadata.read_text(encoding="utf-8").splitlines()]
    assert header[:2] == ["title", "item_id"] and len(header) > 1
    assert len(rows) == len(numbers) == 5
    assert {len(row) for row in rows} == {len(header)}
    assert rows[3][:2] == ["Tab and line end", "+x"]
    assert rows[4][header.index("mean_rating")] == ""  # nobody rated it


def test_csv_is_inert_text_and_plain_numbers(small, tmp_path):
    run = run_on(small)
    items, users = export(run, small, "csv", tmp_path)
    with items.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"] for row in rows] == [
        "Plain (1999)",
        '\'=HYPERLINK("x")',
        "-5",
        "Tab\tand\nline\u2028end",
        "'@ nobody saw it",
    ]
    assert [row["item_id"] for row in rows] == ["007", "7", "-5", "'+x", "é"]
    assert [row["genres"] for row in rows] == ["Drama", "Comedy|Drama", "", "'=1+1", "Drama"]
    assert [row["year"] for row in rows] == ["1999", "", "", "", ""]
    numbers = np.array([[row[f"dim_{number}"] for number in range(1, 5)] for row in rows], np.float32)
    np.testing.assert_array_equal(numbers, run.scorer.item_embedding)
    assert (numbers < 0).any()
    assert len(pd.read_csv(users)) == 6


def test_components_come_with_their_names_and_every_items_place(small, tmp_path):
    run = run_on(small)
    RunStore().publish(run)
    result = pca(run.scorer.item_embedding)
    component_names.set_name(
        run.run_id, Name("=1+1", 'loud, "very"', result.components[1], 1, False, 0), by=COMMAND_LINE
    )
    about, scores = export(run, small, "components", tmp_path)
    assert (about.name, scores.name) == ("components.csv", "scores.csv")
    table = pd.read_csv(about, keep_default_na=False)
    assert table["low_name"].tolist() == ["", "'=1+1", "", ""]
    assert table["high_name"].tolist() == ["", 'loud, "very"', "", ""]
    np.testing.assert_allclose(table["variance_ratio"], result.variance_ratio)
    np.testing.assert_allclose(table[[f"dim_{number}" for number in range(1, 5)]], result.components)
    places = pd.read_csv(scores, dtype={"item_id": str})
    assert places.columns[2:].tolist() == ["PC 1", 'PC 2 (=1+1 – loud, "very")', "PC 3", "PC 4"]
    assert places["item_id"].tolist()[:2] == ["007", "7"]
    assert places["title"][1] == '\'=HYPERLINK("x")'
    np.testing.assert_allclose(places.iloc[:, 2:], result.scores, rtol=1e-5, atol=1e-7)


@given(st.text())
def test_no_text_stays_a_formula_unless_it_is_a_number(text):
    safe = inert(text)
    assert safe in (text, f"'{text}") and as_meant(safe) == text
    if safe[:1] in tuple("=+-@\t\r\n＝＋－＠"):
        float(safe)


@given(st.text())
def test_unbroken_text_is_one_line_without_tabs(text):
    assert len(unbroken(text).splitlines()) <= 1
    assert "\t" not in unbroken(text)


def test_all_formats_share_a_folder_and_replace_their_own_files(small, tmp_path):
    folder = tmp_path / "made" / "anew"
    for _ in range(2):
        for file_format in ("projector", "parquet", "csv"):
            for path in export(run_on(small), small, file_format, folder):
                assert path.parent == folder and path.stat().st_size
    assert len(list(folder.iterdir())) == 6


def test_an_unknown_format_is_refused(small, tmp_path):
    with pytest.raises(LimitError, match="'xlsx'; it can be projector, parquet, csv, keras"):
        export(run_on(small), small, "xlsx", tmp_path)


def test_a_place_that_is_no_folder_is_refused(small, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="cannot be written to"):
        export(run_on(small), small, "csv", tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_leaves_nothing_behind(small, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", refuse)
    with pytest.raises(DiskFullError):
        export(run_on(small), small, "parquet", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_say_how_sure_each_number_is(small, tmp_path):
    run = run_on(small, model="variational")
    export(run, small, "csv", tmp_path)
    for side in ("item", "user"):
        table = pd.read_csv(tmp_path / f"{side}s.csv")
        names = ["bias_variance", *(f"dim_{number}_variance" for number in range(1, 5))]
        np.testing.assert_allclose(table[names], run.scorer.arrays[f"{side}_variance"], rtol=1e-6)


@pytest.mark.parametrize("fmt", ["projector", "parquet", "csv"])
@pytest.mark.parametrize("model", ["variational", "dot_with_bias", "neural"])
def test_what_is_exported_opens_again_to_equal_vectors(small, tmp_path, fmt, model):
    run = run_on(small, model=model)
    export(run, small, fmt, tmp_path / "out")
    report = open_vectors([tmp_path / "out"], runner=in_this_process)
    again = RunStore().load(report.run_id)
    rows = data.ratings_of(again.dataset)
    np.testing.assert_array_equal(again.scorer.item_embedding, run.scorer.item_embedding)
    assert list(rows.items.ids) == list(small.items.ids)
    assert list(rows.item_table["title"]) == [unbroken(title) for title in small.item_table["title"]]
    if fmt != "projector":
        np.testing.assert_array_equal(again.scorer.user_embedding, run.scorer.user_embedding)
        assert list(rows.users.ids) == list(small.users.ids)
    export(again, rows, fmt, tmp_path / "again")  # and once more, from what was opened
    assert open_vectors([tmp_path / "again"], runner=in_this_process).run_id == report.run_id
