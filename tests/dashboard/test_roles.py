"""Who may do what, and by no way more: each role tries each action, by the core, by a page, a link, a command."""

import hashlib
import io
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from core import data
from core.access import COMMAND_LINE, Visitor
from core.analysis.components.bases import How
from core.cli import main
from core.data import ColumnMapping, ImportOptions, import_ratings, uploads
from core.data.importing.isolation import in_this_process
from core.data.vectors.request import VectorOptions
from core.errors import ExplorerError
from core.jobs import import_jobs, queue, score_jobs, study_jobs
from core.model.families import PRESETS, run_config
from core.store.runs import RunStore
from core.studies import component_names, saved_axes
from core.studies.component_names import Name
from core.studies.maps import MAP, MapStudySettings
from core.studies.saved_axes import OwnAxis
from dashboard.cache import component_analyses
from dashboard.datasets import import_form
from dashboard.jobs import every_kind, imports, studies, sweeps, trainings
from dashboard.maps import axis_view
from dashboard.principal_components import naming
from dashboard.session import state, visitor
from tests.conftest import run_on
from tests.core.data.importing import made
from tests.dashboard.name_fields import name_field

TOKEN = "the token of these tests"
AXIS, ANOTHER = OwnAxis(("1",), ("2",), "here", "there"), OwnAxis(("1",), ("3",))
ONE, OTHER = MapStudySettings(), MapStudySettings(min_ratings=7)

ADA = Visitor("ada")
GRACE = Visitor("grace", administrator=True)
ROLES = {
    "visitor": (ADA, ""),
    "pupil": (ADA, "CLASS"),
    "administrator": (GRACE, ""),
    "teacher": (GRACE, "CLASS"),
    "visitor of a kiosk": (ADA, "READ_ONLY"),
    "administrator of a kiosk": (GRACE, "READ_ONLY"),
}
"""Who asks, and which setting is on."""

YES, READ, NOT = "", "READ_ONLY", "NOT_ALLOWED"
MAY = {
    # visitor, pupil, administrator, teacher, visitor of a kiosk, administrator of a kiosk
    "train": (YES, YES, YES, YES, READ, READ),
    "score": (YES, YES, YES, YES, READ, READ),
    "study": (YES, YES, YES, YES, YES, YES),
    "stop one's own": (YES, YES, YES, YES, YES, YES),
    "stop another's": (NOT, NOT, YES, YES, NOT, YES),
    "repeat another's": (NOT, NOT, YES, YES, NOT, YES),
    "name": (YES, YES, YES, YES, READ, READ),
    "keep an axis": (YES, YES, YES, YES, READ, READ),
    "take everybody's name away": (NOT, NOT, YES, YES, READ, READ),
    "delete everybody's axis": (NOT, NOT, YES, YES, READ, READ),
    "upload": (NOT, NOT, YES, YES, READ, READ),
    "import": (NOT, NOT, YES, YES, READ, READ),
    "open vectors": (NOT, NOT, YES, YES, READ, READ),
    "download": (NOT, NOT, YES, YES, READ, READ),
    "rename data": (NOT, NOT, YES, YES, READ, READ),
    "delete data": (NOT, NOT, YES, YES, READ, READ),
    "delete a model": (NOT, NOT, YES, YES, READ, READ),
}


@dataclass(frozen=True)
class There:
    """What is in the home before anybody tries anything.

    Attributes:
        home: The folder.
        run_id: A model, with a name and an axis of everybody's.
        data: Id of a dataset.
        job, ended: Ids of somebody's studies: one waits, one was stopped.
        mine: Ids of a study that waits, by who asked for it.
        file: A table that could be imported.
    """

    home: Path
    run_id: str
    data: str
    job: str
    ended: str
    mine: dict[str, str]
    file: Path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> There:
    """A home with everything in it that somebody could wish to change; made once."""
    folder = tmp_path_factory.mktemp("roles")
    made.write(folder / "in", {"r.csv": made.table()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDING_EXPLORER_HOME", str(folder / "home"))
        brought = import_ratings([folder / "in" / "r.csv"], runner=in_this_process).dataset.dataset_id
        run = run_on(data.load(), run_config(model="variational", embedding_dim=4, steps=25))  # to be scored at once
        RunStore().publish(run)
        component_names.set_name(run.run_id, Name("low", "", direction(run.run_id), 0, False, 0), by=COMMAND_LINE)
        saved_axes.save(run.run_id, AXIS, by=COMMAND_LINE)

        def ask(owner: str, min_ratings: int) -> str:
            settings = MapStudySettings(min_ratings=min_ratings)
            return study_jobs.submit_study(run.run_id, MAP, settings, by=Visitor(owner)).job_id

        job, ended, mine = ask("sue", 2), ask("sue", 3), {"ada": ask("ada", 4), "grace": ask("grace", 5)}
        queue.cancel(ended, by=COMMAND_LINE)
    return There(folder / "home", run.run_id, brought, job, ended, mine, folder / "in" / "r.csv")


@pytest.fixture
def there(template: There, home: Path) -> There:
    """A copy of it for one test."""
    shutil.copytree(template.home, home)
    return There(**vars(template) | {"home": home})


def direction(run_id: str) -> np.ndarray:
    """That of the first component."""
    return component_analyses.components(run_id, How()).components[0]


def content(home: Path) -> dict[str, str]:
    """What the home holds, but for locks, counters and marks of living processes."""
    files = [path for path in home.rglob("*") if path.is_file() and not path.name.startswith(".")]
    files = [path for path in files if path.parent != home / "processes"]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def named(low: str, run_id: str) -> Name:
    return Name(low, "", direction(run_id), 0, False, 0)


BY_CORE: dict[str, Callable[[There, Visitor], object]] = {
    "train": lambda there, by: queue.submit_training(PRESETS["article-simple-dot"], there.data, by=by),
    "score": lambda there, by: score_jobs.submit_score([there.run_id], 2, by=by),
    "study": lambda there, by: study_jobs.submit_study(there.run_id, MAP, OTHER, by=by),
    "stop one's own": lambda there, by: queue.cancel(there.mine[by.owner], by=by),
    "stop another's": lambda there, by: queue.cancel(there.job, by=by),
    "name": lambda there, by: component_names.set_name(there.run_id, named("x", there.run_id), by=by),
    "keep an axis": lambda there, by: saved_axes.save(there.run_id, ANOTHER, by=by),
    "take everybody's name away": lambda there, by: component_names.set_name(
        there.run_id, named("", there.run_id), by=by
    ),
    "delete everybody's axis": lambda there, by: saved_axes.delete(there.run_id, AXIS.axis_id, by=by),
    "upload": lambda there, by: uploads.keep([("r.csv", io.BytesIO(b"x"))], by=by),
    "import": lambda there, by: import_jobs.submit_import("0" * 32, ColumnMapping(), ImportOptions(), by=by, title=""),
    "open vectors": lambda there, by: import_jobs.submit_vectors("0" * 32, VectorOptions(), by=by, title=""),
    "download": lambda there, by: import_jobs.submit_download("ml-100k", accepted=True, by=by),
    "rename data": lambda there, by: data.rename(there.data, "Other", by=by),
    "delete data": lambda there, by: data.delete(there.data, by=by),
    "delete a model": lambda there, by: RunStore().delete(there.run_id, by=by),
}


def typed(low: str, there: There) -> None:
    """Type a name into the field at the low end of the first component, and leave it."""
    here = (there.run_id, 0, How())
    st.session_state.update({naming._key("low", *here): low, naming._key("high", *here): ""})
    naming._keep_typed(*here)


def dropped() -> None:
    """Drop a file onto the place for uploads."""
    record = UploadedFileRec(file_id="1", name="r.csv", type="text/csv", data=b"x")
    st.session_state["upload"] = [UploadedFile(record, FileURLs(file_id="1"))]
    import_form.PLACE.received("upload")


BY_CALLBACK: dict[str, Callable[[There], object]] = {
    "train": lambda there: trainings.start(PRESETS["article-simple-dot"]),
    "score": lambda there: sweeps.train_on_splits((there.run_id,), 2),
    "study": lambda there: studies.start(there.run_id, MAP.name, OTHER.model_dump(), 1.0),
    "stop one's own": lambda there: trainings.stop(there.mine[visitor.current().owner]),
    "stop another's": lambda there: trainings.stop(there.job),
    "repeat another's": lambda there: every_kind.start_again(there.ended),
    "name": lambda there: typed("x", there),
    "keep an axis": lambda there: axis_view._keep(there.run_id, ANOTHER),
    "take everybody's name away": lambda there: typed("", there),
    "delete everybody's axis": lambda there: axis_view._delete(there.run_id, AXIS.axis_id),
    "upload": lambda there: dropped(),
    "import": lambda there: imports.start_import("0" * 32, ColumnMapping(), ImportOptions(), ""),
    "open vectors": lambda there: imports.start_vectors("0" * 32, VectorOptions(), ""),
    "download": lambda there: imports.start_download("ml-100k", True),
    "delete a model": lambda there: state.reporting(state.delete_run)(there.run_id),
}

OF_PAGES = ("visitor", "administrator", "visitor of a kiosk")

COMMANDS = {
    "train": "train --queue --preset article-simple-dot",
    "score": "score {there.run_id} --splits 2",
    "stop another's": "cancel {there.job}",
    "name": "name {there.run_id} --component 1 --low x",
    "keep an axis": "axis {there.run_id} --low 1 --high 3 --save",
    "import": "import {there.file}",
    "download": "download ml-100k",
    "rename data": "rename {there.data} Other",
    "delete data": "delete-dataset {there.data}",
    "delete a model": "delete {there.run_id}",
}


def rows(deeds: dict[str, Any], roles: Iterable[str] = ROLES) -> list[Any]:
    """One test for each role and each thing that can be done this way."""
    codes = {deed: dict(zip(ROLES, MAY[deed], strict=True)) for deed in deeds}
    return [pytest.param(role, deed, codes[deed][role], id=f"{role}-{deed}") for deed in deeds for role in roles]


@pytest.fixture
def acting(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Visitor]:
    """Be somebody of this role from now on."""

    def act(role: str) -> Visitor:
        who, setting = ROLES[role]
        monkeypatch.setattr(visitor, "current", lambda: who)
        if setting:
            monkeypatch.setenv(f"EMBEDDING_EXPLORER_{setting}", "1")
        return who

    return act


@pytest.mark.parametrize(("role", "deed", "code"), rows(BY_CORE))
def test_the_core_asks_who_asks(there: There, acting, role: str, deed: str, code: str):
    who, before, refused = acting(role), content(there.home), ""
    try:
        BY_CORE[deed](there, who)
    except ExplorerError as error:
        refused = error.code
    assert refused == code
    assert (content(there.home) == before) == bool(code)


@pytest.mark.parametrize(
    ("role", "deed", "code"), rows(BY_CALLBACK, ("visitor", "administrator", "visitor of a kiosk"))
)
def test_a_callback_does_no_more_and_says_why(there: There, acting, monkeypatch, role: str, deed: str, code: str):
    acting(role)
    monkeypatch.setattr(st, "session_state", {})
    before = content(there.home)
    BY_CALLBACK[deed](there)
    assert [problem.code for problem in state.take_problems()] == ([code] if code else [])
    assert (content(there.home) == before) == bool(code)


@pytest.mark.parametrize("kiosk", [False, True])
@pytest.mark.parametrize("deed", COMMANDS)
def test_the_command_line_is_an_administrator(there: There, acting, monkeypatch, capsys, deed: str, kiosk: bool):
    monkeypatch.setattr(data, "import_ratings", _begin)
    monkeypatch.setattr("core.cli.imports.fetch", _begin)
    role = "administrator of a kiosk" if kiosk else "administrator"
    acting(role)
    before, code = content(there.home), MAY[deed][list(ROLES).index(role)]
    if deed in ("import", "download") and not kiosk:
        with pytest.raises(_ReachedError):
            main(COMMANDS[deed].format(there=there).split())
        return
    status = main(COMMANDS[deed].format(there=there).split())
    assert (status != 0) == bool(code), capsys.readouterr()
    assert (code in capsys.readouterr().err) if code else True
    assert (content(there.home) == before) == bool(code)


class _ReachedError(Exception):
    """What the command is to do began."""


def _begin(*_: object, **__: object) -> None:
    raise _ReachedError


def codes(app: AppTest) -> set[str]:
    """Codes of the refusals that the page tells of."""
    return {code for error in app.error for code in (READ, NOT) if error.proto.title.endswith(f"({code})")}


def pressed(app: AppTest, key: str) -> AppTest:
    """The page after a press of a button, whether it can be pressed or not, as a browser that is not ours can ask."""
    button = app.button(key)
    button.proto.disabled = False
    return button.click().run()


def leave(app: AppTest) -> None:
    """Log out in another tab: what this one shows stays as it is."""
    visitor.log_ins().log_out(app.session_state["_owner"])


def log_in(app: AppTest, token: str = TOKEN) -> AppTest:
    """The page after the form was sent with this token."""
    app.text_input("administrators_token").set_value(token)
    (button,) = [button for button in app.button if button.label == "Log in"]
    return button.click().run()


def test_buttons_that_a_visitor_may_not_press_do_nothing(there: There, open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", TOKEN)
    app, before = open_page("datasets", dataset=there.data), content(there.home)
    assert any("ask whoever runs this explorer" in caption.value for caption in app.caption)
    for key in ("rename", "delete"):
        assert app.button(key).disabled
        assert all(not button.key.startswith("confirm") for button in pressed(app, key).button if button.key)
    app.segmented_control("section").set_value("MovieLens releases").run()
    app.checkbox[0].check().run()
    assert app.button("download").disabled
    pressed(app, "download")
    app.segmented_control("section").set_value("Bring your own").run()
    assert not app.get("file_uploader")
    assert content(there.home) == before


def test_a_button_drawn_for_an_administrator_is_not_one_for_who_has_left(there: There, open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", TOKEN)
    app = open_page("jobs", job=there.job)
    assert not any(button.key.startswith("stop") for button in app.button)
    assert any("Somebody else asked for this" in caption.value for caption in app.caption)
    assert codes(log_in(app, "the wrong token")) == {NOT}
    assert not codes(log_in(app))
    leave(app)
    assert codes(pressed(app, f"stop_{there.job}")) == {NOT}
    assert queue.get(there.job).state == "queued"


def test_a_kiosk_says_what_it_does_not_do(there: There, open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    app, before = open_page("train", epochs="7"), content(there.home)
    assert app.button("start_training").disabled
    pressed(app, "start_training")
    assert any("switched off here" in caption.value for caption in app.caption)
    app = open_page("components", run=there.run_id)
    assert name_field(app, "low").disabled
    name_field(app, "low").proto.disabled = False
    name_field(app, "low").set_value("x").run()
    assert content(there.home) == before
    app = open_page("maps", dataset=there.data)
    assert [code.value for code in app.code] == [f"python -m core train --preset best --dataset {there.data}"]


def test_no_link_opens_a_pupil_what_is_closed(there: There, open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_ADMIN_TOKEN", TOKEN)
    monkeypatch.setenv("EMBEDDING_EXPLORER_CLASS", "1")
    app = open_page("datasets", **{"class": "off", "dataset": there.data})
    for page in ("datasets", "runs", "jobs"):
        assert codes(app.switch_page(f"app_pages/{page}.py").run()) == {NOT}
        assert [title.value.lower() for title in app.title] == [page], "nothing of the page itself"
    app.switch_page("app_pages/missions.py").run()
    assert not codes(app)
    assert "For a class" not in [header.value for header in app.header]
    log_in(app)
    assert "For a class" in [header.value for header in app.header]
    assert not codes(app.switch_page("app_pages/datasets.py").run())
    assert app.title[0].value == "Which data shall we look at?"


def test_a_kiosk_without_a_model_leads_nowhere_where_one_is_trained(there: There, open_page, monkeypatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_READ_ONLY", "1")
    app = open_page("missions", dataset=there.data)
    assert app.code[0].value == f"python -m core train --preset best --dataset {there.data}"
    assert not any(button.key.startswith("start_") for button in app.button)
    app = open_page("datasets")
    assert app.button("train_on").disabled
    assert any("Training a model is switched off here" in caption.value for caption in app.caption)
