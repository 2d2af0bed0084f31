"""Open questions: each tab shows the numbers of its analyses, trains what it needs, and says what does not apply."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import data
from core.analysis.compare.comparison import compare
from core.data.ratings import Ratings
from core.jobs import queue
from core.model.families import parse_config, run_config
from core.model.run import Run
from core.store import study_store
from core.store.runs import RunStore
from core.studies.one_hot import ONE_HOT, OneHotSettings
from dashboard.cache import analyses, loaders
from dashboard.questions import game, models, tasks
from tests.conftest import run_on
from tests.dashboard.map_view.drawn import map_of

pytestmark = pytest.mark.few

TASK, AUTOENCODER = "Which task?", "An autoencoder?"


def texts(app: AppTest) -> str:
    kinds = (app.title, app.header, app.markdown, app.caption, app.info, app.warning)
    return "\n".join(element.value for kind in kinds for element in kind)


def chart(app: AppTest, key: str) -> dict:
    (one,) = [one for one in app.get("plotly_chart") if one.proto.id.endswith(f"-{key}")]
    assert len(one.proto.alt) > 20
    return json.loads(one.proto.spec)


def with_study(run: Run) -> None:
    """Put errors of one-hot vectors and embeddings into the store: each size brings a tenth more."""
    dims = OneHotSettings(most=64).dims
    n = np.array([100, 0, 200, 300, 300, 100])
    rmse = 1 - 0.1 * np.arange(len(dims) + 1)
    arrays = {
        "n": n,
        "squared": np.square(rmse)[:, None] * n,
        "brings": rmse[0] - rmse[1:],
        "se": np.full(len(dims), 0.06),
        "twin": np.array([1.0, 1.25]),
    }
    facts = {"dims": dims, "penalty": 4.0, "twin_dim": 8}
    study_store.save(run.run_id, ONE_HOT.name, OneHotSettings(most=64), arrays, facts)


@pytest.fixture
def together(bundled: Ratings, publish: Callable[..., Run]) -> list[Run]:
    """A model of every task, made up."""
    run = publish()
    others = [parse_config({"model": name}) for name in models.TASKS if name != models.RATING]
    made = [run_on(bundled, config, seed=place) for place, config in enumerate(others, 1)]
    for one in made:
        RunStore().publish(one)
    return [run, *made]


def test_the_first_question_is_offered_then_answered_in_stars(open_page, publish):
    run = publish()
    app = open_page("questions")
    (button,) = [one for one in app.button if one.label == "Train them all"]
    button.click().run()
    (job,) = queue.jobs()
    assert (job.kind, job.key) == ("study", ONE_HOT.key(run.run_id, OneHotSettings(most=64)))
    with_study(run)
    app = open_page("questions", size="2")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["One-hot vectors"], shown["Embedding, 2 numbers"]) == ("1.000", "0.800")
    assert shown["It brings, stars"] == "0.200"
    assert shown["Largest difference"] == "0"
    said = texts(app)
    assert "a guess is 0.200 stars closer" in said
    assert "There it brings −0.250" in said
    app = app.select_slider("size").set_value(1).run()
    assert "is no more than the luck of who was asked" in texts(app)  # 0.1 where the standard error is 0.06
    drawn = [trace["x"] for trace in chart(app, "by_ratings")["data"]]
    assert drawn == [["0", "3–9", "10–29", "30–99", "100 or more"]] * 2  # nobody asked about 1–2


def test_one_button_trains_all_tasks_that_are_missing(open_page, publish):
    publish()
    app = open_page("questions", question=TASK)
    (button,) = [one for one in app.button if one.label == "Train them"]
    button.click().run()
    configs = [loaders.job_config(job) for job in queue.jobs()]
    names = [config.model for config in configs if config]
    assert names == [name for name in models.TASKS if name != models.RATING]
    again = open_page("questions", question=TASK)
    assert not [one for one in again.button if one.label == "Train them"]
    assert len([one for one in again.button if one.label == "Stop"]) == len(names)


def test_tasks_side_by_side(open_page, together: list[Run]):
    app = open_page("questions", question=TASK)
    assert not app.exception
    ids, titles = [run.run_id for run in together], list(models.TASKS.values())
    table = app.dataframe[0].value
    found = analyses.comparison(ids[0], ids[1], min_ratings=21).measured
    assert (table["One"][0], table["Other"][0]) == (titles[0], titles[1])
    assert len(table) == len(ids) * (len(ids) - 1) / 2
    assert table["Neighbors kept"][0] == pytest.approx(found.kept)
    before = map_of(app, "task_map")
    app = app.segmented_control("task").set_value(titles[2]).run()
    after = map_of(app, "task_map")
    assert before["items"] == after["items"]  # the same points
    assert before["places"] != after["places"]  # elsewhere
    assert before["reach"] == after["reach"]
    assert sum(f"*{title}*\n" in one.value for title in titles for one in app.markdown) == len(titles)
    assert [trace["name"] for trace in chart(app, "told")["data"]] == titles


def test_maps_of_all_tasks_are_equally_wide():
    first, second = (np.random.default_rng(seed).normal(size=(60, 4)) for seed in (0, 1))
    found = compare(first, second)  # which have nothing to do with each other
    wide = np.linalg.norm(found.places[:, :2])
    assert np.linalg.norm(found.aligned[:, :2]) < 0.5 * wide
    assert np.linalg.norm(tasks.turned(found)) == pytest.approx(wide, rel=1e-4)


def test_the_intruder_is_counted_by_task(open_page, together: list[Run]):
    app = open_page("questions", question=TASK)
    ids = [run.run_id for run in together]
    for number in range(1, 4):
        seed = app.session_state[game._SEED]
        right = [one for one in app.button if one.key == f"intruder_{intruder_of(app, ids, seed)}"]
        app = right[0].click().run()
        assert "**Right: the intruder is" in texts(app)
        assert all(one.disabled for one in app.button if str(one.key).startswith("intruder_") and one.key[-1].isdigit())
        assert sum(asked for _, asked in app.session_state[game._TALLY].values()) == number
        app = app.button("intruder_next").click().run()
    assert all(right == asked for right, asked in app.session_state[game._TALLY].values())
    app = app.button("intruder_0").click().run()
    app.session_state[game._SEED] += 1  # as other data or another model would: these five nobody has answered
    app = app.run()
    assert not app.button("intruder_0").disabled and "the intruder is" not in texts(app)


def intruder_of(app: AppTest, ids: list[str], seed: int) -> int:
    """Which of the five on the page is from elsewhere."""
    rows = loaders.item_rows(ids[0])
    eligible = np.flatnonzero((rows.count >= 21) & rows.trained)
    known = eligible[np.argsort(-rows.count[eligible], kind="stable")[: game.KNOWN]]
    return game.drawn(ids[seed % len(ids)], known, seed).intruder


def test_an_autoencoder_beside_a_factorization(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("questions", question=AUTOENCODER)
    assert any(one.label == "Train it" for one in app.button)
    assert len(chart(app, "shrunk")["data"]) == 3
    other = run_on(bundled, parse_config({"model": "autoencoder_items"}), seed=1)
    RunStore().publish(other)
    app = open_page("questions", question=AUTOENCODER)
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    errors = analyses.errors_by_support((run.run_id, other.run_id)).rmse
    assert [shown["Factorization"], shown["Autoencoder"]] == [f"{error:.3f}" for error in errors]
    assert "strongest directions they share" in texts(app)
    assert [len(trace["y"]["bdata"]) > 0 for trace in chart(app, "angles")["data"]] == [True, True]


@pytest.mark.parametrize("question", [TASK, AUTOENCODER])
def test_a_kiosk_trains_nothing(open_page, publish, monkeypatch, question: str):
    publish()
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    app = open_page("questions", question=question)
    assert not app.exception
    assert not [one for one in app.button if one.label in ("Train them", "Train it")]
    assert "python -m core train" in app.code[0].value


def test_a_model_of_another_kind_stands_back(open_page, publish):
    neural = publish(parse_config({"model": "neural"}))
    app = open_page("questions", run=neural.run_id)
    assert any(one.label == "Train one that does" for one in app.button)
    publish()
    app = open_page("questions", run=neural.run_id)
    assert "the best on the same data that does" in texts(app)
    assert any(one.label == "Train them all" for one in app.button)


@pytest.mark.parametrize("question", ["", TASK, AUTOENCODER])
def test_few_stories_without_genres_or_times(open_page, brought, question: str):
    ratings = data.load(brought())
    configs = [run_config(), *(parse_config({"model": name}) for name in ("ranking", "autoencoder_items"))]
    runs = [run_on(ratings, config, seed=place) for place, config in enumerate(configs)]
    for run in runs:
        RunStore().publish(run)
    app = open_page(
        "questions", dataset=ratings.dataset_id, run=runs[0].run_id, **({"question": question} if question else {})
    )
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "movie" not in said
    if question == TASK:
        assert "These data say no genres of their stories" in said
