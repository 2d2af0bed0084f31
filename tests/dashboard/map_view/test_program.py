"""The program of the map: whole modules, of which one script can be made."""

import re
from collections import Counter

import pytest

from dashboard.map_view.program import COMPONENT, FOLDER, VIEW, program

DECLARED = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)


def modules() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.js")}


def test_no_two_modules_declare_the_same_name():
    declared = Counter(name for text in modules().values() for name in DECLARED.findall(text))
    assert [name for name, times in declared.items() if times > 1] == []


@pytest.mark.parametrize(("start", "exported"), [(COMPONENT, "function mount"), (VIEW, "class MapView")])
def test_one_script_has_everything_and_exports_what_it_starts_from(start: str, exported: str):
    script = program(start)
    assert "\nimport " not in script and "from \"./" not in script
    assert [line for line in script.splitlines() if line.startswith("export ")] == [f"export {exported}" + " {"] or (
        f"export {exported}" in script and script.count("\nexport ") == 1
    )


def test_every_module_is_used():
    script = program()
    for name, text in modules().items():
        assert all(declared in script for declared in DECLARED.findall(text)), name


def test_only_the_component_knows_streamlit():
    assert {name for name, text in modules().items() if re.search(r"streamlit|setTriggerValue", text, re.I)} <= {
        COMPONENT,
        VIEW,
    }
    assert "setTriggerValue" not in program(VIEW)


def test_no_word_of_anybody_becomes_markup():
    for name, text in modules().items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), name
