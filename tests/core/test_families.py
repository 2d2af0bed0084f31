"""Every call that prints a prediction, an error or a formula prints Keras' own, or says that it does not apply."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from core.analysis.new_user.model import NewUserModel
from core.config import RunConfig
from core.data.splits import split
from core.export.formats import export
from core.model.backend import keras
from core.model.families import FAMILIES
from core.model.networks import DiyEmbedding
from core.training.trainer import fit
from tests.core.cli.calling import asked, refused
from tests.families import CLOSE, N_ITEMS, Trained

USER, ITEM = 3, 7
RATED = {"i1": 4.5, "i2": 1.0, "i8": 3.0}


@pytest.fixture(scope="module", params=FAMILIES)
def family(
    request: pytest.FixtureRequest, families: Callable[[str], Trained], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Trained, Path]:
    """One family, and the home with its data and run."""
    trained = families(request.param)
    return trained, trained.own_home(tmp_path_factory)


@pytest.fixture
def trained(family: tuple[Trained, Path], monkeypatch: pytest.MonkeyPatch) -> Trained:
    """The family in its home, which outlasts the test."""
    trained, folder = family
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(folder))
    return trained


def does_not_apply(capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
    """The call is refused with the code for it and a sentence that names the model."""
    text = refused(capsys, *arguments)
    assert text.startswith("NOT_APPLICABLE: this does not apply to the model “")
    assert text.endswith("choose a model of another kind")


def flags(config: RunConfig) -> list[str]:
    """Every setting as a flag."""
    named = [(name.replace("_", "-"), value) for name, value in config]
    switches = [f"--{'' if value else 'no-'}{name}" for name, value in named if isinstance(value, bool)]
    return switches + [f"--{name}={value}" for name, value in named if not isinstance(value, bool)]


def test_the_errors_that_calls_print(capsys: pytest.CaptureFixture[str], trained: Trained):
    run = trained.run
    metric = {"name": run.scorer.metric.name, "value": pytest.approx(trained.value, abs=CLOSE)}
    close = metric["value"] if run.scorer.guesses_ratings else None
    by_train = asked(capsys, "train", "--dataset", "planted", "--preset", "article-dot-with-bias", *flags(run.config))
    assert (by_train["run_id"], by_train["cached"]) == (run.run_id, True)
    assert by_train["val_rmse"] == close
    assert by_train["metric"] == metric
    shown = asked(capsys, "show", run.run_id)
    assert shown["metrics"]["val_rmse"] == close
    assert shown["metrics"]["metric"] == shown["history"][-1]["metric"] == metric
    assert shown["history"][-1]["val_rmse"] == close
    assert shown["origin"] == "trained"
    (listed,) = asked(capsys, "runs")
    assert listed["metrics"]["val_rmse"] == close
    assert listed["metrics"]["metric"] == metric
    if not run.scorer.guesses_ratings:
        for call in (
            ("cost", run.run_id),
            ("score", run.run_id),
            ("explain", run.run_id, "--user", "u1", "--item", "i1"),
        ):
            does_not_apply(capsys, *call)
        return
    if not run.scorer.has_vectors:
        return
    if run.scorer.is_bilinear:
        cost = asked(capsys, "cost", run.run_id)
        assert cost["rmse"][-1] == close
        assert cost["val_rmse"] == close
    else:
        does_not_apply(capsys, "cost", run.run_id)


def test_what_asks_for_vectors(capsys: pytest.CaptureFixture[str], trained: Trained, tmp_path: Path):
    run = trained.run.run_id
    calls = [
        ("components", run, "--min-ratings", "1"),
        ("neighbors", run, "--item", "i1"),
        ("axis", run, "--low", "i1", "--high", "i2"),
        ("map", run, "--method", "pca", "--min-ratings", "0"),
        ("clusters", run, "--n-clusters", "3", "--min-ratings", "0"),
        ("export", run, "--format", "projector", "--to", str(tmp_path)),
        ("export", run, "--format", "components", "--to", str(tmp_path)),
    ]
    for call in calls:
        if trained.run.scorer.has_vectors:
            assert asked(capsys, *call)
        else:
            does_not_apply(capsys, *call)


def test_biases_are_the_layers_counted_from_the_average_pair(capsys: pytest.CaptureFixture[str], trained: Trained):
    run = trained.run
    if not run.scorer.has_biases:
        does_not_apply(capsys, "biases", run.run_id)
        return
    for side, flag in (("item", []), ("user", ["--users"])):
        table = trained.biases(side)
        found = asked(capsys, "biases", run.run_id, "--top", "5", "--min-ratings", "1", *flag)
        rows = [*found["top"], *found["bottom"]]
        assert len(rows) == 10
        for row in rows:
            assert row["bias"] == pytest.approx(table[int(row[f"{side}_id"][1:])], abs=CLOSE)
            assert row["taste"] == (pytest.approx(0) if not run.scorer.has_vectors else row["taste"])


def test_a_guess_for_somebody_in_the_data(capsys: pytest.CaptureFixture[str], trained: Trained):
    call = ("explain", trained.run.run_id, "--user", f"u{USER}", "--item", f"i{ITEM}")
    if not trained.run.scorer.is_bilinear:
        does_not_apply(capsys, *call)
        return
    own = float(np.clip(trained.predict([USER], [ITEM])[0], 0.5, 5.0))
    explained = asked(capsys, *call)
    assert explained["predicted_rating"] == pytest.approx(own, abs=CLOSE)
    assert sum(term["rating"] for term in explained["terms"]) == pytest.approx(explained["rating"], abs=1e-9)


def test_guesses_for_somebody_new(capsys: pytest.CaptureFixture[str], trained: Trained):
    ratings, run = trained.ratings, trained.run
    if not run.scorer.guesses_ratings:
        does_not_apply(capsys, "recommend", run.run_id, "--rate", "i1=4.5")
        return
    person = NewUserModel(run, ratings, split(ratings, run.config)).place(RATED)
    own = trained.with_user(person.numbers)
    rated = [text for item, rating in RATED.items() for text in ("--rate", f"{item}={rating}")]
    found = asked(capsys, "recommend", run.run_id, *rated, "--top", str(N_ITEMS), "--min-ratings", "1")
    assert len(found) >= 20
    for row in found:
        assert row["predicted_rating"] == pytest.approx(own[int(row["item_id"][1:])], abs=CLOSE)
    if run.scorer.is_bilinear:
        explained = asked(capsys, "explain", run.run_id, *rated, "--item", found[0]["item_id"])
        assert explained["predicted_rating"] == pytest.approx(found[0]["predicted_rating"], abs=CLOSE)


class Row:
    """One row of an exported table, its columns as attributes."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.__dict__.update(columns)


def evaluated(formula: str, sides: dict[str, dict[str, Any]], layers: dict[str, np.ndarray]) -> float:
    """A formula as exported, worked out on exported rows, those of each side by its name."""
    words = {
        "dot": np.dot,
        "concat": lambda *parts: np.concatenate(parts),
        "relu": lambda values: np.maximum(values, 0),
        "sigmoid": lambda score: 1 / (1 + np.exp(-score)),
    } | {name: Row(row) for name, row in sides.items()}
    kind, _, text = formula.partition(" = ")
    assert kind in ("rating", "score")
    return float(np.squeeze(eval(text, {"__builtins__": {}}, words | layers)))


def test_the_formula_gives_every_prediction_from_the_parquet_files(
    capsys: pytest.CaptureFixture[str], trained: Trained, tmp_path: Path
):
    run = trained.run
    asked(capsys, "export", run.run_id, "--format", "parquet", "--to", str(tmp_path))
    assert (tmp_path / "users.parquet").exists() == run.scorer.has_user_vectors
    tables = {path.stem: pd.read_parquet(path).to_dict("records") for path in tmp_path.glob("[ui]*.parquet")}
    formula = pq.read_schema(tmp_path / "items.parquet").metadata[b"formula"].decode()
    assert formula == asked(capsys, "show", run.run_id)["formula"] == run.scorer.formula()
    layers = {}
    if (tmp_path / "layers.parquet").exists():
        whole = pd.read_parquet(tmp_path / "layers.parquet")
        layers = {row["name"]: np.reshape(row["values"], row["shape"]) for _, row in whole.iterrows()}
    first, second = (one.name for one in trained.model.inputs)
    rows = [tables.get(f"{side}s") or table_of(layers, side) for side in (first, second)]
    found = [
        evaluated(formula, {first: rows[0][one], second: rows[1][other]}, layers)
        for one, other in zip(*trained.pairs, strict=True)
    ]
    np.testing.assert_allclose(found, trained.predict(*trained.pairs), atol=CLOSE)


def table_of(layers: dict[str, np.ndarray], side: str) -> list[dict[str, Any]]:
    """The rows of a side that is no table of its own among the exports."""
    columns = {name.removeprefix(f"{side}_"): array for name, array in layers.items() if name.startswith(side)}
    return [{name: array[row] for name, array in columns.items()} for row in range(len(columns["embedding"]))]


def test_the_csv_files_hold_the_same_numbers(capsys: pytest.CaptureFixture[str], trained: Trained, tmp_path: Path):
    asked(capsys, "export", trained.run.run_id, "--format", "csv", "--to", str(tmp_path))
    scorer = trained.run.scorer
    items = pd.read_csv(tmp_path / "items.csv")
    np.testing.assert_allclose(items["bias"], scorer.exported_item_bias, atol=CLOSE)
    vectors = items[[name for name in items if name.startswith("dim_") and not name.endswith("_variance")]]
    assert vectors.shape == scorer.item_embedding.shape
    np.testing.assert_allclose(vectors, scorer.item_embedding, atol=CLOSE)
    others = [name for name in scorer.arrays if name not in scorer.rows | scorer.folded]
    assert (tmp_path / "layers.csv").exists() == bool(others)
    if others:
        layers = pd.read_csv(tmp_path / "layers.csv")
        for name in others:
            values = layers.loc[layers["name"] == name, "value"]
            np.testing.assert_allclose(values, scorer.arrays[name].ravel(), atol=CLOSE)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # raised and caught inside Keras
def test_the_keras_file_predicts_the_same(capsys: pytest.CaptureFixture[str], trained: Trained, tmp_path: Path):
    (file,) = asked(capsys, "export", trained.run.run_id, "--format", "keras", "--to", str(tmp_path))["files"]
    loaded = keras.models.load_model(file, custom_objects={"DiyEmbedding": DiyEmbedding})
    found = np.asarray(loaded([rows.astype(np.int32) for rows in trained.pairs], training=False))
    np.testing.assert_allclose(found, trained.predict(*trained.pairs), atol=CLOSE)


@pytest.mark.parametrize("model", ["dot_with_bias", pytest.param("simple_dot_diy", marks=pytest.mark.thorough)])
def test_the_script_trains_the_same_model(families: Callable[[str], Trained], tmp_path: Path, model: str):
    trained = families(model)
    for file_format in ("script", "notebook"):
        export(trained.run, trained.ratings, file_format, tmp_path)
    script = (tmp_path / "train.py").read_text()
    cells = json.loads((tmp_path / "train.ipynb").read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(cells) > len(code) and all(part in script for part in code)
    assert "import core" not in script and "from core" not in script
    learned = runpy.run_path(str(tmp_path / "train.py"))
    assert learned["rmse"] == pytest.approx(trained.run.outcome.val_rmse, abs=CLOSE)
    np.testing.assert_allclose(learned["embedding"], trained.run.scorer.item_embedding, atol=CLOSE)


def test_what_keras_does_not_train_has_no_script(capsys: pytest.CaptureFixture[str], families: Any, tmp_path: Path):
    families("variational").put_into_home()
    run_id = families("variational").run.run_id
    text = refused(capsys, "export", run_id, "--format", "script", "--to", str(tmp_path))
    assert text.startswith("NOT_APPLICABLE: ") and "gradient steps" in text


def test_predictions_of_the_run_are_the_models_own(trained: Trained):
    np.testing.assert_allclose(trained.run.scorer.predict(*trained.pairs), trained.predict(*trained.pairs), atol=CLOSE)
    assert trained.run.outcome.metric.value == pytest.approx(trained.value, abs=CLOSE)
    assert (trained.run.outcome.val_rmse is None) != trained.run.scorer.guesses_ratings


def test_two_families_side_by_side_print_their_errors(capsys: pytest.CaptureFixture[str], families):
    first, second = families("neural"), families("simple_dot")
    for one in (first, second):
        one.put_into_home()
    found = asked(capsys, "compare", first.run.run_id, second.run.run_id, "--min-ratings", "1")
    printed = {run["run_id"]: run["val_rmse"] for run in found["metrics"]}
    for one in (first, second):
        assert printed[one.run.run_id] == pytest.approx(one.val_rmse, abs=CLOSE)


def test_a_second_training_of_the_same_settings_is_the_same_run(families):
    for model in ("bias_only", "neural", "autoencoder_items", "autoencoder_users", "ranking", "item2vec", "labels"):
        known = families(model)
        again = fit(known.run.config, known.ratings)
        for name, array in again.scorer.arrays.items():
            np.testing.assert_array_equal(array, known.run.scorer.arrays[name])
