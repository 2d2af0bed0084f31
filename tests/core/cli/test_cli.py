"""The command line keeps its promises: JSON, exit status, one line an error, no TensorFlow without need."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import main, parser
from core.cli.common import table
from core.config import RunConfig
from core.errors import LimitError
from core.jobs import queue
from core.model.families import PRESETS
from core.store.runs import RunStore
from tests.conftest import run_on
from tests.core.cli.calling import asked, refused

ROOT = Path(__file__).parents[3]
QUICK = ("--embedding-dim", "2", "--epochs", "1", "--batch-size", "4096")


@pytest.fixture
def run(bundled):
    stored = run_on(bundled, dim=8)
    RunStore().publish(stored)
    return stored


def test_datasets(capsys, bundled):
    (found,) = asked(capsys, "datasets")
    assert found == {
        "id": "ml-latest-small",
        "name": "MovieLens",
        "users": 671,
        "items": 9066,
        "ratings": 100_004,
        "min_rating": 0.5,
        "max_rating": 5.0,
        "digest": bundled.digest,
    }


def test_json_is_understood_before_the_call_too(capsys):
    assert main(["--json", "runs"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_train_then_find_it_in_the_store(capsys, home):
    assert main(["train", *QUICK, "--json"]) == 0
    first = capsys.readouterr()
    made = json.loads(first.out)
    assert made["cached"] is False
    assert made["epochs"] == 1
    assert 0.5 < made["val_rmse"] == made["best_val_rmse"] < 4
    assert "epoch   1 of 1" in first.err
    assert Path(made["path"]) == home / "runs" / made["run_id"]
    # The same again: from the store, and without TensorFlow.
    code = (
        f"import sys; from core.cli import main; status = main({['train', *QUICK, '--json']!r}); "
        "sys.exit(3 if {'tensorflow', 'keras'} & set(sys.modules) else status)"
    )
    again = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == made | {"cached": True}


def test_interrupt_cancels_and_stores_nothing(home):
    settings = (
        "--model",
        "variational",
        "--embedding-dim",
        "2",
        "--steps",
        "2000",
    )  # TensorFlow takes seconds to start
    command = [sys.executable, "-m", "core", "train", *settings]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if line.startswith("epoch"):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert [line for line in err.splitlines() if line.startswith("error")] == err.splitlines()[-1:]
    assert err.splitlines()[-1].startswith("error: CANCELED: ")
    assert "Traceback" not in err
    assert RunStore().list() == []


def test_a_call_imports_no_other_calls_modules():
    code = "import sys; from core.cli import main\ntry: main(sys.argv[1:])\nfinally: print('imported', *sys.modules)"
    for call, needless in (("--help", {"numpy", "pydantic"}), ("jobs", {"pandas", "scipy", "core.cli.train"})):
        done = subprocess.run([sys.executable, "-c", code, call], cwd=ROOT, capture_output=True, text=True, check=True)
        assert not needless & set(done.stdout.rpartition("imported")[2].split())


@pytest.mark.parametrize("call", parser._CALLS)
def test_every_call_says_what_it_may_be_told(capsys, call):
    with pytest.raises(SystemExit) as ended:
        main([call, "--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"usage: python -m core {call} [-h] [--json]")
    assert parser._CALLS[call].summary in " ".join(printed.split())


def test_help_needs_no_tensorflow_and_explains_every_setting():
    code = "import sys; from core.cli import main\ntry: main(['train', '--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "core.cli" in done.stdout.split()
    assert not {"tensorflow", "keras", "streamlit", "plotly"} & set(done.stdout.split())
    for name, field in RunConfig.model_fields.items():
        assert f"--{name.replace('_', '-')}" in done.stdout
        assert field.description.split()[0] in done.stdout
    assert all(preset in done.stdout.replace("\n", "").replace(" ", "") for preset in PRESETS)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("train", "--embedding-dim", "1000000000"), "LIMIT", "embedding_dim is '1000000000'"),
        (("train", "--epochs", "many"), "LIMIT", "epochs is 'many'"),
        (("train", "--learning-rate", "nan"), "LIMIT", "learning_rate"),
        (("train", "--model", "svd"), "LIMIT", "model is 'svd'"),
        (("train", "--preset", "finest"), "LIMIT", "preset is 'finest'; there are default"),
        (("train", "--dataset", "../etc"), "UNKNOWN_DATASET", "'../etc'"),
        (("train", "--momentum", "1"), "USAGE", "--momentum"),
        (("train", "--epoch", "1"), "USAGE", "--epoch"),
        (("fly",), "USAGE", "'fly'"),
        ((), "USAGE", "CALL"),
        (("show", "0123456789abcdef"), "UNKNOWN_RUN", "no run 0123456789abcdef"),
        (("delete", "../../etc"), "UNKNOWN_RUN", "'../../etc'"),
        (("components", "x"), "UNKNOWN_RUN", "'x'"),
        (("cancel", "7"), "UNKNOWN_JOB", "no job"),
        (("export", "0123456789abcdef", "--format", "xlsx", "--to", "x"), "USAGE", "'xlsx'"),
    ],
)
def test_what_a_person_can_mend_is_one_line_with_a_code(capsys, arguments, code, says):
    line = refused(capsys, *arguments)
    assert line.startswith(f"{code}: ")
    assert says in line


def test_a_bug_keeps_its_traceback(monkeypatch):
    def broken():
        raise ZeroDivisionError

    monkeypatch.setattr("core.data.infos", broken)
    with pytest.raises(ZeroDivisionError):
        main(["datasets"])


def test_memory_is_checked_before_training(capsys, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", "1")
    assert refused(capsys, "train").startswith("LIMIT: ")


def test_flags_override_the_preset(capsys):
    document = asked(capsys, "train", "--queue", "--preset", "article-dot-with-bias", "--epochs", "3", "--restore-best")
    spec = json.loads((queue.folder() / document["job_id"] / "spec.json").read_text())["spec"]["config"]
    expected = PRESETS["article-dot-with-bias"].model_dump() | {"epochs": 3, "restore_best": True}
    assert spec == expected


def test_a_queued_training_is_seen_and_canceled(capsys):
    queued = asked(capsys, "train", "--queue")
    assert queued["state"] == "queued"
    assert asked(capsys, "train", "--queue") == queued
    (job,) = asked(capsys, "jobs")
    assert {key: job[key] for key in ("job_id", "kind", "state", "progress", "code", "run_id")} == {
        "job_id": queued["job_id"],
        "kind": "train",
        "state": "queued",
        "progress": 0.0,
        "code": "",
        "run_id": queued["run_id"],
    }
    assert asked(capsys, "cancel", queued["job_id"])["state"] == "canceled"


def test_runs_show_and_delete(capsys, run):
    (listed,) = asked(capsys, "runs")
    assert listed["run_id"] == run.run_id
    assert listed["config"] == run.config.model_dump()
    shown = asked(capsys, "show", run.run_id)
    assert shown["metrics"]["val_rmse"] == run.outcome.val_rmse
    assert [epoch["val_rmse"] for epoch in shown["history"]] == [0.95, 0.95]
    assert asked(capsys, "delete", run.run_id)["deleted"] is True
    assert asked(capsys, "runs") == []
    assert refused(capsys, "show", run.run_id).startswith("UNKNOWN_RUN")


def test_a_damaged_run_is_reported_and_set_aside(capsys, run, home):
    (home / "runs" / run.run_id / "item_embedding.npy").write_bytes(b"\0" * 400)
    assert refused(capsys, "components", run.run_id).startswith("CORRUPT_RUN")
    assert main(["runs", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == []
    assert f"set aside: run {run.run_id}" in printed.err


def test_components_lists_both_ends_of_the_items_with_enough_ratings(capsys, run, bundled):
    found = asked(capsys, "components", run.run_id, "--component", "2", "--top", "4", "--min-ratings", "21")
    assert found["n_items"] == 1_247
    assert found["fit_items"] == 9_066
    assert sum(found["variance_ratio"]) == pytest.approx(1)
    assert len(found["variance_ratio"]) == 8
    scores = [item["score"] for item in found["top"] + found["bottom"][::-1]]
    assert len(scores) == 8 and scores == sorted(scores, reverse=True)
    for item in found["top"]:
        row = bundled.items.index(item["item_id"])
        assert item["n_ratings"] == bundled.item_count[row] >= 21
        assert item["mean_rating"] == pytest.approx(bundled.item_mean[row])
        assert item["title"] == bundled.item_table["title"].iat[row]
        assert item["genres"] == bundled.item_table["genres"].iat[row]


def test_components_of_some_items_and_centered_are_others(capsys, run):
    ratios = [
        asked(capsys, "components", run.run_id, *flags)["variance_ratio"]
        for flags in ([], ["--centered"], ["--fit-min-ratings", "21"])
    ]
    assert ratios[0] != ratios[1] and ratios[0] != ratios[2]


@pytest.mark.parametrize(
    ("flag", "value", "says"),
    [
        ("--component", "0", "--component is 0; allowed is 1 to 8"),
        ("--component", "9", "--component is 9; allowed is 1 to 8"),
        ("--top", "0", "--top is 0; allowed is 1 or more"),
        ("--min-ratings", "-1", "--min-ratings is -1"),
        ("--fit-min-ratings", "1000", "lower --fit-min-ratings"),
    ],
)
def test_components_refuses_by_name(capsys, run, flag, value, says):
    line = refused(capsys, "components", run.run_id, flag, value)
    assert line.startswith("LIMIT: ") and says in line


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_neighbors(capsys, run, metric):
    found = asked(capsys, "neighbors", run.run_id, "--item", "1", "--metric", metric, "--top", "5")
    assert len(found) == 5
    assert found[0].keys() == {"item_id", "title", "similarity"}
    similarity = [item["similarity"] for item in found]
    assert similarity == sorted(similarity, reverse=True)
    assert "1" not in {item["item_id"] for item in found}


def test_neighbors_of_an_unknown_item(capsys, run):
    assert refused(capsys, "neighbors", run.run_id, "--item", "nothing").startswith("UNKNOWN_ITEM: 'nothing'")


def test_export(capsys, run, tmp_path):
    found = asked(capsys, "export", run.run_id, "--format", "csv", "--to", str(tmp_path / "out"))
    assert found == {"files": [str(tmp_path / "out" / "items.csv"), str(tmp_path / "out" / "users.csv")]}


@pytest.mark.parametrize("arguments", [("datasets",), ("runs",), ("jobs",), ("show",), ("components",), ("neighbors",)])
def test_text_for_people(capsys, run, arguments):
    name = arguments[0]
    extra = {"show": [run.run_id], "components": [run.run_id], "neighbors": [run.run_id, "--item", "1"]}.get(name, [])
    assert main([name, *extra]) == 0
    printed = capsys.readouterr().out
    expected = {"datasets": "100,004", "jobs": "no jobs", "neighbors": "closest to Toy Story (1995)"}
    assert expected.get(name, run.run_id if name in ("runs", "show") else "1,247 items") in printed


def test_a_table_is_aligned_and_no_title_moves_the_cursor():
    lines = table(("title", "n"), [("a\x1b[2J\rb", 1), ("long " * 30, 20_000)]).splitlines()
    assert {len(line) for line in lines} == {len("long ") * 10 + 8}
    assert lines[1].startswith("a [2J b ") and lines[1].endswith("       1")
    assert lines[2].endswith("…  20,000")


def test_a_reader_that_leaves_early_is_no_error(run):
    command = f"{sys.executable} -m core show {run.run_id} | head -c 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("preset", "told"), [("best", False), ("default", True)])
def test_tensorflow_is_announced_where_it_is_used(capsys, monkeypatch, preset, told):
    def refuse(*_: object, **__: object) -> None:
        raise LimitError("not now")

    monkeypatch.setattr("core.training.trainer.fit", refuse)
    assert main(["train", "--preset", preset]) == 2
    assert ("starting TensorFlow" in capsys.readouterr().err) is told
