"""Vectors from elsewhere on every page: right words, known answers, nothing of ratings; and how they are brought."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.access import COMMAND_LINE
from core.analysis.components.bases import How
from core.analysis.components.hints import is_clear
from core.data.importing.request import TablePreview
from core.data.ratings import Vocabulary, table_of_ids, unrated
from core.data.vectors.request import Found, VectorPreview
from core.data.vectors.samples import SAMPLES
from core.jobs import queue
from core.jobs.worker import run_job
from core.model.run import Run
from core.store.joining import Imported, keep
from core.store.runs import RunStore
from dashboard.cache import loaders
from dashboard.cache.component_analyses import component_hints
from dashboard.compare import pair
from dashboard.datasets import vectors_form
from dashboard.map_view import component as map_component
from dashboard.shared.markup import escape
from tests.dashboard.map_view.drawn import map_of, titles_of

PAGES = (
    *("start", "under_the_hood", "questions", "train", "embeddings", "components", "maps", "neighbors"),
    *("biases", "compare", "for_you", "datasets", "runs", "jobs"),
)
GROUPS, SIZE = 3, 70
HOSTILE = "<script>alert(1)</script> [x](javascript:1) $$a$$ :red[b]"
ABOUT_RATINGS = re.compile(r"\b(ratings?|rated|rmse|stars?|tastes?|movies?|training part)\b", re.IGNORECASE)
"""What is not said of words that nobody rated."""

NOT_SO = ("bring your own ratings or vectors", "MovieLens")
"""Where it may be: what can be brought, and the data that comes with the program."""


def words_run(*, table: bool = True, users: int = 0, seed: int = 0, groups: int = GROUPS) -> Run:
    """Vectors in groups that lie far apart, the group as a column of the table; the first id is hostile."""
    rng = np.random.default_rng(seed)
    group = np.arange(GROUPS * SIZE) % GROUPS
    middles = 3 * rng.normal(size=(groups, 8))
    vectors = (middles[group % groups] + rng.normal(size=(len(group), 8))).astype(np.float32)
    ids = np.array([HOSTILE, *(f"w{number}" for number in range(1, len(group)))], object)
    known = table_of_ids(ids)
    if table:
        known = known.assign(group=[f"{HOSTILE} {one}" for one in group], size=rng.normal(size=len(group)))
    people = rng.normal(size=(users, 8)).astype(np.float32) if users else None
    others = [f"u{number}" for number in range(users)]
    rows = unrated(Vocabulary(ids), known, name="Words", noun="word", users=others, user_noun="author")
    return keep(Imported(rows, vectors, people, {"file": "words.txt"}))


def said(app: AppTest) -> Iterator[str]:
    """Every text on a page: what elements show, their labels and what is said over them."""

    def walk(block) -> Iterator[str]:
        for element in getattr(block, "children", {}).values():
            for name in ("label", "value", "help", "caption"):
                text = getattr(element, name, None)
                if isinstance(text, str):
                    yield text
            yield str(getattr(getattr(element, "proto", None), "alt", ""))
            yield from walk(element)

    yield from walk(app._tree)


@pytest.fixture(params=["with a table", "with users"])
def run(request: pytest.FixtureRequest) -> Run:
    return words_run() if request.param == "with a table" else words_run(table=False, users=30)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_them_and_says_nothing_of_ratings(page, run, open_page):
    app = open_page(page, dataset=run.dataset.dataset_id, run=run.run_id)
    assert not app.exception and not app.error
    about = [text for text in said(app) if ABOUT_RATINGS.search(text) and not any(one in text for one in NOT_SO)]
    assert not about
    assert not [text for text in said(app) if re.search(r"\busers?\b", text, re.IGNORECASE)]
    if page == "neighbors" and run.scorer.has_user_vectors:
        assert app.title[0].value == "Which words are alike, and which authors?"
    marked_up = [one.value for kind in ("title", "header", "markdown", "caption", "info") for one in app.get(kind)]
    assert not [text for text in marked_up if "[x](" in text or ":red[" in text or "<script>" in text]


def above_chance(app: AppTest) -> str:
    """What the page Components says first, in bold."""
    (text,) = [one.value for one in app.markdown if "above chance**" in one.value]
    return text.split("**")[1]


def test_the_planted_groups_stand_at_the_ends_of_components_and_colors_are_the_tables(open_page):
    run = words_run()
    app = open_page("components", dataset=run.dataset.dataset_id, run=run.run_id)
    ends = [one.value for one in app.markdown if one.value.startswith("Toward this end")]
    assert ends and all(any(escape(f"{HOSTILE} {one}") in end for one in range(GROUPS)) for end in ends)
    assert above_chance(app) == f"The first {GROUPS - 1} of 8 components stand above chance"
    assert list(app.selectbox(key="color").options) == ["group", "size", "Place in the file"]
    assert {"group", "size"} <= set(app.dataframe[0].value.columns)


def test_random_vectors_go_together_with_no_column(open_page):
    run = words_run(groups=1)
    for component in ("1", "2"):
        app = open_page("components", dataset=run.dataset.dataset_id, run=run.run_id, component=component)
        assert not [one.value for one in app.markdown if one.value.startswith("Toward this end")]
        assert above_chance(app) == "None of 8 components stands above chance"


def test_two_sets_with_the_same_ids_are_compared_without_results(open_page):
    one, other = words_run(), words_run(seed=1, table=False)
    app = open_page("compare", dataset=one.dataset.dataset_id, run=one.run_id, models=f"{one.run_id},{other.run_id}")
    assert not app.exception and not app.error
    assert [metric.label for metric in app.metric] == ["Neighbors kept, of 10", "Linear CKA", "Procrustes distance"]
    itself = open_page("compare", dataset=one.dataset.dataset_id, models=f"{one.run_id},{words_run(users=5).run_id}")
    assert [metric.value for metric in itself.metric] == ["10.0", "1.000", "0.000"]


def test_very_many_are_compared_on_demand_without_a_word_of_ratings(open_page, monkeypatch):
    monkeypatch.setattr(pair, "QUICK_ITEMS", 10)
    one, other = words_run(), words_run(seed=1, table=False)
    app = open_page("compare", dataset=one.dataset.dataset_id, models=f"{one.run_id},{other.run_id}")
    assert "Compare them" in [button.label for button in app.button]
    assert not [text for text in said(app) if ABOUT_RATINGS.search(text) and not any(one in text for one in NOT_SO)]


def test_vectors_without_their_run_say_where_to_bring_them_again(open_page):
    run = words_run()
    RunStore().delete(run.run_id, by=COMMAND_LINE)
    for page in ("start", "components"):
        app = open_page(page, dataset=run.dataset.dataset_id)
        assert not app.exception
        assert "were deleted" in " ".join(said(app))


def dropped(open_page, *files: tuple[str, str]) -> AppTest:
    app = open_page("datasets", section="Open vectors")
    app.file_uploader[0].set_value([(name, text.encode(), "text/plain") for name, text in files]).run()
    assert not app.exception
    return app


@pytest.mark.usefixtures("reading_vectors_here")
def test_dropped_files_are_previewed_opened_and_told_about(open_page):
    rng = np.random.default_rng(0)
    lines = [" ".join(["nan"] * 4 if row == 3 else map("{:.3f}".format, rng.normal(size=4))) for row in range(12)]
    vectors = "\n".join(f"w{row} {line}" for row, line in enumerate(lines))
    about = "\n".join(["word\tkind", *(f"w{row}\t{'ab'[row % 2]}" for row in range(12))])
    app = dropped(open_page, ("w.txt", vectors), ("meta.tsv", about))
    assert not app.error
    assert app.dataframe[0].value.columns[0] == "Row"
    assert "by their ids" in " ".join(said(app))
    app.text_input[0].set_value("My words").run()
    app.text_input[1].set_value("Token").run()
    app.button(key="open").click().run()
    (job,) = queue.jobs()
    run_job(job.job_id)
    app.run()
    app.run()
    assert not app.exception
    assert "**My words** is here: 11 tokens, 4 numbers each. 1 row left out" in app.success[0].value
    (summary,) = loaders.runs()
    assert app.query_params["run"] in (summary.run_id, [summary.run_id])
    assert summary.dataset.name == "My words"


@pytest.mark.usefixtures("reading_vectors_here")
def test_what_cannot_be_opened_is_refused_by_its_code_and_nothing_is_asked(open_page):
    app = dropped(open_page, ("<b>.npy", "no numbers"))
    assert app.error and app.button(key="open").disabled
    assert "<b>" not in " ".join(said(app))


@pytest.mark.parametrize(("sample", "known"), [("words", "-ing"), ("digits", "zero")])
@pytest.mark.usefixtures("reading_vectors_here")
def test_a_set_that_comes_along_is_one_click_away(sample, known, open_page):
    app = open_page("datasets", section="Open vectors")
    app.button(key=f"sample_{sample}").click().run()
    (job,) = queue.jobs()
    run_job(job.job_id)
    app.run()
    app.run()
    assert not app.exception and not app.error
    (summary,) = loaders.runs()
    about = SAMPLES[sample]
    assert (summary.dataset.name, summary.dataset.noun, summary.run_id) == (about.name, about.noun, about.run_id)
    assert f"{summary.dataset.items:,} {about.noun}s" in about.words.replace("words of", "words")
    every = {
        (component, hint)
        for component in range(5)
        for hint in component_hints(summary.run_id, component, How(), least=0)
    }
    assert known in {hint.name for component, hint in every if is_clear(hint, is_first=component == 0)}


def test_of_very_many_a_map_draws_some_and_says_so(open_page, monkeypatch):
    run = words_run()
    monkeypatch.setattr(map_component, "MOST", 50)
    app = open_page("maps", dataset=run.dataset.dataset_id, run=run.run_id, map_find="w7")
    drawn = map_of(app)
    assert drawn["n"] == 50
    assert drawn["remark"].endswith(f"50 of {GROUPS * SIZE} drawn by chance")
    assert "w7" in titles_of(drawn)


def test_names_of_very_many_come_in_parts(open_page, monkeypatch):
    run = words_run()
    n = GROUPS * SIZE
    monkeypatch.setattr(map_component, "NAMED", n // 2 + 1)
    drawn = map_of(open_page("maps", dataset=run.dataset.dataset_id, run=run.run_id))
    half, (rest,) = drawn["each"], drawn["more"]
    assert (drawn["n"], half) == (n, n // 2 + 1)
    titles = titles_of(drawn | {"n": half}) + titles_of({"names": rest, "n": n - half})
    assert titles[1:] == [f"w{row}" for row in range(1, n)]


def test_a_table_of_nothing_but_ids_is_not_shown():
    found = (Found("words.txt", "GloVe", rows=3, dim=2, side="item"),)
    ids = TablePreview("words.txt", "items", "text", "", True, "utf-8", ("id",), ("item_id",), (("a",),))
    more = replace(ids, columns=("id", "group"))
    assert not vectors_form.says_more(VectorPreview(found=found, table=ids))
    assert vectors_form.says_more(VectorPreview(found=found, table=ids, joined="order"))
    assert vectors_form.says_more(VectorPreview(found=found, table=more))
    assert not vectors_form.says_more(VectorPreview(table=more))  # a letter has lines too, and no vectors
    assert not vectors_form.says_more(VectorPreview(found=found))
