import pytest

from core.config import RunConfig
from core.errors import LimitError
from core.limits import check_size, max_model_mb, model_bytes


def test_every_number_counts_as_weight_gradient_and_two_means():
    config = RunConfig(model="simple_dot", embedding_dim=8, restore_best=False)
    assert model_bytes(config, 10, 20) == 30 * 8 * 4 * 4


def test_biases_and_a_kept_best_epoch_count():
    config = RunConfig(model="dot_with_bias", embedding_dim=8, restore_best=True)
    assert model_bytes(config, 10, 20) == 30 * 9 * 5 * 4


def test_the_message_names_what_is_needed_and_allowed(monkeypatch):
    monkeypatch.delenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", raising=False)
    config = RunConfig(model="simple_dot", embedding_dim=1024)
    check_size(config, 100_000, 100_000)
    with pytest.raises(LimitError, match=r"7,813 MiB .*4,096 MiB are allowed"):
        check_size(config, 300_000, 200_000)


@pytest.mark.parametrize("text", ["0", "-5", "a lot", "1.5"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch, text):
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", text)
    with pytest.raises(LimitError, match="whole number"):
        max_model_mb()
