"""The server imports the analyses; it should not pay for what only some of them need."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "core" / "analysis").rglob("[!_]*.py")
)


def test_importing_every_analysis_loads_nothing_heavy():
    code = f"import importlib, sys\nfor name in {MODULES}: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded
    assert not loaded & {"scipy", "sklearn", "umap", "numba", "tensorflow", "keras", "streamlit", "plotly"}
