"""What is imported while the first page is read."""

from importlib.util import find_spec

from dashboard.shell.memory import FIRST, FURTHER


def test_what_is_imported_ahead_is_there():
    assert [name for name in (*FIRST, *FURTHER) if find_spec(name) is None] == []
