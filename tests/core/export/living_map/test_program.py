"""The program of the map: whole modules, of which one script can be made."""

import re
from collections import Counter

import pytest

from core.export.living_map.program import ALONE, COMPONENT, FOLDER, PLAYER, program

MOUNT = "function mount({ data, parentElement, setStateValue, setTriggerValue }) {"
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def modules() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")}


def test_no_two_modules_declare_the_same_name():
    declared = Counter(name for text in modules().values() for name in DECLARED.findall(text))
    assert [name for name, times in declared.items() if times > 1] == []


@pytest.mark.parametrize(("start", "exported"), [(COMPONENT, MOUNT), (ALONE, "function begin(root) {")])
def test_one_script_has_everything_and_exports_what_it_starts_from(start: str, exported: str):
    script = program(start)
    assert "import {" not in script
    assert [line for line in script.splitlines() if line.startswith("export ")] == [f"export {exported}"]


def test_every_module_is_used():
    script = program(COMPONENT) + program(PLAYER)
    for name, text in modules().items():
        assert all(declared in script for declared in DECLARED.findall(text)), name


def test_the_film_in_a_file_stays_one_script():
    script = program(PLAYER)
    assert "</script" not in script.lower() and "<!--" not in script


def test_only_the_component_knows_streamlit():
    assert "setTriggerValue" in program(COMPONENT) and "setTriggerValue" not in program(ALONE)


MARKUP = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"


def test_no_word_of_anybody_becomes_markup():
    assert [name for name, text in modules().items() if re.search(MARKUP, text)] == []
