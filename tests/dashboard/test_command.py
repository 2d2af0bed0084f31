"""The command `embedding-explorer`."""

import subprocess
import sys

import click
import pytest

from dashboard.command import main
from dashboard.serve import APP, serve


@pytest.fixture
def started(monkeypatch) -> list[dict[str, object]]:
    """What `streamlit run` would have been called with."""
    calls = []
    monkeypatch.setattr("dashboard.serve.main_run.callback", lambda **options: calls.append(options))
    return calls


def test_serve_runs_the_app_with_the_options_given(started):
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--server.port", "8600", "--server.address=0.0.0.0"])
    (options,) = started
    given = {name: value for name, value in options.items() if value not in {None, ()}}
    assert ended.value.code == 0
    assert given.pop("target") == str(APP)
    assert APP.is_file()
    assert (APP.parent / ".streamlit" / "config.toml").is_file()
    assert given == {"server_port": 8600, "server_address": "0.0.0.0"}


@pytest.mark.parametrize("wrong", [["another.py"], ["--no-such-option"], ["--server.port=many"]])
def test_serve_refuses_what_it_does_not_know_and_starts_nothing(started, wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["serve", *wrong])
    assert ended.value.code == 2
    assert "embedding-explorer serve" in capsys.readouterr().err
    assert started == []


def test_serve_says_what_to_do_on_windows(started, monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(click.UsageError, match="WSL"):
        serve.main([], standalone_mode=False)
    assert started == []


def test_all_other_calls_are_those_of_the_command_line(capsys):
    assert main(["datasets"]) == 0
    assert "ml-latest-small" in capsys.readouterr().out
    assert main(["--no-such-flag"]) == 2
    assert "`embedding-explorer --help`" in capsys.readouterr().err


def test_the_help_names_serve_and_no_call_but_serve_imports_streamlit():
    code = "import sys; from dashboard.command import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "embedding-explorer serve starts the dashboard" in done.stdout
    assert not {"streamlit", "tensorflow"} & set(done.stdout.split())
