"""The datasets page: what is at hand, bringing files, releases, and other people's words."""

from pathlib import Path

import pytest

from core import data
from core.access import COMMAND_LINE
from core.disk.trash import Trash
from core.jobs import import_jobs, queue, sweep_jobs
from core.jobs.worker import run_job
from core.model.families import PRESETS
from core.store.runs import RunStore
from core.sweeps import plan as plans
from core.sweeps import record
from dashboard.cache import loaders
from dashboard.shared import phrases
from dashboard.shared.markup import escape
from tests.conftest import run_on
from tests.core.data.importing import made
from tests.core.data.importing.cases_values import FILES

pytestmark = pytest.mark.usefixtures("reading_here")
OWN, RELEASED = "Bring your own", "MovieLens releases"


def upload(app, *files: tuple[str, bytes]):
    app.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    assert not app.exception
    return app


def titles(app) -> list[str]:
    return [error.proto.title for error in app.error]


def test_everything_at_hand_is_listed_and_the_one_in_use_is_drawn(open_page, brought):
    brought()
    app = open_page("datasets")
    shown = app.dataframe[0].value
    assert list(shown["name"]) == ["MovieLens", "Mine"]
    assert list(shown["noun"]) == ["movies", "stories"]
    assert list(shown["ratings"]) == [100_004, 30]
    assert list(shown["used"]) == [True, False]
    assert [metric.value for metric in app.metric] == ["100,004", "671", "9,066", "1.6%"]
    assert app.button(key="delete").disabled
    assert app.button(key="rename").disabled


def test_another_dataset_changes_the_words_on_every_page(open_page, brought):
    own = brought()
    RunStore().publish(run_on(data.load(own)))
    for page in ("start", "train", "embeddings", "components", "runs", "jobs", "datasets"):
        app = open_page(page, dataset=own)
        assert not app.exception
        assert not app.error
        words = " ".join(element.value for kind in ("title", "markdown", "caption") for element in app.get(kind))
        assert "movie" not in words.lower().replace("movielens releases", ""), page


def test_the_rename_dialog_holds_what_is_there(open_page, brought):
    app = open_page("datasets", dataset=brought())
    app.button(key="rename").click().run()
    assert (app.text_input(key="new_name").value, app.text_input(key="new_noun").value) == ("Mine", "story")


def test_the_delete_dialog_says_what_depends_on_it(open_page, brought):
    own = brought()
    RunStore().publish(run_on(data.load(own)))
    queue.submit_training(PRESETS["default"], own, by=COMMAND_LINE)
    app = open_page("datasets", dataset=own)
    app.button(key="delete").click().run()
    said = " ".join(element.value for element in app.markdown)
    assert "**Mine** will be moved to the trash: 30 ratings" in said
    assert "1 model learned from it" in said
    assert "What is being trained on it will be stopped" in said
    assert not app.checkbox(key="delete_models").value
    assert data.dataset_ids() == [data.BUNDLED, own]


def test_a_sweep_is_stopped_and_goes_with_its_models(open_page, brought):
    own = brought()
    RunStore().publish(run_on(data.load(own)))
    sweep, job = sweep_jobs.submit_sweep(plans.ready("quick", PRESETS["default"]), own, by=COMMAND_LINE, trials=4)
    app = open_page("datasets", dataset=own)
    app.session_state["delete_models"] = True
    app.button(key="delete").click().run()
    app.button(key="confirm_delete").click().run()
    assert not app.exception and queue.get(job.job_id).state == "canceled" and not record.listing()
    (entry,) = Trash().entries()
    assert record.part(sweep.sweep_id) in entry.parts and len(entry.runs) == 1


def test_one_content_under_two_names_has_the_same_models(open_page, brought):
    first, second = brought("Mine"), brought("Yours", noun="book")
    assert first != second
    run = run_on(data.load(first))
    RunStore().publish(run)
    for own in (first, second):
        app = open_page("components", dataset=own)
        assert not app.exception and not app.error
        assert app.query_params["run"] == run.run_id
    app = open_page("datasets", dataset=second, run=run.run_id)
    assert app.query_params["dataset"] == second  # the link to the model leaves the data as it is
    assert set(app.dataframe[0].value["models"]) == {0, 1}


def test_models_stay_with_the_other_name_when_one_is_deleted(open_page, brought):
    first, second = brought("Mine"), brought("Yours")
    run = run_on(data.load(first))
    RunStore().publish(run)
    app = open_page("datasets", dataset=first)
    app.button(key="delete").click().run()
    assert "Its models stay: **Yours** holds the same ratings" in " ".join(element.value for element in app.markdown)
    data.delete(first, by=COMMAND_LINE)
    loaders.forget_dataset(first)
    for page in ("embeddings", "neighbors"):
        app = open_page(page, run=run.run_id)
        assert not app.exception and not app.error
        assert app.query_params["dataset"] == second
    data.delete(second, by=COMMAND_LINE)
    said = open_page("start", run=run.run_id).error[0].value
    assert "data that this model learned from is no longer here" in said


def test_a_dataset_deleted_elsewhere_is_said_and_the_bundled_one_takes_its_place(open_page, brought):
    own = brought()
    app = open_page("datasets", dataset=own)
    data.delete(own, by=COMMAND_LINE)
    app.run()
    app.run()
    assert not app.exception
    assert app.query_params["dataset"] == data.BUNDLED


def test_another_sheet_of_a_workbook_is_one_choice_away(open_page):
    app = open_page("datasets", section=OWN)
    rows = [("user", "item", "rating"), *[row[:3] for row in made.ROWS]]
    upload(app, ("r.xlsx", made.workbook({"Read me": [("by", "<b>me</b>")], "2023 & on": rows})))
    assert app.button(key="import").disabled
    sheet = next(field for field in app.selectbox if field.label == "Sheet of the workbook")
    assert (sheet.value, sheet.options) == ("Read me", ["Read me", "2023 & on"])
    sheet.set_value("2023 & on").run()
    assert not app.exception and not app.error
    app.button(key="import").click().run()
    (job,) = queue.jobs()
    run_job(job.job_id)
    app.run()
    app.run()
    assert "30 ratings that 6 people gave to 5 items" in app.success[0].value


def test_an_upload_is_previewed_imported_and_told_about(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("../../my scores.csv", made.with_rows("u1,i1,,5", "u0,i0,2,999").encode()))
    assert list(app.dataframe[0].value.columns) == [
        "userId → person",
        "itemId → what is rated",
        "rating → rating",
        "timestamp → time",
    ]
    noun = next(field for field in app.text_input if field.label.startswith("One thing"))
    noun.set_value("Joke").run()
    app.button(key="import").click().run()
    (job,) = queue.jobs()
    assert job.title == "Import of my-scores.csv"
    run_job(job.job_id)
    app.run()
    app.run()
    assert not app.exception
    said = app.success[0].value
    assert "30 ratings that 6 people gave to 5 jokes, from 1 to 5" in said
    assert "1 row left out" in said
    assert "1 rating given where somebody rated the same joke again: the latest counts" in said
    assert list(app.dataframe[1].value["Line"]) == [32]
    assert app.query_params["dataset"].startswith("my-scores-")
    assert not list((Path(queue.folder()).parent / "uploads").glob("*"))


def test_what_is_unclear_is_asked_and_the_answer_mends_it(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", made.table(header="a,b,rating,c").encode()))
    assert titles(app) == [phrases.error_title("MISSING_COLUMN")]
    assert app.button(key="import").disabled
    next(box for box in app.selectbox if box.label == "Person is in").set_value("b").run()
    next(box for box in app.selectbox if box.label == "What is rated is in").set_value("c").run()
    assert not app.error
    assert not app.button(key="import").disabled


def test_a_wide_table_becomes_ratings_with_one_click_and_can_be_turned(open_page):
    app = open_page("datasets", section=OWN)
    table = "name,A,B,C\n" + "".join(f"p{at},{at % 5 + 1},4,2\n" for at in range(10))
    upload(app, ("x.csv", table.encode()))
    assert not app.error
    assert "30 ratings of 3 items by 10 people" in app.info[0].value
    assert app.button(key="import").disabled
    app.button(key="reshape").click().run()
    assert not app.button(key="import").disabled
    assert app.dataframe[0].value.iloc[1].tolist() == ["p0", "B", "4"]
    app.button(key="swap_rows").click().run()
    assert app.dataframe[0].value.iloc[1].tolist() == ["B", "p0", "4"]
    app.button(key="no_reshape").click().run()
    assert "wide table" in app.info[0].value


def test_columns_without_names_are_proposed_and_agreed_to(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", made.table(header=None).encode()))
    assert not app.error
    sides = app.radio[0]
    assert sides.options == [
        "Column 1 is the person, column 2 is what is rated",
        "Column 2 is the person, column 1 is what is rated",
    ]
    sides.set_value(("column 2", "column 1")).run()
    app.button(key="agree").click().run()
    assert not app.button(key="import").disabled
    assert list(app.dataframe[0].value)[:2] == ["column 1 → what is rated", "column 2 → person"]


def test_one_persons_export_leads_to_for_you(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("ratings.csv", b"Date,Name,Year,Letterboxd URI,Rating\n2024-01-01,Heat,1995,https://boxd.it/x,4\n"))
    assert not app.error
    assert "one person's ratings, as Letterboxd exports them" in app.info[0].value
    assert any("For you" in link.proto.label for link in app.get("page_link"))
    assert app.button(key="import").disabled


def test_what_is_proposed_for_several_columns_is_agreed_to_at_once(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", made.table(header="a,b,c,d").encode()))
    app.button(key="agree").click().run()
    assert not app.error
    assert not app.button(key="import").disabled


def test_a_wrong_delimiter_is_mended_with_one_click(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", made.table(delimiter=";").encode()))
    next(box for box in app.selectbox if box.label == "Columns are divided at").set_value(",").run()
    assert titles(app) == [phrases.error_title("WRONG_DELIMITER")]
    app.button(key="mend_delimiter").click().run()
    assert not app.error
    assert not app.button(key="import").disabled


def test_a_failed_import_says_why_and_keeps_what_was_said(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", made.table().encode()))
    highest = next(box for box in app.number_input if box.label == "Highest rating possible")
    highest.set_value(1.0).run()
    lowest = next(box for box in app.number_input if box.label == "Lowest rating possible")
    lowest.set_value(0.5).run()
    app.button(key="import").click().run()
    (job,) = queue.jobs()
    run_job(job.job_id)
    assert queue.get(job.job_id).code == "TOO_SMALL"
    app.run()
    assert titles(app) == [phrases.error_title("TOO_SMALL")]
    assert next(box for box in app.number_input if box.label == "Highest rating possible").value == 1.0


def test_an_empty_scale_is_refused_at_once(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", made.table().encode()))
    for label, value in (("Lowest rating possible", 9.0), ("Highest rating possible", 2.0)):
        next(box for box in app.number_input if box.label == label).set_value(value).run()
    app.button(key="import").click().run()
    assert titles(app) == [phrases.error_title("LIMIT")]
    assert queue.jobs() == []


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "EMPTY_FILE"), (b"\x89PNG\r\n\x1a\n" + bytes(99), "BAD_FORMAT"), (made.encrypted_zip(), "ARCHIVE_UNSAFE")],
)
def test_what_is_no_data_is_refused_in_words(open_page, content, code):
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", content))
    assert titles(app) == [phrases.error_title(code)]
    assert app.button(key="import").disabled


def test_a_file_over_the_limit_is_refused_on_the_server(open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_IMPORT_MAX_FILE_MB", "1")
    app = open_page("datasets", section=OWN)
    upload(app, ("x.csv", b"x" * 2**21))
    assert titles(app) == [phrases.error_title("TOO_LARGE")]


def test_a_release_needs_its_conditions_accepted(open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_DOWNLOAD_BASE", "http://127.0.0.1:9/")
    app = open_page("datasets", section=RELEASED)
    assert app.button(key="download").disabled
    app.checkbox[0].check().run()
    app.button(key="download").click().run()
    (job,) = queue.jobs()
    run_job(job.job_id)
    app.run()
    assert titles(app) == [phrases.error_title("DOWNLOAD_FAILED")]


def test_the_job_page_leads_back_to_what_an_import_did(open_page, brought, home):
    (home / "downloads").mkdir(parents=True)
    (home / "downloads" / "ml-100k.zip").write_bytes(made.zipped(made.hundred_thousand()))
    job = import_jobs.submit_download("ml-100k", accepted=True, by=COMMAND_LINE)
    waiting = open_page("jobs", job=job.job_id)
    assert not waiting.exception
    run_job(job.job_id)
    app = open_page("jobs", job=job.job_id)
    assert not app.exception
    assert "See what was done" in [link.label for link in app.get("page_link")]


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("movie", "movies"),
        ("short story", "short stories"),
        ("toy", "toys"),
        ("dish", "dishes"),
        ("box", "boxes"),
        ("series", "series"),
        ("anime", "anime"),
        ("person", "people"),
        ("bus", "buses"),
        ("epoch", "epochs"),
    ],
)
def test_plurals(noun, many):
    assert phrases.plural(noun) == many
    assert phrases.count(2, noun) == f"2 {many}"
    assert phrases.count(1, noun) == f"1 {noun}"


@pytest.mark.parametrize("noun", ["<b>movie</b>", "*movie*", "mo%{y}", "[x](javascript:alert(1))", "$x$"])
def test_a_noun_holds_no_markup(brought, noun):
    said = data.info(brought(noun=noun)).noun
    assert said
    assert escape(said) == said


def test_escaped_words_are_shown_as_they_stand():
    assert escape("*a* [b](javascript:c) $d$ <i>") == "\\*a\\* \\[b\\](javascript:\u2060c) \\$d\\$ \\<i\\>"
    assert escape("# no heading") == "\\# no heading"
    assert escape("1. no list") == "1\\. no list"
    assert escape("12 Monkeys (1995): fine") == "12 Monkeys (1995): fine"
    assert escape("http://a www.a b@c :smile:") == "http:\u2060//a www\u2060.a b@\u2060c :\u2060smile:"


def option_of_the_import(app) -> dict:
    """What the job of an import that is started now is told."""
    app.button(key="import").click().run()
    return queue.spec(queue.jobs()[-1].job_id)["options"]


def test_a_code_for_no_rating_is_shown_with_its_count_and_left_out_by_one_choice(open_page):
    app = open_page("datasets", section=OWN)
    folder = FILES / "minus-one-means-watched-unrated"
    upload(app, ("rating.csv", (folder / "rating.csv").read_bytes()))
    assert any("19 of 96 ratings are -1" in text.value for text in app.markdown)
    lowest = [field.value for field in app.number_input if field.label == "Lowest rating possible"]
    app.checkbox[0].check().run()
    assert [field.value for field in app.number_input if field.label == "Lowest rating possible"] == [1] != lowest
    app.checkbox[0].uncheck().run()
    assert [field.value for field in app.number_input if field.label == "Lowest rating possible"] == lowest
    app.checkbox[0].check().run()
    told = option_of_the_import(app)
    assert (told["no_rating"], told["min_rating"], told["counts"]) == ([-1.0], None, None)
    run_job(queue.jobs()[-1].job_id)
    app.run()
    app.run()
    assert "19 rows left out as chosen: the value means “no rating”" in app.success[0].value


def test_counts_are_said_and_become_ranks_by_one_choice(open_page):
    app = open_page("datasets", section=OWN)
    rows = [(u, i, 3 ** (1 + (at * 7) % 8)) for at, (u, i, *_) in enumerate(made.ROWS)]
    upload(app, ("plays.csv", made.table(rows, "userId,itemId,rating").encode()))
    assert any("These look like counts, not ratings" in text.value for text in app.markdown)
    app.button_group[-1].set_value("ranks").run()
    assert not app.exception
    assert not [field for field in app.number_input if field.label.endswith("rating possible")]
    assert "Among the first rows, ratings go from 1 to 5." in [text.value for text in app.caption]
    assert option_of_the_import(app)["counts"] == "ranks"


def test_an_item_table_that_names_nothing_is_an_alarm(open_page):
    app = open_page("datasets", section=OWN)
    upload(app, ("r.csv", made.table().encode()), ("t.csv", b"itemId,title\nx1,A\n"))
    assert "the ratings name 'i0', 'i1', 'i2', that column 'x1'" in app.warning[0].value
