"""Programs that run in the browser, such as the one that draws maps: modules, joined into one script.

One script needs one request, cannot be half of an old version and half of a new one, and can be written into a file
that plays without a server. Nothing but imports and exports between the modules is left out.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().with_name("js")
COMPONENT, ALONE, PLAYER = FOLDER / "main.js", FOLDER / "alone.js", FOLDER / "player.js"
"""Modules to start from: the component of Streamlit, a map that knows nothing of it, and a film in a file."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[a-z_/.]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async function|function|class|const)", re.MULTILINE)


@cache
def program(start: Path = COMPONENT) -> str:
    """A module with everything that `start` imports, itself last; it exports what `start` does."""
    texts = [_IMPORT.sub("", module.read_text(encoding="utf-8")) for module in _with_imports(start)]
    return "\n".join([*(_EXPORT.sub("", text) for text in texts[:-1]), texts[-1]])


def _with_imports(module: Path, before: tuple[Path, ...] = ()) -> list[Path]:
    """The modules that one needs and itself, each after those it needs. ValueError where they go round in a circle."""
    if module in before:
        circle = " → ".join(one.name for one in (*before, module))
        raise ValueError(f"the modules import each other in a circle: {circle}")
    ordered: list[Path] = []
    for needed in _IMPORT.findall(module.read_text(encoding="utf-8")):
        there = (module.parent / needed).resolve()
        ordered += [one for one in _with_imports(there, (*before, module)) if one not in ordered]
    return [*ordered, module]
