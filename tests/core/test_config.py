import hashlib
import json
import time

import pytest
from pydantic import ValidationError

from core.config import run_id
from core.errors import LimitError
from core.model.families import FAMILIES, PRESETS, SETTINGS, new_defaults, parse_config, run_config

DIGEST = "0" * 64


def test_every_setting_says_what_it_is_in_plain_words():
    for name, field in SETTINGS.items():
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
        run_config().epochs = 3


def test_the_embedding_layer_follows_from_the_model():
    assert run_config(model="simple_dot").embedding_layer == "keras"
    assert run_config(model="simple_dot_diy").embedding_layer == "diy"
    assert parse_config({"model": "simple_dot_diy"}, base=run_config(model="simple_dot")).embedding_layer == "diy"
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
    name = run_id(run_config(), DIGEST)
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
        "starting_guess": "average",
        "l2_unit": "scale",
        "test_fraction": 0.1,
    }
    of_family = {
        "neural": {"hidden_units": 33},
        "variational": {"steps": 90, "raters": False, "item_columns": False},
        "autoencoder_items": {"activation": "identity", "penalty": 5.0},
        "ranking": {"unseen_weight": 0.5, "row_penalty": 0.02},
        "item2vec": {"window": 2, "negatives": 3, "pair_penalty": 0.5},
        "labels": {"label_penalty": 0.5},
        "als": {"vector_penalty": 0.5, "engine": "spark"},
    }
    by_spark = {"engine": "spark", "table": "x"}  # a table is read by Spark alone
    assert changed.keys() | by_spark.keys() | set().union(*of_family.values()) == SETTINGS.keys()
    ids = {run_id(parse_config({name: value}), DIGEST) for name, value in changed.items()}
    ids |= {run_id(run_config(), DIGEST), run_id(run_config(), "1" * 64)}
    others = {"autoencoder_users": {}} | of_family
    for model, own in others.items():
        ids |= {run_id(run_config(model=model, **{name: value}), DIGEST) for name, value in own.items()}
        ids.add(run_id(run_config(model=model), DIGEST))
    ids.add(run_id(run_config(model="als", **by_spark), DIGEST))
    own_settings = sum(len(own) + 1 for own in others.values())
    assert len(ids) == len(changed) + 3 + own_settings


PINNED = {
    "default": "15098bb924c1d9e0",
    "large": "4b73bb5228944595",
    "any-scale": "5284a65315678fbc",
    "best-ratings": "204af91e7efafa4b",
    "best": "2e0fd45494f74196",
    "article-simple-dot": "71cac69a6c15fe4e",
    "article-dot-with-bias": "7d1100e180d39ab8",
    "article-simple-dot-diy": "91fd856b77f01e98",
}


def test_the_presets_runs_on_the_bundled_data_keep_their_ids(bundled):
    assert {name: run_id(preset, bundled.digest) for name, preset in PRESETS.items()} == PINNED


def test_a_family_counts_with_the_defaults_of_the_settings_it_does_not_have():
    """The id of a model without vectors, by the rule and by hand."""
    values = {
        "split_kind": "random",
        "validation_fraction": 0.2,
        "split_seed": 0,
        "model": "bias_only",
        "embedding_dim": 64,
        "embedding_layer": "keras",
        "user_dropout": 0.0,
        "item_dropout": 0.0,
        "init_min": -0.05,
        "init_max": 0.05,
        "epochs": 10,
        "batch_size": 32,
        "learning_rate": 0.001,
        "l2": 0.0,
        "patience": 2,
        "restore_best": False,
        "seed": 0,
    }
    text = json.dumps([1, values, DIGEST], sort_keys=True, separators=(",", ":"))
    assert run_id(run_config(model="bias_only"), DIGEST) == hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("model", FAMILIES)
def test_a_setting_that_came_later_counts_only_where_it_differs_from_its_default(model):
    family = FAMILIES[model].config_type

    class WithMore(family):
        later: int = 3

    plain = run_config(model=model)
    values = plain.model_dump()
    assert run_id(WithMore(**values), DIGEST) == run_id(WithMore(**values, later=3), DIGEST) == run_id(plain, DIGEST)
    assert run_id(WithMore(**values, later=4), DIGEST) != run_id(plain, DIGEST)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("model", FAMILIES)
def test_what_a_preset_gives_and_a_family_lacks_is_dropped(preset, model):
    config = parse_config({"model": model}, base=PRESETS[preset])
    assert config.model == model
    for name in ("epochs", "l2", "steps"):
        if hasattr(config, name):
            default = type(config).model_fields[name].default
            own = name in new_defaults(PRESETS[preset].model, model)
            assert getattr(config, name) == (default if own else getattr(PRESETS[preset], name, default))
    assert parse_config(config.model_dump()) == config


def test_a_family_with_other_defaults_keeps_its_own():
    """64 dimensions that training stops early are not meant for a model that switches off what it does not need."""
    wide = run_config(embedding_dim=50)
    assert parse_config({"model": "variational"}, base=wide).embedding_dim == 12
    assert parse_config({"model": "variational", "embedding_dim": 50}, base=wide).embedding_dim == 50
    assert parse_config({"model": "neural"}, base=wide).embedding_dim == 50
    assert parse_config({"model": "dot_with_bias"}, base=PRESETS["best"]).embedding_dim == 64


def test_passes_of_gradient_steps_are_not_those_that_solve():
    """A preset's twenty are meant for gradient steps; ten of least squares reach the same error."""
    assert parse_config({"model": "als"}, base=PRESETS["default"]).epochs == 10
    assert parse_config({"model": "als", "epochs": 20}, base=PRESETS["default"]).epochs == 20
    assert parse_config({"model": "simple_dot"}, base=PRESETS["default"]).epochs == 20
    assert parse_config({"seed": 3}, base=run_config(model="als", epochs=7)).epochs == 7


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"model": "bias_only", "embedding_dim": 3}, "embedding_dim is no setting of bias_only, which has none of its"),
        (
            {"model": "dot_with_bias", "hidden_units": 3},
            "hidden_units is no setting of dot_with_bias, which has",
        ),
        ({"model": "neural", "embedding_layer": "diy"}, "embedding_layer is no setting of neural"),
    ],
)
def test_what_is_asked_for_and_a_family_lacks_is_refused(settings, says):
    with pytest.raises(LimitError, match=says):
        parse_config(settings, base=PRESETS["default"])


def test_a_setting_that_several_families_have_is_one_setting():
    for name, field in SETTINGS.items():
        for family in FAMILIES.values():
            own = family.config_type.model_fields.get(name)
            if own is not None and name not in {"model", "embedding_layer"}:
                assert own.title == field.title
                if name not in {"embedding_dim", "epochs", "learning_rate"}:  # what suits depends on the model
                    assert (own.description, own.default) == (field.description, field.default)
