from dataclasses import replace

import pytest

from core.errors import LimitError
from core.model.families import PRESETS, run_config
from core.training.budget import (
    check_size,
    epoch_seconds,
    first_preset,
    max_epoch_seconds,
    max_model_mb,
    training_bytes,
)

LARGEST = {"n_users": 200_948, "n_items": 87_585, "n_ratings": 32_000_000}


@pytest.fixture(autouse=True)
def usual_limits(monkeypatch):
    for name in ("MODEL_MB", "EPOCH_SECONDS"):
        monkeypatch.delenv(f"EMBEDDING_EXPLORER_MAX_{name}", raising=False)


def test_every_number_counts_as_weight_and_two_means_old_and_new_and_gradient():
    config = run_config(model="simple_dot", embedding_dim=8, restore_best=False)
    more = training_bytes(config, 11, 20, 100) - training_bytes(config, 10, 20, 100)
    assert more == 8 * 7 * 4


def test_biases_and_a_kept_best_epoch_count():
    config = run_config(model="dot_with_bias", embedding_dim=8, restore_best=True)
    more = training_bytes(config, 10, 21, 100) - training_bytes(config, 10, 20, 100)
    assert more == 9 * 8 * 4


def test_a_batch_counts_no_more_ratings_than_there_are():
    small, large = (run_config(batch_size=size, validation_fraction=0.5) for size in (32, 131_072))
    assert training_bytes(small, 10, 20, 64) == training_bytes(large, 10, 20, 64)
    assert training_bytes(small, 10, 20, 10**6) < training_bytes(large, 10, 20, 10**6)


def test_the_message_names_what_is_needed_and_allowed():
    config = run_config(model="simple_dot", embedding_dim=1024)
    check_size(config, 50_000, 50_000, 10_000)
    with pytest.raises(LimitError, match=r"10,000 ratings .*13,67\d MiB .*4,096 MiB are allowed"):
        check_size(config, 300_000, 200_000, 10_000)


def test_exactly_what_is_allowed_may_be_trained(monkeypatch):
    config = run_config(model="simple_dot", embedding_dim=64)
    needed = -(-training_bytes(config, 5000, 5000, 10_000) // 2**20)
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", str(needed))
    check_size(config, 5000, 5000, 10_000)
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", str(needed - 1))
    with pytest.raises(LimitError, match=f"need about {needed:,} MiB"):
        check_size(config, 5000, 5000, 10_000)


def test_a_batch_that_is_not_full_moves_every_number_too():
    config = run_config(batch_size=100, validation_fraction=0.5)
    full, begun = (epoch_seconds(config, 10**6, 10**6, ratings) for ratings in (400, 402))
    assert begun == pytest.approx(1.5 * full, rel=0.01)  # 201 ratings are three batches


def test_the_largest_movielens_fits_with_the_preset_for_it():
    check_size(PRESETS["large"], **LARGEST)


@pytest.mark.parametrize("change", [{"batch_size": 1024}, {"item_dropout": 0.1}])
def test_an_epoch_that_takes_too_long_is_refused_with_a_way_out(monkeypatch, change):
    config = PRESETS["large"].model_copy(update=change)
    with pytest.raises(LimitError, match=r"32,000,000 ratings.* 300 s are allowed; choose the preset large"):
        check_size(config, **LARGEST)
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_EPOCH_SECONDS", "3600")
    check_size(config, **LARGEST)


@pytest.mark.parametrize("scale", [(0.5, 5), (1, 10), (0, 1), (-10, 10), (1, 352_698)])
def test_the_one_button_trains_the_same_on_every_scale(bundled, scale):
    low, high = scale
    assert first_preset(replace(bundled.reference, min_rating=low, max_rating=high)) == "best"


def test_the_one_button_trains_in_batches_what_takes_long_or_does_not_fit(bundled, monkeypatch):
    sizes = {name.removeprefix("n_"): size for name, size in LARGEST.items()}
    assert first_preset(replace(bundled.reference, **sizes)) == "large"
    million = replace(bundled.reference, users=6_040, items=3_706, ratings=1_000_209)
    assert first_preset(million) == "best"
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", "100")
    assert first_preset(million) == "large"


def test_every_preset_may_be_trained_on_the_bundled_ratings_and_on_a_million():
    for config in PRESETS.values():
        check_size(config, 671, 9_066, 100_004)
        check_size(config, 6_040, 3_706, 1_000_209)


def test_the_time_of_an_epoch_grows_with_the_ratings_and_falls_with_the_batch():
    config = PRESETS["large"]
    quarter = LARGEST | {"n_ratings": 8_000_000}
    assert epoch_seconds(config, **LARGEST) == pytest.approx(4 * epoch_seconds(config, **quarter), rel=0.01)
    small = config.model_copy(update={"batch_size": 1024})
    assert epoch_seconds(small, **LARGEST) > 10 * epoch_seconds(config, **LARGEST)


@pytest.mark.parametrize("limit", [max_model_mb, max_epoch_seconds])
@pytest.mark.parametrize("text", ["0", "-5", "a lot", "1.5"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch, limit, text):
    monkeypatch.setenv(f"EMBEDDING_EXPLORER_{limit.__name__.upper()}", text)
    with pytest.raises(LimitError, match="whole number"):
        limit()


def test_hidden_units_cost_memory_and_time_in_every_rating():
    narrow, wide = (run_config(model="neural", embedding_dim=8, hidden_units=units) for units in (8, 64))
    assert epoch_seconds(wide, 10, 10, 10**6) - epoch_seconds(narrow, 10, 10, 10**6) > 800_000 * 56e-8 * 0.99
