import pytest

from core.config import run_id
from core.errors import LimitError, NotApplicableError
from core.model.families import FAMILIES, PRESETS, parse_config
from core.sweeps.plan import FRESH_SEED, TEST_FRACTION, Among, Between, SweepPlan, check, parse_vary, ready
from tests.core.sweeps.planted import BASE, plan

MANY = tuple(range(1, 40))
GUESSING = [name for name, family in FAMILIES.items() if family.guesses_ratings]


@pytest.mark.parametrize(
    ("text", "vary"),
    [
        ("l2=0.001:1:log", Between(field="l2", low=0.001, high=1, log=True)),
        ("embedding-dim=8:64", Between(field="embedding_dim", low=8, high=64)),
        ("embedding_dim=8, 16,32", Among(field="embedding_dim", values=(8, 16, 32))),
        ("raters=true,false", Among(field="raters", values=(True, False))),
        ("l2_unit=rating,scale", Among(field="l2_unit", values=("rating", "scale"))),
    ],
)
def test_what_varies_is_read(text, vary):
    assert parse_vary(text) == vary


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("l2", "cannot be read; write FIELD=LOW:HIGH"),
        ("l2=1", "cannot be read"),
        ("l2=1:2:lin", "cannot be read"),
        ("l2=a:b", "could not convert"),
        ("l2=2:1", "would vary from 2 to 1; the low end comes first"),
        ("l2=0:1:log", "by its logarithm from 0"),
        ("l2=1,1", "each value may stand there once"),
    ],
)
def test_what_cannot_be_read_is_refused(text, message):
    with pytest.raises(LimitError, match=message):
        parse_vary(text)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vary": [Between(field="seed", low=0, high=9)]}, "seed cannot vary; of dot_with_bias embedding_layer,"),
        ({"vary": [Between(field="steps", low=30, high=90)]}, "steps cannot vary"),
        ({"vary": [Between(field="l2", low=0, high=1), Among(field="l2", values=(0, 1))]}, "varies twice"),
        ({"vary": [Between(field="l2", low=0, high=11)]}, "less than or equal to 10"),
        ({"vary": [Between(field="epochs", low=0, high=10)]}, "greater than or equal to 1"),
        ({"vary": [Between(field="epochs", low=1.5, high=10)]}, "is a whole number, and would vary from 1.5"),
        ({"vary": [Between(field="restore_best", low=0, high=1)]}, "is no number; name the values"),
        ({"vary": [Among(field="embedding_layer", values=("keras", "mine"))]}, "embedding_layer"),
        ({"sampler": "grid"}, "a grid takes a list of values"),
        ({"sampler": "grid", "vary": [Among(field=name, values=MANY) for name in ("epochs", "patience")]}, "1,521"),
    ],
)
def test_a_plan_that_could_come_to_what_may_not_be_trained_is_refused(changes, message):
    with pytest.raises(LimitError, match=message):
        check(plan(**changes))


def test_a_split_that_nothing_draws_is_one():
    with pytest.raises(NotApplicableError, match="choose splits 1"):
        check(plan(base=BASE | {"split_kind": "temporal"}, splits=2))


@pytest.mark.parametrize("name", ["quick", "thorough"])
@pytest.mark.parametrize("base", [*PRESETS.values(), *(parse_config({"model": model}) for model in GUESSING)])
def test_every_family_has_ready_plans(name, base):
    made = ready(name, base)
    check(made)
    assert made.config.test_fraction == TEST_FRACTION
    assert SweepPlan.model_validate_json(made.model_dump_json()) == made


def test_the_trials_of_one_plan_share_all_that_does_not_vary():
    first, second = plan(splits=2).configs({"l2": 0.5})
    assert (first.l2, first.learning_rate, first.test_fraction) == (0.5, 0.04, 0.1)
    assert second == first.model_copy(update={"split_seed": 1})
    fresh = plan(splits=2).configs({"l2": 0.5}, fresh=3)
    seeds = range(FRESH_SEED, FRESH_SEED + 3)
    assert [(config.split_seed, config.seed) for config in fresh] == list(zip(seeds, seeds, strict=True))


def test_equal_plans_on_equal_data_are_one_sweep():
    assert plan().identify("a") == plan(base=BASE | {"epochs": 10, "l2": 0.90}).identify("a")
    others = [plan().identify("b"), plan(seed=1).identify("a"), plan(base=BASE | {"epochs": 11}).identify("a")]
    assert len({plan().identify("a"), *others}) == 4


def test_setting_ratings_aside_makes_other_runs_and_renames_none():
    config = parse_config({})
    assert run_id(config, "a") == run_id(parse_config({"test_fraction": 0}), "a")
    assert run_id(config, "a") != run_id(parse_config({"test_fraction": 0.1}), "a")
