"""The start page: the first training in the map, what can be done there, the data in numbers, and the way on."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from core import data
from core.analysis.film import packed
from core.config import run_id
from core.jobs import job_folder, queue
from core.jobs.live_film import as_text
from core.jobs.outcome import DONE, JobOutcome
from core.model.events import Epoch, Started
from core.model.families import PRESETS, run_config
from core.store import study_store
from core.store.runs import RunStore
from core.studies.films import FILM, FilmSettings
from dashboard.map_view import packing
from dashboard.server import ahead
from dashboard.shared import matrix_rows
from dashboard.start import dots, stage, steps, words
from dashboard.start import scene as scenes
from tests.conftest import run_on
from tests.dashboard.fields import field
from tests.dashboard.map_view.drawn import map_of, maps_of, numbers_of
from tests.dashboard.own_ratings import stars


def plots(app):
    return len(app.get("plotly_chart"))


def test_the_data_is_told_in_four_numbers_and_three_charts(open_page):
    app = open_page()
    assert not app.exception
    assert [metric.value for metric in app.metric] == ["100,004", "671", "9,066", "1.6%"]
    pictures = [element.proto.body for element in app.get("html")]
    assert [title for title in ("How people rate", "How often a movie is rated") if title in " ".join(pictures)]
    assert plots(app) == 0  # no chart library has to be fetched before the first page is complete


@pytest.mark.few  # places of so few items travel with the map
def test_before_the_first_model_dots_lie_where_chance_has_put_them(open_page, bundled):
    app = open_page()
    drawn = map_of(app, "start_map")
    rows = np.flatnonzero(bundled.item_count >= 21)
    assert drawn["n"] == len(rows)
    np.testing.assert_array_equal(numbers_of(drawn["places"], "<f4").reshape(-1, 2), dots.by_chance(len(rows)))
    assert "drawn by chance" in drawn["title"] + " ".join(element.value for element in app.markdown)
    assert drawn["named"] == []


def test_the_first_visitor_finds_the_map_made(open_page, monkeypatch):
    stage.prepare()
    monkeypatch.setattr(data, "load", None)
    monkeypatch.setattr(matrix_rows, "item_labels", None)
    monkeypatch.setattr(scenes.coloring, "by_genre", None)
    monkeypatch.setattr(packing, "names", None)
    assert len(maps_of(open_page("start"))) == 1, "and nothing of it is made again"


def test_there_is_room_for_the_map_before_it_comes(open_page):
    said = " ".join(element.value for element in open_page("start").get("html"))
    (room,) = re.findall(r"\.st-key-start_map { (min-height: .*?) }", said)
    assert f".st-key-start_place {{ {room} }}" in ahead.style()


def test_the_licence_and_the_citation_are_on_the_page(open_page):
    text = " ".join(element.value for element in open_page().markdown)
    assert "Harper" in text
    assert "commercial" in text


def test_the_first_button_trains_what_suits_the_data_and_shows_that_it_waits(open_page, bundled):
    app = open_page()
    app.button(key="offer_training").click().run()
    assert not app.exception
    (job,) = queue.jobs()
    assert job.state == "queued"
    assert "offer_training" not in [button.key for button in app.button]
    assert app.button(key="stop_training").label == "Stop"
    assert app.query_params["job"] == job.job_id
    assert job.key == run_id(PRESETS["best"], bundled.digest)


def test_a_training_moves_the_dots_and_ends_in_a_film_that_lies_as_it_was_seen(open_page, bundled):
    """A second look at a job shows what it has measured since; the film is turned as the items were last seen."""
    app = open_page()
    app.button(key="offer_training").click().run()
    (job,) = queue.jobs()
    queue.claim(job.job_id)
    rows = np.argsort(-bundled.item_count)[:300]
    seen = np.random.default_rng(1).normal(size=(300, 2))
    events = [
        {"type": "started", **asdict(Started(2, 80, 20, 0, 0, 1.05, 0.88))},
        {"type": "filmed", "rows": as_text(rows.astype(np.int32))},
        {"type": "frame", "at": 0.5, "places": as_text(seen.astype(np.float16))},
        {"type": "epoch", **asdict(Epoch(1, 1.0, 1.0, 0.9, 0.7, 0.8, 0.9, 0.7))},
    ]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (queue.folder() / job.job_id / job_folder.METRICS).write_text(lines)
    app.run()
    drawn = map_of(app, "start_map")
    order = np.argsort(rows)
    there = order[bundled.item_count[rows[order]] >= 21]
    live = numbers_of(drawn["places"], "<f4").reshape(-1, 2)
    np.testing.assert_allclose(live, seen[there], atol=1e-2)
    assert drawn["move"] and "averages only 0.88" in app.get("html")[0].proto.body

    run = replace(run_on(bundled, PRESETS["best"]), run_id=job.key)
    RunStore().publish(run)
    app.run()  # its film is still being kept
    assert any(element.value.startswith("**Done in ") for element in app.markdown)
    mirrored = 3 * seen @ np.array([[0, 1], [1, 0]])
    steps, bounds = packed(np.stack([0 * mirrored, mirrored]).astype(np.float32))
    arrays = {"rows": rows, "at": np.array([0.0, 1.0]), "places": steps, "bounds": bounds}
    study_store.save(run.run_id, FILM.name, FilmSettings(), arrays, {})
    queue.finish(job.job_id, DONE)
    app.run()
    assert not app.exception
    assert any(element.value.startswith("**Done in ") for element in app.markdown)
    drawn = map_of(app, "start_map")
    left, low, right, high = drawn["film"]["bounds"]
    last = numbers_of(drawn["frames"], "<u2").reshape(2, -1, 2)[1] / 65535 * [right - left, high - low] + [left, low]
    np.testing.assert_allclose(last, 3 * seen[there], atol=2e-2)


def test_a_training_under_way_is_found_by_a_second_session(open_page):
    first = open_page()
    first.button(key="offer_training").click().run()
    second = open_page()
    assert "offer_training" not in [button.key for button in second.button]
    assert len(queue.jobs()) == 1


def test_a_training_that_failed_says_why_and_can_be_started_again(open_page):
    app = open_page()
    app.button(key="offer_training").click().run()
    (job,) = queue.jobs()
    queue.claim(job.job_id)
    queue.finish(job.job_id, JobOutcome("failed", "DISK_FULL", "the disk is full; delete runs"))
    app.run()
    assert app.error[0].value == "The disk is full; delete runs."
    app.button(key="offer_training").click().run()
    assert [job.state for job in queue.jobs()] == ["failed", "queued"]


def test_with_a_model_the_button_leads_to_its_components(open_page, publish):
    run = publish(PRESETS["default"])
    app = open_page()
    assert not app.exception
    assert "offer_training" not in [button.key for button in app.button]
    assert "Open the components" in [button.label for button in app.button]
    assert app.query_params["run"] == run.run_id
    assert "film" not in map_of(app, "start_map")
    assert words.NO_FILM in [caption.value for caption in app.caption]


def test_a_favorite_lights_its_neighbors_and_three_ratings_make_a_star(open_page, publish):
    publish(PRESETS["default"])
    app = open_page()
    field(app, "find_field").choose("Toy Story (1995)")
    drawn = map_of(app, "start_map")
    assert len(drawn["found"]) == 1 and len(drawn["near"]) == steps.NEAREST
    assert np.unpackbits(numbers_of(drawn["selected"], "u1")).sum() == 1 + steps.NEAREST
    assert any("Nearest to **Toy Story" in element.value for element in app.markdown)

    places = []
    for number in (1, 2, 3):
        stars(app, "start")[number - 1].set_value(number).run()
        (star,) = [layer for layer in map_of(app, "start_map")["named"] if layer["marked"]]
        assert star["names"] == [f"You, by {number} rating{'s' * (number > 1)}"]
        places.append(tuple(star["points"]))
    assert len(set(places)) == 3
    app.switch_page("app_pages/for_you.py").run()
    assert any("**3 ratings** so far" in element.value for element in app.markdown)


def test_an_axis_between_two_genres_colors_the_map(open_page, publish):
    publish(PRESETS["default"])
    app = open_page()
    app.toggle(key="ends").set_value(True).run()
    assert map_of(app, "start_map")["color"]["label"] == "Children ← → Horror"
    assert sum(element.value.startswith("Furthest toward") for element in app.markdown) == 2


@pytest.mark.parametrize("model", ["neural", "bias_only", "simple_dot"])
def test_every_family_has_its_picture_and_says_what_does_not_apply(open_page, publish, model):
    run = publish(run_config(model=model, **({} if model == "bias_only" else {"embedding_dim": 4})))
    app = open_page()
    if run.scorer.has_vectors:
        stars(app, "start")[0].set_value(4).run()
    assert not app.exception
    assert f"Open the {'components' if run.scorer.has_vectors else 'biases'}" in [button.label for button in app.button]
    you = [layer for part in maps_of(app) for layer in part["named"] if layer["marked"]]
    assert len(you) == (1 if run.scorer.is_bilinear and run.scorer.has_vectors else 0)
    assert any("no sum of terms" in info.value for info in app.info) == (model == "neural")


def test_a_table_of_books_without_genres_has_no_axis(open_page, brought):
    dataset = brought()
    RunStore().publish(run_on(data.load(dataset), dim=3))
    app = open_page(dataset=dataset)
    assert not app.exception
    assert [tab.label for tab in app.tabs] == ["Find a story", "Rate three"]
    assert map_of(app, "start_map")["color"]["kind"] == "scale"


def test_a_small_table_begins_with_dots_too(open_page, brought):
    app = open_page(dataset=brought())
    assert not app.exception
    assert map_of(app, "start_map")["n"] > 0


def test_who_may_only_look_sees_the_dots_and_the_command(open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    app = open_page()
    assert not app.exception
    assert "offer_training" not in [button.key for button in app.button]
    assert app.code[0].value.startswith("python -m core train")
    assert map_of(app, "start_map")["n"] > 0


def test_a_model_of_one_dimension_has_no_map_and_breaks_nothing(open_page, publish):
    publish(PRESETS["default"].model_copy(update={"embedding_dim": 1}))
    for name in ("start", "embeddings", "components", "neighbors", "biases"):
        app = open_page(name)
        assert not app.exception, name
