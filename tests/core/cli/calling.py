"""The command line in this process: what a call prints, or why it is refused."""

import json
from typing import Any

import pytest

from core.cli import main


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The JSON that a call prints, and nothing else on stdout."""
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line on stderr with which a call is refused, what follows "error: "."""
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("error: ")
    return line.removeprefix("error: ")
