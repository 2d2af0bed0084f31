"""Imports and downloads as jobs: asking for one, and reading what it did."""

import hashlib
import json
from dataclasses import asdict
from typing import TypeVar

from core import access
from core.access import Action, Visitor
from core.data import ColumnMapping, ImportOptions, ImportReport
from core.data.download import RELEASES
from core.data.importing.request import of_json
from core.data.vectors.request import VectorOptions, VectorReport
from core.disk import quota
from core.errors import LimitError
from core.jobs import queue
from core.jobs.job_folder import Job
from core.settings import MIB

Reported = TypeVar("Reported", ImportReport, VectorReport)

VECTORS = "vectors"
KINDS = ("import", "download", VECTORS)
"""Kinds of jobs that end in a dataset; the last opens vectors, which are a model beside it."""


def submit_import(upload: str, mapping: ColumnMapping, options: ImportOptions, *, by: Visitor, title: str) -> Job:
    """Ask for the import of an upload, which is removed when it has succeeded and kept when it has not.

    `upload`: token of `core.data.uploads.keep`. Raises as `queue.submit` does; LimitError: an option is out of its
    range; QuotaError: the home is full.
    """
    return _submit("import", upload, options, by, title, "importing these files", mapping=asdict(mapping))


def submit_vectors(upload: str, options: VectorOptions, *, by: Visitor, title: str) -> Job:
    """Ask for uploaded vectors to be opened; the upload is removed as `submit_import` says, and it raises the same."""
    return _submit(VECTORS, upload, options, by, title, "opening these vectors")


def _submit(
    kind: str, upload: str, options: ImportOptions | VectorOptions, by: Visitor, title: str, what: str, **more: object
) -> Job:
    access.check(Action.IMPORT, by)
    options.check()
    quota.check(what)
    spec = {"upload": upload, "options": asdict(options), **more}
    key = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:16]
    return queue.submit(kind, spec, key=key, by=by, title=title)


def submit_download(release_id: str, *, accepted: bool, by: Visitor) -> Job:
    """Ask for an official archive to be fetched and imported.

    `accepted`: that the person has seen the release's licence and accepts it. Raises as `queue.submit` does;
    LimitError: there is no such release, or its licence was not accepted; QuotaError: the home has no room for it.
    """
    access.check(Action.IMPORT, by)
    release = RELEASES.get(release_id)
    if release is None or not accepted:
        raise LimitError(
            "the conditions of this release were not accepted; read and accept them first"
            if release
            else f"there is no release {release_id!r:.60}; there are: {', '.join(RELEASES)}"
        )
    quota.check(f"fetching {release.title}", release.megabytes * MIB)
    spec = {"release": release_id, "accepted": accepted}
    return queue.submit("download", spec, key=release_id, by=by, title=f"Download of {release.title}")


def report(job_id: str) -> ImportReport | None:
    """What an import or a download did; None before it is done. Raises UnknownJobError as `queue.get` does."""
    return _report(ImportReport, job_id)


def opened(job_id: str) -> VectorReport | None:
    """What the opening of vectors did; as `report`."""
    return _report(VectorReport, job_id)


def _report(kind: type[Reported], job_id: str) -> Reported | None:
    reports = [line for line in queue.measurements(job_id) if line["type"] == "report"]
    return of_json(kind, reports[-1]) if reports else None


def doing(job_id: str) -> str:
    """What an import or a download is doing, as text; "" before it began. Raises UnknownJobError as `queue.get`."""
    texts = [str(line["text"]) for line in queue.measurements(job_id) if line["type"] == "doing"]
    return texts[-1] if texts else ""
