"""What `make bundle` makes installs without internet."""

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.packaging.test_requirements import ROOT


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle in a folder with a space, with a stand-in of a few lines for the package and all it needs."""
    folder = tmp_path / "a stick"
    (folder / "wheels").mkdir(parents=True)
    for name in ("bundle/install.sh", "bundle/README.txt", "make_venv.sh"):
        shutil.copy(ROOT / "scripts" / name, folder)
    shutil.copy(ROOT / "constraints.txt", folder)
    about = "embedding_explorer-1.dist-info/"
    with zipfile.ZipFile(folder / "wheels" / "embedding_explorer-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("standing_in.py", "def main(): print('here')")
        wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\nName: embedding-explorer\nVersion: 1\n")
        wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(about + "entry_points.txt", "[console_scripts]\nembedding-explorer = standing_in:main\n")
        wheel.writestr(about + "RECORD", "")
    return folder


def install(bundle: Path, into: Path) -> subprocess.CompletedProcess[str]:
    # A registry that is not there: whoever asks it fails.
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    return subprocess.run(
        ["sh", bundle / "install.sh", into], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_it_installs_from_the_folder_alone_and_says_how_to_start(bundle, tmp_path):
    folder = tmp_path / "the explorer"
    venv.create(folder, system_site_packages=True)  # an environment that is there is taken, and making one is slow
    done = install(bundle, folder)
    assert done.returncode == 0, done.stderr
    command = folder / "bin" / "embedding-explorer"
    assert f"{command} serve" in done.stdout
    assert subprocess.run([command], capture_output=True, text=True, check=True, timeout=30).stdout == "here\n"


def test_a_folder_with_other_things_in_it_is_left_as_it_is(bundle, tmp_path):
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "thesis.txt").write_text("all of it")
    done = install(bundle, folder)
    assert done.returncode == 2
    assert str(folder) in done.stderr
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
