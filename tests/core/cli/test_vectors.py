"""Vectors from elsewhere by the command line: every call answers, or says why it does not apply."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data.vectors.building import in_this_process
from core.data.vectors.gathering import NO_ID, REPEATED
from core.errors import QuotaError
from core.store import opening
from tests.core.cli.calling import asked, refused
from tests.core.data.vectors.cases import lines

PLANTED, DIM = 3, 8


@pytest.fixture
def words(tmp_path, monkeypatch):
    """Sixty words of three kinds, opened from a file."""
    for call in (opening.open_vectors, opening.preview_vectors):
        monkeypatch.setitem(call.__kwdefaults__, "runner", in_this_process)
    rng = np.random.default_rng(0)
    kind = np.arange(60) % PLANTED
    vectors = 6 * np.eye(DIM)[kind] + rng.normal(size=(60, DIM))
    (tmp_path / "words.txt").write_text(lines(" ", [f"w{row}" for row in range(60)], vectors))
    (tmp_path / "kinds.tsv").write_text("word\tkind\n" + "".join(f"w{row}\tk{one}\n" for row, one in enumerate(kind)))
    return tmp_path


@pytest.fixture
def run(words, capsys):
    return asked(capsys, "vectors", str(words / "words.txt"), "--metadata", str(words / "kinds.tsv"))["run_id"]


def test_vectors(words, capsys):
    report = asked(capsys, "vectors", str(words), "--name", "Mine", "--noun", "animal")
    assert report | {"run_id": "", "dataset_id": ""} == {
        "run_id": "",
        "name": "Mine",
        "noun": "animal",
        "rows": 60,
        "dim": DIM,
        "users": 0,
        "user_noun": "user",
        "dataset_id": "",
        "joined": "id",
        "already_there": False,
        "rejected": [],
        "rejected_by_reason": {},
        "rejected_total": 0,
        "notes": [],
        "origin": "imported",
    }
    again = asked(capsys, "vectors", str(words / "words.txt"))
    assert (again["run_id"], again["already_there"]) == (report["run_id"], True)


def test_a_preview_keeps_nothing(words, capsys):
    seen = asked(capsys, "vectors", str(words), "--preview")
    assert seen["chosen"] == ["words.txt"] and seen["table"]["columns"] == ["word", "kind"]
    assert asked(capsys, "runs") == []


def test_what_needs_no_ratings_answers(run, words, capsys, tmp_path):
    assert asked(capsys, "runs")[0]["metrics"]["val_rmse"] is None
    shown = asked(capsys, "show", run)
    assert (shown["origin"], shown["score"], shown["metrics"]["averages_rmse"]) == ("imported", None, None)
    near = asked(capsys, "neighbors", run, "--item", "w4", "--top", "5")
    assert all(int(one["item_id"][1:]) % PLANTED == 1 for one in near)
    found = asked(capsys, "components", run, "--centered", "--top", "5")
    assert found["above_chance"]["count"] == PLANTED - 1
    assert (found["proven"], found["n_items"]) == (None, 60)
    assert len({int(one["item_id"][1:]) % PLANTED for one in found["top"]}) == 1
    assert asked(capsys, "compare", run, run)["kept_mean"] == 10
    reckoned = asked(capsys, "analogy", run, "--plus", "w1", "--minus", "w4", "--plus", "w2", "--top", "3")
    assert all(int(one["item_id"][1:]) % PLANTED == 2 for one in reckoned["answers"])
    for file_format in ("projector", "parquet", "csv", "components"):
        assert asked(capsys, "export", run, "--format", file_format, "--to", str(tmp_path / "out"))["files"]
    assert asked(capsys, "axis", run, "--low", "w1", "--high", "w2")["n_items"] == 60
    assert asked(capsys, "delete", run)["deleted"]


@pytest.mark.parametrize(
    "call",
    [
        "components {} --basis predictions",
        "neighbors {} --item w1 --metric predictions",
        "biases {}",
        "recommend {} --rate w1=1",
        "explain {} --item w1 --user u",
        "score {}",
        "film {} --to f.html",
        "export {} --format keras --to out",
        "stability {}",
        "proof {}",
        "twins {}",
        "support {}",
        "cost {}",
        "new-item {} --year 1990",
    ],
)
def test_what_needs_ratings_says_so(run, capsys, call):
    assert refused(capsys, *call.format(run).split()).startswith("NOT_APPLICABLE: ")


def test_nothing_is_trained_on_them(run, capsys):
    data = asked(capsys, "show", run)["dataset"]["dataset_id"]
    assert refused(capsys, "train", "--dataset", data, "--preset", "best").startswith("NOT_APPLICABLE: ")
    assert refused(capsys, "train", "--model", "vectors").startswith("LIMIT: ")


def test_an_analogy_is_of_three(run, capsys):
    assert refused(capsys, "analogy", run, "--plus", "w1", "--minus", "w2").startswith("USAGE: ")


def test_refusals_tell_of_no_ratings_where_there_are_none(run, capsys, tmp_path):
    np.save(tmp_path / "equal.npy", np.ones((12, 4), np.float32))
    equal = asked(capsys, "vectors", str(tmp_path / "equal.npy"))["run_id"]
    for call in ("neighbors {} --user 1", "new-item {} --year 1999", f"compare {{}} {equal}", f"components {equal}"):
        assert "ratings" not in refused(capsys, *call.format(run).split())


def test_numbers_that_cannot_be_squared_and_added_are_left_out(words, capsys):
    values = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    values[3, 1] = 1e30
    np.save(words / "large.npy", values)
    report = asked(capsys, "vectors", str(words / "large.npy"))
    assert (report["rows"], report["rejected_by_reason"]) == (19, {"a value is beyond ±1e12": 1})
    assert np.isfinite(asked(capsys, "components", report["run_id"])["variance_ratio"]).all()


def test_no_table_is_kept_of_vectors_that_have_no_room(words, capsys, monkeypatch):
    before = asked(capsys, "datasets")
    np.save(words / "many.npy", np.ones((10_000, 40), np.float16))
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME_MB", "1")
    with pytest.raises(QuotaError, match="storing these vectors"):
        opening.open_vectors([words / "many.npy"])
    assert asked(capsys, "datasets") == before


def test_ids_that_come_again_are_left_out_and_listed(words, capsys):
    table = pa.table({"id": [*"abcdefghijklmnopqrst", "c", ""], "vector": np.eye(22).tolist()})
    pq.write_table(table, words / "again.parquet")
    report = asked(capsys, "vectors", str(words / "again.parquet"))
    assert (report["rows"], report["rejected_total"]) == (20, 2)
    assert [(one["line"], one["reason"]) for one in report["rejected"]] == [(21, REPEATED), (22, NO_ID)]


def test_a_table_whose_ids_do_not_tell_rows_apart_says_so(words, capsys):
    (words / "few.tsv").write_text("id\tgroup\n" + "".join(f"{row % 58}\tg\n" for row in range(60)))
    np.save(words / "bare.npy", np.random.default_rng(0).normal(size=(60, DIM)))
    report = asked(capsys, "vectors", str(words / "bare.npy"), "--metadata", str(words / "few.tsv"))
    assert report["rows"] == 60
    assert report["notes"] == ["The rows are numbered, since some of few.tsv's id are empty or come again."]
