"""The calls about what was deleted: list it, put it back, remove it for good."""

import argparse
from dataclasses import asdict
from typing import Any

from core.access import COMMAND_LINE
from core.cli.answer import Answer, table
from core.data.nouns import count
from core.disk.quota import megabytes
from core.disk.trash import Entry, Trash, kept_days
from core.disk.upkeep import tidy


def add_flags(call: argparse.ArgumentParser) -> None:
    """Whether to list or to empty."""
    call.add_argument("--empty", action="store_true", help="Remove everything in it for good.")


def trash(arguments: argparse.Namespace) -> Answer:
    """What was deleted and can be restored, or was just removed for good."""
    tidy()
    there = Trash()
    entries = there.empty(by=COMMAND_LINE) if arguments.empty else there.entries()
    document = [as_json(entry) for entry in entries]
    if arguments.empty:
        size = megabytes(sum(entry.size for entry in entries))
        return Answer(document, f"removed {count(len(entries), 'entry')} for good, {size}")
    headings = ("id", "kind", "title", "deleted", "kept until", "size")
    rows = [
        (
            entry.entry_id,
            entry.kind,
            entry.title,
            entry.deleted_at[:16],
            f"{entry.kept_until:%Y-%m-%d}",
            megabytes(entry.size),
        )
        for entry in entries
    ]
    return Answer(document, table(headings, rows, empty="the trash is empty"))


def restore(arguments: argparse.Namespace) -> Answer:
    """Put what was deleted back where it was."""
    entry = Trash().restore(arguments.entry_id, by=COMMAND_LINE)
    return Answer(as_json(entry), f"restored {entry.title}: {', '.join(entry.parts)}")


def as_json(entry: Entry) -> dict[str, Any]:
    """The object that the command line prints for an entry."""
    return asdict(entry) | {"kept_until": entry.kept_until.isoformat(timespec="milliseconds")}


def how_to_restore(entry: Entry) -> str:
    """What is said after a deletion."""
    return f"`python -m core restore {entry.entry_id}` brings it back within {count(kept_days(), 'day')}"
