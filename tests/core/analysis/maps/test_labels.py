import numpy as np
import pytest

from core.analysis.item_attributes import ItemColumns
from core.analysis.maps.clusters import label_groups, title_words

RNG = np.random.default_rng(0)
N = 600
GROUP = np.repeat([0, 1, 2, -1], 150)


def columns(
    genres: list[list[str]] | None = None, years: np.ndarray | None = None, titles: list[str] | None = None
) -> ItemColumns:
    return ItemColumns(
        numbers={} if years is None else {"year": years},
        categories={"genres": genres or [[]] * N},
        titles=titles or [""] * N,
    )


def test_planted_genre_decade_and_word_name_their_groups():
    genres = [["Drama", "Horror"] if group == 0 and RNG.random() < 0.7 else ["Drama"] for group in GROUP]
    years = np.where(GROUP == 1, RNG.integers(1980, 1990, N), RNG.integers(1990, 2017, N)).astype(float)
    titles = ["The Return of Dracula (1999)" if row % 3 == 0 and GROUP[row] == 2 else "The" for row in range(N)]
    labels = label_groups(GROUP, columns(genres, years, titles))
    assert [label.text.split(", ")[0] for label in labels] == ["Horror", "1980s", "Return"]
    assert {sign.text for sign in labels[2].signs if sign.column == "title"} == {"Return", "Dracula"}
    horror = labels[0].signs[0]
    assert horror.column == "genres"
    assert horror.inside == pytest.approx(0.7, abs=0.1)
    assert horror.outside == 0
    assert "Drama" not in {sign.text for label in labels for sign in label.signs}


def test_what_is_common_everywhere_or_too_rare_names_nothing():
    genres = [["Drama"] + (["Rare"] if row < 4 else []) for row in range(N)]
    assert [label.text for label in label_groups(GROUP, columns(genres))] == ["", "", ""]


def test_chance_names_nothing():
    genres = [list(RNG.choice(list("abcdefghij"), 2, replace=False)) for _ in range(N)]
    assert all(label.signs == () for label in label_groups(GROUP, columns(genres)))


def test_the_order_of_items_does_not_matter():
    genres = [["Horror"] if group == 0 and RNG.random() < 0.6 else ["War"] for group in GROUP]
    order = RNG.permutation(N)
    data = columns(genres, RNG.integers(1950, 2010, N).astype(float))
    assert label_groups(GROUP[order], data.take(order)) == label_groups(GROUP, data)


def test_unknown_years_are_no_decade():
    years = np.where(GROUP == 0, np.nan, 1995.0)
    labels = label_groups(GROUP, columns(years=years))
    assert labels[0].signs == ()
    assert {sign.text for sign in labels[1].signs} == {"1990s"}


def test_titles_give_words_without_the_year_and_stop_words():
    assert title_words("The Lord of the Rings: Part II (2002)") == ["lord", "rings"]
    assert title_words("Cité des enfants perdus, La (1995)") == ["cité", "enfants", "perdus"]
    assert title_words("2001 (1968)") == []


def test_refuses_groups_of_other_items():
    with pytest.raises(ValueError, match="each item needs one"):
        label_groups(GROUP[1:], columns())


def test_odds_and_certainty_of_a_sign_have_a_known_answer():
    n, size, inside, outside = 100, 40, 30, 6
    horror = np.arange(n) < inside
    horror[size : size + outside] = True
    columns = ItemColumns({}, {"genres": [["Horror"] if has else [] for has in horror]}, ["" for _ in range(n)])
    (sign,) = label_groups(np.where(np.arange(n) < size, 0, -1), columns)[0].signs
    assert (sign.text, sign.inside, sign.outside) == ("Horror", 0.75, 0.1)
    assert sign.log_odds == pytest.approx(np.log((30.5 * 54.5) / (10.5 * 6.5)))
    assert sign.z == pytest.approx(0.65 / np.sqrt(0.36 * 0.64 * (1 / 40 + 1 / 60)))
