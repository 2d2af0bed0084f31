"""The app without a browser, without workers, and with models made by hand."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest, local_script_runner

from core import data
from core.config import RunConfig
from core.data import ImportOptions, catalog, import_ratings
from core.data.folder import write_folder
from core.data.importing.isolation import in_this_process
from core.data.ratings import Ratings
from core.data.vectors.building import in_this_process as vectors_in_this_process
from core.jobs.pool import Pool
from core.model.families import PRESETS
from core.model.run import Run
from core.store.opening import open_vectors, preview_vectors
from core.store.runs import RunStore
from dashboard.cache import analyses, component_analyses, loaders
from dashboard.shared import in_browser
from tests.conftest import run_on, titles_of, well_known
from tests.core.data.importing import made
from tests.dashboard.once import once

ANALYZED_ONCE = {
    component_analyses: ("above_chance", "consensus", "cost", "examine", "hints", "item_columns"),
    analyses: ("compare_parts", "faithfulness", "hints", "nearest"),
}
"""Dear functions, by where the pages look them up."""

APP = str(Path(__file__).parents[2] / "dashboard" / "main.py")


@pytest.fixture(scope="session", autouse=True)
def _installed_components() -> Iterator[None]:
    """No search for Streamlit components among the installed packages: every app would read all their metadata."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        yield


@pytest.fixture(scope="session", autouse=True)
def _without_keras() -> Iterator[None]:
    """No clearing of Keras before each run of a page, which searches all there is in memory for garbage: no server has
    Keras imported, and a process of tests has, where one of them trains."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _waiting() -> Iterator[None]:
    """The end of a page's run is waited for: Streamlit's tests look for it a thousand times a second."""
    look = local_script_runner.require_widgets_deltas

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        assert runner._script_thread is not None
        runner._script_thread.join(timeout)
        if not runner.script_stopped():
            look(runner, 0)  # which stops it, and says that it took too long

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(scope="session", autouse=True)
def _analyzed_once() -> Iterator[None]:
    """What takes long is computed once for the same numbers, and not once for each fresh server."""
    with pytest.MonkeyPatch.context() as patch:
        for place, names in ANALYZED_ONCE.items():
            for name in names:
                patch.setattr(place, name, once(getattr(place, name)))
        yield


@pytest.fixture
def parts_in_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """All parts of a map travel in its message, where a test can read them: there is no server that would keep them."""
    monkeypatch.setattr(in_browser, "INLINE", 10**9)


@pytest.fixture(scope="session", autouse=True)
def _titles() -> Iterator[None]:
    """The titles of a dataset are indexed once, and not once for each fresh server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaders, "TitleIndex", titles_of)
        yield


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Ratings:
    """The well-known movies in the place of all bundled ones: pages with charts of them take half the time."""
    ratings = well_known(data.load())
    folder = tmp_path_factory.mktemp("few") / data.BUNDLED
    folder.mkdir()
    write_folder(folder, ratings)
    _folders[ratings.digest] = folder
    return ratings


_folders: dict[str, Path] = {}


@pytest.fixture
def bundled(request: pytest.FixtureRequest, bundled: Ratings) -> Ratings:
    """What comes with the program; the well-known movies alone for tests that are marked `few` and not `whole`."""
    marked = {mark.name for mark in request.node.iter_markers()}
    return request.getfixturevalue("few") if "few" in marked and "whole" not in marked else bundled


@pytest.fixture(autouse=True)
def _fresh_server(monkeypatch: pytest.MonkeyPatch, bundled: Ratings) -> Iterator[None]:
    """A server that has nothing but the bundled ratings, and starts no worker."""
    read, place = data.load, catalog.place
    bundled_folder = _folders.get(bundled.digest, place(data.BUNDLED))
    monkeypatch.setattr(catalog, "place", lambda name: bundled_folder if name == data.BUNDLED else place(name))
    monkeypatch.setattr(data, "load", lambda name=data.BUNDLED: bundled if name == data.BUNDLED else read(name))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # a page takes its place while it runs
    idle = Pool(1)  # never started: submitted jobs wait until a test moves them
    monkeypatch.setattr(loaders, "runner", lambda: idle)
    yield
    idle.stop()


def forget() -> None:
    """Empty the caches of the pages."""
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """No page knows what the page of another test has read or computed."""
    forget()
    yield
    forget()


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Open a page of the app by its name, with query parameters where given."""

    def open_(name: str = "start", **query: str) -> AppTest:
        app = AppTest.from_file(APP, default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        if name != "start":
            app.switch_page(f"app_pages/{name}.py")
        return app.run()

    return open_


@pytest.fixture
def publish(bundled: Ratings) -> Callable[..., Run]:
    """Put a made-up model on the bundled data into the store."""

    def publish_(config: RunConfig = PRESETS["default"]) -> Run:
        run = run_on(bundled, config, seed=config.seed)
        RunStore().publish(run)
        return run

    return publish_


@pytest.fixture
def brought(tmp_path: Path) -> Callable[..., str]:
    """Import a small table of books, and return its id."""

    def brought_(name: str = "Mine", noun: str = "story") -> str:
        made.write(tmp_path / "in", {"r.csv": made.table()})
        options = ImportOptions(name=name, noun=noun)
        return import_ratings([tmp_path / "in" / "r.csv"], options=options, runner=in_this_process).dataset.dataset_id

    return brought_


@pytest.fixture
def reading_vectors_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, as `reading_here` has it for ratings."""
    for call in (open_vectors, preview_vectors):
        monkeypatch.setitem(call.__kwdefaults__, "runner", vectors_in_this_process)
