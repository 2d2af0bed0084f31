"""The page that compares models: the numbers are those of the analysis, and one selection lights up on both maps."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.analysis.compare.comparison import compare, part, shared
from core.analysis.neighbors.of_one import neighbors
from core.config import run_id
from core.data.folder import write_folder
from core.data.ratings import Ratings, Vocabulary
from core.jobs import queue, score_jobs
from core.jobs.kinds import score_key
from core.model.families import PRESETS, run_config
from core.store.runs import RunStore
from core.studies import scoreboard
from dashboard.compare import models as compared_models
from dashboard.compare import words as compare_words
from tests.conftest import run_on
from tests.dashboard.labels import labels_of
from tests.dashboard.map_view.drawn import chosen_on, found_on, map_of, numbers_of

pytestmark = pytest.mark.few

FIRST, SECOND = run_config(embedding_dim=4), run_config(embedding_dim=6, seed=1)


def figure_of(app, key: str) -> dict:
    """The figure that was sent for the chart with this key."""
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    assert len(chart.proto.alt) > 20
    return json.loads(chart.proto.spec)


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.warning) for element in kind)


@pytest.fixture
def two(publish):
    """Two models of different widths on the bundled data, and the link that names them."""
    first, second = publish(FIRST), publish(SECOND)
    return first, second, {"models": f"{first.run_id},{second.run_id}"}


def test_without_a_model_the_page_offers_one(open_page):
    app = open_page("compare")
    assert not app.exception
    assert app.button(key="offer_training")
    assert not app.dataframe


def test_with_one_model_a_second_can_be_trained_from_another_seed(open_page, publish):
    run = publish(FIRST)
    app = open_page("compare")
    assert not app.exception
    assert "comparing takes two" in texts(app)
    app.button(key="offer_training").click().run()
    (job,) = queue.jobs()
    assert job.key == run_id(FIRST.model_copy(update={"seed": 1}), run.dataset.digest)


def test_a_second_model_from_a_preset(open_page, publish):
    run = publish(PRESETS["default"])
    app = open_page("compare")
    name = "Article: dot product"
    assert next(iter(compared_models.second_configs(run.config))) == "Same settings, another seed"
    assert "Fast and good" not in compared_models.second_configs(run.config)
    app.button_group(key="second").set_value(name).run()
    app.button(key="offer_training").click().run()
    assert [job.key for job in queue.jobs()] == [run_id(PRESETS["article-simple-dot"], run.dataset.digest)]


def test_at_first_the_selected_model_and_the_newest_other(open_page, publish):
    first, second = publish(FIRST), publish(SECOND)
    for selected, other in ((first, second), (second, first)):
        app = open_page("compare", run=selected.run_id)
        assert not app.exception
        assert app.multiselect(key="compared").value == [selected.run_id, other.run_id]
        assert app.query_params["models"] == f"{selected.run_id},{other.run_id}"


@pytest.mark.whole
@pytest.mark.usefixtures("parts_in_messages")
def test_the_numbers_are_those_of_the_analysis(open_page, two, bundled: Ratings):
    first, second, link = two
    app = open_page("compare", **link)
    assert not app.exception
    found = shared(part(first, bundled), part(second, bundled), min_ratings=21)
    expected = compare(first.scorer.item_embedding[found.first], second.scorer.item_embedding[found.second])
    shown = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    measured = expected.measured
    assert shown["Neighbors kept, of 10"] == (
        compare_words.number(measured.kept),
        f"by chance {measured.kept_by_chance:.2f}",
    )
    assert shown["Linear CKA"] == (f"{measured.cka:.3f}", f"by chance {measured.cka_by_chance:.3f}")
    assert shown["Procrustes distance"][0] == f"{measured.distance:.3f}"
    said = texts(app)
    assert f"Compared on {len(found):,} movies. Left out: {found.rare:,} with fewer than 21 ratings" in said
    assert f"{found.untrained:,} without a rating in the training part" in said
    assert "hardly more alike than by chance" in said
    assert "They guess about equally well" in said
    left, right = map_of(app, "map_left"), map_of(app, "map_right")
    assert left["n"] == right["n"] == len(found)
    for alike in ("reach", "axes", "link", "items", "color", "equal"):
        assert left[alike] == right[alike]
    places = [numbers_of(side["places"], "<f4").reshape(-1, 2) for side in (left, right)]
    both = np.concatenate(places)
    np.testing.assert_allclose(left["reach"], [*both.min(axis=0), *both.max(axis=0)], rtol=1e-6)
    bars = figure_of(app, "kept_bars")["data"][0]
    assert sum(int(text.replace(",", "")) for text in bars["text"] if text) == len(found)


def test_settings_that_differ_in_the_words_of_the_form(open_page, two):
    app = open_page("compare", **two[2])
    settings, results = app.dataframe[0].value, app.dataframe[1].value
    assert list(results["letter"]) == ["A: 4 dimensions, seed 0", "B: 6 dimensions, seed 1"]
    assert settings.to_dict("list") == {
        "Setting": ["Dimensions", "Seed"],
        "A: 4 dimensions, seed 0": ["4", "0"],
        "B: 6 dimensions, seed 1": ["6", "1"],
    }


def test_one_selection_lights_up_on_both_maps(open_page, two, bundled: Ratings):
    first, second, link = two
    app = open_page("compare", **link)
    found = shared(part(first, bundled), part(second, bundled), min_ratings=21)
    chosen = bundled.items.ids[found.first[:30]].tolist()
    app.session_state["_chosen_items"] = {bundled.dataset_id: chosen}
    app.run()
    assert not app.exception
    for key in ("map_left", "map_right"):
        assert chosen_on(map_of(app, key)) == list(range(30))
    assert next(expander.label for expander in app.expander) == "30 selected movies"
    app.button[[button.label for button in app.button].index("Clear")].click().run()
    assert chosen_on(map_of(app, "map_left")) == []


@pytest.mark.usefixtures("parts_in_messages")
def test_a_searched_movie_is_named_on_both(open_page, two):
    app = open_page("compare", find="Heat (1995)", color="Genre", **two[2])
    assert not app.exception
    for key in ("map_left", "map_right"):
        assert found_on(map_of(app, key)) == ["Heat (1995)"]


@pytest.mark.parametrize("color", ["Distance moved", "Mean rating", "Number of ratings", "Year"])
def test_every_color_is_drawn(open_page, two, color: str):
    app = open_page("compare", color=color, x="3", y="4", **two[2])
    assert not app.exception
    assert map_of(app, "map_right")["axes"][1].startswith("Component 4 of A")


def test_a_link_lists_only_those_that_keep_so_many(open_page, two):
    app = open_page("compare", kept=["2", "3"], order="Changed least", **two[2])
    assert not app.exception
    listed = app.dataframe[2].value["Kept"].tolist()
    assert set(listed) <= {2, 3} and listed == sorted(listed, reverse=True)


def test_the_neighbors_of_one_movie_in_both(open_page, two, bundled: Ratings):
    first, second, link = two
    app = open_page("compare", kept_movie="Heat (1995)", **link)
    assert not app.exception
    found = shared(part(first, bundled), part(second, bundled), min_ratings=21)
    titles = labels_of(bundled).to_numpy()
    place = titles[found.first].tolist().index("Heat (1995)")
    lists = [table.value for table in app.dataframe[-2:]]
    for shown, run, rows in zip(lists, (first, second), (found.first, found.second), strict=True):
        near = neighbors(run.scorer.item_embedding[rows], place)
        assert shown["Title"].tolist() == titles[found.first][near.index].tolist()
    both = set(lists[0]["Title"]) & set(lists[1]["Title"])
    assert all(shown["In both"].sum() == len(both) for shown in lists)


def test_six_models_and_two_of_them_side_by_side(open_page, publish):
    runs = [publish(run_config(embedding_dim=3, seed=seed)) for seed in range(6)]
    app = open_page("compare", models=",".join(run.run_id for run in runs), left="C", right="A")
    assert not app.exception
    names = [f"{letter}: seed {seed}" for seed, letter in enumerate("ABCDEF")]
    assert list(app.dataframe[0].value.columns) == ["Setting", *names]
    assert app.dataframe[1].value["letter"].tolist() == names
    assert map_of(app, "map_left")["title"] == "C, as it is"
    assert map_of(app, "map_right")["title"] == "A, aligned to C"
    assert len([trace for trace in figure_of(app, "compared_curves")["data"] if "validation" in trace["name"]]) == 6


@pytest.mark.whole
def test_one_dimension_beside_many(open_page, publish):
    narrow, wide = publish(run_config(embedding_dim=1)), publish(SECOND)
    app = open_page("compare", models=f"{narrow.run_id},{wide.run_id}")
    assert not app.exception
    assert "Put the other model first" in texts(app)
    app = open_page("compare", models=f"{wide.run_id},{narrow.run_id}")
    assert not app.exception
    assert map_of(app, "map_right")["n"] > 1000


@pytest.mark.parametrize("said", ["../x", "\x00", "a,b", "<script>alert(1)</script>", ","])
def test_a_link_with_unknown_models_shows_the_usual_two(open_page, two, said: str):
    app = open_page("compare", models=said, find="nothing", kept="-3", left="Z")
    assert not app.exception
    assert len(app.multiselect(key="compared").value) == 2


@pytest.fixture
def other_data(bundled: Ratings, home):
    """The ratings of the first people alone, as data of its own, and a model on it."""

    def make(people: int, strange: int = 0):
        rows = bundled.user_index < people
        items = np.unique(bundled.item_index[rows])
        place = np.full(len(bundled.items), -1)
        place[items] = np.arange(len(items))
        ids = bundled.items.ids[items]
        ids[:strange] = [f"x{item}" for item in ids[:strange]]  # known to nobody else
        own = Ratings(
            dataset_id="first-people",
            name="First *people*",
            noun="film",
            users=Vocabulary(bundled.users.ids[:people]),
            items=Vocabulary(ids),
            user_index=bundled.user_index[rows],
            item_index=place[bundled.item_index[rows]].astype(np.int32),
            rating=bundled.rating[rows],
            timestamp=None,
            item_table=bundled.item_table.iloc[items].reset_index(drop=True),
            min_rating=0.5,
            max_rating=5.0,
        )
        folder = home / "datasets" / own.dataset_id
        folder.mkdir(parents=True)
        write_folder(folder, own)
        run = run_on(own, dim=3)
        RunStore().publish(run)
        return own, run

    return make


@pytest.mark.whole
def test_models_of_different_data_are_compared_on_what_is_in_both(open_page, publish, other_data):
    first, (own, second) = publish(FIRST), other_data(300)
    app = open_page("compare", models=f"{first.run_id},{second.run_id}", min="5")
    assert not app.exception
    said = texts(app)
    assert f"with 9,066 and {len(own.items):,} movies; {len(own.items):,} occur in both, by their ids" in said
    assert "Their errors are not of the same ratings" in said
    assert map_of(app, "map_left")["n"] == map_of(app, "map_right")["n"] > 100
    assert list(app.dataframe[1].value["data"]) == ["MovieLens", "First *people*"]


@pytest.mark.whole
def test_too_little_in_common_is_said(open_page, publish, other_data):
    first, (own, second) = publish(FIRST), other_data(50, strange=3349)
    app = open_page("compare", models=f"{first.run_id},{second.run_id}")
    assert not app.exception
    assert "and 5 are needed" in texts(app)
    assert f"{len(own.items) - 3349:,} movies occur in the data of both" in texts(app)
    assert [metric.label for metric in app.metric] == []


def test_a_model_whose_data_is_gone_is_not_offered(open_page, two):
    stranger = replace(two[0], run_id="0" * 16, dataset=replace(two[0].dataset, digest="f" * 64))
    RunStore().publish(stranger)
    app = open_page("compare", models=f"{stranger.run_id},{two[0].run_id}")
    assert not app.exception
    assert stranger.run_id not in app.multiselect(key="compared").value


@pytest.mark.whole
def test_very_many_movies_are_a_study(open_page, two, monkeypatch):
    app = open_page("compare", min="1", **two[2])
    assert not app.exception
    (button,) = [button for button in app.button if button.label == "Compare them"]
    assert "Compare 8,364 movies" in texts(app)
    button.click().run()
    (job,) = queue.jobs()
    assert (job.kind, job.state) == ("study", "queued")


def test_the_link_of_a_study_shows_its_two_models(open_page, two):
    first, second, _ = two
    said = compared_models.link_to({"other_run_id": second.run_id, "min_ratings": 30})
    app = open_page("compare", run=first.run_id, **said)
    assert not app.exception
    assert app.multiselect(key="compared").value == [first.run_id, second.run_id]
    assert app.number_input(key="min").value == 30


def test_where_nobody_trains_the_command_makes_the_very_model_that_is_asked_for(open_page, publish, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    publish(PRESETS["default"])
    app = open_page("compare")
    assert [code.value for code in app.code] == ["python -m core train --preset default --seed 1"]
    options = list(app.button_group(key="second").options)
    app.button_group(key="second").set_value(options[1]).run()
    assert app.code[0].value == f"python -m core train --preset {list(PRESETS)[1]}"


def on_splits(publish, *configs, splits):
    """Models on split seeds 0, 1, …; the first of each."""
    every = [[publish(config.model_copy(update={"split_seed": seed})) for seed in range(splits)] for config in configs]
    return [runs[0] for runs in every]


def test_a_scoreboard_is_asked_for_and_followed(open_page, publish):
    first, second = publish(run_config(model="bias_only")), publish(run_config(model="bias_only", seed=1))
    link = {"models": f"{first.run_id},{second.run_id}", "splits": "3"}
    app = open_page("compare", **link)
    assert not app.exception
    assert "4 trainings to go" in texts(app)
    app.button(key=f"start_{score_key([first.run_id, second.run_id], 3)}").click().run()
    (job,) = queue.jobs()
    assert score_jobs.asked_for(job.job_id) == ([first.run_id, second.run_id], 3)
    assert app.button(key=f"stop_{job.job_id}")
    app = open_page("jobs", job=job.job_id)
    assert not app.exception
    app.button(key=f"stop_{job.job_id}").click().run()
    assert queue.get(job.job_id).state == "canceled"
    app = open_page("jobs", job=job.job_id)
    app.button(key="start_again").click().run()
    assert [one.state for one in queue.jobs()] == ["canceled", "queued"]


def test_a_scoreboard_shows_the_figures_of_the_analysis(open_page, publish, bundled):
    first, second = on_splits(publish, run_config(model="bias_only"), run_config(embedding_dim=2), splits=2)
    app = open_page("compare", models=f"{first.run_id},{second.run_id}", splits="2")
    assert not app.exception
    rows = scoreboard.rows([first, second], 2, lambda name: scoreboard.score_stored(name, bundled))
    dots = figure_of(app, "score_splits")["data"]
    assert [trace["y"] for trace in dots[:2]] == [
        list(pair) for pair in zip(*(row.errors for row in rows), strict=True)
    ]
    assert figure_of(app, "score_pairs")["data"][0]["x"] == [pytest.approx(rows[0].pooled.mean - rows[1].pooled.mean)]
    assert f"**A** {rows[0].pooled.mean:.3f} ± {rows[0].pooled.se:.3f}" in texts(app)
    table = next(frame.value for frame in app.dataframe if "seed" in frame.value)
    assert table["warm_rmse"].tolist() == [split.warm_rmse for row in rows for split in row.splits]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"split_kind": "temporal"}, "where chance has no part"),
        ({"validation_fraction": 0.3}, "different shares aside"),
    ],
)
def test_why_there_is_no_scoreboard(open_page, publish, other, says):
    first, second = publish(run_config(model="bias_only")), publish(run_config(model="bias_only", **other))
    app = open_page("compare", models=f"{first.run_id},{second.run_id}")
    assert not app.exception
    assert says in texts(app)
    assert not any(button.key and button.key.startswith("start_") for button in app.button)
