"""A run as files that other programs open.

projector   vectors.tsv, metadata.tsv      TensorBoard's Embedding Projector
parquet     items.parquet, users.parquet   every number, for recomputing every prediction; where a model has numbers
                                           that belong to no row, also layers.parquet
csv         items.csv, users.csv           the same for spreadsheets; also layers.csv
keras       model.keras                    the model, for `keras.models.load_model`
script      train.py, ratings.npz              trains the same model again with Keras alone
notebook    train.ipynb, ratings.npz           the same in cells, for Jupyter
components  components.csv, scores.csv     principal components with their names, and every item's place along them
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.analysis.components.bases import names_covariance
from core.analysis.components.pca import pca
from core.data.ratings import Ratings
from core.data.splits import split
from core.data.text import inert, unbroken
from core.disk.files import disk_full_told, is_disk_full
from core.errors import LimitError, UsageError
from core.export.scripts import write_notebook, write_script
from core.model.run import Run
from core.model.scoring import refuse, require_vectors
from core.studies import component_names


def export(run: Run, ratings: Ratings, file_format: str, folder: Path) -> tuple[Path, ...]:
    """Write a run's files into `folder`, which is made where there is none; files of the same names are replaced.

    Raises:
        LimitError: The format is none of FORMATS.
        NotApplicableError: The format holds vectors, and the model has none.
        UsageError: The folder cannot be written to.
        CorruptRunError: The names of the components cannot be read.
        DiskFullError: There is no room; nothing is left of the attempt.
    """
    if file_format not in _WRITERS:
        raise LimitError(f"format is {file_format!r:.60}; it can be {', '.join(_WRITERS)}")
    with disk_full_told(f"the export of run {run.run_id}", folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as fresh:
                _WRITERS[file_format](run, ratings, Path(fresh))
                return tuple(path.replace(folder / path.name) for path in sorted(Path(fresh).iterdir()))
        except OSError as error:
            if is_disk_full(error):
                raise
            raise UsageError(f"{folder} cannot be written to ({error.strerror}); choose another folder") from error


def items_table(run: Run, ratings: Ratings) -> pd.DataFrame:
    """One row an item: item_id, the data's own columns, n_ratings, mean_rating, bias (0 where the model has none).
    Where nobody rated anything, as beside vectors from elsewhere, the last three are left out."""
    table = ratings.item_table.drop(
        columns=["n_ratings", "mean_rating", "bias", "embedding", "variance", "bias_variance"], errors="ignore"
    )
    table.insert(0, "item_id", ratings.items.ids)
    if not len(ratings):
        return table
    counted = {"n_ratings": ratings.item_count, "mean_rating": ratings.item_mean}
    return table.assign(**counted, bias=run.scorer.exported_item_bias)


def users_table(run: Run, ratings: Ratings) -> pd.DataFrame:
    """One row a user: user_id, n_ratings, mean_rating, bias (0 where the model has none), as in `items_table`."""
    counted = {"n_ratings": ratings.user_count, "mean_rating": ratings.user_mean, "bias": run.scorer.user_bias}
    return pd.DataFrame({"user_id": ratings.users.ids} | (counted if len(ratings) else {}))


def _write_projector(run: Run, ratings: Ratings, folder: Path) -> None:
    # One line a vector, without a header; the metadata has one, as it has more than one column.
    np.savetxt(folder / "vectors.tsv", require_vectors(run.scorer).item_embedding, fmt="%.9g", delimiter="\t")
    table = items_table(run, ratings)
    table["genres"] = ["|".join(genres) for genres in table["genres"]]
    table = table[["title", *(column for column in table if column != "title")]]  # the first column labels the points
    lines = ("\t".join(unbroken(_cell(value)) for value in row) for row in table.itertuples(index=False))
    header = "\t".join(unbroken(str(column)) for column in table)
    (folder / "metadata.tsv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8", newline="\n")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.9g}"
    return str(value)


def _write_parquet(run: Run, ratings: Ratings, folder: Path) -> None:
    about = {"run_id": run.run_id, "model": run.config.model, "formula": run.scorer.formula()}
    for name, table, embedding in _sides(run, ratings):
        columns = pa.Table.from_pandas(table, preserve_index=False).append_column("embedding", _lists(embedding))
        if run.scorer.has_uncertainty:  # of the bias, and then of the vector
            columns = columns.append_column("variance", _lists(run.scorer.arrays[f"{name[:-1]}_variance"]))
        pq.write_table(columns.replace_schema_metadata(about), folder / f"{name}.parquet", compression="zstd")
    if layers := _layers(run):
        shapes = [list(array.shape) for array in layers.values()]
        values = [array.ravel() for array in layers.values()]
        whole = pa.table({"name": list(layers), "shape": shapes, "values": values})
        pq.write_table(whole.replace_schema_metadata(about), folder / "layers.parquet", compression="zstd")


def _sides(run: Run, ratings: Ratings) -> Iterator[tuple[str, pd.DataFrame, np.ndarray]]:
    yield "items", items_table(run, ratings), run.scorer.item_embedding
    if run.scorer.has_user_vectors:
        yield "users", users_table(run, ratings), run.scorer.user_embedding


def _layers(run: Run) -> dict[str, np.ndarray]:
    """The numbers that belong to no user and no item."""
    elsewhere = run.scorer.rows | run.scorer.folded
    return {name: array for name, array in run.scorer.arrays.items() if name not in elsewhere}


def _lists(matrix: np.ndarray) -> pa.ListArray:
    """A list of float32 a row."""
    rows, width = matrix.shape
    ends = pa.array(np.arange(rows + 1, dtype=np.int32) * width)
    return pa.ListArray.from_arrays(ends, pa.array(matrix.ravel(), pa.float32()))


def _write_csv(run: Run, ratings: Ratings, folder: Path) -> None:
    for name, table, embedding in _sides(run, ratings):
        if name == "items":
            table["genres"] = ["|".join(genres) for genres in table["genres"]]
            table["year"] = table["year"].convert_dtypes()  # 1995, not 1995.0
        text = table.apply(lambda column: column.map(lambda value: inert(value) if isinstance(value, str) else value))
        parts = [text, _dimensions(embedding), _variances(run, name)]
        whole = pd.concat(parts, axis=1).rename(columns=inert)
        _csv(whole, folder / f"{name}.csv")
    if layers := _layers(run):
        parts = [
            pd.DataFrame({"name": name, "row": place[0], "column": place[1], "value": array.ravel()})
            for name, array in layers.items()
            for place in [np.indices(np.atleast_2d(array).shape).reshape(2, -1)]
        ]
        _csv(pd.concat(parts), folder / "layers.csv")


def _write_keras(run: Run, ratings: Ratings, folder: Path) -> None:
    if run.origin.kind == "imported":
        refuse(run.scorer, "it was trained elsewhere, and no layer of Keras came along")
    from core.model.networks import trained_model  # the other formats do without TensorFlow

    trained_model(run.scorer, run.config).save(folder / "model.keras")


def _write_components(run: Run, ratings: Ratings, folder: Path) -> None:
    """Those of the item matrix, as in the article: of all items, uncentered."""
    result = pca(require_vectors(run.scorer).item_embedding)
    covariance = names_covariance(run, ratings, split(ratings, run.config.split))
    named = component_names.for_components(component_names.for_everybody(run.run_id), result, covariance)
    low, high = ([getattr(names, end) if names else "" for names in named] for end in ("low", "high"))
    numbers = [f"PC {number}" for number in range(1, len(named) + 1)]
    about = pd.DataFrame(
        {
            "component": numbers,
            "low_name": [inert(name) for name in low],
            "high_name": [inert(name) for name in high],
            "variance_ratio": result.variance_ratio,
        }
    )
    _csv(pd.concat([about, _dimensions(result.components)], axis=1), folder / "components.csv")
    columns = [
        f"{number} ({low_name} – {high_name})" if low_name or high_name else number
        for number, low_name, high_name in zip(numbers, low, high, strict=True)
    ]
    who = pd.DataFrame({"item_id": ratings.items.ids, "title": ratings.item_table["title"]}).map(inert)
    scores = pd.DataFrame(np.asarray(result.scores, np.float32), columns=columns)
    _csv(pd.concat([who, scores], axis=1), folder / "scores.csv")


def _dimensions(matrix: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(matrix, columns=[f"dim_{number}" for number in range(1, matrix.shape[1] + 1)])


def _variances(run: Run, side: str) -> pd.DataFrame:
    """Variances of a side's biases and vectors, a column each; none where the model does not know how sure it is."""
    if not run.scorer.has_uncertainty:
        return pd.DataFrame()
    bias, *vector = run.scorer.arrays[f"{side[:-1]}_variance"].T
    return pd.DataFrame(
        {"bias_variance": bias} | {f"dim_{number}_variance": column for number, column in enumerate(vector, 1)}
    )


def _csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


_WRITERS: dict[str, Callable[[Run, Ratings, Path], None]] = {
    "projector": _write_projector,
    "parquet": _write_parquet,
    "csv": _write_csv,
    "keras": _write_keras,
    "components": _write_components,
    "script": write_script,
    "notebook": write_notebook,
}
FORMATS = tuple(_WRITERS)
