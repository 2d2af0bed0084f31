"""The lesson: every step opens, prints the numbers of the stored arrays, and can be linked to."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from core.analysis.biases.bias import bias_ablation
from core.analysis.gauge import centered_on
from core.analysis.lesson.step import dropout, dropped_products, pair_of, predict, training_step
from core.data.ratings import Ratings
from core.data.splits import split
from core.jobs import queue
from core.jobs.outcome import JobOutcome
from core.model.families import PRESETS, run_config
from core.model.run import Run
from dashboard.cache import loaders
from dashboard.lesson.code import contestants, results_words
from dashboard.shared.phrases import fixed, summand
from tests.dashboard.fields import field

pytestmark = pytest.mark.few

STEPS = [str(number) for number in range(1, 9)]


def texts(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.header) for element in kind)


def followed(ratings: Ratings, run: Run) -> tuple[int, int, float]:
    """The rating the lesson follows at first: item, user and rating."""
    train = np.sort(split(ratings, run.config).train)
    counts = np.bincount(ratings.item_index[train], minlength=len(ratings.items))
    item = next(row for row in np.argsort(-ratings.item_count, kind="stable") if counts[row])
    row = train[ratings.item_index[train] == item][0]
    return int(item), int(ratings.user_index[row]), float(ratings.rating[row])


def figure_of(app, key: str) -> dict:
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.proto.id.endswith(f"-{key}")]
    assert len(chart.proto.alt) > 20
    return json.loads(chart.proto.spec)


def numbers(packed: dict) -> np.ndarray:
    """An array as plotly packs it."""
    flat = np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])
    return flat.reshape([int(n) for n in packed["shape"].split(",")]) if "shape" in packed else flat


def test_without_a_model_the_page_offers_one(open_page):
    app = open_page("under_the_hood")
    assert not app.exception
    assert any("first model" in button.label for button in app.button)


@pytest.mark.parametrize(
    ("step", "preset"),
    [
        *((step, preset) for preset in ("default", "article-simple-dot") for step in STEPS),
        *((step, "best") for step in "1257"),  # the fourth is read below
    ],
)
def test_every_step_opens_by_its_link(open_page, publish, step: str, preset: str):
    publish(PRESETS[preset])
    app = open_page("under_the_hood", step=step)
    assert not app.exception
    assert not app.error
    assert app.header[0].value.startswith(f"{step}. ")
    assert [expander.label for expander in app.expander].count("An answer") == 1
    for chart in app.get("plotly_chart"):
        assert len(chart.proto.spec) < 2e6


@pytest.mark.parametrize("said", ["0", "9", "x", "\x00", "<b>"])
def test_a_link_to_no_step_opens_the_first(open_page, publish, said: str):
    publish()
    app = open_page("under_the_hood", step=said)
    assert not app.exception
    assert app.header[0].value.startswith("1. ")


def test_next_and_back(open_page, publish):
    publish()
    app = open_page("under_the_hood")
    assert app.button(key="lesson_back").disabled
    for number in range(2, 9):
        app.button(key="lesson_next").click().run()
        assert app.header[0].value.startswith(f"{number}. ")
    assert app.button(key="lesson_next").disabled
    app.button(key="lesson_back").click().run()
    assert app.header[0].value.startswith("7. ")


def test_a_row_number_is_the_place_in_the_vocabulary(open_page, publish, bundled: Ratings):
    run = publish()
    item, user, _ = followed(bundled, run)
    app = open_page("under_the_hood")
    table = app.dataframe[0].value
    assert [bundled.items.index(said) for said in table["Id in the data"]] == table["Row number"].tolist()
    assert item in table["Row number"].tolist()
    said = texts(app)
    assert f"has the id {bundled.items.ids[item]} in the data and is **row {item:,}**" in said
    assert f"person with the id {bundled.users.ids[user]} is row {user:,}" in said


def test_the_lifted_row_is_that_of_the_matrix(open_page, publish, bundled: Ratings):
    run = publish()
    item, *_ = followed(bundled, run)
    app = open_page("under_the_hood", step="2")
    rows, lifted = figure_of(app, "lesson_row")["data"]
    np.testing.assert_allclose(numbers(lifted["z"])[0], run.scorer.item_embedding[item], rtol=1e-6)
    assert numbers(rows["z"]).shape == (9, run.config.embedding_dim)
    assert f"`matrix[{item}]`" in texts(app)


def test_both_ways_to_a_row_and_what_they_cost(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("under_the_hood", step="3")
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Largest difference"] == "0"
    assert metrics["Multiplications"] == f"{len(bundled.items) * run.config.embedding_dim:,}"
    assert "equal to the last digit" in texts(app)


@pytest.mark.parametrize("preset", ["default", "article-simple-dot", "best"])
def test_the_guess_is_printed_to_the_digit(open_page, publish, bundled: Ratings, preset: str):
    run = publish(PRESETS[preset])
    item, user, rating = followed(bundled, run)
    found = predict(pair_of(run.scorer, user, item))
    app = open_page("under_the_hood", step="4")
    said = texts(app)
    assert f"**{fixed(found.dot)}**" in said
    assert f"really gave {rating:g} stars" in said
    expected = run.scorer.predict(np.array([user]), np.array([item]))[0]
    assert found.rating == pytest.approx(expected, abs=1e-6)
    if preset == "best":
        assert f"= **{fixed(found.score)}**, and in this model that is the guess itself" in said
        assert found.rating != pytest.approx(found.dot)
    if preset == "default":
        assert f"**{fixed(found.score)}**, the score" in said
        assert f"**{fixed(found.rating)}**" in said
    table = app.dataframe[0].value
    np.testing.assert_allclose(
        table["Product"], run.scorer.user_embedding[user] * run.scorer.item_embedding[item], rtol=1e-5
    )


@pytest.mark.parametrize("penalty", [False, True])
def test_the_step_is_that_of_the_formula(open_page, publish, bundled: Ratings, penalty: bool):
    run = publish()
    item, user, rating = followed(bundled, run)
    found = training_step(
        pair_of(run.scorer, user, item),
        rating,
        learning_rate=0.3,
        l2=run.config.l2 if penalty else 0.0,
    )
    app = open_page("under_the_hood", step="5", lesson_rate="0.3", lesson_penalty=str(penalty).lower())
    said = texts(app)
    assert f"The guess was {fixed(found.predicted_before.rating)}" in said
    assert f"it is **{fixed(found.predicted_after.rating)}**" in said
    assert f"The other {len(bundled.users) - 1:,} people and {len(bundled.items) - 1:,} movies" in said
    table = app.dataframe[0].value
    dims = run.config.embedding_dim
    assert len(table) == 2 * (dims + 1)
    for first, which in ((0, "user"), (dims + 1, "item")):
        for column, pair in (("Before", found.before), ("Slope", found.gradient), ("After", found.after)):
            expected = [*getattr(pair, which), getattr(pair, f"{which}_bias")]
            np.testing.assert_allclose(table[column][first : first + dims + 1], expected, rtol=1e-9)


def test_biases_alone_are_compared_with_the_whole(open_page, publish, bundled: Ratings):
    run = publish()
    parts = split(bundled, run.config)
    held_out = [of[parts.validation] for of in (bundled.user_index, bundled.item_index, bundled.rating)]
    error = bias_ablation(centered_on(run.scorer, bundled, parts), *held_out).biases_rmse
    app = open_page("under_the_hood", step="6")
    assert f"The biases alone are off by {error:.3f} stars" in texts(app)
    assert "Train one without biases" in texts(app)


def test_a_model_of_the_other_sort_joins_the_comparison(open_page, publish):
    publish(PRESETS["article-simple-dot"])
    biased = publish(PRESETS["default"])
    app = open_page("under_the_hood", step="6", run=biased.run_id)
    assert "*another model, without biases* is your dot product, 64 dimensions" in texts(app)


def test_dropout_is_that_of_the_formula(open_page, publish, bundled: Ratings):
    run = publish()
    item, user, _ = followed(bundled, run)
    pair = pair_of(run.scorer, user, item)
    found = dropout(pair.item, 0.5, seed=7)
    many = dropped_products(pair, user_rate=0.5, item_rate=0.5, draws=1000, seed=7)
    app = open_page("under_the_hood", step="7", lesson_hidden="0.5", lesson_draw="7")
    said = texts(app)
    assert f"In this draw {int((~found.kept).sum())} of" in said
    assert "times 2.00" in said
    assert f"its mean is {fixed(float(many.mean()), 3)}" in said
    whole, left, _ = figure_of(app, "lesson_dropped")["data"]
    np.testing.assert_allclose(numbers(whole["y"]), pair.item, rtol=1e-6)
    np.testing.assert_allclose(numbers(left["y"]), found.vector, rtol=1e-6)


def test_both_layers_are_shown_from_their_files(open_page, publish):
    publish()
    app = open_page("under_the_hood", step="8")
    own, keras = (block.value for block in app.code)
    for shown in (own, keras):
        assert "def call(self" in shown and "ops.take(self.embeddings" in shown
    assert app.button(key="lesson_train").label == "Train both"


def test_both_trainings_are_asked_for_at_once(open_page, publish):
    publish()
    app = open_page("under_the_hood", step="8")
    app.button(key="lesson_train").click().run()
    assert not app.exception
    assert sorted(queue.spec(job.job_id)["config"]["model"] for job in queue.jobs()) == ["simple_dot", "simple_dot_diy"]
    assert [bar.proto.text for bar in app.main.get("progress") if "layer" in bar.proto.text] == [
        "Keras' layer: waiting for its turn",
        "Hand-written layer: waiting for its turn",
    ]


def test_a_training_that_failed_says_why_and_can_be_tried_again(open_page, publish):
    publish()
    app = open_page("under_the_hood", step="8")
    app.button(key="lesson_train").click().run()
    for job in queue.jobs():
        queue.claim(job.job_id)
        queue.finish(job.job_id, JobOutcome("failed", "OUT_OF_MEMORY", "there was not enough memory"))
    loaders.jobs_now.clear()
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == ["There was not enough memory."] * 2
    assert app.button(key="lesson_train").label == "Train both"


def test_finished_trainings_are_compared(open_page, publish):
    main = publish()
    first, second = (publish(one.config) for one in contestants(True))
    np.testing.assert_array_equal(first.scorer.item_embedding, second.scorer.item_embedding)
    app = open_page("under_the_hood", step="8", run=main.run_id)
    assert "equal to four digits, and not one of the" in texts(app)
    assert [metric.value for metric in app.metric if "RMSE" in metric.label] == ["0.9500", "0.9500"]
    app.toggle(key="lesson_same").set_value(False).run()
    assert app.button(key="lesson_train").label.startswith("Train the missing one")


def test_results_far_apart_are_not_called_equal(open_page, publish):
    run = publish()
    other = replace(run, outcome=replace(run.outcome, val_rmse=run.outcome.val_rmse + 0.01))
    assert "0.0100 apart" in results_words(run, other, "movies", same=True)
    assert "more than rounding explains" in results_words(run, other, "movies", same=True)
    assert "different ranges" in results_words(run, other, "movies", same=False)


def test_another_movie_and_person_are_followed(open_page, publish, bundled: Ratings):
    run = publish()
    app = open_page("under_the_hood", step="4", follow="Heat (1995)")
    assert not app.exception
    item = bundled.item_table["title"].tolist().index("Heat (1995)")
    people = app.selectbox(key="with").options
    train = split(bundled, run.config).train
    raters = set(bundled.user_index[train[bundled.item_index[train] == item]].tolist())
    assert {bundled.users.index(name.removeprefix("User ").removesuffix(" (untrained)")) for name in people} == raters
    app.selectbox(key="with").set_value(people[-1]).run()
    assert f"of {people[-1]} and of Heat" in texts(app)
    field(app, "follow").choose("Toy Story (1995)")
    assert not app.exception
    assert "of Toy Story" in texts(app)


@pytest.mark.parametrize("said", ["No such movie", "../x", "\x00", "<script>alert(1)</script>"])
@pytest.mark.parametrize("name", ["follow", "with", "lesson_rate", "lesson_hidden", "lesson_draw"])
def test_a_link_with_nonsense_shows_the_page_all_the_same(open_page, publish, name: str, said: str):
    publish()
    app = open_page("under_the_hood", step="5" if name == "lesson_rate" else "7", **{name: said})
    assert not app.exception


def test_a_model_of_one_dimension_has_a_lesson_too(open_page, publish):
    publish(run_config(embedding_dim=1))
    for step in STEPS:
        assert not open_page("under_the_hood", step=step).exception


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(-0.00001, 4, "0.0000"), (-1.25, 1, "−1.2"), (3, 2, "3.00"), (-0.5, 4, "−0.5000")]
)
def test_numbers_are_printed_with_a_real_minus(value: float, digits: int, text: str):
    assert fixed(value, digits) == text
    assert summand(-abs(value), digits).startswith("−" if float(f"{value:.{digits}f}") else "+")


@pytest.mark.parametrize(
    ("step", "preset", "words"),
    [
        ("1", "best", "told genres and years"),
        ("2", "best", "every number knows how sure it is"),
        ("5", "best", "all its ratings in each step"),
        ("7", "best", "needs none"),
        ("1", "best-ratings", ""),
    ],
)
def test_what_does_not_hold_for_a_model_is_said_of_it_alone(open_page, publish, step: str, preset: str, words: str):
    publish(PRESETS[preset])
    said = texts(open_page("under_the_hood", step=step))
    assert words in said
    assert ("genres" in said) == (preset == "best" and step in "125")


@pytest.mark.whole
def test_the_articles_table_is_shown_beside_your_own(open_page, publish, bundled: Ratings):
    publish()
    app = open_page("under_the_hood", step="2")
    high, low = (frame.value for frame in app.dataframe[-2:])
    assert high["As printed"][0] == "The Graduate (1967)" and high["One row back"][0] == "The Godfather: Part II (1974)"
    assert low["One row back"][2] == "Striptease (1996)"
    assert "have 3.57 and 3.13 on average; moved back, 4.36 and 2.27" in texts(app)


def test_other_movies_have_no_such_table(open_page, publish):
    publish()
    labels = [fold.label for fold in open_page("under_the_hood", step="2").expander]
    assert labels and not any("off by one" in label for label in labels)
