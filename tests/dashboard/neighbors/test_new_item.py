"""A new item under Neighbors: what is typed in, what comes of it, and models that know nothing of it."""

import re

import pytest

from core.model.families import PRESETS

TOLD = {"new_item": "true", "new_year": "1994"}


def texts(app):
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.info, app.error) for element in kind)


def test_a_described_movie_lies_among_others_and_has_people_who_would_like_it(open_page, publish):
    publish(PRESETS["best"])
    app = open_page("neighbors", **TOLD, new_title="<b>[x](http://a.b)</b> $y$")
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert r"**\<b\>\[x\]" in said
    assert re.search(r"beside the average movie: \S+ for its year and \S+ since what is rated is (better|less)", said)
    assert "for its genres" not in said
    near, people = (frame.value for frame in app.dataframe[-2:])
    assert len(near) == len(people) == 10
    assert near["Cosine"].is_monotonic_decreasing
    assert people["Above"].is_monotonic_decreasing
    assert people["What they rated highest"].str.len().gt(0).all()
    figure = app.get("plotly_chart")[-1].proto
    assert "&lt;b&gt;" in figure.spec
    assert "<b>[x]" not in figure.spec


def test_nothing_typed_and_what_no_movie_has_are_told(open_page, publish):
    publish(PRESETS["best"])
    app = open_page("neighbors", new_item="true", new_title="A title alone")
    assert "Say something of the movie above." in texts(app)
    app.number_input(key="new_year").set_value(2031).run()
    assert not app.exception
    assert "No movie of the data has a year like 2031; there are 1900" in texts(app)


@pytest.mark.parametrize("preset", ["best-ratings", "default"])
def test_a_model_of_ratings_alone_says_what_knows_more(open_page, publish, preset):
    publish(PRESETS[preset])
    app = open_page("neighbors", **TOLD)
    assert not app.exception
    assert "learned from ratings alone" in texts(app)
    assert "Nobody told the model what goes with what." in texts(app)


def test_a_model_that_was_told_something_says_so(open_page, publish):
    publish(PRESETS["best"])
    assert "The model was told genres and year" in texts(open_page("neighbors"))
    assert "The model was told genres and years, and found the rest." in texts(open_page("start"))
