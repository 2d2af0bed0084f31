"""Sentences about maps and own axes, made from their numbers."""

import numpy as np
import pytest

from core.analysis.maps.axes import AxisPair, ClosestComponent
from core.analysis.maps.faithfulness import Faithfulness
from core.studies.clusters import ClusterSettings
from core.studies.maps import MapStudySettings
from dashboard.charts.points import Coloring
from dashboard.maps import settings, words
from dashboard.maps.drawn import DrawnMap
from dashboard.principal_components.label import Label

ROWS = np.arange(0, 20, 2)


def trust(kept: np.ndarray, *, measured_on: int = 0) -> Faithfulness:
    return Faithfulness(kept, 0.9234, measured_on=measured_on or len(kept), k=10, metric="cosine")


def drawn(method: str = "pca", kept: np.ndarray | None = None) -> DrawnMap:
    points = np.column_stack([np.arange(10.0), np.tile([0.0, 1.0], 5)])
    return DrawnMap(ROWS, points, MapStudySettings(method=method), None if kept is None else trust(kept))


def test_how_many_neighbors_a_map_keeps():
    said = words.trust(trust(np.array([0.4] * 1000 + [0.0] * 250)), "movie")
    assert said.startswith("**3.2 of 10 true neighbors** of a movie")
    assert "random places it would be 0.08" in said
    assert "For 20% of the movies not one is" in said
    assert said.endswith("Trustworthiness 0.92 of 1.")


def test_a_map_without_lies_and_one_measured_on_a_sample():
    said = words.trust(trust(np.full(10, 0.5), measured_on=4), "movie")
    assert "lies" not in said
    assert said.endswith("measured around 4 of them.")


def test_what_one_item_keeps():
    kept = np.zeros(10)
    kept[3] = 0.1
    assert "**1** of them is near" in words.around_one(drawn(kept=kept), 6, "Heat", 10)
    assert "**0** of them are near" in words.around_one(drawn(kept=kept), 0, "Heat", 10)
    assert "of them" not in words.around_one(drawn(), 6, "Heat", 10)


def test_a_color_is_tied_to_axes_only_where_they_mean_something():
    values = np.full(20, np.nan)
    values[ROWS] = -np.arange(10)
    assert "falls along component 1 (rank correlation −1.00)" in words.spread(drawn(), Coloring("Year", values))
    assert words.spread(drawn("tsne"), Coloring("Year", values)) == ""
    assert words.spread(drawn(), Coloring("Year", np.full(20, np.nan))) == ""


@pytest.mark.parametrize(
    ("cosine", "expected"),
    [
        (0.1, "No component runs this way"),
        (0.5, "in part **component 3**"),
        (-0.5, "the other way round"),
        (0.9, "nearly **component 3**"),
    ],
)
def test_the_closest_component(cosine: float, expected: str):
    said = words.closest(ClosestComponent(2, cosine), Label(3, low="<b>quiet</b>"))
    assert expected in said
    assert "<b>" not in said.replace("\\<b\\>", "")


@pytest.mark.parametrize(
    ("angle", "expected"),
    [(5, "nearly one axis"), (175, "nearly one axis"), (45, "much of the same"), (90, "different things")],
)
def test_the_angle_between_two_axes(angle: float, expected: str):
    assert expected in words.angle(AxisPair(np.zeros((2, 2)), angle, np.eye(2)))


def test_estimates_grow_with_the_work():
    tsne = MapStudySettings(method="tsne")
    assert settings.about_seconds(tsne, 1247) < 12
    assert 40 < settings.about_seconds(tsne, 9066) < 60
    assert settings.about_seconds(tsne, 87_585) < 1000
    assert settings.about_seconds(MapStudySettings(method="tsne", iterations=1500), 9066) > 90
    assert settings.about_seconds(MapStudySettings(), 9066) < 5


def test_a_link_names_what_was_chosen():
    said = settings.map_parameters(MapStudySettings(method="tsne", dimensions=3, min_ratings=0).model_dump())
    assert (said["map_method"], said["map_view"], said["map_min"]) == ("t-SNE", "3D", "1")
    said = settings.group_parameters(ClusterSettings(metric="euclidean", n_clusters=3).model_dump())
    assert (said["group_metric"], said["group_number"], said["group_method"]) == ("Euclidean", "3", "k-means")


def test_stored_maps_are_told_apart():
    near = MapStudySettings(method="umap", metric="euclidean", min_dist=0.25, seed=3, min_ratings=0)
    assert words.earlier(near.model_dump()) == "UMAP, 15 neighbors, packing 0.25, euclidean, seed 3, at least 1 rating"


def test_what_makes_groups_kinds_and_what_cuts():
    weak, strong = {"repeat": 0.4, "silhouette": 0.05}, {"repeat": 0.9, "silhouette": 0.6}
    said = words.repeated(weak, {"repeat": 0.24, "silhouette": 0.03}, "movies", twin=False)
    assert "**0.40** (adjusted Rand index" in said and "**0.05** (silhouette" in said
    assert "The same model trained without taste has 0.24 and 0.03." in said
    assert "cuts through one cloud" in said
    assert "with gaps between them" in words.repeated(strong, None, "movies", twin=False)
    assert "cuts through one cloud" in words.repeated(strong | {"repeat": 0.5}, None, "movies", twin=False)
    as_clear = words.repeated(strong, strong, "movies", twin=False)
    assert as_clear.endswith("0.60. Groups as clear as these come without any taste, so they are no finding about it.")
    assert "The model itself has 0.90 and 0.60." in words.repeated(weak, strong, "movies", twin=True)


def test_groups_that_chance_did_not_draw_and_those_of_earlier_versions():
    said = words.repeated(
        {"repeat": None, "silhouette": 0.6}, {"repeat": None, "silhouette": -0.1}, "books", twin=False
    )
    assert "nothing by chance" in said and "without taste has −0.10." in said
    assert words.repeated({}, None, "books", twin=False) == ""
    assert words.repeated({"repeat": 0.1, "silhouette": None}, None, "books", twin=False) == ""
    assert "without taste" not in words.repeated({"repeat": 1.0, "silhouette": 0.9}, {}, "books", twin=False)
