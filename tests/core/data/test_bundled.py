"""The bundled ratings are those the article used, and those of the package they were made from."""

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core import data
from core.errors import BadSchemaError, UnknownDatasetError

FOLDER = Path(data.__file__).parent / data.BUNDLED
SCRIPT = Path(__file__).parents[3] / "scripts" / "make_bundled_dataset.py"

ARTICLES_COUNTS_AND_MEANS = [
    ("Starman (1984)", 22, 3.45),
    ("Bulworth (1998)", 31, 3.29),
    ("Cable Guy, The (1996)", 59, 2.55),
    ("Species (1995)", 55, 2.81),
    ("Save the Last Dance (2001)", 21, 3.36),
    ("Spanish Prisoner, The (1997)", 23, 3.91),
    ("Sgt. Bilko (1996)", 29, 2.76),
    ("Swordfish (2001)", 33, 2.92),
    ("Addams Family Values (1993)", 73, 3.15),
    ("Graduate, The (1967)", 89, 4.12),
    ("Vertigo (1958)", 69, 4.22),
    ("Breakfast at Tiffany's (1961)", 44, 3.59),
    ("Boot, Das (Boat, The) (1981)", 51, 4.17),
    ("Flintstones, The (1994)", 39, 2.21),
    ("Rock, The (1996)", 135, 3.74),
    ("In the Heat of the Night (1967)", 22, 3.91),
    ("Quiz Show (1994)", 90, 3.75),
    ("Striptease (1996)", 39, 2.46),
]

TITLES_MISSING_IN_THE_PACKAGE = {
    108548: "Big Bang Theory, The (2007-)",
    108583: "Fawlty Towers (1975-1979)",
    143410: "Hyena Road",
    151307: "The Lovers and the Despot",
    162376: "Stranger Things",
}


def test_the_numbers_of_the_article(bundled):
    assert len(bundled) == 100_004
    assert len(bundled.users) == 671
    assert len(bundled.items) == 9_066
    assert np.count_nonzero(bundled.item_count > 20) == 1_247
    assert (bundled.min_rating, bundled.max_rating) == (0.5, 5.0)
    assert (bundled.rating.min(), bundled.rating.max()) == (0.5, 5.0)


@pytest.mark.parametrize(("title", "count", "mean"), ARTICLES_COUNTS_AND_MEANS)
def test_counts_and_means_of_the_article(bundled, title, count, mean):
    (row,) = np.flatnonzero(bundled.item_table["title"] == title)
    assert bundled.item_count[row] == count
    assert bundled.item_mean[row] == pytest.approx(mean, abs=0.00501)


def test_canonical_order_is_by_user_then_movie(bundled):
    users = np.array([int(user) for user in bundled.users.ids])[bundled.user_index]
    items = np.array([int(item) for item in bundled.items.ids])[bundled.item_index]
    assert (np.diff(users * 1_000_000 + items) > 0).all()


def test_every_movie_has_a_title_and_its_year_is_read_from_it(bundled):
    table = bundled.item_table
    assert table["title"].str.len().min() > 0
    year = dict(zip(table["title"], table["year"], strict=True))
    assert year["Toy Story (1995)"] == 1995
    assert year["Big Bang Theory, The (2007-)"] == 2007
    assert year["Fawlty Towers (1975-1979)"] == 1975
    assert np.isnan(year["Hyena Road"])
    assert table["year"].dropna().between(1900, 2016).all()


def test_genres_are_lists(bundled):
    (row,) = np.flatnonzero(bundled.item_table["title"] == "Toy Story (1995)")
    assert bundled.item_table["genres"].iat[row] == ["Adventure", "Animation", "Children", "Comedy", "Fantasy"]
    assert not any("(no genres listed)" in genres for genres in bundled.item_table["genres"])


def test_licence_citation_and_provenance_come_with_it(bundled):
    assert bundled.about.keys() == {"licence", "citation", "source", "url"}
    assert "commercial" in bundled.about["licence"]
    assert "Harper" in bundled.about["citation"]
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert bundled.about["citation"].split(". https")[0] in " ".join(readme.split())


def test_the_committed_files_equal_the_package(bundled):
    spec = importlib.util.spec_from_file_location("make_bundled_dataset", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    package = script.read_package()
    assert bundled.users.ids[bundled.user_index].tolist() == package["userId"].astype(str).tolist()
    assert bundled.items.ids[bundled.item_index].tolist() == package["movieId"].astype(str).tolist()
    np.testing.assert_array_equal(bundled.rating, package["rating"])
    np.testing.assert_array_equal(bundled.timestamp, package["timestamp"])
    movies = package.drop_duplicates("movieId").sort_values("movieId").reset_index(drop=True)
    table = bundled.item_table
    given = movies["title"].notna()
    year = movies["year"].map("{:.0f}".format)
    titled = (movies["title"] + " (" + year + ")").where(movies["year"].notna(), movies["title"])
    assert table["title"][given].tolist() == titled[given].tolist()
    assert dict(zip(movies["movieId"][~given], table["title"][~given], strict=True)) == TITLES_MISSING_IN_THE_PACKAGE
    assert ["|".join(genres) or "(no genres listed)" for genres in table["genres"]] == movies["genres"].tolist()
    assert script.ratings(package).digest == bundled.digest


def test_an_unknown_dataset_is_refused_with_those_there_are():
    for name in ("nothing", "../ml-latest-small", "/etc", ""):
        with pytest.raises(UnknownDatasetError, match="there are: ml-latest-small"):
            data.load(name)


def test_datasets_in_the_home_are_found_and_equal_content_has_one_digest(home, bundled):
    shutil.copytree(FOLDER, home / "datasets" / "my-copy")
    assert data.dataset_ids() == ["ml-latest-small", "my-copy"]
    assert data.load("my-copy").digest == bundled.digest


@pytest.mark.parametrize("damage", ["newer", "no json", "no table"])
def test_a_folder_that_cannot_be_read_is_refused(home, damage):
    folder = home / "datasets" / "mine"
    shutil.copytree(FOLDER, folder)
    about = folder / "dataset.json"
    if damage == "newer":
        about.write_text(json.dumps({**json.loads(about.read_text()), "schema_version": 99}))
    elif damage == "no json":
        about.write_text("{")
    else:
        (folder / "ratings.parquet").unlink()
    with pytest.raises(BadSchemaError, match="mine"):
        data.load("mine")
