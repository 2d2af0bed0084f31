"""What each file is, by its content: vectors, or a table of what is known of their rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from core.data.importing.sniffing import HEAD_BYTES, Table, examine
from core.data.importing.sources import Source, check_not_packed
from core.data.vectors import arrays, columns, text
from core.data.vectors.gathering import LEAST_DIMENSIONS, Matrix
from core.data.vectors.request import VectorOptions
from core.errors import BadVectorsError, DatasetError, WrongDelimiterError

_TELLING = ("embed", "vector", "factor", "weight")  # What arrays of vectors are called, among others of a file

ONE_COLUMN = "\x1f"  # Stands for the sign between the columns of a text that has one


@dataclass(frozen=True)
class Contents:
    """What was found in the files: sets of vectors, tables of something else, and what is neither."""

    matrices: tuple[Matrix, ...]
    tables: tuple[Table, ...]
    unread: tuple[DatasetError, ...]


@dataclass(frozen=True)
class Chosen:
    """The vectors to open: those of items, and of users where two sets belong together; parts of one set in order."""

    items: tuple[Matrix, ...]
    users: tuple[Matrix, ...] = ()


def contents(sources: Sequence[Source], options: VectorOptions) -> Contents:
    """What is in the files; raises DatasetError as reading their beginnings does, and BadVectorsError for a pickle,
    which is never opened, or a file that leads out of itself."""
    matrices: list[Matrix] = []
    tables: list[Table] = []
    unread: list[DatasetError] = []
    labels: list[tuple[Source, arrays.Stored]] = []
    for source in sources:
        head = source.head(HEAD_BYTES)
        if head[:1] == b"\x80" and head[1:2] in b"\2\3\4\5" and len(head) > 1:
            raise arrays.pickled(source.name, "it holds Python objects")
        check_not_packed(source, head)
        try:
            arrayed = _arrays(source, head)
            found = _columns(source, head, options) if arrayed is None else arrayed[0]
            if arrayed is not None:
                labels += arrayed[1]
            if found:
                matrices += found
            elif arrayed is None:
                tables.append(_table(source, options))
            elif not arrayed[1]:
                unread.append(BadVectorsError(f"{source.name} holds no table of numbers with one row a vector"))
        except (BadVectorsError, MemoryError):
            raise
        except DatasetError as error:
            unread.append(error)
    if not matrices:
        alone = (columns.in_text(table, options, alone=True) for table in tables)
        matrices = [matrix for matrix in alone if matrix is not None]
        used = {matrix.source for matrix in matrices}
        tables = [table for table in tables if table.source not in used]
    return Contents(tuple(_labeled(matrices, labels)), tuple(tables), tuple(unread))


def _arrays(source: Source, head: bytes) -> tuple[list[Matrix], list[tuple[Source, arrays.Stored]]] | None:
    """Sets of vectors in a file of arrays, and arrays that may be the ids of rows; None where it is another file."""
    size = source.size if source.path is not None else None
    if head.startswith(arrays.NPY):
        stored = arrays.npy_array(source)
        return arrays.matrices(source, "NumPy", [stored], size), [(source, stored)] if len(stored.shape) == 1 else []
    if head.startswith(arrays.HDF5):
        return arrays.hdf5_matrices(source), []
    if arrays.looks_like_safetensors(head):
        return arrays.matrices(source, "safetensors", arrays.safetensors_arrays(source), size), []
    return None


def _columns(source: Source, head: bytes, options: VectorOptions) -> list[Matrix]:
    """The vectors in a file of rows; none where it is a table of something else."""
    if head.startswith((columns.PARQUET, columns.ARROW, columns.FEATHER_1)):
        found = columns.columnar(source, head, options)
        return [] if found is None else [found]
    stated = options.header is not None or options.delimiter or options.dimensions
    found = text.word2vec(source, head) or (None if stated else text.bare(source, head))
    if found is None:
        table = _table(source, options)
        found = None if table.delimiter == ONE_COLUMN else columns.in_text(table, options, alone=False)
    return [] if found is None else [found]


def _table(source: Source, options: VectorOptions) -> Table:
    """A table of something else; one of a single column, where nothing divides its lines."""
    wide = replace(source.limits, max_columns=max(source.limits.max_columns, columns.MOST_COLUMNS))
    try:
        return replace(examine(replace(source, limits=wide), options), source=source)
    except WrongDelimiterError:
        head = source.head(HEAD_BYTES).decode("utf-8", "replace").splitlines()
        rows = tuple((line,) for line in head[:1000])
        skipped = int(bool(options.header))
        name = head[0] if skipped else "label"
        return Table(source, "text", "utf-8", ONE_COLUMN, skipped, (name,), rows[skipped:], False, skipped=skipped)


def _labeled(matrices: Sequence[Matrix], labels: Sequence[tuple[Source, arrays.Stored]]) -> list[Matrix]:
    """Matrices with the ids that another array beside them in an `.npz` holds: different texts, one a row."""
    result = []
    for unnamed in matrices:
        matrix = unnamed
        for source, stored in labels:
            folder = source.name.rpartition("/")[0]
            fits = matrix.id_column is None and stored.shape == (matrix.rows,) and bool(folder)
            texts = arrays.row_texts(source, stored) if fits and matrix.source.name.startswith(folder) else None
            if texts is not None and len(set(texts)) == len(texts):
                matrix = arrays.beside(matrix, text.ID, np.asarray(pa.array(texts, pa.string())))
        result.append(matrix)
    return result


def choose(matrices: Sequence[Matrix], options: VectorOptions) -> Chosen:
    """The set to open, or the two that belong together; raises BadVectorsError where nothing says which it is."""
    groups = _groups([matrix for matrix in matrices if matrix.dim >= LEAST_DIMENSIONS])
    names = ", ".join(f"{group[0].name} ({_shape(group)})" for group in groups)[:600]
    if options.array is not None:
        stated = [group for group in groups if options.array in (group[0].name, group[0].array)]
        if len(stated) != 1:
            raise BadVectorsError(f"there is no set of vectors {options.array!r:.60}; there are: {names or 'none'}")
        return Chosen(stated[0])
    if not groups:
        raise BadVectorsError(
            "there are no vectors in the files: tables of numbers with one row a vector, of "
            f"{LEAST_DIMENSIONS} numbers or more; bring one of the formats that are read"
        )
    telling = [group for group in groups if group[0].array and any(word in group[0].array.lower() for word in _TELLING)]
    for some in (groups, telling):
        if len(some) == 1:
            return Chosen(some[0])
        if pair := _pair(some):
            return pair
    raise BadVectorsError(f"there are several sets of vectors, and nothing says which to open: {names}; name one")


def _pair(groups: Sequence[tuple[Matrix, ...]]) -> Chosen | None:
    """The vectors of items and of users that belong together: equally long, and called so; None where none are."""
    for told in ([group[0].name.lower() for group in groups], [group[0].place for group in groups]):
        users = [group for group, name in zip(groups, told, strict=True) if "user" in name]
        others = [group for group in groups if group not in users]
        if len(others) > 1:
            others = [group for group, name in zip(groups, told, strict=True) if "item" in name and group in others]
        if len(users) == len(others) == 1 and users[0][0].dim == others[0][0].dim:
            return Chosen(others[0], users[0])
    return None


def _groups(matrices: Sequence[Matrix]) -> list[tuple[Matrix, ...]]:
    """Sets of vectors, each in its parts: files of one folder with the same columns and names but for a number."""
    groups: dict[object, list[Matrix]] = {}
    for matrix in matrices:
        path = matrix.source.path
        key: object = matrix.name
        if path is not None and path.name.startswith("part-"):  # as Spark writes a table
            key = path.parent, matrix.kind, matrix.dim, matrix.columns
        groups.setdefault(key, []).append(matrix)
    return [tuple(group) for group in groups.values()]


def _shape(group: Sequence[Matrix]) -> str:
    rows = "?" if any(part.rows is None for part in group) else f"{sum(part.rows or 0 for part in group):,}"
    return f"{rows} × {group[0].dim:,}"
