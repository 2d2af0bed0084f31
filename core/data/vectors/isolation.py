"""The process that reads vectors of strangers: the same, in the same limits, as that which reads ratings."""

from functools import partial
from pathlib import Path
from typing import Any

from core.data.importing import isolation
from core.data.importing.request import Reporter
from core.data.vectors.building import build, preview
from core.data.vectors.request import VectorRequest


def work(folder: Path, report: Reporter) -> dict[str, Any]:
    """Do what `spec.json` in the folder asks for; a failure is an object with `code` and `message`."""
    return isolation.answered(folder, VectorRequest, preview, lambda request: build(request, folder, report))


in_child = partial(isolation.in_child, module="core.data.vectors")
in_this_process = partial(isolation.in_this_process, work=work)
