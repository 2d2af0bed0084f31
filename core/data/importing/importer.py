"""Bring ratings in: the one way for the page and for the command line."""

import errno
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.data.catalog import read_info
from core.data.folder import read_about
from core.data.importing.child import DATASET, SPEC
from core.data.importing.isolation import Reporter, Runner, in_child
from core.data.importing.limits import ImportLimits
from core.data.importing.request import (
    ColumnMapping,
    DroppedRare,
    ImportOptions,
    ImportReport,
    Preview,
    Rejected,
    TablePreview,
)
from core.data.importing.text import noun_of, one_line, slug
from core.disk import home as home_module
from core.disk.files import disk_full_told, remove, sweep, sync_folder, temporary
from core.errors import DatasetError, DiskFullError, ExplorerError, LimitError


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
        reporter: Hears progress (0-1) and what is being done.
        should_stop: Asked several times a second.
        limits: From the environment without it.
        runner: What reads; `core.data.importing.isolation` says what else there is.

    Returns:
        What was done. Its dataset's id is made of the name and the digest, so the same content is one dataset.

    Raises:
        DatasetError: The files cannot become a dataset; the code says why.
        LimitError: An option is out of its range.
        CanceledError: `should_stop` said so.
        DiskFullError: There is no room.
    """
    options = _cleaned(options or ImportOptions())
    with _asked("import", paths, mapping, options, home, limits, reporter, should_stop, runner) as (folder, result):
        fresh = folder / DATASET
        about = read_about(fresh)
        name = f"{slug(about['name'])}-{about['digest'][:8]}"
        place = folder.parent / name
        already_there = not _renamed(fresh, place)
        sync_folder(folder.parent)
    return _report(result["report"], place, already_there)


def preview(
    paths: Sequence[Path],
    *,
    mapping: ColumnMapping | None = None,
    options: ImportOptions | None = None,
    home: Path | None = None,
    limits: ImportLimits | None = None,
    runner: Runner = in_child,
) -> Preview:
    """What `import_ratings` would do, told from the first rows; nothing is kept.

    What would stop the import stands in the preview as code and message.

    Raises:
        LimitError: An option is out of its range.
        DatasetError: Reading took too much memory or time, or crashed.
    """
    options = _cleaned(options or ImportOptions())
    with _asked("preview", paths, mapping, options, home, limits, lambda p, t: None, lambda: False, runner) as (
        _,
        result,
    ):
        fields = _tuples(result["preview"])
        return Preview(**fields | {"tables": tuple(TablePreview(**table) for table in fields["tables"])})


@contextmanager
def _asked(
    task: str,
    paths: Sequence[Path],
    mapping: ColumnMapping | None,
    options: ImportOptions,
    home: Path | None,
    limits: ImportLimits | None,
    reporter: Reporter,
    should_stop: Callable[[], bool],
    runner: Runner,
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder beside the datasets with what was asked for in it; gone in the end, whatever happens."""
    limits = limits or ImportLimits.from_environment()
    datasets = (home or home_module.home()) / "datasets"
    spec = {
        "task": task,
        "paths": [str(path.absolute()) for path in paths],
        "mapping": asdict(mapping or ColumnMapping()),
        "options": asdict(options),
        "limits": asdict(limits),
    }
    with disk_full_told("the dataset", datasets):
        datasets.mkdir(parents=True, exist_ok=True)
        sweep(datasets)
        folder = temporary(datasets)
        try:
            folder.mkdir(mode=0o700)
            (folder / SPEC).write_text(json.dumps(spec), encoding="utf-8")
            result = runner(folder, limits, reporter, should_stop)
            if "code" in result:
                raise _errors()[result["code"]](result["message"])
            yield folder, result
        finally:
            remove(folder)


def _renamed(fresh: Path, place: Path) -> bool:
    """Whether `fresh` took its place; False where the same content is there already."""
    try:
        fresh.rename(place)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def _cleaned(options: ImportOptions) -> ImportOptions:
    options.check()
    fields = asdict(options)
    fields["name"] = one_line(options.name, 100) or None if options.name else None
    fields["noun"] = noun_of(options.noun) or None if options.noun else None
    return ImportOptions(**fields)


def _report(found: dict[str, Any], place: Path, already_there: bool) -> ImportReport:
    rejected = tuple(Rejected(**row) for row in found.pop("rejected"))
    rare = DroppedRare(**found.pop("dropped_rare"))
    return ImportReport(
        dataset=read_info(place), already_there=already_there, rejected=rejected, dropped_rare=rare, **_tuples(found)
    )


def _tuples(value: Any) -> Any:
    """Lists, which is all that JSON has, as tuples."""
    if isinstance(value, dict):
        return {key: _tuples(part) for key, part in value.items()}
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value


def _errors() -> dict[str, type[ExplorerError]]:
    """Error classes of the reading process by code."""
    kinds: list[type[ExplorerError]] = [*DatasetError.__subclasses__(), DiskFullError, LimitError]
    return {kind.code: kind for kind in kinds}
