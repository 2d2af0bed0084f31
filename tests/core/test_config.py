import time

import pytest
from pydantic import ValidationError

from core.config import PRESETS, RunConfig, differences, parse_config, run_id
from core.errors import LimitError

DIGEST = "0" * 64


def test_every_setting_says_what_it_is_in_plain_words():
    for name, field in RunConfig.model_fields.items():
        assert field.title and field.description, name
        assert field.description.endswith((".", ")")), name


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"embedding_dim": 0}, "embedding_dim is 0: should be greater than or equal to 1"),
        ({"embedding_dim": 1025}, "less than or equal to 1024"),
        ({"embedding_dim": 10**9}, "embedding_dim is 1000000000"),
        ({"embedding_dim": 2.5}, "embedding_dim is 2.5"),
        ({"epochs": "many"}, "epochs is 'many'"),
        ({"epochs": 501}, "500"),
        ({"learning_rate": 0}, "greater than 0"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"l2": float("inf")}, "l2"),
        ({"user_dropout": 1.0}, "0.95"),
        ({"validation_fraction": 0}, "validation_fraction"),
        ({"model": "svd"}, "model is 'svd'"),
        ({"dimensions": 3}, "dimensions"),
        ({"init_min": 0.1, "init_max": 0.1}, "initial range is empty"),
        ({"model": "simple_dot_diy", "embedding_layer": "keras"}, "hand-written layer"),
        ({"epochs": 0, "batch_size": 0}, "epochs is 0.*; batch_size is 0|batch_size is 0.*; epochs is 0"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(settings, says):
    with pytest.raises(LimitError, match=says):
        parse_config(settings)


def test_a_forged_size_is_refused_before_anything_is_allocated():
    began = time.perf_counter()
    with pytest.raises(LimitError):
        parse_config({"embedding_dim": 10**9})
    assert time.perf_counter() - began < 0.05


def test_a_config_cannot_be_changed():
    with pytest.raises(ValidationError):
        RunConfig().epochs = 3


def test_the_embedding_layer_follows_from_the_model():
    assert RunConfig(model="simple_dot").embedding_layer == "keras"
    assert RunConfig(model="simple_dot_diy").embedding_layer == "diy"
    assert parse_config({"model": "simple_dot_diy"}, base=RunConfig(model="simple_dot")).embedding_layer == "diy"
    assert parse_config({"model": "simple_dot", "embedding_layer": "diy"}).embedding_layer == "diy"


def test_settings_override_the_base_and_leave_the_rest():
    config = parse_config({"epochs": "3"}, base=PRESETS["article-dot-with-bias"])
    assert (config.epochs, config.item_dropout, config.batch_size) == (3, 0.6, 32)


def test_the_articles_presets_to_the_letter():
    for name in ("article-simple-dot", "article-dot-with-bias", "article-simple-dot-diy"):
        preset = PRESETS[name]
        assert (preset.embedding_dim, preset.epochs, preset.batch_size, preset.patience) == (64, 10, 32, 2), name
        assert (preset.learning_rate, preset.l2, preset.validation_fraction) == (1e-3, 0, 0.2), name
    start = PRESETS["article-simple-dot"]
    assert (start.model, start.init_min, start.init_max) == ("simple_dot", 0, 0.05)
    biased = PRESETS["article-dot-with-bias"]
    assert (biased.model, biased.user_dropout, biased.item_dropout) == ("dot_with_bias", 0.3, 0.6)
    diy = PRESETS["article-simple-dot-diy"]
    assert (diy.model, diy.init_min, diy.init_max) == ("simple_dot_diy", -0.05, 0.05)


def test_a_run_id_is_sixteen_hex_digits():
    name = run_id(RunConfig(), DIGEST)
    assert len(name) == 16 and set(name) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"learning_rate": 1}, {"learning_rate": 1.0}),
        ({"epochs": 10}, {"epochs": 10.0}),
        ({"epochs": 10}, {"epochs": "10"}),
        ({"l2": -0.0}, {"l2": 0.0}),
        ({"init_max": 1}, {"init_max": 1.0}),
        ({"model": "simple_dot"}, {"embedding_layer": "keras", "model": "simple_dot"}),
    ],
)
def test_equal_settings_are_one_run_however_they_are_written(one, other):
    assert run_id(parse_config(one), DIGEST) == run_id(parse_config(other), DIGEST)


def test_any_other_setting_or_data_is_another_run():
    changed = {
        "epochs": 11,
        "batch_size": 33,
        "learning_rate": 0.002,
        "l2": 0.1,
        "patience": 3,
        "restore_best": True,
        "seed": 1,
        "model": "simple_dot",
        "embedding_dim": 65,
        "embedding_layer": "diy",
        "user_dropout": 0.1,
        "item_dropout": 0.1,
        "init_min": -0.1,
        "init_max": 0.1,
        "split_kind": "temporal",
        "validation_fraction": 0.3,
        "split_seed": 1,
    }
    assert changed.keys() == RunConfig.model_fields.keys()
    ids = {run_id(parse_config({name: value}), DIGEST) for name, value in changed.items()}
    ids |= {run_id(RunConfig(), DIGEST), run_id(RunConfig(), "1" * 64)}
    assert len(ids) == len(changed) + 2


def test_only_settings_that_differ_in_the_words_of_the_form():
    found = differences([RunConfig(seed=0, embedding_dim=8), RunConfig(seed=1, embedding_dim=8), RunConfig(seed=0)])
    assert [(one.name, one.title, one.values) for one in found] == [
        ("embedding_dim", "Dimensions", (8, 8, 64)),
        ("seed", RunConfig.model_fields["seed"].title, (0, 1, 0)),
    ]


def test_equal_settings_and_a_single_one_do_not_differ():
    assert differences([RunConfig(), RunConfig()]) == differences([RunConfig()]) == ()
