"""What the page for schools tells people to type is there."""

import re
import shlex

import pytest

from dashboard.command import main
from tests.docs.test_docs import DOCS

ROOT = DOCS.parent


def lines() -> list[list[str]]:
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / "schools.md").read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_every_command_of_the_page_exists(monkeypatch):
    served = []
    monkeypatch.setattr("dashboard.serve.main_run.callback", lambda *_, **__: served.append(True))
    targets = re.findall(r"^(\w+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    programs = set()
    for program, *rest in lines():
        name = program.rsplit("/", 1)[-1]
        programs.add(name)
        if name == "make":
            assert rest[0] in targets
        elif name == "sh":
            assert (ROOT / "scripts" / "bundle" / rest[0]).is_file()
        elif name == "embedding-explorer":
            with pytest.raises(SystemExit, match=r"^0$"):
                main(rest)
        elif name == "docker" and rest[0] == "save":
            assert f"image: {rest[-1]}\n" in compose
    assert programs == {"sudo", "make", "docker", "sh", "embedding-explorer"}
    assert served == [True]


def test_every_file_and_section_that_the_page_names_is_there():
    text = (DOCS / "schools.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (DOCS / target).exists(), target
