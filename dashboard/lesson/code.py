"""Step 8: the code of the hand-written layer beside that of Keras, read as installed, and both trained side by side."""

import ast
import importlib.util
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from core.config import RunConfig
from core.jobs.job_folder import Job
from core.model.families import PRESETS, parse_config
from core.model.run import Run
from dashboard.cache import loaders
from dashboard.jobs import studies, trainings
from dashboard.lesson.article import ask
from dashboard.lesson.example import Example
from dashboard.session import dialogs
from dashboard.shared import phrases

PARTS = ("build", "call")


@dataclass(frozen=True)
class Contestant:
    """One of the two models that are compared."""

    name: str
    config: RunConfig

    @property
    def key(self) -> str:
        """Id of the run it makes on the selected data."""
        return trainings.key(self.config)


def code(example: Example) -> None:
    """The code of both layers side by side, and both trained."""
    st.markdown(
        "An embedding layer is short enough to write by hand. On the left is this program's own, on the right the one "
        "that comes with Keras; both are read from their files as you look. `build` makes the table, `call` fetches "
        "rows: the line with `take` is the whole look-up."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Written by hand")
        st.code(methods(MODELS, "DiyEmbedding", PARTS), language="python", wrap_lines=True)
    with right:
        st.subheader("Keras' own")
        _keras_code()
    _trainings(example)


def _keras_code() -> None:
    try:
        source = methods(keras_embedding(), "Embedding", PARTS)
    except NoSourceError as error:
        st.info(f"The source of Keras' layer cannot be shown: {error}.", icon=":material/code_off:")
        return
    st.code(source, language="python", wrap_lines=True)
    st.caption(
        "More of it is about large models (quantization, low-rank updates). For a table of rows none of that is used."
    )


def contestants(same_range: bool) -> tuple[Contestant, Contestant]:
    """The article's two models; from the same range, or each from its own."""
    keras, diy = PRESETS["article-simple-dot"], PRESETS["article-simple-dot-diy"]
    if same_range:
        start = {name: value for name, value in keras if name.startswith("init_")}
        diy = parse_config(start, base=diy)
    return Contestant("Keras' layer", keras), Contestant("Hand-written layer", diy)


def _trainings(example: Example) -> None:
    """Both results where both are there; else one button that trains what is missing."""
    st.subheader("Trained side by side")
    same = st.toggle(
        "Start both from the same range",
        value=True,
        key="lesson_same",
        bind="query-params",
        help="The article's two models start from different ranges, so they end a little apart. From the same range "
        "only the layer differs.",
    )
    pair = contestants(same)
    stored = {summary.run_id for summary in loaders.runs()}
    if all(one.key in stored for one in pair):
        runs = [loaders.run(one.key) for one in pair]
        _results(pair, runs, example, same)
    else:
        _offer([one for one in pair if one.key not in stored], same)
    ask(
        "From the same range, with the same seed, how close should the two results be, and what would it mean if "
        "they were far apart?",
        "As close as rounding allows. Both draw the same first numbers, see the ratings in the same order and "
        "compute the same look-up and the same slopes. A clear difference would mean that one of the two layers "
        "does something else: a wrong row, a missing slope.",
    )


def _results(pair: tuple[Contestant, ...], runs: list[Run], example: Example, same: bool) -> None:
    for place, one, run in zip(st.columns(2, gap="medium"), pair, runs, strict=True):
        with place:
            st.markdown(f"**{one.name}**")
            with st.grid(2, min_column_width=140):
                st.metric("Validation RMSE", f"{run.outcome.val_rmse:.4f}", border=True)
                seconds = phrases.duration(run.outcome.train_seconds)
                st.metric(phrases.count(run.outcome.epochs, "epoch").capitalize(), seconds, border=True)
    st.markdown(results_words(runs[0], runs[1], example.nouns, same))


def results_words(keras: Run, diy: Run, nouns: str, same: bool) -> str:
    """How close the two came."""
    apart = abs(keras.outcome.guess_error - diy.outcome.guess_error)
    furthest = float(np.abs(keras.scorer.item_embedding - diy.scorer.item_embedding).max())
    equal = f"{keras.outcome.guess_error:.4f}" == f"{diy.outcome.guess_error:.4f}"
    text = "The two errors are equal to four digits" if equal else f"The two errors are {apart:.4f} apart"
    numbers = f"{keras.scorer.item_embedding.size:,} numbers of the {nouns}"
    if furthest == 0:
        text += f", and not one of the {numbers} differs."
    else:
        text += f"; of the {numbers} the two that differ most are {furthest:.2g} apart."
    if same and not equal:
        return f"{text} From the same range that is more than rounding explains."
    return text if same else f"{text} They started from different ranges, and nothing else differs."


def train_missing(names: tuple[str, ...], same_range: bool) -> None:
    """Ask for the trainings of the contestants with these names; a callback."""
    for one in contestants(same_range):
        if one.name in names:
            trainings.start(one.config)


def _offer(missing: list[Contestant], same_range: bool) -> None:
    jobs = {one.name: trainings.running(one.config) for one in missing}
    active = {name: job.job_id for name, job in jobs.items() if job is not None}
    if active:
        _follow(active)
        return
    for one in missing:
        newest = studies.newest_job("train", one.key)
        if newest is not None and newest.state != "done":
            trainings.explain_end(newest)
    names = tuple(one.name for one in missing)
    st.button(
        "Train both" if len(missing) > 1 else f"Train the missing one: {names[0]}",
        type="primary",
        icon=":material/play_arrow:",
        key="lesson_train",
        on_click=train_missing,
        args=(names, same_range),
        help="The article's settings, one after the other or at once, as there are free workers. You can look at other "
        "pages meanwhile.",
    )


@st.fragment(run_every=trainings.POLL)
def _follow(active: dict[str, str]) -> None:
    """A bar for each training; when one has ended, the page runs again."""
    jobs: dict[str, Job | None] = {name: loaders.job(job_id) for name, job_id in active.items()}
    if any(job is None or not job.active for job in jobs.values()):
        dialogs.rerun()
    for name, job in jobs.items():
        if job is not None:
            words = "waiting for its turn" if job.state == "queued" else f"{job.progress:.0%}"
            st.progress(job.progress, text=f"{name}: {words}")
    st.button("Stop", icon=":material/stop:", key="lesson_stop", on_click=_stop, args=(tuple(active.values()),))


def _stop(job_ids: tuple[str, ...]) -> None:
    for job_id in job_ids:
        trainings.stop(job_id)


MODELS = Path(__file__).parents[2] / "core" / "model" / "networks.py"
"""Where the hand-written embedding layer is."""


class NoSourceError(Exception):
    """A file, class or method is not where it was expected."""


def keras_embedding() -> Path:
    """The file of Keras' own embedding layer, as installed; NoSourceError without. Keras is spec, not imported."""
    spec = importlib.util.find_spec("keras")
    if spec is None or spec.origin is None:
        raise NoSourceError("Keras is not installed")
    path = Path(spec.origin).parent / "src" / "layers" / "core" / "embedding.py"
    if not path.is_file():
        raise NoSourceError(f"this version of Keras has no {path.name} where others have it")
    return path


def methods(path: Path, class_name: str, names: tuple[str, ...]) -> str:
    """Methods of a class of a Python file, in the order wanted, a blank line between; NoSourceError without them.

    They begin at the margin; their docstrings are left out.
    """
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    owner = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name), None)
    if owner is None:
        raise NoSourceError(f"{path.name} has no class {class_name}")
    functions = {node.name: node for node in owner.body if isinstance(node, ast.FunctionDef)}
    missing = [name for name in names if name not in functions]
    if missing:
        raise NoSourceError(f"class {class_name} in {path.name} has no {', '.join(missing)}")
    lines = text.splitlines()
    return "\n\n".join(textwrap.dedent("\n".join(_without_docstring(lines, functions[name]))) for name in names)


def _without_docstring(lines: list[str], function: ast.FunctionDef) -> list[str]:
    """The lines of a function but for its docstring."""
    end, first = function.end_lineno or function.lineno, function.body[0]
    docstring = range(0)
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        docstring = range(first.lineno, (first.end_lineno or first.lineno) + 1)
    return [lines[number - 1] for number in range(function.lineno, end + 1) if number not in docstring]
