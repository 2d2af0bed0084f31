"""The mission on words, from a link that opens them to its end; and all missions beside data of the other kind."""

import pytest

from core.data import BUNDLED
from core.data.vectors.building import in_this_process
from core.data.vectors.samples import SAMPLES, path
from core.jobs import queue
from core.jobs.worker import run_job
from core.store.opening import open_vectors
from dashboard.cache import loaders
from dashboard.jobs import trainings
from dashboard.missions import checks, facts
from dashboard.missions.snapshot import Snapshot
from dashboard.missions.tours import MISSIONS
from tests.dashboard.fields import field
from tests.dashboard.missions.test_page import answer, bar, go_on

pytestmark = pytest.mark.few

RUN = SAMPLES["words"].run_id


def open_words() -> str:
    """Open the words; the id of their dataset."""
    opened = open_vectors([path("words")], options=SAMPLES["words"].options, runner=in_this_process)
    return opened.dataset_id


def texts(app) -> str:
    return "\n".join(element.value for kind in ("markdown", "caption") for element in app.get(kind))


def done(app) -> bool:
    return "**Done.**" in texts(app)


def test_the_texts_are_true_of_the_words():
    open_words()
    works, famous = (facts.answers(RUN, asked) for asked in (checks.WORKS, checks.FAMOUS))
    ids = loaders.item_rows(RUN).labels
    assert ids[works.index[0]] == "son"
    assert "queen" not in [ids[row] for row in famous.index]
    assert facts.answers(RUN, ("the", "", "and")) is None
    assert facts.answers(RUN, ("the", "the", "and")) is None
    axis = facts.furthest(RUN, (("mother", "sister"), ("father", "brother")))
    assert axis.low_place < -1 and axis.high_place > 1
    assert facts.furthest(RUN, (("mother",), ())) is None
    assert facts.furthest(RUN, (("mother",), ("mother",))) is None
    nothing = Snapshot(page="maps")
    assert [facts.closest_to_sum(nothing), facts.high_end(nothing), facts.dimensions(nothing)] == [None] * 3


@pytest.mark.usefixtures("reading_vectors_here")
def test_a_link_opens_the_words_once_for_all_who_follow_it(open_page):
    app, other = (open_page("embeddings", mission="words") for _ in range(2))
    assert all("They are being opened" in texts(one) and not done(one) for one in (app, other))
    (job,) = queue.jobs()
    run_job(job.job_id)
    for one in (app, other):
        one.run()
        one.run()
        assert one.query_params["run"] in (RUN, [RUN]) and done(one)


@pytest.mark.thorough
def test_all_steps_in_wrong_and_right_order_to_the_end(open_page):
    open_words()
    app = open_page("embeddings", mission="words")
    answer(app, "50")
    assert "Right, 50." in texts(app)
    go_on(app)
    app.switch_page("app_pages/neighbors.py").run()
    assert not done(app)
    field(app, "near_word").choose("brother")
    assert done(app)
    app.button_group(key="answer_words_1").set_value("sister").run()
    assert "Right. Does it mean" in texts(app)
    go_on(app)
    app.session_state["arithmetic"] = True
    app.run()
    for asked in (checks.FAMOUS, checks.WORKS):
        for key, word in zip("abc", asked, strict=True):
            field(app, key).choose(word)
        assert done(app) == (asked == checks.WORKS), "the other one first is no step"
    app.button_group(key="answer_words_2").set_value("son").run()
    assert "Right. The step" in texts(app)
    go_on(app)
    assert not done(app)
    for key, word in zip("abc", checks.FAMOUS, strict=True):
        field(app, key).choose(word)
    assert done(app)
    answer(app, "5")
    assert "Right, 5." in texts(app)
    go_on(app)
    app.switch_page("app_pages/components.py").run()
    assert done(app)
    stand = next(text for text in texts(app).split("\n") if "above chance**" in text).split("first ")[1].split()[0]
    answer(app, stand)
    assert f"Right, {stand}." in texts(app)
    go_on(app)
    app.switch_page("app_pages/maps.py").run()
    app.button_group(key="maps").set_value("An axis of your own").run()
    for end, words in (("low", ("mother", "sister")), ("high", ("father", "brother"))):
        assert not done(app)
        for word in words:
            field(app, f"pole_{end}").choose(word)
        app.multiselect(key=f"pole_{end}").set_value(list(words)).run()
    assert done(app)
    right = app.dataframe[1].value["Title"].iloc[0]
    app.button_group(key="answer_words_5").set_value(right).run()
    assert "Right. Would you" in texts(app)
    go_on(app)
    ending = next(text for text in texts(app).split("\n") if "led to" in text)
    assert "Your axis runs from" in ending and f"to **{right}**" in ending
    assert "brother − sister + daughter led to **son**" in ending and f"{stand} of 50 components" in ending
    assert not [button for button in app.button if button.key == "next_mission"], "it is the last"


def test_who_may_not_open_them_hears_who_does_and_who_finds_them_there_begins(open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", "a token of the teacher alone, long enough")
    monkeypatch.setenv("EMBEDDING_EXPLORER_CLASS", "1")
    app = open_page("embeddings", mission="words", **{"class": "on"})
    assert "by whoever runs this explorer" in texts(app) and not queue.jobs()
    app = open_page("missions")
    assert "start_words" not in [button.key for button in app.button]
    open_words()
    app = open_page("embeddings", mission="words", **{"class": "on"})
    assert not app.exception and not app.error and done(app)


@pytest.mark.parametrize("key", ["first-model", "overfitting", "noise", "you"])
def test_missions_on_ratings_take_these_and_say_so_where_somebody_leaves_them(open_page, publish, key: str):
    publish(trainings.first_config())
    words = open_words()
    first = MISSIONS[key].tasks[0].page
    app = open_page(first, dataset=words, run=RUN, mission=key)
    assert not app.exception and not app.error
    assert app.query_params["dataset"] in (BUNDLED, [BUNDLED])
    app.session_state["_selected_dataset"], app.session_state["_selected_run"] = words, RUN
    app.run()
    assert not app.exception and not app.error
    assert "This mission is about ratings, and other data is selected." in texts(app)
    app.button(key="mission_data").click().run()
    assert "other data is selected" not in texts(app)
    assert app.query_params["dataset"] in (BUNDLED, [BUNDLED])


def test_the_cards_and_the_sheets_speak_of_what_was_rated_while_words_are_selected(open_page):
    app = open_page("missions", dataset=open_words(), run=RUN)
    assert not app.exception and not app.error
    assert "**:material/near_me: A movie's neighbors, and why**" in texts(app)
    app.selectbox(key="hand_out").set_value("words").run()
    assert app.code[0].value.endswith("/embeddings?mission=words")
    app.button(key="start_words").click().run()
    assert not app.exception and "step 1 of 6" in bar(app)
    assert done(app)
    app.session_state["_selected_dataset"], app.session_state["_selected_run"] = BUNDLED, None
    app.run()
    assert "about **Jane Austen's words**, and other data is selected" in texts(app)
    app.button(key="mission_data").click().run()
    assert app.query_params["run"] in (RUN, [RUN]) and done(app)
