"""What is imported while the first page is read."""

from importlib.util import find_spec

from dashboard.shell.memory import FURTHER


def test_what_is_imported_later_is_there():
    assert [name for name in FURTHER if find_spec(name) is None] == []
