"""Bring ratings in: the one way for the page and for the command line."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from core.data.catalog import take_in
from core.data.importing.isolation import DATASET, Runner, ask, in_child
from core.data.importing.request import (
    ColumnMapping,
    ImportOptions,
    ImportReport,
    ImportRequest,
    Preview,
    Reporter,
    of_json,
)
from core.disk import home as home_module
from core.disk import quota
from core.disk.files import new_folder
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

    The files are read in a process of its own, within limits of memory and time; the dataset appears in the home whole,
    or not at all. Its id is made of the name and the digest, so the same content is one dataset.

    Args:
        mapping: Which column is what, where names do not tell.
        reporter: Receives progress (0-1) and what is being done.
        should_stop: Asked several times a second.
        limits: From the environment without it.
        runner: What reads; `core.data.importing.isolation` says what else there is.

    Raises:
        DatasetError: The files cannot become a dataset; the code says why.
        LimitError: An option is out of its range.
        CanceledError: `should_stop` returned True.
        QuotaError, DiskFullError: There is no room in the home, or on the disk.
    """
    quota.check("importing these files", sum(path.stat().st_size for path in paths if path.is_file()), root=home)
    request = _request(paths, mapping, options, limits)
    with _datasets(home) as folder:
        result = ask("import", request, folder, reporter, should_stop, runner)
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
    """What `import_ratings` would do, by the first rows, and what would stop it; nothing is kept. Raises as it does."""
    request = _request(paths, mapping, options, limits)
    with _datasets(home) as folder:
        return of_json(Preview, ask("preview", request, folder, lambda p, t: None, lambda: False, runner)["preview"])


def _request(
    paths: Sequence[Path], mapping: ColumnMapping | None, options: ImportOptions | None, limits: ImportLimits | None
) -> ImportRequest:
    """What was asked for, with the defaults filled in, and texts as they are kept."""
    options, limits = (options or ImportOptions()).as_kept(), limits or ImportLimits.from_environment()
    return ImportRequest([path.absolute() for path in paths], mapping or ColumnMapping(), options, limits)


def _datasets(home: Path | None) -> AbstractContextManager[Path]:
    """A temporary folder beside the datasets, which nobody else may read."""
    return new_folder((home or home_module.home()) / "datasets", "the dataset", mode=0o700)
