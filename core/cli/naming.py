"""The call that names components."""

import argparse
from typing import Any

from core.cli.answer import Answer, pairs, table
from core.cli.common import add_settings, analyze_components, check_range
from core.errors import UsageError
from core.studies import component_names
from core.studies.component_names import EndNames, Name


def add_flags(call: argparse.ArgumentParser) -> None:
    """What `name` can be told."""
    call.add_argument("--component", type=int, metavar="K", help="Which one, counted from 1; without it all are shown.")
    for end in ("low", "high"):
        call.add_argument(f"--{end}", metavar="TEXT", help=f"Name of the {end} end; an empty one takes it away.")
    add_settings(call)


def name_component(arguments: argparse.Namespace) -> Answer:
    """Name the ends of a component, or show the names there are."""
    analysis = analyze_components(arguments)
    if arguments.component is None:
        if arguments.low is not None or arguments.high is not None:
            raise UsageError("which component is meant? add --component K")
        entries = [_entry(number, names) for number, names in enumerate(analysis.named, 1) if names]
        rows = [tuple(entry.values()) for entry in entries]
        return Answer(entries, table(("component", "low", "high"), rows, empty="no component of this run has a name"))
    check_range("--component", arguments.component, 1, len(analysis.named))
    place = arguments.component - 1
    names = analysis.named[place]
    if arguments.low is not None or arguments.high is not None:
        low = arguments.low if arguments.low is not None else names.low if names else ""
        high = arguments.high if arguments.high is not None else names.high if names else ""
        run_id, direction = analysis.run.run_id, analysis.result.components[place]
        name = Name(low, high, direction, place, arguments.centered, arguments.fit_min_ratings)
        component_names.set_name(run_id, name)
        names = component_names.for_components(component_names.get(run_id), analysis.result)[place]
    document = _entry(arguments.component, names)
    return Answer(document, pairs(list(document.items())))


def _entry(component: int, names: EndNames | None) -> dict[str, Any]:
    return {"component": component, "low": names.low if names else "", "high": names.high if names else ""}
