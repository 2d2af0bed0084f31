"""Datasets: what there is, and how more come in.

`load` and the list are in `catalog`, the format on disk in `folder`. An import goes `importing.importer` (the one way
in) → `isolation` (the process that reads) → `building`, which uses, in order, `sources` (bytes), `sniffing` and
`heading` (tables), `layouts` and `plan` (what is what; it asks `naming`, `proposing`, `keys`, `wide` and `questions`),
`shapes`, `reading` and `parquet` (rows), `values`, `gathering` and `items`.
"""

from core.data.catalog import (
    BUNDLED,
    DatasetInfo,
    dataset_ids,
    delete,
    holding,
    info,
    infos,
    load,
    ratings_of,
    rename,
    set_aside,
)
from core.data.folder import SCHEMA_VERSION, read_folder
from core.data.importing.importer import import_ratings, preview
from core.data.importing.request import NO_COLUMN, ColumnMapping, ImportOptions, ImportReport, Preview, Rejected
from core.settings import ImportLimits

__all__ = [
    "BUNDLED",
    "NO_COLUMN",
    "SCHEMA_VERSION",
    "ColumnMapping",
    "DatasetInfo",
    "ImportLimits",
    "ImportOptions",
    "ImportReport",
    "Preview",
    "Rejected",
    "dataset_ids",
    "delete",
    "holding",
    "import_ratings",
    "info",
    "infos",
    "load",
    "preview",
    "ratings_of",
    "read_folder",
    "rename",
    "set_aside",
]
