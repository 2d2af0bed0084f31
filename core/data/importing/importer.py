"""Bring ratings in: the one way for the page and for the command line."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from core.data.catalog import take_in
from core.data.importing.isolation import DATASET, SPEC, Runner, in_child
from core.data.importing.request import (
    ColumnMapping,
    ImportOptions,
    ImportReport,
    ImportRequest,
    Preview,
    Reporter,
    of_json,
)
from core.data.text import noun_of, one_line
from core.disk import home as home_module
from core.disk import quota
from core.disk.files import new_folder
from core.errors import ExplorerError
from core.settings import ImportLimits


def import_ratings(
    paths: Sequence[Path],
    *,
    mapping: ColumnMapping | None = None,
    options: ImportOptions | None = None,
    home: Path | None = None,
    reporter: Reporter = lambda progress, text: None,
    should_stop: Callable[[], bool] = lambda: False,
    limits: ImportLimits | None = None,
    runner: Runner = in_child,
) -> ImportReport:
    """Make a dataset of files: a rating table, several, or a folder or archive of them, with an item table or without.

    The files are read in a process of its own, within limits of memory and
    time; the dataset appears in the home whole, or not at all.

    Args:
        mapping: Which column is what, where names do not tell.
        home: Where datasets live; the usual home without it.
        reporter: Receives progress (0-1) and what is being done.
        should_stop: Asked several times a second.
        limits: From the environment without it.
        runner: What reads; `core.data.importing.isolation` says what else there is.

    Returns:
        What was done. Its dataset's id is made of the name and the digest, so the same content is one dataset.

    Raises:
        DatasetError: The files cannot become a dataset; the code says why.
        LimitError: An option is out of its range.
        CanceledError: `should_stop` returned True.
        QuotaError: The home has no room for files of this size.
        DiskFullError: There is no room.
    """
    quota.check("importing these files", sum(path.stat().st_size for path in paths if path.is_file()), root=home)
    request = _request(paths, mapping, options, limits)
    with _datasets(home) as folder:
        result = _run("import", request, folder, reporter, should_stop, runner)
        dataset, already_there = take_in(folder / DATASET, folder.parent)
    return of_json(ImportReport, result["report"] | {"dataset": dataset, "already_there": already_there})


def preview(
    paths: Sequence[Path],
    *,
    mapping: ColumnMapping | None = None,
    options: ImportOptions | None = None,
    home: Path | None = None,
    limits: ImportLimits | None = None,
    runner: Runner = in_child,
) -> Preview:
    """What `import_ratings` would do, as far as the first rows show; nothing is kept.

    What would stop the import stands in the preview as code and message.

    Raises:
        LimitError: An option is out of its range.
        DatasetError: Reading took too much memory or time, or crashed.
    """
    request = _request(paths, mapping, options, limits)
    with _datasets(home) as folder:
        return of_json(Preview, _run("preview", request, folder, lambda p, t: None, lambda: False, runner)["preview"])


def _request(
    paths: Sequence[Path], mapping: ColumnMapping | None, options: ImportOptions | None, limits: ImportLimits | None
) -> ImportRequest:
    """What was asked for, with the defaults filled in, and texts as they are kept."""
    options = options or ImportOptions()
    options.check()
    name = one_line(options.name or "", 100) or None
    options = replace(options, name=name, noun=noun_of(options.noun or "") or None)
    limits = limits or ImportLimits.from_environment()
    return ImportRequest([path.absolute() for path in paths], mapping or ColumnMapping(), options, limits)


def _datasets(home: Path | None) -> AbstractContextManager[Path]:
    """A temporary folder beside the datasets, which nobody else may read."""
    return new_folder((home or home_module.home()) / "datasets", "the dataset", mode=0o700)


def _run(
    task: str, request: ImportRequest, folder: Path, reporter: Reporter, should_stop: Callable[[], bool], runner: Runner
) -> dict[str, Any]:
    """Have the reading process do its task in a folder; raises the error that it ends with."""
    spec = json.dumps({"task": task, **asdict(request)}, default=str)
    (folder / SPEC).write_text(spec, encoding="utf-8")
    result = runner(folder, request.limits, reporter, should_stop)
    if "code" in result:
        raise ExplorerError.of(result["code"], result["message"])
    return result
