"""What the reading process makes of untrusted files: the vectors and a dataset of their rows, or a preview of both.

It is the same process, in the same limits, as that which reads ratings.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial, reduce
from pathlib import Path
from typing import Any

import numpy as np

from core.config import content_id
from core.data.folder import write_folder
from core.data.importing import isolation
from core.data.importing.naming import noun, plain
from core.data.importing.request import Reporter, TablePreview
from core.data.importing.sniffing import SHOWN_ROWS, Table, examine, shown, table_preview
from core.data.importing.sources import collect
from core.data.importing.values import to_float
from core.data.ratings import USER, Vocabulary, unrated
from core.data.text import one_line
from core.data.vectors.gathering import LARGEST, Matrix, Rows
from core.data.vectors.recognizing import Chosen, Contents, choose, contents
from core.data.vectors.request import Found, VectorPreview, VectorRequest
from core.data.vectors.tables import Known, item_table, join, without_table
from core.errors import BadVectorsError, DatasetError, EmptyFileError

DATASET, BIAS = "dataset", "bias"
_NUMBERS = 8
_ENDINGS = (
    ".gz", ".zip", ".tsv", ".csv", ".txt", ".vec", ".bin", ".npy", ".npz", ".parquet", ".arrow", ".feather",
    ".safetensors", ".h5", ".weights", ".keras",
)  # fmt: skip
_WORDS = ("word", "token", "term")


def build(request: VectorRequest, out: Path, report: Reporter) -> dict[str, Any]:
    """Read vectors and what is known of their rows, and write both into `out`, an empty folder.

    Returns the id of the run, the shape of its arrays, where they come from, and the fields of a `VectorReport` that
    come from the files, as JSON takes them. Raises DatasetError for whatever keeps the files from being opened.
    """
    report(0.0, "Looking at the files")
    found, metadata = _contents(request)
    chosen = choose(found.matrices, request.options)
    read, size = 0, max(1, sum(part.source.size for part in (*chosen.items, *chosen.users)))

    def on_bytes(packed: int) -> None:
        """Tell how far reading is, by the bytes that were read."""
        nonlocal read
        read += packed
        report(0.7 * min(1.0, read / size), "Reading the vectors")

    limits = request.limits
    items = Rows(out / "item_embedding", limits).read(chosen.items, on_bytes)
    users = Rows(out / "user_embedding", limits).read(chosen.users, on_bytes) if chosen.users else None
    report(0.7, "Reading what is known of the rows")
    known, notes = _known(found, metadata, items, request)
    people = [] if users is None else without_table(users.ids, {}, users.position).ids
    biases = {} if request.options.of is None else _biases(known, users, out, notes)
    arrays = {"item_embedding": items.vectors()} | ({} if users is None else {"user_embedding": users.vectors()})
    report(0.8, "Writing")
    rows = unrated(
        Vocabulary(np.array(known.ids, object)),
        item_table(known, request.options),
        name=request.options.name or _name(request.paths),
        noun=request.options.noun or _noun(chosen.items[0]),
        users=people,
        user_noun=request.options.user_noun or USER,
    )
    (out / DATASET).mkdir()
    write_folder(out / DATASET, rows, created_at=datetime.now(UTC).isoformat(timespec="seconds"))
    report(0.9, "Naming the vectors by their content")
    kinds = {"item": known.ids} | ({"user": people} if people else {})
    sides = [items] if users is None else [items, users]
    files = ", ".join(dict.fromkeys(part.source.name for part in (*chosen.items, *chosen.users)))
    return {
        "run_id": content_id(arrays, kinds),
        "shapes": {name: array.shape for name, array in (arrays | biases).items()},
        "named": known.named and (users is None or bool(users.ids)),
        "formula": chosen.items[0].formula,
        "provenance": {"file": one_line(files), "format": chosen.items[0].kind},
        "report": {
            "rows": len(items.position),
            "dim": items.dim,
            "users": len(people),
            "joined": known.joined,
            "rejected": [asdict(row) for part in sides for row in part.rejected],
            "rejected_by_reason": dict(sum((part.reasons for part in sides), start=type(items.reasons)())),
            "notes": [*known.notes, *notes],
        },
    }


def _contents(request: VectorRequest) -> tuple[Contents, Table | None]:
    """What is in the files, and the table that was named as that of the rows; raises BadVectorsError if it is none."""
    options, limits = request.options, request.limits
    sources = collect(request.paths, limits, options.sheet)
    found = contents(sources, options)
    if not (found.matrices or found.tables) and found.unread:
        raise found.unread[0]
    if not request.metadata:
        return found, None
    named = contents(collect(request.metadata, limits, options.sheet), replace(options, dimensions=()))
    if not named.tables:
        if len(named.matrices) != 1 or named.matrices[0].array:
            raise next(iter(named.unread), BadVectorsError("what is to be the table of the rows is no table of text"))
        source = named.matrices[0].source  # it looks like vectors, and somebody says that it is the table
        return found, examine(source, options)
    return found, named.tables[0]


def _known(found: Contents, metadata: Table | None, items: Rows, request: VectorRequest) -> tuple[Known, list[str]]:
    """What is known of the kept rows, and what was found and not used."""
    notes, ids = [], items.ids
    alone = without_table(ids, items.columns, items.position)
    tables = found.tables if metadata is None else (metadata,)
    for table in tables:
        try:
            known = join(table, ids, items.position, items.total, request.options)
        except DatasetError as error:
            if metadata is not None:
                raise
            notes.append(f"{table.name} is not used: {error}.")
            continue
        notes += [f"{other.name} is not used: {table.name} is." for other in tables if other is not table]
        return replace(known, columns={**alone.columns, **known.columns}), notes
    notes += [f"{error}." for error in found.unread]
    return alone, notes


def _biases(known: Known, users: Rows | None, out: Path, notes: list[str]) -> dict[str, np.ndarray]:
    """The numbers of columns called so, float32, (n,) for each side that has one; each is written into `out`. A column
    that holds anything else is told of in `notes`."""
    found = {}
    for side, columns in (("item", known.columns), ("user", users.columns if users else {})):
        numbers = [to_float(text) for text in columns.get(BIAS, ())]
        if not all(number is not None and abs(number) <= LARGEST for number in numbers):
            notes.append(f"The column {BIAS} of the {side}s is no bias: some of it is no number, or beyond ±1e12.")
        elif numbers:
            found[f"{side}_bias"] = np.array(numbers, np.float32)
            found[f"{side}_bias"].tofile(out / f"{side}_bias")
    return found


def _name(paths: Sequence[Path]) -> str:
    """What a file or folder suggests as a name."""
    return reduce(str.removesuffix, _ENDINGS, one_line(paths[0].name, 100)) or "Vectors"


def _noun(matrix: Matrix) -> str:
    """What one row is called, read from the kind of the file and from the column of ids."""
    letters = plain(matrix.id_column or "")
    if any(name in matrix.kind for name in ("word2vec", "GloVe")):
        return "word"
    return next((word for word in _WORDS if letters.startswith(word)), noun(matrix.id_column or ""))


def preview(request: VectorRequest) -> VectorPreview:
    """What opening would do, as far as the first rows show; code and message say what would stop it."""
    result = VectorPreview(name=request.options.name or _name(request.paths))
    try:
        found, metadata = _contents(request)
        sets = tuple(_found(matrix) for matrix in found.matrices)
        result = replace(result, found=sets, notes=tuple(f"{error}." for error in found.unread))
        if found.tables or metadata:
            result = replace(result, table=table_preview(metadata or found.tables[0], "items"))
        chosen = choose(found.matrices, request.options)
        return _with_rows(result, chosen, request, alone=result.table is None)
    except DatasetError as error:
        return replace(result, code=error.code, message=str(error))


def _with_rows(result: VectorPreview, chosen: Chosen, request: VectorRequest, *, alone: bool) -> VectorPreview:
    matrix = chosen.items[0]
    for part in (*chosen.items, *chosen.users):
        part.check(request.limits)
    block = next((block for block in matrix.blocks(lambda size: None) if len(block.values)), None)
    if block is None:
        raise EmptyFileError(f"{matrix.name} holds no row; export it again")
    ids = block.columns[matrix.id_column].to_pylist()[:SHOWN_ROWS] if matrix.id_column else []
    numbers = [tuple(float(value) for value in row[:_NUMBERS]) for row in block.values[:SHOWN_ROWS]]
    table = result.table
    if alone and matrix.columns:
        rows = tuple(shown(row) for row in list(zip(*matrix.samples, strict=True))[:SHOWN_ROWS])
        roles = tuple("id" if name == matrix.id_column else "" for name in matrix.columns)
        table = TablePreview(matrix.source.name, "items", "text", "", True, "", matrix.columns, roles, rows)
    return replace(
        result,
        noun=request.options.noun or _noun(matrix),
        chosen=tuple(part[0].name for part in (chosen.items, chosen.users) if part),
        ids=shown(ids),
        numbers=tuple(tuple(value if math.isfinite(value) else None for value in row) for row in numbers),
        table=table,
        joined="" if alone else ("id" if matrix.id_column else "order"),
    )


def _found(matrix: Matrix) -> Found:
    side = "user" if "user" in matrix.name.lower() else "item"
    return Found(matrix.name, matrix.kind, matrix.rows, matrix.dim, side)


def work(folder: Path, report: Reporter) -> dict[str, Any]:
    """Do what `spec.json` in the folder asks for; a failure is an object with `code` and `message`."""
    return isolation.answered(folder, VectorRequest, preview, lambda request: build(request, folder, report))


in_child = partial(isolation.in_child, module="core.data.vectors")
in_this_process = partial(isolation.in_this_process, work=work)
