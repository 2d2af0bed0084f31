"""A run as a script, or a notebook, that trains the same model again with Keras alone."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from core.config import GradientConfig
from core.data.ratings import Ratings
from core.data.splits import split
from core.errors import NotApplicableError
from core.model.run import Run
from core.model.scoring import require_guesses

_BODY = Path(__file__).with_name("training_script.py")
_CELL = re.compile(r"^# %%( \[markdown\])?\n", re.MULTILINE)


def check_scriptable(run: Run) -> None:
    """Pass if a run's training can be written down so; raises NotApplicableError, saying why not."""
    require_guesses(run.scorer)
    why = ""
    if not isinstance(run.config, GradientConfig):
        why = "its training is none that the script writes down, which is that of ratings by gradient steps"
    elif run.config.starting_guess == "average":
        why = "it starts from averages of the ratings, which the script does not compute"
    if why:
        raise NotApplicableError(f"run {run.run_id} cannot be exported as a script: {why}; choose another model")


def write_script(run: Run, ratings: Ratings, folder: Path) -> None:
    """Write `train.py` and `ratings.npz`; raises NotApplicableError as `check_scriptable`."""
    text = _filled(run, ratings, folder)
    (folder / "train.py").write_text(text, encoding="utf-8")


def write_notebook(run: Run, ratings: Ratings, folder: Path) -> None:
    """Write `train.ipynb`, the same in cells, and `ratings.npz`; raises NotApplicableError as `check_scriptable`."""
    parts = _CELL.split(_filled(run, ratings, folder))[1:]
    cells = [_cell(bool(marked), text.strip("\n")) for marked, text in zip(parts[::2], parts[1::2], strict=True)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    (folder / "train.ipynb").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _cell(is_text: bool, text: str) -> dict[str, Any]:
    if is_text:
        text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines())
        return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}
    source = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def _filled(run: Run, ratings: Ratings, folder: Path) -> str:
    """The script with a run's model and settings in it; the ratings are written beside it."""
    check_scriptable(run)
    from core.model.networks import DiyEmbedding, raise_unless

    config, scorer = run.config, run.scorer
    sizes = {"n_users": len(ratings.users), "n_items": len(ratings.items)}
    network = scorer.build(config, **sizes, scale=scorer.scale, seed=config.seed)
    made_by = {id(layer.output): layer.name for layer in network.model.layers}
    penalized = [made_by[id(tensor)] for tensor in network.penalized]
    parts = split(ratings, config.split)
    np.savez_compressed(
        folder / "ratings.npz",
        user=ratings.user_index,
        item=ratings.item_index,
        rating=ratings.rating,
        train=parts.train,
        validation=parts.validation,
    )
    about = {"min_rating": ratings.min_rating, "max_rating": ratings.max_rating, "val_rmse": run.outcome.guess_error}
    settings = config.model_dump() | about | {"has_vectors": scorer.has_vectors}
    values = {"SETTINGS = {}": f"SETTINGS = {settings!r}", 'MODEL = ""': f"MODEL = {network.model.to_json()!r}"}
    values["PENALIZED = []"] = f"PENALIZED = {penalized!r}"
    own = ""
    if any(isinstance(layer, DiyEmbedding) for layer in network.model.layers):
        sources = "\n\n".join(inspect.getsource(part).strip() for part in (raise_unless, DiyEmbedding))
        own = f'from typing import Any\n\nops = keras.ops\n\n\n{sources}\n\n\nCUSTOM = {{"DiyEmbedding": DiyEmbedding}}'
    text = _BODY.read_text(encoding="utf-8")
    for place, value in (values | {"# DIY\n": f"{own or '# The model has no layers of its own kind.'}\n"}).items():
        text = text.replace(place, value, 1)
    return text
