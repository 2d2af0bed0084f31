"""The package that `pip install .` makes: everything in it, and its command works away from this folder."""

import configparser
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from email.parser import Parser
from pathlib import Path
from urllib import request

import pytest

from tests.packaging.test_requirements import ROOT, requirements

FILES = ("pyproject.toml", "README.md", "LICENSE", "requirements.txt", "requirements-dask.txt", "requirements-umap.txt")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The package, built from a copy, since building leaves folders behind."""
    folder = tmp_path_factory.mktemp("package")
    for name in ("core", "dashboard"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    build = "from setuptools import build_meta; build_meta.build_wheel('dist')"
    subprocess.run([sys.executable, "-c", build], cwd=folder, check=True, capture_output=True, timeout=120)
    return next((folder / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index")
    subprocess.run(
        [*pip, "--no-deps", "--no-compile", "--target", folder, wheel], check=True, capture_output=True, timeout=120
    )
    return folder


@pytest.fixture
def environment(installed, tmp_path) -> dict[str, str]:
    """Variables with which the installed package is imported, and not the one of this folder."""
    home = {"HOME": str(tmp_path), "EMBEDDING_EXPLORER_HOME": str(tmp_path / "home")}  # without Streamlit's files in it
    return os.environ | home | {"PYTHONPATH": str(installed)}


def healthy(port: int, server: subprocess.Popen[bytes]) -> str:
    """What the server says of its health, once it says something.

    Raises:
        TimeoutError: It ended, or a minute has passed.
    """
    deadline = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as response,
        ):
            return response.read().decode()
        time.sleep(0.1)
    raise TimeoutError(f"no answer on port {port}; exit status {server.poll()}")


def test_the_wheel_holds_every_file_of_both_packages_and_nothing_else(wheel):
    expected = {
        str(path.relative_to(ROOT))
        for name in ("core", "dashboard")
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected


def test_the_wheel_requires_what_the_requirements_say_and_brings_one_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (about,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        required = Parser().parsestr(archive.read(about).decode()).get_all("Requires-Dist")
        commands = configparser.ConfigParser()
        commands.read_string(archive.read(about.replace("METADATA", "entry_points.txt")).decode())
    assert len([line for line in required if "extra ==" not in line]) == len(requirements("requirements.txt"))
    assert dict(commands["console_scripts"]) == {"embedding-explorer": "dashboard.command:main"}


def test_the_installed_command_line_answers_in_any_folder(installed, environment, tmp_path):
    command = installed / "bin" / "embedding-explorer"
    done = subprocess.run(
        [command, "datasets", "--json"], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60
    )
    assert [dataset["id"] for dataset in json.loads(done.stdout)] == ["ml-latest-small"]


def test_the_installed_dashboard_serves_with_its_own_settings(installed, environment, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [installed / "bin" / "embedding-explorer", "serve", "--server.headless=true", f"--server.port={port}"]
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            assert healthy(port, server) == "ok"
        finally:
            server.terminate()
            server.wait(30)
    # What Streamlit prints at its start unless the settings beside app.py are read.
    assert "usage statistics" not in log.read_text(encoding="utf-8").lower()
