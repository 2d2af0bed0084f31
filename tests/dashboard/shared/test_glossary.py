"""The words that the pages explain."""

import re

import pytest

from dashboard.shared import glossary
from dashboard.shell.frame import PAGES


def test_every_word_is_explained_on_some_page_and_every_page_is_there():
    assert {term for terms in glossary.ON_PAGE.values() for term in terms} == set(glossary.TERMS)
    pages = {name for group in PAGES.values() for name, _, _ in group}
    assert glossary.ON_PAGE.keys() - {""} <= pages
    assert all(len(set(terms)) == len(terms) for terms in glossary.ON_PAGE.values())


@pytest.mark.parametrize("term", glossary.TERMS)
def test_a_meaning_is_one_to_three_plain_sentences(term: str):
    text = glossary.TERMS[term]
    assert 1 <= len(re.findall(r"[.:](?: |$)", text)) <= 5
    assert len(text) <= 260
    assert text.endswith(".") and "!" not in text


def test_a_meaning_names_its_word():
    assert glossary.meaning("RMSE", "CKA") == f"**RMSE**: {glossary.TERMS['RMSE']}\n\n**CKA**: {glossary.TERMS['CKA']}"


@pytest.mark.parametrize(("page", "link"), [("jobs", {}), ("neighbors", {}), ("train", {"many": "true"})])
def test_every_page_ends_with_its_words_alone(open_page, page, link):
    """One that has no model to show and one that shows a sweep, too."""
    app = open_page(page, **link)
    (fold,) = [one for one in app.expander if one.label == "Words on this page"]
    assert fold.markdown[0].value == glossary.meaning(*glossary.ON_PAGE[page])
