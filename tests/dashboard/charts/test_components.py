import numpy as np
import pytest

from core.analysis.components.extremes import ends
from core.analysis.components.pca import Pca, pca
from dashboard.charts import components
from dashboard.charts.base import plain
from dashboard.charts.components import scree
from dashboard.charts.points import MOST_IN_SWARM, sample
from dashboard.principal_components.label import Label
from tests.dashboard.charts.hovers import hovers


@pytest.fixture(scope="module")
def result() -> Pca:
    return pca(np.random.default_rng(0).normal(size=(50, 4)) * [4, 3, 2, 1])


def many(n: int) -> tuple[np.ndarray, list[str]]:
    scores = np.random.default_rng(0).normal(size=(n, 3))
    return scores, [f"A movie whose title has a usual length, number {row} (1999)" for row in range(n)]


def message(figure: object) -> str:
    return figure.to_json()


def test_scree_shows_every_component_and_marks_the_chosen(result: Pca):
    figure = scree(result.variance_ratio, result.cumulative, chosen=2, labels=[Label(number) for number in range(1, 5)])
    bars, line = figure.data
    np.testing.assert_allclose(bars.y, result.variance_ratio, rtol=1e-6)
    assert line.y[-1] == pytest.approx(1)
    others = {bars.marker.color[place] for place in (0, 1, 3)}
    assert len(others) == 1 and bars.marker.color[2] not in others


def test_unproven_components_are_hatched_and_data_without_taste_are_a_line(result: Pca):
    labels = [Label(1), Label(2, unproven=True), Label(3, unproven=True), Label(4, unproven=True)]
    share = np.array([0.3, 0.2, 0.1, 0.0])
    figure = scree(result.variance_ratio, result.cumulative, chosen=0, labels=labels, line=share)
    bars, _, line = figure.data
    assert list(bars.marker.pattern.shape) == ["", "/", "/", "/"]
    assert list(bars.text)[:2] == ["Component 1", "Component 2 (unproven)"]
    np.testing.assert_allclose(line.y, share, rtol=1e-6)


def test_a_strip_of_an_unproven_component_says_so(result: Pca):
    found = ends(result.scores[:, 0], np.ones(50, bool), 3)
    figure = components.strip(
        result.scores[:, 0],
        ["m"] * 50,
        np.ones(50, bool),
        found,
        hover=hovers(["m"] * 50),
        label=Label(4, unproven=True, unit="predicted taste"),
        noun="movie",
    )
    assert figure.layout.xaxis.title.text == "Component 4 (unproven) · predicted taste"


def test_strip_draws_all_and_names_the_ends(result: Pca):
    titles = [f"m{row}" for row in range(50)]
    found = ends(result.scores[:, 0], np.ones(50, bool), 3)
    figure = components.strip(
        result.scores[:, 0], titles, np.arange(50) < 20, found, hover=hovers(titles), label=Label(1), noun="movie"
    )
    assert sum(len(trace.x) for trace in figure.data) == 50
    named = {note.text for note in figure.layout.annotations}
    assert named == {titles[row] for row in (*found.top, *found.bottom)}
    assert all(np.abs(trace.y).max() <= 1 for trace in figure.data)


def test_a_strip_looks_the_same_every_time(result: Pca):
    found = ends(result.scores[:, 0], np.ones(50, bool), 3)
    first, second = (
        components.strip(
            result.scores[:, 0],
            ["m"] * 50,
            np.ones(50, bool),
            found,
            hover=hovers(["m"] * 50),
            label=Label(1),
            noun="movie",
        ).to_json()
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(("n", "known"), [(3_000, 500), (9_066, 1_247), (87_585, 50_000)])
def test_a_strip_of_many_draws_a_sample_with_all_that_are_listed_if_they_are_few(n: int, known: int):
    scores, titles = many(n)
    listed = np.arange(n) >= n - known
    found = ends(scores[:, 0], listed, 3)
    strip = components.strip(scores[:, 0], titles, listed, found, hover=hovers(titles), label=Label(1), noun="movie")
    few, enough = strip.data
    assert len(few.x) + len(enough.x) == MOST_IN_SWARM
    assert (len(enough.x) == known) == (known < MOST_IN_SWARM)
    assert set(scores[[*found.top, *found.bottom], 0].astype(np.float32)) <= set(np.float32(enough.x))
    assert strip.layout.title.text.startswith("All ") == ("a sample of" not in strip.layout.title.text) == (n == 3_000)
    assert len(message(strip)) < 5e5


def test_a_sample_keeps_what_must_be_there_and_is_the_same_every_time():
    rows, keep = np.arange(1_000), np.array([3, 999])
    drawn = sample(rows, keep=keep, most=100)
    assert len(drawn) == len(set(drawn)) == 100
    assert set(keep) <= set(drawn)
    np.testing.assert_array_equal(drawn, sample(rows, keep=keep, most=100))
    np.testing.assert_array_equal(sample(rows[:50], most=100), rows[:50])


def test_marked_items_are_ringed_and_named_on_the_strip_even_of_very_many(result: Pca):
    scores, titles = many(20_000)
    found = ends(scores[:, 0], np.ones(20_000, bool), 3)
    titles[7] = "<b>%{x}</b>"
    figure = components.strip(
        scores[:, 0],
        titles,
        np.ones(20_000, bool),
        found,
        hover=hovers([plain(title) for title in titles]),
        label=Label(1),
        noun="movie",
        marked=[19_999, 7],
    )
    np.testing.assert_allclose(figure.data[-1].x, scores[[19_999, 7], 0], rtol=1e-6)
    drawn = {(float(x), float(y)) for trace in figure.data[:-1] for x, y in zip(trace.x, trace.y, strict=True)}
    assert set(zip(map(float, figure.data[-1].x), map(float, figure.data[-1].y), strict=True)) <= drawn
    told = [note.text for note in figure.layout.annotations]
    assert len(told) == 8
    assert not any("<b>" in text or "%{" in text for text in told)


def test_axes_have_the_names_of_their_components():
    named = Label(2, low="quiet", high="<i>loud</i>")
    assert components.axis_title(named) == "quiet ← component 2 → &lt;i&gt;loud&lt;/i&gt;<br>embedding units"
    assert components.axis_title(named, unit=False) == "quiet ← component 2 → &lt;i&gt;loud&lt;/i&gt;"
    assert components.axis_title(Label(4, unproven=True)) == "Component 4 (unproven) · embedding units"


def test_names_stand_over_the_bars_of_the_scree(result: Pca):
    labels = [Label(1, low="quiet"), Label(2), Label(3), Label(4, high="<b>x</b>")]
    bars = scree(result.variance_ratio, result.cumulative, chosen=0, labels=labels).data[0]
    assert list(bars.text) == [
        "<b>quiet – not named</b><br>Component 1",
        "Component 2",
        "Component 3",
        "<b>not named – &lt;b&gt;x&lt;/b&gt;</b><br>Component 4",
    ]
