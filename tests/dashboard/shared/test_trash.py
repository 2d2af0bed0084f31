"""Undo, the list of what was deleted, and how full the home is."""

import pytest

from core import data
from core.access import COMMAND_LINE
from core.disk import quota
from core.disk.trash import Trash
from core.model.families import PRESETS
from core.store.runs import RunStore
from dashboard.shared import phrases
from tests.conftest import run_on


def words(app) -> str:
    return " ".join(element.value for kind in ("markdown", "caption") for element in app.get(kind))


def test_data_deleted_with_its_models_comes_back_by_one_press(open_page, brought):
    own = brought()
    run = run_on(data.load(own))
    RunStore().publish(run)
    app = open_page("datasets", dataset=own)
    app.button(key="delete").click().run()
    app.checkbox(key="delete_models").check()
    app.button(key="confirm_delete").click().run()
    assert not app.exception and not app.error
    assert (data.dataset_ids(), RunStore().list()) == ([data.BUNDLED], [])
    app.run()
    assert ":material/delete: Deleted Mine with 1 model. The trash keeps it for 7 days." in words(app)
    assert [expander.label for expander in app.expander][-1].startswith("Deleted in the last 7 days: 1 entry, ")
    assert list(app.dataframe[-1].value["kind"]) == ["data with 1 model"]
    app.button(key="undo_delete").click().run()
    assert not app.exception and not app.error
    assert (data.dataset_ids(), RunStore().list()[0].run_id) == ([data.BUNDLED, own], run.run_id)
    assert app.query_params["dataset"] == own
    assert [toast.value for toast in app.toast] == ["Restored Mine."]
    assert "undo_delete" not in [button.key for button in app.button]
    assert Trash().entries() == ()


def test_undo_says_where_the_place_is_taken(open_page, publish):
    run = publish()
    entry = RunStore().delete(run.run_id, by=COMMAND_LINE)
    publish()
    app = open_page("runs")
    app.session_state["_just_deleted"] = [entry.entry_id]
    app.run()
    app.button(key="undo_delete").click().run()
    assert [error.proto.title for error in app.error] == [phrases.error_title("PLACE_TAKEN")]
    assert "the same model was trained again" in app.error[0].value
    app.button(key="close_undo").click().run()
    assert "undo_delete" not in [button.key for button in app.button]
    assert Trash().entries() == (entry,)


def test_the_trash_is_emptied_after_one_question(open_page, publish):
    RunStore().delete(publish().run_id, by=COMMAND_LINE)
    app = open_page("runs")
    assert list(app.dataframe[-1].value["kind"]) == ["model"]
    assert app.button(key="restore").disabled
    app.button(key="empty").click().run()
    assert "This cannot be undone" in words(app)
    app.button(key="confirm_empty").click().run()
    assert Trash().entries() == ()
    assert not app.exception and [fold.label for fold in app.expander] == ["Words on this page"]


def test_who_may_not_restore_does_not_see_what_was_deleted(open_page, publish, monkeypatch: pytest.MonkeyPatch):
    RunStore().delete(publish().run_id, by=COMMAND_LINE)
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", "a token that nobody entered")
    app = open_page("runs")
    assert not app.exception
    assert [fold.label for fold in app.expander] == ["Words on this page"]


def test_how_full_the_home_is_stands_there_where_somebody_set_a_limit(open_page, publish, monkeypatch):
    publish(PRESETS["default"])
    assert "allowed are in use" not in words(open_page("runs"))
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME_MB", "50")
    for page in ("runs", "datasets"):
        size = quota.megabytes(quota.usage().models)
        assert f"of the 50.0 MB allowed are in use: models {size}" in words(open_page(page))
