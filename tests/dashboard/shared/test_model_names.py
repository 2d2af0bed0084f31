"""What models are called."""

from core.model.families import PRESETS
from dashboard.shared import model_names


def test_values_of_settings_are_words():
    assert [model_names.setting(value) for value in ("global_time", True, 0.5, None)] == [
        "global time",
        "on",
        "0.5",
        "–",
    ]


def test_models_are_told_apart_by_what_differs():
    best, usual = PRESETS["best"], PRESETS["default"]
    assert model_names.apart([best, usual]) == [
        "Factorization that knows how sure it is, 12 dimensions",
        "Dot product with biases, 64 dimensions",
    ]
    bare = usual.model_copy(update={"epochs": 3, "l2": 0.0, "learning_rate": 0.5})
    assert model_names.apart([usual, bare]) == ["learning rate 0.008, penalty 0.11", "learning rate 0.5, no penalty"]
    again = [usual.model_copy(update={"seed": seed}) for seed in (0, 1, 2)]
    assert model_names.apart(again) == ["seed 0", "seed 1", "seed 2"]
    assert model_names.apart([best, *again[:2]])[1:] == [
        "Dot product with biases, 64 dimensions, seed 0",
        "Dot product with biases, 64 dimensions, seed 1",
    ]
    wide = [usual.model_copy(update={"embedding_dim": dim}) for dim in (8, 16)]
    assert model_names.apart([best, *wide])[1:] == [f"Dot product with biases, {dim} dimensions" for dim in (8, 16)]


def test_as_many_settings_are_named_as_tell_models_apart():
    usual = PRESETS["default"]
    many = [
        usual.model_copy(update={"embedding_dim": dim, "learning_rate": rate, "l2": 0.0, "seed": seed})
        for dim, rate, seed in ((8, 0.1, 0), (8, 0.1, 1), (16, 0.2, 0))
    ]
    assert model_names.apart(many) == [
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
    assert model_names.apart([usual.model_copy(update=change) for change in changes]) == [
        "Dot product with biases, 64 dimensions",
        "no penalty",
        "seed 1",
        "batch size 32, learning rate 0.5",
        "epochs 5",
        "user dropout 0.5",
    ]


def test_one_model_and_equal_ones_go_by_their_kind():
    usual = PRESETS["default"]
    assert model_names.apart([]) == []
    assert model_names.apart([usual]) == ["Dot product with biases, 64 dimensions"]
    assert model_names.apart([usual, usual]) == ["Dot product with biases, 64 dimensions"] * 2
