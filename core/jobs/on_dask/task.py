"""What a Dask task of ours is made of: all that a scheduler has to know, for it opens each task to look into it.

The rest of the program is imported by the worker that carries the task out: a scheduler needs its source, and neither
its libraries nor their memory.
"""

from dataclasses import dataclass
from typing import Any

from distributed import get_worker

NAME = "embedding-explorer"


@dataclass(frozen=True)
class JobRequest:
    """A job as it is handed to a worker.

    Attributes:
        token: Names this attempt, and no other of any server.
        plugin_id: Of the worker that it is for: one that was started anew has another.
        topic: Where what it leaves is told.
        kind, key, title, spec: As the job was submitted.
    """

    token: str
    plugin_id: str
    topic: str
    kind: str
    key: str
    title: str
    spec: dict[str, Any]


def known() -> bool:
    """Whether whoever is asked has the program."""
    return True


def carry_out(request: JobRequest) -> dict[str, Any]:
    """Have a job done; how it ended, as the worker's plugin says."""
    worker = get_worker()
    plugin: Any = worker.plugins.get(NAME)
    # Dask tries again on a worker in the place of one that died.
    if plugin is None or plugin.plugin_id != request.plugin_id:
        return {"state": "lost"}
    answer: dict[str, Any] = plugin.carry_out(request, worker)
    return answer
