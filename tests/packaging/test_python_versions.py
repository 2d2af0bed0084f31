"""What the oldest versions of Python that the program runs on do differently."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
POSSESSIVE_GROUP = re.compile(r"\)[*+?]\+")


def test_no_pattern_repeats_a_group_possessively():
    """Python before 3.11.5, Debian 12's among them, matches such a pattern wrongly (python/cpython issue 106052)."""
    sources = [path for folder in ("core", "dashboard") for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 100
    code = {path: re.sub(r"#.*|`[^`]*`", "", path.read_text(encoding="utf-8")) for path in sources}
    assert [path.name for path, text in code.items() if POSSESSIVE_GROUP.search(text)] == []
    assert POSSESSIVE_GROUP.search(r"(?:ab|c)*+")
