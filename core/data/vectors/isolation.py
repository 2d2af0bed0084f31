"""The process that reads vectors of strangers: the same, in the same limits, as that which reads ratings."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from core.data.importing import isolation
from core.data.importing.request import Reporter
from core.data.vectors.building import build, preview
from core.data.vectors.request import VectorRequest
from core.settings import ImportLimits

in_child = partial(isolation.in_child, module="core.data.vectors")


def work(folder: Path, report: Reporter) -> dict[str, Any]:
    """Do what `spec.json` in the folder asks for; a failure is an object with `code` and `message`."""
    spec = isolation.read_spec(folder)
    request = VectorRequest.of_json(spec)

    def do() -> dict[str, Any]:
        """The task, which may fail."""
        if spec["task"] == "preview":
            return isolation.previewed(asdict(preview(request)))
        return build(request, folder, report)

    return isolation.answered(do, request.limits)


def in_this_process(
    folder: Path, limits: ImportLimits, report: Reporter, should_stop: Callable[[], bool]
) -> dict[str, Any]:
    """In this very process, without its limits of memory and time: for trusted files, and for tests."""
    return work(folder, report)
