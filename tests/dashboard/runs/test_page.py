"""The runs page: the list, opening, comparing, and what was set aside."""

from core.model.families import PRESETS
from core.store.runs import RunStore


def test_without_models_the_page_leads_to_training(open_page):
    app = open_page("runs")
    assert not app.exception
    assert not app.dataframe
    assert "Train a first model" in [link.label for link in app.get("page_link")]


def test_every_model_is_a_row_with_its_result(open_page, publish):
    publish(PRESETS["default"])
    publish(PRESETS["article-simple-dot"])
    shown = open_page("runs").dataframe[0].value
    assert sorted(shown["model"]) == ["Dot product", "Dot product with biases"]
    assert sorted(shown["preset"]) == ["Article: dot product", "Fast and good"]
    assert list(shown["val_rmse"]) == [0.95, 0.95]


def test_buttons_wait_for_a_selection(open_page, publish):
    publish()
    app = open_page("runs")
    states = {button.label: button.disabled for button in app.button}
    assert states["Delete"]
    assert states["Use its settings"]


def test_a_damaged_model_is_reported_and_not_listed(open_page, publish):
    whole, damaged = publish(PRESETS["default"]), publish(PRESETS["article-simple-dot"])
    (RunStore().folder / damaged.run_id / "manifest.json").write_text("{")
    app = open_page("runs")
    assert not app.exception
    assert list(app.dataframe[0].value["run_id"]) == [whole.run_id]
    assert list(app.dataframe[1].value["Id"]) == [damaged.run_id]
