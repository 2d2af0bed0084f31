"""The datasets there are: one bundled, the others in the home under `datasets/`."""

import contextlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import access
from core.access import Action, Visitor
from core.data.folder import ABOUT, About, read_about, read_folder
from core.data.ratings import DatasetRef, Ratings, shortest
from core.data.text import noun_of, one_line, slug
from core.disk.files import disk_full_told, replace_text, sweep, sync_folder, took_place
from core.disk.home import home
from core.disk.reading import SetAside
from core.disk.trash import Entry, Trash
from core.errors import BadSchemaError, LimitError, UnknownDatasetError

BUNDLED = "ml-latest-small"
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True)
class DatasetInfo(About):
    """What a list of datasets shows; nothing of the ratings is read for it."""

    dataset_id: str

    def as_json(self) -> dict[str, Any]:
        """The object that the command line prints."""
        fields = asdict(self)
        del fields["created_at"]
        ends = {name: shortest(fields[name]) for name in ("min_rating", "max_rating")}
        return {"id": fields.pop("dataset_id")} | fields | ends


def dataset_ids() -> list[str]:
    """Ids of all datasets, the bundled one first; what they hold is not read."""
    imported = sorted(path.parent.name for path in _folder().glob(f"*/{ABOUT}"))
    return [BUNDLED, *(name for name in imported if name != BUNDLED and _ID.fullmatch(name))]


def infos() -> list[DatasetInfo]:
    """What is known of all datasets that can be read, the bundled one first; `set_aside` tells of the others."""
    readable = []
    for dataset_id in dataset_ids():
        with contextlib.suppress(UnknownDatasetError, BadSchemaError):
            readable.append(info(dataset_id))
    return readable


def set_aside() -> tuple[SetAside, ...]:
    """What lies among the datasets and is not used, where it lies, with the reason."""
    left = []
    for path in sorted(_folder().glob("[!.]*")):
        if path.name == BUNDLED or not _ID.fullmatch(path.name):
            left.append(SetAside(path.name, path, "its name is no dataset's: small letters, digits and dashes"))
            continue
        try:
            read_info(path)
        except BadSchemaError as error:
            if os.path.lexists(path):  # not deleted meanwhile
                left.append(SetAside(path.name, path, str(error)))
    return tuple(left)


def load(dataset_id: str = BUNDLED) -> Ratings:
    """The dataset with this id; raises UnknownDatasetError, and BadSchemaError for a damaged one or another version."""
    return read_folder(place(dataset_id))


def info(dataset_id: str) -> DatasetInfo:
    """Name, sizes, scale and digest; raises as `load` does."""
    return read_info(place(dataset_id))


def ratings_of(reference: DatasetRef) -> Ratings:
    """The data that a run learned from, under whatever name it is there; raises UnknownDatasetError where it is not."""
    ratings = load(holding(reference.digest, reference.dataset_id) or reference.dataset_id)
    if ratings.digest != reference.digest:
        raise UnknownDatasetError(
            f"dataset {reference.dataset_id!r:.60} has changed since the run learned from it; train again on this "
            "one, or bring the earlier one back"
        )
    return ratings


def holding(digest: str, first: str) -> str | None:
    """Id of a dataset with this content: `first` where that holds it, else any other; None where none does.

    The same ratings may have been brought under several names; what was learned from one was learned from all.
    """
    for dataset_id in (first, *dataset_ids()):
        with contextlib.suppress(UnknownDatasetError, BadSchemaError):
            if info(dataset_id).digest == digest:
                return dataset_id
    return None


def read_info(folder: Path) -> DatasetInfo:
    """The same from a folder; raises BadSchemaError."""
    about = read_about(folder)
    names = [name for name in DatasetInfo.__dataclass_fields__ if name != "dataset_id"]
    return DatasetInfo(dataset_id=folder.name, **{name: about[name] for name in names})


def place(dataset_id: str) -> Path:
    """The folder of a dataset; raises UnknownDatasetError where there is none, whatever the id holds."""
    if dataset_id == BUNDLED:
        return Path(__file__).parent / BUNDLED
    folder = _folder() / dataset_id if _ID.fullmatch(dataset_id) else None
    if folder is None or not os.path.lexists(folder / ABOUT):
        raise UnknownDatasetError(f"there is no dataset {dataset_id!r:.60}; there are: {', '.join(dataset_ids())}")
    return folder


def take_in(folder: Path, where: Path | None = None) -> tuple[DatasetInfo, bool]:
    """Put a written dataset folder in its place, whole or not at all; what it is there, and whether it was already.

    Its id is made of the name and the digest, so the same content under one name is one dataset. The folder is one that
    `new_folder` gave beside the datasets, in the usual home or at `where`.
    """
    about, where = read_about(folder), where or _folder()
    place = where / f"{slug(about['name'])}-{about['digest'][:8]}"
    already_there = not took_place(folder, place)
    sync_folder(where)
    return read_info(place), already_there


def rename(dataset_id: str, name: str, noun: str | None = None, *, by: Visitor) -> DatasetInfo:
    """Give a dataset another name, and another noun where one is given; its id, its digest and its runs stay.

    Raises ReadOnlyError or NotAllowedError where only an administrator may; UnknownDatasetError; BusyError; LimitError
    where the name or the noun is empty, or the dataset is the bundled one.
    """
    access.check(Action.RENAME, by)
    _changeable(dataset_id, "renamed")
    with Trash().alone():
        folder = _changeable(dataset_id, "renamed")
        about = read_about(folder)
        new = {"name": one_line(name, 100), "noun": about["noun"] if noun is None else noun_of(noun)}
        for what, text in new.items():
            if not text:
                raise LimitError(f"the {what} has no visible character; it must have at least one")
        about |= new
        with disk_full_told(f"the name of {dataset_id}", folder):
            sweep(folder)
            replace_text(folder / ABOUT, json.dumps(about, indent=2) + "\n", durable=True)
        return read_info(folder)


def delete(dataset_id: str, *, also: Sequence[str] = (), by: Visitor) -> Entry:
    """Move a dataset into the trash; what it is there. Runs that learned from it (`RunStore.learned_from`) stay.

    What is named in `also`, such as `RunStore.parts` of each such run, goes and comes back with it. Raises as `rename`
    does, and DiskFullError where there is no room for the trash's manifest: then nothing was moved.
    """
    access.check(Action.DELETE, by)
    trash = Trash()
    _changeable(dataset_id, "deleted")
    with trash.alone():
        folder = _changeable(dataset_id, "deleted")
        entry = trash.put("dataset", _title(folder), [*also, f"datasets/{dataset_id}"], by)
    trash.expire()
    return entry


def _title(folder: Path) -> str:
    """What people call a dataset; its id where the folder cannot be read, which is no reason to keep it."""
    try:
        return read_info(folder).name
    except BadSchemaError:
        return folder.name


def _folder() -> Path:
    return home() / "datasets"


def _changeable(dataset_id: str, done: str) -> Path:
    if dataset_id == BUNDLED:
        raise LimitError(f"{BUNDLED} comes with the program and cannot be {done}; your own datasets can")
    return place(dataset_id)
