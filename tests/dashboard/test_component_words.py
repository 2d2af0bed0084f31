import numpy as np

from core.analysis.ends import Ends
from core.analysis.pca import pca
from core.ratings import Ratings
from dashboard import coloring, component_words
from dashboard.charts.components import Classes, Coloring
from dashboard.rows import Rows


def test_a_line_is_carried_by_one_component():
    line = np.outer(np.arange(1.0, 6.0), [3.0, 4.0])
    said = component_words.scree(pca(line), 0)
    assert said.startswith("1 component of 2 carries half of everything")
    assert "Component 1 carries 100.0%" in said


def test_one_dimension_has_one_component():
    assert "one dimension" in component_words.scree(pca(np.array([[1.0], [2.0]])), 0)


def test_ends_are_told_apart_by_ratings_and_years(bundled: Ratings):
    rows = Rows(
        "movie", bundled.item_table["title"].tolist(), np.zeros((1, 1)), None, bundled.item_count, np.ones(1, bool)
    )
    years = bundled.item_table["year"].to_numpy()
    old, new = np.flatnonzero(years == 1940)[:5], np.flatnonzero(years == 2010)[:5]
    said = component_words.ends(bundled, rows, Ends(top=new, bottom=old))
    assert "from around 1940 and 2010" in said
    means = bundled.item_mean[old].mean(), bundled.item_mean[new].mean()
    assert f"rated {means[0]:.1f} and {means[1]:.1f} on average" in said


def test_an_empty_end_has_no_words(bundled: Ratings):
    nobody = np.array([], int)
    rows = Rows("movie", [], np.zeros((1, 1)), None, bundled.item_count, np.ones(1, bool))
    assert component_words.ends(bundled, rows, Ends(top=nobody, bottom=nobody)) == ""


def test_a_color_that_rises_along_an_axis_is_named():
    scores = np.stack([np.arange(50.0), np.random.default_rng(0).permutation(np.arange(50.0))], axis=1)
    said = component_words.scatter(scores, [0, 1], np.arange(50), Coloring("Year", np.arange(50.0)))
    assert said.startswith("The year rises along component 1 (rank correlation 1.00)")
    falling = component_words.scatter(scores, [0, 1], np.arange(50), Coloring("Year", -np.arange(50.0)))
    assert "falls along component 1 (rank correlation −1.00)" in falling


def test_a_color_that_goes_with_no_axis_is_said_to():
    rng = np.random.default_rng(0)
    said = component_words.scatter(
        rng.normal(size=(900, 2)), [0, 1], np.arange(900), Coloring("Year", rng.normal(size=900))
    )
    assert "little to do" in said


def test_the_class_furthest_out_is_named():
    rng = np.random.default_rng(0)
    member = np.arange(300) % 3 - 1
    scores = rng.normal(size=(300, 2))
    scores[member == 1, 0] += 5
    said = component_words.scatter(scores, [0, 1], np.arange(300), Classes("Genre", member, ["Drama", "Horror"]))
    assert "component 1 **Horror** lies furthest toward the high end" in said


def test_an_item_takes_the_color_of_its_rarest_genre(bundled: Ratings):
    known = coloring.genres(bundled)
    assert known[:2] == ["Drama", "Comedy"]
    classes = coloring.by_genre(bundled, ["Comedy", "Animation"])
    assert classes.names[classes.member[0]] == "Animation"  # Toy Story is both
    assert (classes.member == -1).any()


def test_numbers_of_ratings_are_on_a_scale_of_powers(bundled: Ratings):
    color = coloring.by_number(bundled, coloring.COUNT)
    assert list(color.tick_labels) == ["1", "10", "100"]
    assert 10 ** color.values[0] == np.float64(247) or np.isclose(10 ** color.values[0], 247)
