"""The words that more than one place needs."""

import pytest

from core.config import RunConfig
from core.model.families import PRESETS, run_config
from dashboard.shared import phrases


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Item dropout", "Short story dropout"),
        ("too much hides the item itself", "too much hides the short story itself"),
        ("two items, itemized", "two short stories, itemized"),
        ("User dropout", "User dropout"),
    ],
)
def test_texts_of_the_core_speak_of_what_is_rated(text: str, words: str):
    assert phrases.with_noun(text, "short story") == words


@pytest.mark.parametrize(
    ("message", "said"), [("stopped", "Stopped."), ("a.csv is", "a.csv is."), ("two, …", "Two, …")]
)
def test_a_message_is_a_sentence(message: str, said: str):
    assert phrases.sentence(message) == said


def test_a_model_is_looked_into_where_it_has_something_to_show():
    assert phrases.first_look(PRESETS["best"])[0] == "components"
    assert phrases.first_look(run_config(model="bias_only"))[2] == "Open the biases"


def test_no_setting_speaks_of_movies_by_itself():
    for name, field in RunConfig.model_fields.items():
        assert "movie" not in f"{field.title} {field.description} {field.json_schema_extra}".lower(), name
