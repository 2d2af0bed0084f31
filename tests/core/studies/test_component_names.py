import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from core.access import COMMAND_LINE, Visitor
from core.analysis.components.pca import Pca, item_covariance, pca
from core.analysis.components.predictions import predicted_components
from core.analysis.gauge import centered
from core.errors import CorruptRunError, LimitError, NotAllowedError, UnknownRunError
from core.store import study_store
from core.store.runs import RunStore
from core.studies import component_names
from core.studies.component_names import LONGEST, Name
from tests.core.analysis.made import scorer
from tests.core.analysis.rewritten import WAYS, exact
from tests.core.jobs.tiny import tiny_run


@pytest.fixture
def run():
    made = tiny_run(items=40)
    RunStore().publish(made)
    return made


def named(result: Pca, component: int, low: str = "calm", high: str = "loud") -> Name:
    return Name(low, high, result.components[component], component, result.centered, 0)


def flat(found) -> list[tuple[str, str] | None]:
    return [None if one is None else (one.low, one.high) for one in found]


def test_a_name_is_found_again(run):
    result = pca(run.scorer.item_embedding)
    assert component_names.for_everybody(run.run_id) == ()
    component_names.set_name(run.run_id, named(result, 1, " Kinder ", "ужас 恐怖"), by=COMMAND_LINE)
    found = component_names.for_components(component_names.for_everybody(run.run_id), result)
    assert flat(found) == [None, ("Kinder", "ужас 恐怖"), None]
    assert found[1].likeness == pytest.approx(1)
    assert (found[1].name.component, found[1].name.centered, found[1].name.min_ratings) == (1, False, 0)


def test_the_ends_swap_where_the_component_points_the_other_way():
    result = pca(np.random.default_rng(0).normal(size=(40, 3)))
    turned = Name("calm", "loud", -result.components[2], 0, True, 21)
    assert flat(component_names.for_components([turned], result)) == [None, None, ("loud", "calm")]


def test_a_name_goes_with_its_direction_when_centering_changes_the_order():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(500, 3)) * [1, 2, 4] + [20, 0, 0]  # uncentered, where all lie comes first
    before, after = pca(data), pca(data, centered=True)
    widest = component_names.for_components([named(before, 1)], after)
    assert flat(widest) in ([("calm", "loud"), None, None], [("loud", "calm"), None, None])
    assert widest[0].name.component == 1


@pytest.mark.parametrize(("cosine", "fits"), [(0.96, True), (0.94, False), (-0.96, True)])
def test_only_nearly_the_same_direction_has_the_name(cosine, fits):
    result = pca(np.diag([3.0, 2.0, 1.0]))
    sine = np.sqrt(1 - cosine**2)
    near = Name("calm", "loud", cosine * result.components[0] + sine * result.components[1], 0, False, 0)
    first, second, _ = component_names.for_components([near], result)
    assert (first is not None) == fits and second is None


def test_a_new_name_takes_the_place_of_the_old_and_an_empty_one_removes_it(run):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0), by=COMMAND_LINE)
    component_names.set_name(run.run_id, named(result, 1, "a", "b"), by=COMMAND_LINE)
    component_names.set_name(run.run_id, named(result, 0, "", "only high"), by=COMMAND_LINE)
    assert flat(component_names.for_components(component_names.for_everybody(run.run_id), result)) == [
        ("", "only high"),
        ("a", "b"),
        None,
    ]
    component_names.delete(run.run_id, named(result, 0), by=COMMAND_LINE)
    assert flat(component_names.for_components(component_names.for_everybody(run.run_id), result)) == [
        None,
        ("a", "b"),
        None,
    ]
    component_names.delete(run.run_id, named(result, 2), by=COMMAND_LINE)  # has none
    assert len(component_names.for_everybody(run.run_id)) == 1


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "%{y} $x$ *b*", "=1+1", "../../etc", "a" * LONGEST, "👩‍👩‍👧 family", "אימה"],
)
def test_any_one_line_of_text_is_kept_as_it_is(run, text):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0, text, text), by=COMMAND_LINE)
    assert flat(component_names.for_components(component_names.for_everybody(run.run_id), result))[0] == (
        text,
        text,
    )


@pytest.mark.parametrize("text", ["two\nlines", "a\tb", "\x00", "\x1b[31m", "\u2028", "\u202eevil", "\ud800", "a" * 41])
def test_what_is_no_line_of_text_is_refused_and_nothing_changes(run, text):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0), by=COMMAND_LINE)
    with pytest.raises(LimitError, match="a name"):
        component_names.set_name(run.run_id, named(result, 0, "fine", f"x{text}x"), by=COMMAND_LINE)
    assert flat(component_names.for_components(component_names.for_everybody(run.run_id), result))[0] == (
        "calm",
        "loud",
    )


def test_names_need_a_run():
    name = Name("a", "b", np.array([1.0, 0.0]), 0, False, 0)
    for run_id in ("0123456789abcdef", "../x", ""):
        with pytest.raises(UnknownRunError):
            component_names.set_name(run_id, name, by=COMMAND_LINE)
    assert component_names.for_everybody("0123456789abcdef") == ()


def test_too_many_names_are_refused(run, monkeypatch):
    monkeypatch.setattr(component_names, "NOTES", replace(component_names.NOTES, max_entries=2))
    result = pca(run.scorer.item_embedding)
    for component in (0, 1):
        component_names.set_name(run.run_id, named(result, component), by=COMMAND_LINE)
    with pytest.raises(LimitError, match="2 names are kept"):
        component_names.set_name(run.run_id, named(result, 2), by=COMMAND_LINE)
    assert len(component_names.for_everybody(run.run_id)) == 2


def test_names_given_at_the_same_time_are_all_kept(run):
    result = pca(run.scorer.item_embedding)
    with ThreadPoolExecutor(3) as pool:
        list(
            pool.map(
                lambda k: component_names.set_name(
                    run.run_id, named(result, k, f"low {k}", f"high {k}"), by=COMMAND_LINE
                ),
                range(3),
            )
        )
    found = component_names.for_components(component_names.for_everybody(run.run_id), result)
    assert flat(found) == [(f"low {k}", f"high {k}") for k in range(3)]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"schema": 2, "names": []}',
        '{"schema": 1, "names": [{"low": "a", "high": "b", "direction": [2, 0], "component": 0, "centered": 0}]}',
        '{"schema": 1, "names": [{"low": "a"}]}',
    ],
)
def test_a_damaged_file_is_told_and_left_as_it_is(run, text):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0), by=COMMAND_LINE)
    place = study_store.folder(run.run_id) / "names.json"
    place.write_text(text)
    with pytest.raises(CorruptRunError, match="move it away"):
        component_names.for_everybody(run.run_id)
    with pytest.raises(CorruptRunError):
        component_names.set_name(run.run_id, named(result, 1), by=COMMAND_LINE)
    assert place.read_text() == text


def test_the_file_is_plain_json(run):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0, "é", ""), by=COMMAND_LINE)
    document = json.loads((study_store.folder(run.run_id) / "names.json").read_text(encoding="utf-8"))
    (entry,) = document["names"]
    assert entry["low"] == "é"
    np.testing.assert_allclose(entry["direction"], result.components[0], atol=1e-8)


ADA, BOB, GRACE = Visitor("ada"), Visitor("bob"), Visitor("grace", administrator=True)


def seen(run, result: Pca, visitor: Visitor) -> list[tuple[str, str] | None]:
    """What each component is called for a visitor."""
    return flat(component_names.for_components(component_names.get(run.run_id, by=visitor), result))


def test_a_visitors_name_is_theirs_and_stands_before_everybodys(run):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0, "a", ""), by=ADA)
    assert seen(run, result, BOB) == [None, None, None]
    component_names.set_name(run.run_id, named(result, 0, "g", ""), by=GRACE)
    component_names.set_name(run.run_id, named(result, 1, "all", ""), by=GRACE)
    assert seen(run, result, ADA) == [("a", ""), ("all", ""), None]
    assert seen(run, result, BOB) == seen(run, result, GRACE) == [("g", ""), ("all", ""), None]
    assert [name.own for name in component_names.get(run.run_id, by=ADA)] == [False, True]
    component_names.set_name(run.run_id, named(result, 0, "", ""), by=ADA)
    assert seen(run, result, ADA) == [("g", ""), ("all", ""), None]


def test_a_visitor_cannot_take_everybodys_name_away(run):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0), by=GRACE)
    for take_away in (
        lambda: component_names.set_name(run.run_id, named(result, 0, "", ""), by=ADA),
        lambda: component_names.delete(run.run_id, named(result, 0), by=ADA),
    ):
        with pytest.raises(NotAllowedError, match="for everybody is for administrators"):
            take_away()
    component_names.set_name(run.run_id, named(result, 1, "", ""), by=ADA)  # nobody has named this one
    assert seen(run, result, ADA) == [("calm", "loud"), None, None]


def test_an_administrator_publishes_what_they_named_before_they_were_one(run):
    result = pca(run.scorer.item_embedding)
    component_names.set_name(run.run_id, named(result, 0), by=ADA)
    component_names.set_name(run.run_id, named(result, 0), by=replace(ADA, administrator=True))
    assert [name.own for name in component_names.get(run.run_id, by=ADA)] == [False]
    assert seen(run, result, BOB) == [("calm", "loud"), None, None]


def predictions_of(model) -> tuple[Pca, np.ndarray]:
    """Components of what a model predicts, and the covariance by which they are told apart."""
    users, items = np.arange(1, 31), np.arange(1, 41)
    return predicted_components(centered(model, users, items)), item_covariance(model.item_embedding, items)


@pytest.mark.parametrize("way", WAYS)
def test_no_other_way_to_write_a_model_moves_a_name(way):
    result, _ = predictions_of(exact())
    other = WAYS[way](exact())
    found, covariance = predictions_of(other)
    away = other.item_embedding - other.item_embedding.mean(axis=0)
    same_scores = np.linalg.lstsq(away, result.scores[:, 1] - result.scores[:, 1].mean())[0]  # in the other numbers
    name = Name("calm", "loud", same_scores / np.linalg.norm(same_scores), 1, False, 0, basis="predictions")
    fitting = component_names.for_components([name], found, covariance)
    assert flat(fitting) == [None, ("calm", "loud"), None, None, None]
    assert fitting[1].likeness == pytest.approx(1)


def test_a_name_goes_to_the_other_basis_where_items_lie_alike():
    item = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 5)))[0] * [5, 3, 1, 0.3, 0.1]
    user = np.linalg.qr(np.random.default_rng(1).normal(size=(30, 5)))[0]
    model = scorer(user, item)
    everybody = np.ones(30), np.ones(40, int)
    result, covariance = predicted_components(centered(model, *everybody)), item_covariance(item, everybody[1])
    of_matrix = pca(item, centered=True)
    r = np.corrcoef(result.scores[:, 0], of_matrix.scores[:, 0])[0, 1]
    assert abs(r) >= component_names.SAME
    given = named(of_matrix, 0)
    found = component_names.for_components([given], result, covariance)[0]
    assert (found.low, found.high) == (("calm", "loud") if r > 0 else ("loud", "calm"))
    assert found.likeness == pytest.approx(abs(r))
    back = [Name("x", "y", result.unit(0), 0, False, 0, basis="predictions")]
    assert component_names.for_components(back, of_matrix, covariance)[0].likeness == pytest.approx(abs(r))


def test_a_name_in_one_basis_takes_the_place_of_that_in_the_other(run):
    result, covariance = pca(run.scorer.item_embedding, centered=True), np.diag([9.0, 4.0, 1.0])
    first = named(result, 0)
    component_names.set_name(run.run_id, first, by=COMMAND_LINE, covariance=covariance)
    again = replace(first, low="new", basis="predictions")
    component_names.set_name(run.run_id, again, by=COMMAND_LINE, covariance=covariance)
    (kept,) = component_names.for_everybody(run.run_id)
    assert (kept.low, kept.basis) == ("new", "predictions")
    component_names.set_name(run.run_id, replace(first, low="", high=""), by=COMMAND_LINE, covariance=covariance)
    assert component_names.for_everybody(run.run_id) == ()


def test_of_two_components_alike_the_nearer_has_the_name():
    covariance = np.diag([1.0, 1e-6])  # along the second direction nothing lies apart, so both order items alike
    result = replace(pca(np.eye(2) * [2, 1]), components=np.array([[1.0, 0.0], [0.9, 0.44]]), user_components=np.eye(2))
    name = Name("a", "b", np.array([0.9, 0.44]) / np.hypot(0.9, 0.44), 1, False, 0, basis="predictions")
    assert flat(component_names.for_components([name], result, covariance)) == [None, ("a", "b")]
