"""The server imports the analyses; it should not pay for what only some of them need."""

import subprocess
import sys
from pathlib import Path

import core.analysis

MODULES = sorted(f"core.analysis.{path.stem}" for path in Path(core.analysis.__file__).parent.glob("[!_]*.py"))


def test_importing_every_analysis_loads_nothing_heavy():
    code = f"import importlib, sys\nfor name in {MODULES}: importlib.import_module(name)\nprint(*sys.modules)"
    root = Path(core.analysis.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded
    assert not loaded & {"scipy", "sklearn", "umap", "numba", "tensorflow", "keras", "streamlit", "plotly"}
