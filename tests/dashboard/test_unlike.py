"""Every page on ratings unlike MovieLens': no failure, and words, scales and thresholds that follow the data."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import data
from core.data.folder import write_folder
from core.data.nouns import plural, with_article
from core.data.ratings import Ratings
from core.disk.home import home
from core.model.families import PRESETS
from core.model.run import Run
from core.store.runs import RunStore
from core.training.budget import first_preset
from core.training.trainer import fit
from dashboard.missions import aims
from dashboard.shared.phrases import PRESET_WORDS
from dashboard.train.form import SUITS
from tests.conftest import run_on
from tests.dashboard.map_view.drawn import maps_of
from tests.dashboard.train.test_page import preset_of
from tests.dashboard.unlike import KINDS, Kind

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "dashboard" / "app_pages").glob("[a-z]*.py"))
TELLING = ("biases", "components", "for_you", "start")
"""Pages whose words and scales depend on the data most."""

TRAINED = ("equal", "tiny")
"""Kinds for which the usual preset is trained, and of which every page is opened; other models are made up."""


@cache
def run_of(kind: str) -> tuple[Ratings, Run]:
    """The ratings of a kind, without their import, and a model of them by the preset that suits them."""
    ratings = KINDS[kind].ratings()
    config = PRESETS[first_preset(ratings.reference)]
    if kind not in TRAINED:
        return ratings, run_on(ratings, config)
    return ratings, fit(config, ratings)


@pytest.fixture
def opened(open_page: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Open a page with a model of a kind of data selected; nothing on it may fail."""

    def opened_(kind: str, page: str, **query: str) -> AppTest:
        ratings, run = run_of(kind)
        folder = home() / "datasets" / ratings.dataset_id
        if not folder.exists():
            folder.mkdir(parents=True)
            write_folder(folder, ratings)
            RunStore().publish(run)
        app = open_page(page, dataset=ratings.dataset_id, run=run.run_id, **query)
        assert not app.exception, app.exception[0].message
        assert not app.error, app.error[0].value
        return app

    return opened_


def texts(app: AppTest) -> str:
    """All that a page says, its help and the alternatives of its charts included."""
    kinds = (app.title, app.header, app.markdown, app.caption, app.info, app.warning, app.subheader)
    parts = [element.value for kind in kinds for element in kind]
    parts += [str(getattr(element, "help", "") or "") for kind in (app.metric, app.number_input) for element in kind]
    parts += [chart.proto.alt for chart in app.get("plotly_chart")]
    parts += [drawn["alt"] for drawn in maps_of(app)]
    return "\n".join(parts)


def wrong_words(kind: Kind, text: str) -> list[str]:
    """Articles before the noun, and plurals behind a one, that are wrong."""
    good = kind.a_noun.partition(" ")[0]
    bad = {"a": "an", "an": "a"}[good]
    noun, nouns = re.escape(kind.noun), re.escape(kind.nouns)
    wrong = re.findall(rf"\b{bad} {noun}\b", text, re.IGNORECASE)
    if kind.noun != kind.nouns:
        wrong += re.findall(rf"(?<![\d.,])1 {nouns}\b", text)
        wrong += re.findall(rf"\b{noun}s\b", text, re.IGNORECASE) if f"{kind.noun}s" != kind.nouns else []
    return wrong + re.findall(r"(?<![\d.,])1 (?:ratings|users|people|rows|epochs)\b", text)


OPENED = [(kind, page) for kind in KINDS for page in (PAGES if kind in TRAINED else TELLING)]


@pytest.mark.parametrize(("kind", "page"), OPENED)
def test_every_page_opens_and_speaks_of_the_data(opened, kind: str, page: str):
    low, high = KINDS[kind].scale
    first, second = run_of(kind)[0].items.ids[:2]
    query = {"rated": f"{first}:{high:g},{second}:{low:g}"} if page == "for_you" else {}
    app = opened(kind, page, **query)
    text = texts(app)
    assert not wrong_words(KINDS[kind], text)
    if high != 5:
        assert not re.search(r"\bstars?\b", text)
    if page == "for_you":
        fields, clicks = (
            [one for one in kind_of if str(one.key).startswith("own_own")]
            for kind_of in (app.number_input, app.button_group)
        )
        assert bool(clicks) == (high == 5 or kind == "thumbs")
        assert {(one.min, one.max) for one in fields} == (set() if clicks else {(low, high)})


@pytest.mark.parametrize("kind", ["tiny", "once", "counts"])
def test_people_are_looked_at_too(opened, kind: str):
    assert not wrong_words(KINDS[kind], texts(opened(kind, "neighbors", rows="Users")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mission_asks_for_no_more_than_there_is(kind: str):
    ratings, _ = run_of(kind)
    asked = aims.Aims.on(ratings)
    assert np.count_nonzero(ratings.item_count >= asked.enough) >= min(20, len(ratings.items) // 2)
    assert asked.some <= asked.many <= max(1, len(ratings.items) // 2)


def test_of_ratings_all_alike_a_newcomer_is_told_what_the_model_guesses(opened):
    """Nothing can be explained of ratings that do not differ, but what is always given can be guessed."""
    text = texts(opened("equal", "for_you", rated="i0:5,i1:5,i2:5"))
    assert "You would like" in text
    assert "**5.00**" in text


def test_twelve_people_and_eight_things_make_a_map(opened):
    text = texts(opened("tiny", "maps"))
    assert "8 short stories on a map by PCA" in text
    assert "of 3 true neighbors" in text


@pytest.mark.parametrize("kind", ["hundred", "thumbs"])
def test_the_form_marks_what_the_one_button_trains(opened, kind: str):
    assert f"{PRESET_WORDS['best']}{SUITS}" in preset_of(opened(kind, "train")).options


def test_a_kind_is_as_its_import_makes_it(tmp_path: Path):
    """The ratings above are those that a person who brings the file gets."""
    for name, kind in KINDS.items():
        brought, made = data.load(kind.bring(tmp_path / name)), run_of(name)[0]
        assert brought.digest == made.digest
        assert brought.noun == kind.noun
        assert (plural(brought.noun), with_article(brought.noun)) == (kind.nouns, kind.a_noun)
