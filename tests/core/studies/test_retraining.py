"""Trainings that studies need: one after the other, those in the store taken from there, stopped when asked to."""

from dataclasses import replace

import pytest

from core.errors import CanceledError, LimitError
from core.model.events import Epoch, Started, Step
from core.store.runs import RunStore
from core.studies.retraining import Training, check_trainable, train_all
from core.studies.study import Work
from core.training import trainer
from tests.core.studies.tiny import CONFIG, planted, trained


@pytest.fixture
def work() -> Work:
    ratings = planted()
    return Work(trained(ratings), ratings)


def seeds(work: Work, *numbers: int, stored: bool = True) -> list[Training]:
    return [Training(CONFIG.model_copy(update={"seed": number}), work.ratings, stored) for number in numbers]


def test_what_is_in_the_store_is_not_trained_again(work: Work, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trainer, "fit", None)
    (found,) = train_all(work, seeds(work, 0))
    assert found.run_id == work.run.run_id


def test_what_may_not_be_in_the_store_is_trained_and_not_put_there(work: Work):
    (found,) = train_all(work, seeds(work, 0, stored=False))
    assert found.outcome.val_rmse == work.run.outcome.val_rmse
    list(train_all(work, seeds(work, 1)))
    assert [summary.run_id for summary in RunStore().list()] == [work.run.run_id]


def test_progress_rises_to_one_over_all_trainings(work: Work, monkeypatch: pytest.MonkeyPatch):
    shares: list[float] = []

    def fit(config, ratings, *, on_event, should_stop):
        on_event(Started(6, 80, 20, 0, 0, 1.0, 0.9))
        on_event(Step(3.0, 1.0))
        on_event(Epoch(6, 0.1, 0.9, 0.8, 0.6, 0.9, 0.95, 0.7))
        return work.run

    monkeypatch.setattr(trainer, "fit", fit)
    list(train_all(replace(work, on_progress=shares.append), seeds(work, 1, 0, 2)))
    assert shares == pytest.approx([1 / 6, 1 / 3, 1 / 3, 2 / 3, 5 / 6, 1, 1])


def test_it_stops_between_trainings_and_within_one(work: Work, monkeypatch: pytest.MonkeyPatch):
    asked: list[bool] = []

    def should_stop() -> bool:
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(CanceledError):
        list(train_all(replace(work, should_stop=should_stop), seeds(work, 0, 0)))
    assert len(asked) == 2
    told: list[object] = []
    monkeypatch.setattr(trainer, "fit", lambda *_, should_stop, **__: told.append(should_stop) or work.run)
    list(train_all(replace(work, should_stop=lambda: False), seeds(work, 5)))
    assert told and told[0]() is False


def test_a_model_too_large_is_refused(work: Work, monkeypatch: pytest.MonkeyPatch):
    check_trainable(work.run)
    monkeypatch.setenv("EMBEDDING_EXPLORER_MAX_MODEL_MB", "1")
    with pytest.raises(LimitError, match="MiB"):
        check_trainable(replace(work.run, dataset=replace(work.run.dataset, users=10**6)))
