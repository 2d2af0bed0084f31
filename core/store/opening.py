"""Open vectors trained elsewhere: the one way for the page and for the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.data import catalog
from core.data.folder import read_folder
from core.data.importing.isolation import Runner, ask
from core.data.importing.request import Reporter, of_json
from core.data.ratings import USER, DatasetRef
from core.data.vectors.building import DATASET, in_child
from core.data.vectors.request import VectorOptions, VectorPreview, VectorReport, VectorRequest
from core.disk import quota
from core.disk.files import new_folder
from core.disk.home import home
from core.errors import DatasetError
from core.model.run import Run
from core.settings import ImportLimits
from core.store.joining import Joined, keep, keep_run, known_among, run_of, with_ratings
from core.store.runs import RunStore


def open_vectors(
    paths: Sequence[Path],
    *,
    metadata: Sequence[Path] = (),
    options: VectorOptions | None = None,
    reporter: Reporter = lambda progress, text: None,
    should_stop: Callable[[], bool] = lambda: False,
    runner: Runner = in_child,
) -> VectorReport:
    """Make a run of vectors in files, and a dataset of what is known of their rows.

    The files are read in a process of its own, within limits of memory and time. The run's id is made of the vectors
    and the ids of their rows: opened again, by another name or with another table, it is the same run, called and
    described as it was the last time. `metadata` is a table of the rows, found among the paths without it; what else
    there is, is as in `core.data.import_ratings`.

    Raises:
        UnknownDatasetError: There is none that they could be of.
        BusyError: The store is locked by another process.
        DatasetError, LimitError, CanceledError, QuotaError, DiskFullError: As `import_ratings` says.
    """
    quota.check("opening these vectors", sum(path.stat().st_size for path in paths if path.is_file()))
    request = _request(paths, metadata, options)
    if (of := request.options.of) is not None:
        catalog.place(of)  # before anything is read
    with new_folder(home() / "datasets", "the vectors", mode=0o700) as folder:
        result = ask("open", request, folder, reporter, should_stop, runner)
        arrays = {
            name: np.memmap(folder / name, "<f4", "r", shape=tuple(shape)).view(np.ndarray)
            for name, shape in result["shapes"].items()
        }
        joined = None if of is None else with_ratings(read_folder(folder / DATASET), arrays, result, request.options)
        run_id = result["run_id"] if joined is None else joined.vectors.run_id
        already_there = run_id in RunStore()
        if not already_there:
            _check_room(arrays, joined)  # before their table is kept, which says nothing without them
        reporter(0.95, "Storing")
        if joined is not None:
            run, notes = keep(joined.vectors), joined.notes
        else:
            run, notes = _alone(folder, arrays, result), ()
    known = {name: getattr(run.dataset, name) for name in ("name", "noun", "dataset_id")}
    known |= {"run_id": run.run_id, "already_there": already_there, "rows": run.dataset.items}
    known |= {"user_noun": (request.options.user_noun if of is None else "") or USER}
    report = result["report"] | known | {"users": len(run.scorer.user_embedding)}
    return of_json(VectorReport, report | {"notes": [*report["notes"], *notes]})


def _check_room(arrays: Mapping[str, np.ndarray], joined: Joined | None) -> None:
    """Pass if the home has room for the numbers, and for the ratings where a part of a dataset is kept beside them."""
    part = 0 if joined is None or joined.vectors.rows.dataset_id else 16 * len(joined.vectors.rows)
    quota.check("storing these vectors", part + sum(array.nbytes for array in arrays.values()))


def _alone(folder: Path, arrays: Mapping[str, np.ndarray], result: Mapping[str, Any]) -> Run:
    """The run of vectors that stand for themselves, with the dataset that was made of their table."""
    about, _ = catalog.take_in(folder / DATASET, folder.parent)
    names = [name for name in DatasetRef.__dataclass_fields__ if name != "dataset_id"]
    reference = DatasetRef(dataset_id=about.dataset_id, **{name: getattr(about, name) for name in names})
    vectors = {name: array for name, array in arrays.items() if name.endswith("_embedding")}
    created_at = datetime.now(UTC).isoformat(timespec="seconds")
    return keep_run(run_of(result["run_id"], vectors, reference, result["provenance"], created_at))


def preview_vectors(
    paths: Sequence[Path],
    *,
    metadata: Sequence[Path] = (),
    options: VectorOptions | None = None,
    runner: Runner = in_child,
) -> VectorPreview:
    """What `open_vectors` would do, by the first rows, and what would stop it; nothing is kept. Raises as it does."""
    request = _request(paths, metadata, options)
    with new_folder(home() / "datasets", "the preview", mode=0o700) as folder:
        result = ask("preview", request, folder, lambda progress, text: None, lambda: False, runner)
    preview = of_json(VectorPreview, result["preview"])
    if request.options.of is None or preview.code:
        return preview
    try:
        told = known_among(preview.ids, request.options.of)
        return replace(preview, notes=(*preview.notes, told) if told else preview.notes)
    except DatasetError as error:
        return replace(preview, code=error.code, message=str(error))


def _request(paths: Sequence[Path], metadata: Sequence[Path], options: VectorOptions | None) -> VectorRequest:
    """What was asked for, with the defaults filled in, and texts as they are kept."""
    return VectorRequest(
        [path.absolute() for path in paths],
        [path.absolute() for path in metadata],
        (options or VectorOptions()).as_kept(),
        ImportLimits.from_environment(),
    )
