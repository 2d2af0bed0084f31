"""Environment variables: one parser, one place that reads them, and a list that leaves none out."""

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from core import settings
from core.data import ImportLimits
from core.errors import LimitError

ROOT = Path(__file__).parents[2]
FOR_OTHERS = {
    "core/model/backend.py",
    "core/data/importing/isolation.py",
    "core/data/vectors/arrays.py",
    "core/jobs/worker_process.py",
    "core/training/spark_session.py",
}
"""Modules that touch the environment too, for variables of libraries and of Python."""


def test_a_number_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    assert settings.whole_number("KEPT_JOBS", 7) == 7
    monkeypatch.setenv("EMBEDDING_EXPLORER_KEPT_JOBS", "012")
    assert settings.whole_number("KEPT_JOBS", 7) == 12
    assert settings.numbers(settings.JobLimits) == settings.JobLimits(kept_jobs=12)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", "", " 3", "3\n", "٣", "1" + "0" * 13, "9" * 5000])
def test_what_is_no_number_is_refused_with_the_name_the_value_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, value: str
):
    monkeypatch.setenv("EMBEDDING_EXPLORER_IMPORT_MAX_ROWS", value)
    with pytest.raises(LimitError) as caught:
        ImportLimits.from_environment()
    message = str(caught.value)
    assert caught.value.code == "LIMIT"
    assert message.startswith(f"EMBEDDING_EXPLORER_IMPORT_MAX_ROWS is {value!r:.30}; ")
    assert message.endswith("a whole number from 1 to 1,000,000,000,000")
    assert len(message) < 200


def test_the_environment_of_our_variables_is_read_in_one_place():
    touching = {
        str(path.relative_to(ROOT))
        for folder in ("core", "dashboard")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\benviron\b|\bgetenv\b", path.read_text(encoding="utf-8"))
    }
    assert touching == FOR_OTHERS | {"core/settings.py"}
    for path in FOR_OTHERS:
        lines = re.findall(r".*environ.*", (ROOT / path).read_text(encoding="utf-8"))
        assert not any(settings.PREFIX in line for line in lines)


def test_every_variable_is_listed():
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "core").rglob("*.py"))
    names = set(re.findall(r'(?:settings\.|return |= )(?:text|whole_number|switch)\("([A-Z_]+)"', sources))
    names |= {field.name.upper() for kind in (settings.JobLimits, settings.ServerLimits) for field in fields(kind)}
    names |= {f"IMPORT_{field.name.upper()}" for field in fields(ImportLimits)}
    assert {"HOME", "WORKERS", "DOWNLOAD_BASE", "MAX_MODEL_MB", "LEASE_SECONDS", "IMPORT_MAX_ROWS"} <= names
    assert settings.__doc__
    assert names == set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)*\b", settings.__doc__.partition(":\n")[2]))


def test_a_child_gets_the_home_it_is_told(tmp_path: Path):
    inherited = settings.environment(tmp_path, TMPDIR="/x")
    assert inherited["EMBEDDING_EXPLORER_HOME"] == str(tmp_path.resolve())
    assert inherited["TMPDIR"] == "/x"
    assert inherited["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize(("value", "means"), [("", False), ("0", False), ("1", True)])
def test_a_switch_is_on_at_1(monkeypatch: pytest.MonkeyPatch, value: str, means: bool):
    monkeypatch.setenv("EMBEDDING_EXPLORER_CLASS", value)
    assert settings.switch("CLASS") is means


@pytest.mark.parametrize("value", ["true", "yes", "2", " 1", "01", "1\n"])
def test_a_switch_that_is_neither_is_refused(monkeypatch: pytest.MonkeyPatch, value: str):
    monkeypatch.setenv("EMBEDDING_EXPLORER_CLASS", value)
    with pytest.raises(LimitError, match=r"EMBEDDING_EXPLORER_CLASS is .*; it must be 1 for yes"):
        settings.switch("CLASS")
