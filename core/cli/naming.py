"""The call that names components."""

import argparse
from typing import Any

from core.cli.answer import Answer, pairs, table
from core.cli.common import add_settings, check_range, look
from core.errors import UsageError
from core.studies import component_names
from core.studies.component_names import EndNames, Name


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `name` can be told."""
    call.add_argument("--component", type=int, metavar="K", help="Which one, counted from 1; without it all are shown.")
    for end in ("low", "high"):
        call.add_argument(f"--{end}", metavar="TEXT", help=f"Name of the {end} end; an empty one takes it away.")
    add_settings(call)


def name(called: argparse.Namespace) -> Answer:
    """Name the ends of a component, or show the names there are."""
    looked = look(called)
    if called.component is None:
        if called.low is not None or called.high is not None:
            raise UsageError("which component is meant? add --component K")
        found = [_entry(place, one) for place, one in enumerate(looked.named, 1) if one]
        rows = [(one["component"], one["low"], one["high"]) for one in found]
        return Answer(found, table(("component", "low", "high"), rows, empty="no component of this run has a name"))
    check_range("--component", called.component, 1, len(looked.named))
    known = looked.named[called.component - 1]
    if called.low is not None or called.high is not None:
        low = called.low if called.low is not None else known.low if known else ""
        high = called.high if called.high is not None else known.high if known else ""
        direction = looked.result.components[called.component - 1]
        given = Name(low, high, direction, called.component - 1, called.centered, called.fit_min_ratings)
        component_names.set_name(looked.run.run_id, given)
        known = component_names.for_components(component_names.get(looked.run.run_id), looked.result)[
            called.component - 1
        ]
    document = _entry(called.component, known)
    return Answer(document, pairs(list(document.items())))


def _entry(component: int, found: EndNames | None) -> dict[str, Any]:
    return {"component": component, "low": found.low if found else "", "high": found.high if found else ""}
