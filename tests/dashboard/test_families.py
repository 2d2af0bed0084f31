"""Every page shows each family's own numbers, those of its Keras model, or says that it does not apply."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.new_user.model import NewUserModel
from core.data.splits import split
from core.errors import NotApplicableError
from core.model.families import FAMILIES
from dashboard.shared.phrases import fixed
from tests.dashboard.conftest import forget
from tests.dashboard.fields import field
from tests.families import CLOSE, Trained

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "dashboard" / "app_pages").glob("[a-z]*.py"))
NO_VECTORS, NO_SUM, NO_BIASES = "This model has no vectors", "is no sum of terms", "This model has no biases"
NO_RATINGS = "This model guesses no ratings"
RATED = {"i1": 4.5, "i2": 1.0, "i8": 3.0}


@pytest.fixture(scope="module", params=FAMILIES)
def family(
    request: pytest.FixtureRequest, families: Callable[[str], Trained], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Trained, Path]]:
    """One family, and the home with its data and run, for all tests that only look at its pages; what their server has
    read and computed it keeps until the next family."""
    trained = families(request.param)
    folder = trained.own_home(tmp_path_factory)
    forget()
    yield trained, folder
    forget()


@pytest.fixture(autouse=True)
def _fresh_caches(request: pytest.FixtureRequest) -> Iterator[None]:
    """As everywhere, but for the tests that look at the pages of one family."""
    shared = "family" in request.fixturenames
    if not shared:
        forget()
    yield
    if not shared:
        forget()


@pytest.fixture
def trained(family: tuple[Trained, Path], monkeypatch: pytest.MonkeyPatch) -> Trained:
    """The family in its home, which outlasts the test."""
    trained, folder = family
    monkeypatch.setenv("EMBEDDING_EXPLORER_HOME", str(folder))
    return trained


@pytest.fixture(scope="module")
def shown(family: tuple[Trained, Path]) -> dict[tuple[str, ...], AppTest]:
    """The pages of the family that tests have opened, for others that only look at them."""
    return {}


@pytest.fixture
def show(
    open_page: Callable[..., AppTest], trained: Trained, shown: dict[tuple[str, ...], AppTest]
) -> Callable[..., AppTest]:
    """Open a page with the family's run selected; nothing on it may fail."""

    def show_(name: str, **query: str) -> AppTest:
        asked = (name, *sorted(f"{key}={value}" for key, value in query.items()))
        if asked not in shown:
            shown[asked] = open_page(name, run=trained.run.run_id, dataset=trained.run.dataset.dataset_id, **query)
        app = shown[asked]
        assert not app.exception
        assert not app.error
        return app

    return show_


def texts(app: AppTest) -> str:
    kinds = (app.title, app.header, app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def chart(app: AppTest, key: str) -> dict:
    (one,) = [one for one in app.get("plotly_chart") if one.proto.id.endswith(f"-{key}")]
    return json.loads(one.proto.spec)


def numbers(values: object) -> np.ndarray:
    """The numbers of a trace, which come as a list or as bytes."""
    if isinstance(values, dict):
        import base64

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).astype(float)
    return np.array(values, float)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_every_family(show, trained: Trained, page: str):
    app = show(page)
    scorer, text = trained.run.scorer, texts(app)
    needs_vectors = page in {"components", "embeddings", "maps", "neighbors", "questions"}
    assert (NO_VECTORS in text) == ((needs_vectors or page == "for_you") and not scorer.has_vectors)
    rated = scorer.guesses_ratings
    about_ratings = {"biases", "components", "for_you", "start", "under_the_hood"}
    assert (NO_RATINGS in text) == (page in about_ratings and not rated)
    assert (NO_BIASES in text) == (page == "biases" and not scorer.has_biases and rated)
    assert (NO_SUM in text) == (page in {"components", "for_you"} and not scorer.is_bilinear and rated)


def test_the_error_on_train(show, trained: Trained):
    link = {name: str(value) for name, value in trained.run.config}
    app = show("train", **link | {"model": f"**{trained.run.scorer.title}**"})  # a link names it as the page does
    title = trained.run.scorer.metric.title
    (shown,) = [metric.value for metric in app.metric if metric.label == f"Validation {title}"]
    assert shown == f"{trained.value:.3f}"
    assert f"{title} {trained.value:.3f}" in texts(app)


def test_the_error_on_runs_and_the_formula(show, trained: Trained):
    app = show("runs")
    table = app.dataframe[0].value
    if trained.run.scorer.guesses_ratings:
        assert table["val_rmse"].iloc[0] == pytest.approx(trained.val_rmse, abs=CLOSE)
    else:
        assert table["metric"].iloc[0] == f"{trained.run.scorer.metric.title} {trained.value:.3f}"


def test_what_components_say_of_the_error(show, trained: Trained):
    app = show("components", basis="pca")
    if not trained.run.scorer.is_bilinear:
        assert not [one for one in app.get("plotly_chart") if one.proto.id.endswith("-cost")]
    elif trained.run.scorer.has_vectors:
        (line, *_) = [trace for trace in chart(app, "cost")["data"] if len(numbers(trace["y"])) > 2]
        assert numbers(line["y"])[-1] == pytest.approx(trained.val_rmse, abs=CLOSE)


def test_biases_color_a_map_where_there_are_some(show, trained: Trained):
    if trained.run.scorer.has_vectors:
        assert ("Bias" in show("maps").selectbox(key="map_color").options) == trained.run.scorer.has_biases


def test_biases_are_the_layers_counted_from_the_average_pair(show, trained: Trained):
    app = show("biases", min="1")
    if not trained.run.scorer.has_biases:
        return
    own = trained.biases("item")
    for table in app.dataframe[:2]:
        for title, bias in zip(table.value["Title"], table.value["Bias"], strict=True):
            expected = own[int(re.match(r"i(\d+)", title)[1])]
            assert bias == pytest.approx(expected if abs(expected) >= 0.005 else 0, abs=CLOSE)  # "−0.00" is shown as 0
    row = int(own.argmax())
    alone = trained.run.scorer.scale.rating(trained.average_score + own[row])
    assert f"of i{row}, guesses {alone:.2f}" in texts(app)


def test_guesses_for_somebody_new(show, trained: Trained):
    if not trained.run.scorer.guesses_ratings:
        return  # the page says so: see above
    link = ",".join(f"{item}:{rating:g}" for item, rating in RATED.items())
    app = show("for_you", rated=link, like_min="1", item="i7")
    person = NewUserModel(trained.run, trained.ratings, split(trained.ratings, trained.run.config)).place(RATED)
    own = trained.with_user(person.numbers)
    listed = [button.key for button in app.button if (button.key or "").startswith("own_hide_")]
    assert len(listed) == 10
    assert ("come in the same order" in texts(app)) == (not trained.run.scorer.has_vectors)
    best = sorted((row for row in range(30) if f"i{row}" not in RATED), key=lambda row: -own[row])
    assert f"**{own[best[0]]:.1f}** ±" in texts(app)
    if trained.run.scorer.is_bilinear:
        *_, total = chart(app, "own_waterfall_why")["data"][0]["text"]
        assert np.clip(float(total.replace("−", "-")), 0.5, 5.0) == pytest.approx(
            own[7], abs=0.005 + CLOSE
        )  # not held inside
    else:
        assert f"The guess for **i7** is **{own[7]:.2f}**" in texts(app)


def test_a_guess_for_somebody_in_the_data(show, trained: Trained):
    if not trained.run.scorer.guesses_ratings:
        return
    user, item = int(trained.ratings.user_index[5]), int(trained.ratings.item_index[5])
    app = show("for_you", who="Somebody in the data", user=f"User u{user}", item_of_user=f"i{item}")
    own = float(np.clip(trained.predict([user], [item])[0], 0.5, 5.0))
    text = texts(app)
    if trained.run.scorer.is_bilinear:
        raw = float(trained.predict([user], [item])[0])
        assert f"Together **{raw:.2f}**" in text
    else:
        assert f"is **{own:.2f}**. The true rating is **{trained.ratings.rating[5]:g}**" in text


@pytest.mark.parametrize("step", range(1, 9))
def test_the_lesson_on_every_family(show, trained: Trained, step: int):
    if not trained.run.scorer.guesses_ratings:
        return
    app = show("under_the_hood", step=str(step))
    scorer, text = trained.run.scorer, texts(app)
    has_product = scorer.has_vectors and scorer.is_bilinear
    skipped = (step in {4, 5, 7} and not has_product) or (step in {2, 3} and not scorer.has_vectors)
    assert (NO_VECTORS in text or NO_SUM in text) == skipped
    label = field(app, "follow").value
    user, item = int(app.selectbox(key="with").value.removeprefix("User u")), int(label.removeprefix("i"))
    own = float(trained.predict([user], [item])[0])
    if skipped or step == 4:
        assert f"**{fixed(own)}**" in text
    if step == 6:
        assert f"{trained.val_rmse:.3f}" in text


def test_two_models_side_by_side(open_page, families):
    first, second = families("neural"), families("bias_only")
    for one in (first, second):
        one.put_into_home()
    app = open_page("compare", dataset="planted", models=f"{first.run.run_id},{second.run.run_id}")
    assert not app.exception
    (results,) = [frame.value for frame in app.dataframe if "val_rmse" in frame.value]
    shown = sorted(results["val_rmse"])
    assert shown == pytest.approx(sorted([first.val_rmse, second.val_rmse]), abs=CLOSE)
    assert NO_VECTORS in texts(app)


@pytest.mark.parametrize("other", ["simple_dot", "labels"])
def test_models_judged_by_different_things_side_by_side(open_page, families, other: str):
    first, second = families("ranking"), families(other)
    for one in (first, second):
        one.put_into_home()
    app = open_page("compare", dataset="planted", models=f"{first.run.run_id},{second.run.run_id}", min="1")
    assert not app.exception
    assert not app.error
    assert "judged by different things" in texts(app)
    (results,) = [frame.value for frame in app.dataframe if "val_rmse" in frame.value]
    assert f"NDCG@10 {first.value:.3f}" in list(results["metric"])


@pytest.mark.parametrize("model", ["item2vec", "labels"])
def test_data_without_what_a_model_learns_from_are_told_on_train(open_page, families, monkeypatch, model: str):
    families("ranking").put_into_home()
    monkeypatch.setattr(f"core.training.{model}.expected", _refuses)
    app = open_page("train", dataset="planted", model=model, seed="7")
    assert not app.exception
    assert "It has no times." in [error.value for error in app.error]


def _refuses(*_: object) -> None:
    raise NotApplicableError("it has no times")


def test_a_model_that_cannot_answer_leads_to_one_that_can(open_page, families):
    without, other = families("bias_only"), families("simple_dot")
    for one in (without, other):
        one.put_into_home()
    app = open_page("components", dataset="planted", run=without.run.run_id)
    app.button(key="use_another_model").click().run()
    assert not app.exception
    assert app.query_params["run"] in (other.run.run_id, [other.run.run_id])
    assert NO_VECTORS not in texts(app)
