"""What the page For you says follows from its numbers, and nobody's words become markup."""

import numpy as np
import pytest

from core.analysis.new_user.explain import Explanation, Influence, Term
from core.analysis.new_user.position import Generosity
from core.analysis.new_user.uncertainty import MissCurve, sureness
from dashboard.for_you import words
from dashboard.principal_components.label import Label

HOSTILE = "*[a](http://x)* <b>"


@pytest.mark.parametrize(
    ("below", "says"),
    [(0.94, "more generously than 94%"), (0.06, "more strictly than 94%"), (0.52, "about as generously as most")],
)
def test_generosity_is_told_beside_the_others(below: float, says: str):
    said = words.generosity(Generosity(0.3, 0.2, below), 3)
    assert says in said and "(± 0.20)" in said


def test_without_ratings_one_is_average():
    assert "the typical person" in words.generosity(Generosity(0.9, 0.2, 0.9), 0)


def test_where_one_is_names_the_end_one_leans_to():
    assert "where people are on average" in words.where(0, Label(2), 3.0, "old")
    assert "close to the average person" in words.where(5, Label(2), 0.1, "old")
    said = words.where(5, Label(2, unproven=True), -1.25, HOSTILE)
    assert "component 2 (unproven)" in said
    assert "1.2 standard deviations" in said
    assert "[a](" not in said and "<b>" not in said
    assert "the low end" in words.where(5, Label(2), -1.25, "")


def test_a_guess_says_why_it_is_unsure():
    sure = sureness(MissCurve(0.5, 1.0, 9), np.array([0, 999, 999]), np.array([0.0, 0.6, 0.0]), spread=1.2)
    assert "movie rated seldom" in words.guess(3.0, sure, 0, "movie", (0.5, 5))
    assert "tastes differ on it" in words.guess(3.0, sure, 1, "movie", (0.5, 5))
    assert words.guess(3.25, sure, 2, "movie", (0.5, 5)) == "**3.2** ± 0.7 :small[:gray[fairly sure]]"


def test_an_explanation_says_the_printed_numbers():
    terms = (Term("average", 0.7, 3.5), Term("person", -0.2, -0.2), Term("item", 0.3, 0.3))
    meeting = Term("component", 0.4, 0.404, 1, -0.5, -0.8)
    found = Explanation((*terms, meeting, Term("rest", 0, 0)), 1.2, 4.004)
    said = words.explanation(
        found, [3.5, -0.2, 0.3, 0.4, 0.0], lambda k, high: f"{HOSTILE} {k} {high}", "you", "movie", (0.5, 5.0)
    )
    assert "You rate **0.20** lower than the average person. This movie is liked **0.30** better" in said
    assert "1 False: the movie lies there, and you lean that way too (0.40 stars)" in said
    assert said.endswith("Together **4.00**.")
    assert "[a](" not in said
    alone = words.explanation(Explanation((*terms,), 0.8, 6.0), [3.5, 0.0, 0.0], str, "you", "movie", (0.5, 5.0))
    assert "neither higher nor lower" in alone
    assert alone.endswith("held inside the scale at 5.00.")


def test_the_rating_that_pulled_most_is_named():
    found = Influence(np.array([1, 0]), np.array([-0.25, 0.01]))
    said = words.influence(found, ["first", HOSTILE], [4.0, 0.5], (0.5, 5.0))
    assert "Your **0.5** for" in said
    assert "pulled it down the most: without that rating the guess would be 0.25 stars higher" in said
    assert "[a](" not in said
    assert "rated nothing" in words.influence(Influence(np.empty(0, int), np.empty(0)), [], [], (0.5, 5.0))
    assert "None of your ratings" in words.influence(
        Influence(np.array([0]), np.array([0.001])), ["x"], [1.0], (0.5, 5.0)
    )


@pytest.mark.parametrize(
    ("part", "said"), [(0.42, "**+0.4**"), (-1.26, "**−1.3**"), (0.04, "**0.0**"), (-0.04, "**0.0**")]
)
def test_what_is_ones_own_taste_has_a_sign_unless_it_is_nothing(part: float, said: str):
    assert words.personal(part, (0.5, 5)) == f"For you: {said}"


def test_a_guess_by_its_parts_names_the_largest():
    terms = (Term("mean", 3.5, 3.5), Term("person", -0.2, -0.2), Term("part", 0.1, 0.1, name="own"))
    found = Explanation((*terms, Term("part", -0.6, -0.6, name=HOSTILE)), 2.8, 2.8)
    names = ["", "", "The movie itself", f"Its {HOSTILE}"]
    said = words.parts(found, [3.5, -0.2, 0.1, -0.6], names, "you", "movie", (0.5, 5.0))
    assert said.startswith("All ratings together have a mean of 3.50. Your bias adds **−0.20**.")
    assert "(−0.60 stars). Together **2.80**." in said
    assert "[a](" not in said and "<b>" not in said
