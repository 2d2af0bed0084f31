"""Source code as text, read without importing what it defines."""

import ast
import importlib.util
import textwrap
from pathlib import Path

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
