import math
from dataclasses import replace

import pytest
from optuna.storages import InMemoryStorage

from core.sweeps.plan import Among
from core.sweeps.search import Search, stored_at
from tests.core.sweeps.planted import BASE, BEST_L2, BEST_RATE, LOWEST, error, plan


def searched(made, most, storage=None, of=error):
    search = Search(made, storage or InMemoryStorage(), "sweep")
    while chosen := search.ask(most):
        for trial in chosen:
            search.tell(replace(trial, state="done", val_rmse=of(made.configs(trial.values)[0])))
    return search


def test_a_planted_optimum_is_found_within_thirty_trials():
    found = [min(t.val_rmse for t in searched(plan(seed=seed), 30).trials()) for seed in range(10)]
    lowest = error(plan().configs({"l2": BEST_L2, "learning_rate": BEST_RATE})[0])
    assert sum(best < lowest + 0.0025 for best in found) >= 9
    assert lowest - LOWEST < 0.004


def test_a_setting_that_does_nothing_matters_no_more_than_chance():
    search = searched(plan(), 32)
    importance, chance = search.importance(), search.chance_importance()
    assert importance.keys() == chance.keys() == {"l2", "learning_rate", "user_dropout"}
    called = {name for name, value in importance.items() if value > chance[name]}
    assert "l2" in called and "user_dropout" not in called


def test_where_the_errors_are_chance_seldom_anything_matters():
    def luck(config):
        return math.sin(1e7 * config.l2) + math.sin(1e9 * config.learning_rate)

    made = [searched(plan(seed=seed, sampler="random"), 24, of=luck) for seed in range(6)]
    called = []
    for search in made:
        chance = search.chance_importance()
        called += [name for name, value in search.importance().items() if value > chance[name]]
    assert len(called) <= 3  # of 18


def test_a_sweep_begins_with_the_settings_it_is_about():
    assert Search(plan(), InMemoryStorage(), "sweep").ask(4)[0].values == plan().base_values | {"user_dropout": 0.0}
    outside = plan(base=BASE | {"l2": 5.0})
    assert not outside.covers_base
    assert Search(outside, InMemoryStorage(), "sweep").ask(4)[0].values["l2"] < 1


def test_a_grid_is_every_combination_once():
    values = (Among(field="embedding_dim", values=(4, 8, 16)), Among(field="l2_unit", values=("rating", "scale")))
    made = plan(vary=values, sampler="grid", base={"model": "dot_with_bias"})
    trials = searched(made, 100, of=lambda config: config.embedding_dim).trials()
    assert sorted((t.values["embedding_dim"], t.values["l2_unit"]) for t in trials) == sorted(
        (dim, unit) for dim in (4, 8, 16) for unit in ("rating", "scale")
    )


def test_a_curve_among_the_worst_quarter_of_those_before_is_given_up():
    search = Search(plan(), InMemoryStorage(), "sweep")
    for _ in range(2):
        for trial in search.ask(100):
            ends = 1 + 0.1 * trial.number  # 1.0 … 1.7: three quarters are at most 1.525
            search.gives_up(trial.number, [2.0, 1.9, 1.8, 1.75, ends])
            search.tell(replace(trial, state="done", val_rmse=ends))
    bad, slow, *_ = search.ask(100)
    assert not search.gives_up(bad.number, [2.5, 2.4, 2.3, 2.2])  # the first epochs say little
    assert search.gives_up(bad.number, [2.5, 2.4, 2.3, 2.2, 1.6])
    assert search.gives_up(bad.number, [2.5, 2.4, 2.3, 2.2, 1.6, 0.5])  # it stays so
    assert not search.gives_up(
        slow.number, [2.5, 2.4, 2.3, 2.2, 1.5, 0.9]
    )  # behind most, and not behind three quarters
    assert not Search(plan(prune=False), InMemoryStorage(), "sweep").gives_up(0, [9.0] * 5)


@pytest.mark.parametrize("killed_at", [1, 4, 6, 11])
def test_what_another_process_begins_again_is_what_it_was(tmp_path, killed_at):
    made, told = plan(), 0
    while True:
        search = Search(made, stored_at(tmp_path), "sweep")  # as after a crash
        chosen = search.ask(16)
        if not chosen:
            break
        for trial in chosen:
            told += 1
            if told % killed_at == 0 and told < 40:
                break
            search.tell(replace(trial, state="done", val_rmse=error(made.configs(trial.values)[0])))
    assert search.trials() == searched(made, 16).trials()
