"""Files brought in as an import does it, in the process of the test."""

from pathlib import Path

from core.data import ImportReport, import_ratings, load
from core.data.importing.isolation import in_this_process
from core.data.ratings import Ratings
from tests.core.data.importing import made


def bring(folder: Path, content: str | bytes | dict[str, bytes], name: str = "r.csv", **asked: object) -> ImportReport:
    """Import one file, or several given by name."""
    files = content if isinstance(content, dict) else {name: content}
    made.write(folder / "in", files)
    paths = [folder / "in"] if isinstance(content, dict) else [folder / "in" / name]
    return import_ratings(paths, runner=in_this_process, **asked)  # type: ignore[arg-type]


def brought(folder: Path, content: str | bytes | dict[str, bytes], name: str = "r.csv", **asked: object) -> Ratings:
    """The same, read back."""
    return load(bring(folder, content, name, **asked).dataset.dataset_id)
