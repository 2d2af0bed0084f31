"""The program that draws maps in the browser: the modules in `js/`, joined into one script.

One script needs one request, cannot be half of an old version and half of a new one, and can be written into a file
that plays without a server. Nothing but imports and exports between the modules is left out.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("js")
COMPONENT, ALONE, PLAYER = "main.js", "alone.js", "player.js"
"""Modules to start from: the component of Streamlit, a map that knows nothing of it, and a film in a file."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async function|function|class|const)", re.MULTILINE)


@cache
def program(start: str = COMPONENT) -> str:
    """A module with everything that `start` imports, itself last; it exports what `start` does."""
    ordered = _with_imports(start)
    texts = [_IMPORT.sub("", (FOLDER / name).read_text(encoding="utf-8")) for name in ordered]
    return "\n".join([*(_EXPORT.sub("", text) for text in texts[:-1]), texts[-1]])


def _with_imports(name: str, before: tuple[str, ...] = ()) -> list[str]:
    """The modules that one needs and itself, each after those it needs. ValueError where they go round in a circle."""
    if name in before:
        raise ValueError(f"the modules import each other in a circle: {' → '.join([*before, name])}")
    ordered: list[str] = []
    for needed in _IMPORT.findall((FOLDER / name).read_text(encoding="utf-8")):
        ordered += [one for one in _with_imports(needed, (*before, name)) if one not in ordered]
    return [*ordered, name]
