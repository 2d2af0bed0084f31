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


def test_values_of_settings_are_words():
    assert [phrases.setting(value) for value in ("global_time", True, 0.5, None)] == ["global time", "on", "0.5", "–"]


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


def test_models_are_told_apart_by_what_differs():
    best, usual = PRESETS["best"], PRESETS["default"]
    assert phrases.apart([best, usual]) == [
        "Factorization that knows how sure it is, 12 dimensions",
        "Dot product with biases, 64 dimensions",
    ]
    bare = usual.model_copy(update={"epochs": 3, "l2": 0.0, "learning_rate": 0.5})
    assert phrases.apart([usual, bare]) == ["learning rate 0.008, penalty 0.11", "learning rate 0.5, no penalty"]
    again = [usual.model_copy(update={"seed": seed}) for seed in (0, 1, 2)]
    assert phrases.apart(again) == ["seed 0", "seed 1", "seed 2"]
    assert phrases.apart([best, *again[:2]])[1:] == [
        "Dot product with biases, 64 dimensions, seed 0",
        "Dot product with biases, 64 dimensions, seed 1",
    ]
    wide = [usual.model_copy(update={"embedding_dim": dim}) for dim in (8, 16)]
    assert phrases.apart([best, *wide])[1:] == [f"Dot product with biases, {dim} dimensions" for dim in (8, 16)]


def test_as_many_settings_are_named_as_tell_models_apart():
    usual = PRESETS["default"]
    many = [
        usual.model_copy(update={"embedding_dim": dim, "learning_rate": rate, "l2": 0.0, "seed": seed})
        for dim, rate, seed in ((8, 0.1, 0), (8, 0.1, 1), (16, 0.2, 0))
    ]
    assert phrases.apart(many) == [
        "8 dimensions, learning rate 0.1, seed 0",
        "8 dimensions, learning rate 0.1, seed 1",
        "16 dimensions, learning rate 0.2, seed 0",
    ]


def test_among_very_many_each_is_named_by_what_is_unlike_the_others():
    usual = PRESETS["default"]
    changes = [
        {},
        {"l2": 0.0},
        {"seed": 1},
        {"learning_rate": 0.5, "batch_size": 32},
        {"epochs": 5},
        {"user_dropout": 0.5},
    ]
    assert phrases.apart([usual.model_copy(update=change) for change in changes]) == [
        "Dot product with biases, 64 dimensions",
        "no penalty",
        "seed 1",
        "batch size 32, learning rate 0.5",
        "epochs 5",
        "user dropout 0.5",
    ]


def test_one_model_and_equal_ones_go_by_their_kind():
    usual = PRESETS["default"]
    assert phrases.apart([]) == []
    assert phrases.apart([usual]) == ["Dot product with biases, 64 dimensions"]
    assert phrases.apart([usual, usual]) == ["Dot product with biases, 64 dimensions"] * 2
