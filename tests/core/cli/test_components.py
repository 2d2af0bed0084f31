"""The calls about components and neighbors say what the pages say."""

import numpy as np
import pytest

from core.analysis.components.examined import examine
from core.analysis.components.hints import hints
from core.analysis.components.pca import pca
from core.analysis.components.proof import cost
from core.analysis.components.stability import across_seeds
from core.analysis.gauge import centered_on
from core.analysis.neighbors.of_one import neighbors
from core.cli import main
from core.data.splits import split
from core.model.families import PRESETS
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.stability import StabilitySettings
from tests.conftest import run_on
from tests.core.cli.test_cli import asked, refused


@pytest.fixture
def run(bundled):
    stored = run_on(bundled, dim=8)
    RunStore().publish(stored)
    return stored


@pytest.fixture
def trained(bundled, run) -> np.ndarray:
    return np.bincount(bundled.item_index[split(bundled, run.config).train], minlength=len(bundled.items)) > 0


def test_components_tell_tests_names_and_hints(capsys, run, bundled):
    found = asked(capsys, "components", run.run_id)
    proof = examine(run, bundled).proof
    assert (found["basis"], found["proven"], found["signal"]) == ("pca", proof.proven, proof.signal)
    assert [row["component"] for row in found["held_out"]] == list(range(1, 9))
    assert [row["z"] for row in found["held_out"]] == pytest.approx(proof.z.tolist())
    assert (found["splits"], found["untested"]) == (1, None)
    assert found["stability"] is None
    assert found["names"] == [None] * 8
    assert {hint["name"] for hint in found["hints"]["numbers"]} >= {"year", "Drama"}
    assert (found["hints"]["top"], found["hints"]["bottom"]) == ("", "")  # numbers that no rating has shaped
    effects = [abs(hint["effect"]) for hint in found["hints"]["numbers"] if hint["q"] > 0.05]
    assert effects == sorted(effects, reverse=True)


def test_components_tell_a_stored_study(capsys, run, bundled, trained):
    rng = np.random.default_rng(0)
    others = (run.scorer.item_embedding + rng.normal(scale=0.1, size=(2, 9066, 8))).astype(np.float32)
    facts = {"seeds": [1, 2], "val_rmse": [0.9, 0.9]}
    study_store.save(run.run_id, "stability", StabilitySettings(runs=3), {"embeddings": others}, facts)
    found = asked(capsys, "components", run.run_id, "--fit-min-ratings", "21", "--centered")
    wanted = across_seeds(
        run.scorer.item_embedding,
        list(others),
        centered=True,
        shaping=bundled.item_count >= 21,
        measured=trained,
    )
    assert found["stability"]["seeds"] == [1, 2]
    assert found["stability"]["median_r"] == pytest.approx(wanted.median_r.tolist())
    assert main(["components", run.run_id]) == 0
    assert "trained again from 2 other seeds" in capsys.readouterr().out


def test_a_component_is_named_and_the_name_stands_in_the_listing(capsys, run):
    assert asked(capsys, "name", run.run_id) == []
    given = asked(capsys, "name", run.run_id, "--component", "3", "--low", "quiet", "--high", "loud")
    assert given == {"component": 3, "low": "quiet", "high": "loud"}
    assert asked(capsys, "name", run.run_id, "--component", "3", "--low", "") == given | {"low": ""}
    assert asked(capsys, "name", run.run_id) == [{"component": 3, "low": "", "high": "loud"}]
    assert asked(capsys, "components", run.run_id)["names"][2] == {"low": "", "high": "loud"}
    assert main(["components", run.run_id, "--component", "3"]) == 0
    assert "highest: loud" in capsys.readouterr().out
    (kept,) = component_names.for_everybody(run.run_id)
    np.testing.assert_allclose(kept.direction, pca(run.scorer.item_embedding).components[2], atol=1e-8)
    assert asked(capsys, "name", run.run_id, "--component", "3", "--high", "")["high"] == ""
    assert component_names.for_everybody(run.run_id) == ()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--component", "9", "--low", "x"), "LIMIT: --component is 9; allowed is 1 to 8"),
        (("--component", "1", "--low", "x" * 10_000), "LIMIT: the name 'xxx"),
        (("--component", "1", "--low", "two\nlines"), "LIMIT: character 4 of the name is U+000A"),
        (("--low", "x"), "USAGE: which component is meant"),
    ],
)
def test_a_name_that_cannot_be_is_refused(capsys, run, arguments, says):
    assert refused(capsys, "name", run.run_id, *arguments).startswith(says)
    assert component_names.for_everybody(run.run_id) == ()


def test_cost_is_that_of_the_analysis(capsys, run, bundled):
    found = asked(capsys, "cost", run.run_id)
    parts = split(bundled, run.config)
    rows = parts.validation
    wanted = cost(
        centered_on(run.scorer, bundled, parts),
        pca(run.scorer.item_embedding),
        bundled.user_index[rows],
        bundled.item_index[rows],
        bundled.rating[rows],
    )
    assert found["rmse"] == pytest.approx(wanted.rmse.tolist())
    assert len(found["rmse"]) == 9
    assert (found["enough"], found["n_ratings"]) == (wanted.enough(), 20_001)
    assert main(["cost", run.run_id, "--centered", "--fit-min-ratings", "21"]) == 0
    assert "of 8 components are as good as all" in capsys.readouterr().out


def test_components_of_what_it_predicts(capsys, run, bundled):
    found = asked(capsys, "components", run.run_id, "--basis", "predictions", "--min-ratings", "100", "--top", "1")
    wanted = examine(run, bundled).result
    assert found["variance_ratio"] == pytest.approx(wanted.variance_ratio.tolist())
    known = np.where(bundled.item_count >= 100, wanted.scores[:, 0], -np.inf)
    assert found["top"][0]["score"] == pytest.approx(float(known.max()))
    error = asked(capsys, "cost", run.run_id, "--basis", "predictions")
    assert error["rmse"] == pytest.approx(examine(run, bundled).proof.rmse.tolist())
    assert main(["components", run.run_id, "--basis", "predictions"]) == 0
    said = capsys.readouterr().out
    assert "component 1 of what the model predicts carries" in said
    assert "component 1 is unproven (gain z = " in said
    refusal = refused(capsys, "components", run.run_id, "--basis", "predictions", "--centered")
    assert refusal.startswith("USAGE: --centered and --fit-min-ratings are for --basis pca")


def test_a_name_goes_from_one_basis_to_the_other(capsys, run, bundled):
    flags = ("name", run.run_id, "--basis", "predictions")
    asked(capsys, *flags, "--component", "2", "--high", "loud")
    (kept,) = component_names.for_everybody(run.run_id)
    assert kept.basis == "predictions"
    assert asked(capsys, *flags) == [{"component": 2, "low": "", "high": "loud"}]
    assert asked(capsys, *flags, "--component", "2", "--high", "")["high"] == ""
    assert component_names.for_everybody(run.run_id) == ()


def test_what_is_no_sum_is_not_tested(capsys, bundled):
    run = run_on(bundled, model="neural", dim=2)
    RunStore().publish(run)
    found = asked(capsys, "components", run.run_id)
    assert (found["proven"], found["signal"], found["held_out"]) == (None, None, [])
    assert "not a sum of terms" in found["untested"]
    assert refused(capsys, "components", run.run_id, "--basis", "predictions").startswith("NOT_APPLICABLE")


def test_neighbors_are_trained_and_rated_often_enough(capsys, run, bundled, trained):
    every = asked(capsys, "neighbors", run.run_id, "--item", "1", "--top", "9065")
    assert {entry["item_id"] for entry in every} == set(bundled.items.ids[trained]) - {"1"}
    known = asked(capsys, "neighbors", run.run_id, "--item", "1", "--min-ratings", "100")
    row = bundled.items.index("1")
    wanted = neighbors(run.scorer.item_embedding, row, eligible=trained & (bundled.item_count >= 100))
    assert [entry["item_id"] for entry in known] == bundled.items.ids[wanted.index].tolist()
    assert refused(capsys, "neighbors", run.run_id, "--item", "1", "--min-ratings", "-1").startswith("LIMIT")


def test_neighbors_of_an_untrained_item_come_with_a_remark(capsys, run, bundled, trained):
    item = bundled.items.ids[np.flatnonzero(~trained)[0]]
    assert main(["neighbors", run.run_id, "--item", item, "--json"]) == 0
    assert "no rating in the training part" in capsys.readouterr().err


def test_hints_are_of_the_listed_items(capsys, run, bundled):
    from core.analysis.item_attributes import item_columns

    found = asked(capsys, "components", run.run_id, "--min-ratings", "100")
    rows = np.flatnonzero(bundled.item_count >= 100)
    scores = pca(run.scorer.item_embedding).scores[rows, 0]
    first = hints(scores, item_columns(bundled).take(rows))[0]
    assert found["hints"]["numbers"][0] == {
        "name": first.name,
        "effect": pytest.approx(first.effect),
        "z": pytest.approx(first.z),
        "q": pytest.approx(first.q),
        "n": first.n,
    }


def test_a_model_that_knows_how_sure_it_is_says_so(capsys, bundled):
    run = run_on(bundled, PRESETS["best"])
    RunStore().publish(run)
    flags = ("components", run.run_id, "--top", "3")
    sure, plain = asked(capsys, *flags), asked(capsys, *flags, "--by-score")
    assert sure["signal"] == sure["proven"]  # where the score counts, it counts for both
    least = [one["score"] - one["std"] for one in sure["top"]]
    assert least == sorted(least, reverse=True)
    scores = [one["score"] for one in plain["top"]]
    assert scores == sorted(scores, reverse=True)
    near = asked(capsys, "neighbors", run.run_id, "--item", "1", "--top", "4", "--min-ratings", "100")
    assert all(0 <= one["agreement"] <= 1 for one in near)
    axis = asked(capsys, "axis", run.run_id, "--low-feature", "Children (genres)", "--high-feature", "Horror (genres)")
    assert len(axis["high"]) == 10


def test_others_say_nothing_of_it(capsys, run):
    assert "std" not in asked(capsys, "components", run.run_id)["top"][0]
    assert "agreement" not in asked(capsys, "neighbors", run.run_id, "--item", "1")[0]
    assert refused(capsys, "axis", run.run_id, "--low", "1").startswith("USAGE: the high pole is missing")
