"""Which runner a process has: by what the environment names, and by what is installed."""

import subprocess
import sys

import pytest

from core.errors import EngineMissingError, LimitError
from core.jobs import chosen_runner
from core.jobs.pool import Pool


def test_this_machine_trains_unless_a_scheduler_is_named(monkeypatch: pytest.MonkeyPatch):
    here = chosen_runner.runner_here(3)
    here.stop()
    assert isinstance(here, Pool) and here.size == 3 and here.trouble == ""
    monkeypatch.setenv("EMBEDDING_EXPLORER_SCHEDULER", "tls://scheduler.example:8786")
    there = chosen_runner.runner_here(3)
    there.stop()
    assert not isinstance(there, Pool)
    assert "tls://scheduler.example:8786 is being asked" in there.trouble


def test_an_engine_that_is_missing_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chosen_runner, "find_spec", lambda name: None)
    chosen_runner.check_engine()
    monkeypatch.setenv("EMBEDDING_EXPLORER_SCHEDULER", "tcp://127.0.0.1:8786")
    with pytest.raises(EngineMissingError, match=r"pip install -r requirements-dask\.txt") as caught:
        chosen_runner.check_engine()
    assert caught.value.code == "ENGINE_MISSING"


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8786", "http://x:1", "tcp://x", "tcp://user:secret@x:1", "tcp://x y:1", "tcp://x:1\n"]
)
def test_what_is_no_address_of_a_scheduler_is_refused(address: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EMBEDDING_EXPLORER_SCHEDULER", address)
    with pytest.raises(LimitError, match=r"must be the address of a Dask scheduler, such as tcp://10\.0\.0\.5:8786"):
        chosen_runner.check_engine()


def test_a_server_that_checks_its_engine_waits_for_no_library():
    """It does so before it answers: Arrow and the rest are half a second of a processor and 60 MB."""
    names = "('numpy', 'pandas', 'pyarrow', 'pydantic', 'distributed', 'pyspark')"
    code = f"import sys, core.jobs.chosen_runner; print([name for name in {names} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
