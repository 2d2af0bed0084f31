import numpy as np
import pytest
from scipy import stats

from core.analysis.components.hints import Hint, Standing, Words, benjamini_hochberg, hints, words
from core.analysis.item_attributes import ItemColumns

RNG = np.random.default_rng(7)
N = 400
SCORES = RNG.normal(size=N)


def columns(numbers: dict[str, np.ndarray] | None = None, genres: list[list[str]] | None = None) -> ItemColumns:
    return ItemColumns(numbers=numbers or {}, categories={"genres": genres or [[]] * N}, titles=["x"] * N)


def named(found: tuple[Hint, ...]) -> dict[str, Hint]:
    return {hint.name: hint for hint in found}


def test_the_planted_genre_comes_first():
    genres = [["Noir"] if score > 0.8 else [str(RNG.choice(["Drama", "Comedy"]))] for score in SCORES]
    first = hints(SCORES, columns({"year": RNG.normal(size=N)}, genres))[0]
    assert (first.name, first.kind, first.n) == ("Noir", "category", int((SCORES > 0.8).sum()))
    assert first.auc == pytest.approx(1)
    assert first.effect == pytest.approx(1)
    assert first.q < 1e-10


def test_the_planted_number_comes_first_and_unknown_values_do_not_count():
    year = 1980 - 10 * SCORES + RNG.normal(size=N)
    year[:50] = np.nan
    first = hints(SCORES, columns({"other": RNG.normal(size=N), "year": year}))[0]
    expected = stats.spearmanr(SCORES[50:], year[50:])
    assert (first.name, first.n) == ("year", 350)
    assert first.effect == pytest.approx(expected.statistic)
    assert first.effect < -0.9
    assert np.isnan(first.auc)


@pytest.mark.parametrize("decimals", [1, 8], ids=["ties", "no ties"])
def test_auc_and_p_are_mann_and_whitneys(decimals):
    scores = np.round(SCORES, decimals)
    member = RNG.random(N) < 0.2
    found = named(hints(scores, columns(genres=[["Drama"] if one else [] for one in member])))["Drama"]
    expected = stats.mannwhitneyu(scores[member], scores[~member], method="asymptotic", use_continuity=False)
    assert found.auc == pytest.approx(expected.statistic / (member.sum() * (~member).sum()))
    assert found.p == pytest.approx(expected.pvalue)


def test_turning_the_component_around_turns_the_effects_around():
    data = columns({"year": RNG.normal(size=N)}, [["Drama"] if one else ["War"] for one in RNG.random(N) < 0.3])
    here, there = named(hints(SCORES, data)), named(hints(-SCORES, data))
    for name, hint in here.items():
        assert there[name].effect == pytest.approx(-hint.effect)
        assert there[name].p == pytest.approx(hint.p)


def test_only_the_order_of_scores_matters():
    data = columns({"year": RNG.normal(size=N)}, [["Drama"] if one else [] for one in RNG.random(N) < 0.3])
    assert [hint.effect for hint in hints(np.exp(SCORES), data)] == [hint.effect for hint in hints(SCORES, data)]


def test_the_correction_is_benjamini_and_hochbergs():
    p = RNG.random(30) ** 3
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p))
    assert benjamini_hochberg(np.empty(0)).shape == (0,)


def test_chance_alone_gives_no_hint_that_holds_up_and_those_come_last():
    noise = {f"n{i}": RNG.normal(size=N) for i in range(40)}
    found = hints(SCORES, columns({**noise, "real": 0.3 * SCORES + RNG.normal(size=N)}))
    assert found[0].name == "real"
    assert sum(hint.q <= 0.05 for hint in found) <= 2


def test_a_tiny_or_complete_category_and_a_constant_give_no_hint():
    genres = [["All", "Rare"] if row < 9 else ["All"] for row in range(N)]
    assert hints(SCORES, columns({"same": np.ones(N), "few": np.where(np.arange(N) < 9, 1.0, np.nan)}, genres)) == ()
    assert hints(np.zeros(N), columns({"year": SCORES}, [["Drama"]] * 50 + [[]] * (N - 50))) == ()


def test_refuses_scores_of_other_items():
    with pytest.raises(ValueError, match="one finite number"):
        hints(SCORES[:-1], columns())
    with pytest.raises(ValueError, match="one finite number"):
        hints(np.full(N, np.nan), columns())


SURE = Standing(carries_signal=True)
FIRST = Standing(carries_signal=True, is_first=True)


def hint(name: str, effect: float, *, kind: str = "category", z: float = 9.0, n: int = 100) -> Hint:
    return Hint(name, name, kind, effect=effect, auc=np.nan, n=n, z=np.copysign(z, effect), p=0.0, q=0.0)


def test_both_ends_are_said_in_plain_words():
    said = words(
        [
            hint("Film-Noir", 0.8),
            hint("year", -0.6, kind="number"),
            hint("Action", -0.5),
            hint("mean rating", 0.4, kind="number"),
            hint("minutes", 0.3, kind="number"),
            hint("War", 0.9, z=4.4),
            hint("Western", 0.9, n=59),
            hint("Musical", 0.19),
        ],
        SURE,
    )
    assert said.top == "older, better rated, higher minutes; Film-Noir"
    assert said.bottom == "newer, worse rated, lower minutes; Action"


def test_nothing_is_said_where_nothing_stands_out():
    assert words([hint("War", 0.9, z=1.0)], SURE) == Words("", "")
    both = [hint("rare", 0.5), hint("log ratings", 0.2, kind="number")]
    assert words(both, SURE, most=1).bottom == "rated seldom"


def test_nothing_is_said_of_a_component_that_held_out_ratings_do_not_confirm():
    assert words([hint("Film-Noir", 0.8, z=30.0)], Standing()) == Words("", "")


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_first_component_needs_more(sign):
    for less, more in (
        (hint("year", 0.3 * sign, kind="number", z=5.5), hint("year", 0.3 * sign, kind="number", z=5.7)),
        (hint("War", 0.24 * sign), hint("War", 0.25 * sign)),
    ):
        assert words([less], SURE) == words([more], SURE) == words([more], FIRST) != Words("", "")
        assert words([less], FIRST) == Words("", "")


def test_z_is_the_effect_over_its_standard_error_without_an_effect():
    genres = [["Drama"] if one else [] for one in RNG.random(N) < 0.3]
    drawn = [named(hints(RNG.normal(size=N), columns({"year": SCORES}, genres))) for _ in range(300)]
    for name in ("year", "Drama"):
        z = [found[name].z for found in drawn]
        assert np.std(z) == pytest.approx(1, abs=0.12)
        assert all(found[name].z * found[name].effect >= 0 for found in drawn)


def test_eight_things_get_no_words_and_neither_does_data_without_genres():
    """8 items are fewer than any hint needs; of 400 without genres, a number alone can be said."""
    few = ItemColumns({"year": np.arange(8.0)}, {"genres": [["Drama"]] * 4 + [[]] * 4}, ["x"] * 8)
    assert words(hints(np.arange(8.0), few), SURE) == Words("", "")
    assert words(hints(SCORES, columns({"year": SCORES})), SURE) == Words("newer", "older")


@pytest.mark.filterwarnings("error")
def test_the_largest_numbers_are_ranked_like_any():
    huge = 1.7e308 * np.tanh(SCORES)
    assert named(hints(SCORES, columns({"huge": huge})))["huge"].effect == pytest.approx(1)
