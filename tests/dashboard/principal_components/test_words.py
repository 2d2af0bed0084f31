import numpy as np
import pytest

from core.analysis.components.extremes import Ends
from core.analysis.components.pca import pca
from core.analysis.components.proof import Cost
from core.analysis.components.stability import Stability
from core.data.ratings import Ratings
from dashboard.charts.points import Classes, Coloring
from dashboard.principal_components import words as component_words
from dashboard.principal_components.label import Label
from dashboard.shared import coloring
from dashboard.shared.matrix_rows import Rows
from tests.core.analysis.made import scorer
from tests.dashboard.labels import labels_of

BOTH = [Label(1), Label(2)]


def test_a_line_is_carried_by_one_component():
    line = np.outer(np.arange(1.0, 6.0), [3.0, 4.0])
    said = component_words.scree(pca(line), 0)
    assert said.startswith("1 component of 2 carries half of everything")
    assert "Component 1 carries 100.0%" in said


def test_one_dimension_has_one_component():
    assert "one dimension" in component_words.scree(pca(np.array([[1.0], [2.0]])), 0)


def rows_of(bundled: Ratings, labels: list[str]) -> Rows:
    matrix = np.zeros((1, 1))
    return Rows("movie", labels, scorer(matrix, matrix), matrix, np.zeros(1), bundled.item_count, np.ones(1, bool))


def test_ends_are_told_apart_by_ratings_and_years(bundled: Ratings):
    rows = rows_of(bundled, labels_of(bundled).tolist())
    years = bundled.item_table["year"].to_numpy()
    old, new = np.flatnonzero(years == 1940)[:5], np.flatnonzero(years == 2010)[:5]
    said = component_words.ends(bundled, rows, Ends(top=new, bottom=old))
    assert "from around 1940 and 2010" in said
    means = bundled.item_mean[old].mean(), bundled.item_mean[new].mean()
    assert f"rated {means[0]:.1f} and {means[1]:.1f} on average" in said


def test_an_empty_end_has_no_words(bundled: Ratings):
    nobody = np.array([], int)
    rows = rows_of(bundled, [])
    assert component_words.ends(bundled, rows, Ends(top=nobody, bottom=nobody)) == ""


def test_a_color_that_rises_along_an_axis_is_named():
    scores = np.stack([np.arange(50.0), np.random.default_rng(0).permutation(np.arange(50.0))], axis=1)
    said = component_words.scatter(scores, BOTH, np.arange(50), Coloring("Year", np.arange(50.0)))
    assert said.startswith("The year rises along component 1 (rank correlation 1.00)")
    falling = component_words.scatter(scores, BOTH, np.arange(50), Coloring("Year", -np.arange(50.0)))
    assert "falls along component 1 (rank correlation −1.00)" in falling
    named = [Label(1, low="old *ones*", high="new"), Label(2)]
    said = component_words.scatter(scores, named, np.arange(50), Coloring("Year", np.arange(50.0)))
    assert said.startswith(r"The year rises along component 1 “old \*ones\* – new” (rank correlation 1.00)")


def test_a_color_that_goes_with_no_axis_is_said_to():
    rng = np.random.default_rng(0)
    said = component_words.scatter(
        rng.normal(size=(900, 2)), BOTH, np.arange(900), Coloring("Year", rng.normal(size=900))
    )
    assert "little to do" in said


def test_the_class_furthest_out_is_named():
    rng = np.random.default_rng(0)
    member = np.arange(300) % 3 - 1
    scores = rng.normal(size=(300, 2))
    scores[member == 1, 0] += 5
    said = component_words.scatter(scores, BOTH, np.arange(300), Classes("Genre", member, ["Drama", "Horror"]))
    assert "component 1 **Horror** lies furthest toward the high end" in said


def test_an_item_takes_the_color_of_its_rarest_genre(bundled: Ratings):
    known = coloring.genres(bundled)
    assert known[:2] == ["Drama", "Comedy"]
    classes = coloring.by_genre(bundled, ["Comedy", "Animation"])
    assert classes.names[classes.member[0]] == "Animation"  # Toy Story is both
    assert (classes.member == -1).any()


def test_numbers_of_ratings_are_on_a_scale_of_powers(bundled: Ratings):
    color = coloring.by_column(bundled, coloring.COUNT)
    assert list(color.tick_labels) == ["1", "10", "100"]
    assert 10 ** color.values[0] == np.float64(247) or np.isclose(10 ** color.values[0], 247)


@pytest.mark.parametrize(
    ("r", "words"),
    [(0.95, "almost as it was (r = 0.95)"), (0.71, "recognizably (r = 0.71)"), (0.5, "only in part"), (0.2, "not at")],
)
def test_how_a_component_comes_back(r: float, words: str):
    found = Stability(median_r=np.array([r, 0.99]), r=np.array([[r, 0.99]] * 4), match=np.zeros((4, 2), int))
    said = component_words.returns(found, 0)
    assert f"from 4 other seeds, **component 1 comes back {words}" in said
    assert f"Of 2, {2 if r >= 0.9 else 1} come" in said


def test_what_the_predictions_need():
    found = Cost(rmse=np.array([0.95, 0.9, 0.8605, 0.86]), n_ratings=1_000)
    said = component_words.cost(found, 1, biases=True, whole=True, unit="stars")
    assert "Biases alone are off by 0.950 stars, the whole model by 0.860; **the first 2 of 3** are as good" in said
    assert "Component 2, added to those before it, lowers the error by 0.0395." in said
    assert "1,000 validation ratings" in said


def test_a_component_can_do_harm_and_vectors_can_add_nothing():
    found = Cost(rmse=np.array([0.86, 0.861, 0.8601]), n_ratings=10)
    said = component_words.cost(found, 0, biases=False, whole=False, unit="points")
    assert "Without taste, predictions are off by 0.860 points, all 2 by 0.860" in said
    assert "the vectors add nothing" in said
    assert "Component 1 alone raises the error by 0.0010" in said
