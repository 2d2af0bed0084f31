"""Missions: every step is done when, and only when, the person has done it."""

from dataclasses import replace

import pytest

from core.config import RunConfig, run_id
from core.data.ratings import DatasetRef
from core.data.vectors.samples import SAMPLES
from core.model.events import Epoch
from core.model.families import run_config
from core.model.run import Outcome
from core.store.run_files import RunSummary
from dashboard.missions import aims, checks
from dashboard.missions.aims import Aims
from dashboard.missions.snapshot import Snapshot
from dashboard.missions.task import Task
from dashboard.missions.tours import MISSIONS, after
from dashboard.shell import frame

DATA = DatasetRef("d", "D", "movie", "0" * 64, 4, 6, 24, 0.5, 5.0)
DEFAULT = run_config(l2=0.11)
CARELESS = run_config(l2=0.0)
RISES = tuple(Epoch(n, 0.1, 1, fit, 1, 1, new, 1) for n, fit, new in ((1, 0.9, 0.90), (2, 0.6, 0.88), (3, 0.4, 0.89)))
FALLS = tuple(Epoch(n, 0.1, 1, fit, 1, 1, new, 1) for n, fit, new in ((1, 0.9, 0.90), (2, 0.7, 0.87), (3, 0.6, 0.86)))


def summary(config: RunConfig, *, best: float, name: str = "a" * 16) -> RunSummary:
    return RunSummary(name, config, DATA, Outcome(3, 3, False, best, 0.7, best, 0.2), "2026-01-01T00:00:00+00:00", 1)


RUN = summary(DEFAULT, best=0.86)
CARELESS_RUN = summary(CARELESS, best=0.88, name="b" * 16)
ONE = Snapshot(page="start", run=RUN, runs=(RUN, CARELESS_RUN), most_rated="Forrest Gump (1994)", careless_key="b" * 16)


def on(page: str, **widgets: object) -> Snapshot:
    return replace(ONE, page=page, widgets=widgets)


def training(settings: RunConfig | None, history: tuple[Epoch, ...] | None, **widgets: object) -> Snapshot:
    return replace(on("train", **widgets), settings=settings, history=history)


TESTED, ON_TWIN = replace(on("components"), signal=4), replace(on("components"), on_twin=True)

MINE = replace(ONE, first_key="a" * 16, asked=frozenset({"a" * 16}))

WORDS = summary(DEFAULT, best=0.86, name=SAMPLES["words"].run_id)
ANALOGY = on("neighbors", a="brother", b="sister", c="daughter")
AXIS = replace(ONE, page="maps", poles=(("mother",), ("father",)), first_poles=(("ran",), ("running",)))

CASES = [
    (checks.has_trained_first, MINE, ONE),
    (checks.has_trained_first, MINE, replace(MINE, runs=(CARELESS_RUN,))),
    (checks.looks_at_training, on("train"), on("start")),
    (checks.looks_at_training, on("train"), replace(on("train"), run=None)),
    (checks.opens_second_component, on("components", component=2), on("components", component=1)),
    (checks.opens_second_component, on("components", component=2), on("start", component=2)),
    (checks.opens_first_component, on("components"), on("components", component=2)),
    (checks.opens_first_component, on("components", component=1), replace(on("components"), run=None)),
    (checks.asks_for_neighbors, on("neighbors", near_movie="Heat (1995)"), on("neighbors")),
    (
        checks.asks_for_neighbors,
        on("neighbors", near_movie="Heat (1995)"),
        on("neighbors", near_movie="Forrest Gump (1994)"),
    ),
    (checks.asks_for_any_neighbor, on("neighbors", near_movie="Heat (1995)", min=1), on("neighbors", min=1)),
    (checks.asks_for_any_neighbor, on("neighbors", near_movie="H", min=1), on("neighbors", near_movie="H", min=2)),
    (checks.asks_for_known_neighbors, on("neighbors", near_movie="H", min=50), on("neighbors", near_movie="H", min=49)),
    (checks.looks_at_people, on("neighbors", rows="Users"), on("neighbors", rows="Movies")),
    (checks.looks_at_people, on("neighbors", rows="Users"), on("embeddings", rows="Users")),
    (checks.looks_at_numbers, on("embeddings", one_movie="H"), on("embeddings", one_movie="Forrest Gump (1994)")),
    (checks.lists_known_ends, on("components", component=1, min=50), on("components", component=1, min=21)),
    (checks.lists_known_ends, on("components", component=1, min=50), on("components", component=2, min=50)),
    (checks.colors_the_map, on("components", color="Year"), on("components", color="Mean rating")),
    (checks.names_first_component, replace(ONE, named=frozenset({0})), replace(ONE, named=frozenset({1}))),
    (checks.opens_first_tested, TESTED, on("components")),
    (checks.opens_first_tested, TESTED, replace(TESTED, widgets={"component": 2})),
    (checks.looks_at_twin, ON_TWIN, on("components")),
    (checks.looks_at_twin, ON_TWIN, replace(ON_TWIN, page="maps")),
    (checks.names_on_twin, replace(ON_TWIN, named_on_twin=True), ON_TWIN),
    (checks.leaves_twin, replace(TESTED, named_on_twin=True), TESTED),
    (checks.leaves_twin, replace(TESTED, named_on_twin=True), replace(ON_TWIN, named_on_twin=True)),
    (checks.rates_some, replace(ONE, rated=3), replace(ONE, rated=2)),
    (checks.rates_many, replace(ONE, rated=10), replace(ONE, rated=9)),
    (checks.asks_why, replace(on("for_you"), explained="Heat (1995)"), on("for_you")),
    (checks.sees_it_turn, training(CARELESS, RISES), training(None, RISES)),
    (checks.sees_it_turn, training(CARELESS, RISES), training(run_config(l2=0.0, item_dropout=0.5), RISES)),
    (checks.sees_it_turn, training(CARELESS, RISES), training(CARELESS, None)),
    (checks.sees_it_turn, training(CARELESS, RISES), training(CARELESS, FALLS)),
    (checks.sees_it_turn, training(CARELESS, RISES), training(DEFAULT, RISES)),
    (checks.cures_it, training(DEFAULT, FALLS), training(DEFAULT, None)),
    (checks.cures_it, training(DEFAULT, FALLS), training(DEFAULT, RISES)),
    (checks.cures_it, training(run_config(l2=0.0, item_dropout=0.5), FALLS), training(run_config(l2=0.01), FALLS)),
    (checks.cures_it, training(DEFAULT, FALLS), replace(training(DEFAULT, FALLS), runs=(RUN,))),
    (checks.cures_it, training(DEFAULT, FALLS), replace(training(DEFAULT, FALLS), careless_key="c" * 16)),
    (checks.lays_it_behind, training(DEFAULT, FALLS, behind="b" * 16), training(DEFAULT, FALLS)),
    (checks.lays_it_behind, training(DEFAULT, FALLS, behind="b" * 16), training(DEFAULT, FALLS, behind="a" * 16)),
    (checks.lays_it_behind, training(DEFAULT, FALLS, behind="b" * 16), training(CARELESS, RISES, behind="b" * 16)),
    (checks.looks_at_words, replace(on("embeddings"), run=WORDS), on("embeddings")),
    (checks.looks_at_words, replace(on("embeddings"), run=WORDS), replace(on("maps"), run=WORDS)),
    (checks.asks_what_works, ANALOGY, on("neighbors", a="king", b="man", c="woman")),
    (checks.asks_what_works, replace(ANALOGY, widgets={"a": "daughter", "b": "sister", "c": "brother"}), ONE),
    (checks.asks_what_works, ANALOGY, replace(ANALOGY, page="maps")),
    (checks.asks_what_is_famous, on("neighbors", a="king", b="man", c="woman"), ANALOGY),
    (checks.asks_what_is_famous, on("neighbors", a="woman", b="man", c="king"), on("neighbors", a="man", b="king")),
    (checks.draws_own_axis, AXIS, replace(AXIS, poles=AXIS.first_poles)),
    (checks.draws_own_axis, AXIS, replace(AXIS, poles=(("mother", "ran"), ("father",)))),
    (checks.draws_own_axis, AXIS, replace(AXIS, poles=(("mother",), ()))),
    (checks.draws_own_axis, AXIS, replace(AXIS, poles=(("mother",), ("mother", "father")))),
    (checks.draws_own_axis, AXIS, replace(AXIS, page="components")),
]


@pytest.mark.parametrize(("predicate", "yes", "no"), CASES)
def test_a_step_is_done_by_doing_it_and_not_otherwise(predicate, yes: Snapshot, no: Snapshot):
    assert predicate(yes)
    assert not predicate(no)


def all_tasks() -> list[Task]:
    return [task for mission in MISSIONS.values() for task in mission.tasks]


def test_every_check_is_tried_above():
    assert {task.done for task in all_tasks()} == {predicate for predicate, _, _ in CASES}


def test_turning_needs_a_rise_and_further_learning():
    assert checks.has_turned(RISES)
    assert not checks.has_turned(FALLS)
    assert not checks.has_turned(FALLS[:1])
    stuck = (RISES[0], RISES[1], replace(RISES[2], rmse=0.7))
    assert not checks.has_turned(stuck)


def test_there_are_seven_missions_of_three_to_six_steps():
    assert len(MISSIONS) == 7
    assert all(3 <= len(mission.tasks) <= 6 for mission in MISSIONS.values())
    assert list(MISSIONS) == [mission.key for mission in MISSIONS.values()]


def test_the_steps_ask_for_what_the_data_has(small, bundled):
    assert Aims.on(bundled) == Aims(enough=50, some=3, many=10, width=4.5)
    assert Aims.on(small) == Aims(enough=3, some=1, many=2, width=4.5)
    words = aims.words(small)
    assert (words["some"], words["many"], words["colors"]) == (
        "1 movie",
        "2 movies",
        "*Genre*, *Year* or *Number of ratings*",
    )
    few = replace(on("components", component=1, min=3), aims=Aims.on(small))
    assert checks.lists_known_ends(few) and not checks.lists_known_ends(replace(few, aims=Aims()))


@pytest.mark.parametrize(
    ("scale", "l2_unit", "asked"),
    [((0.5, 5), "rating", 0.1), ((0.5, 5), "scale", 0.005), ((0, 1), "rating", 0.005), ((0, 100), "rating", 10)],
)
def test_a_penalty_worth_the_name_follows_the_scale(small, scale, l2_unit, asked):
    data = replace(small, min_rating=scale[0], max_rating=scale[1])
    assert aims.words(data, l2_unit=l2_unit)["penalty"] == f"{asked:g}"
    careful, careless = (run_config(l2=l2, l2_unit=l2_unit) for l2 in (asked, 0.1 * asked))
    assert checks.protected(careful, Aims.on(data)) and not checks.protected(careless, Aims.on(data))


def test_every_step_is_on_a_page_that_exists():
    pages = {name for group in frame.PAGES.values() for name, _, _ in group}
    assert {task.page for task in all_tasks()} <= pages


def test_words_fit_any_noun(small):
    texts = [word for task in all_tasks() for word in (task.do, task.why, task.seen)]
    texts += [word for task in all_tasks() for word in (task.question.ask, task.question.told, task.question.where)]
    for text in texts:
        said = text.format(**aims.words(small))
        assert "{" not in said
        assert "!" not in said


def test_every_question_that_can_be_missed_says_where_to_look():
    for task in all_tasks():
        assert task.question.ask.endswith("?")
        assert (task.question.answer is None) == (task.question.where == "")


def test_the_careless_model_is_one_that_nothing_holds_back(bundled, small):
    config = aims.careless(bundled)
    assert checks.unprotected(config)
    assert (config.epochs, config.patience, config.learning_rate, config.seed) == (20, 20, 0.004, 0)
    assert run_id(config, "0" * 64) == run_id(aims.careless(bundled), "0" * 64)
    assert config.l2_unit == "rating"
    thumbs = aims.careless(replace(small, min_rating=0.0, max_rating=1.0))
    assert thumbs.l2_unit == "scale" and checks.unprotected(thumbs)


def test_the_next_mission_follows_until_the_last():
    ways = list(MISSIONS.values())
    assert [after(mission) for mission in ways] == [*ways[1:], None]
