"""requirements.txt, constraints.txt and pyproject.toml say the same."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def requirements(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("linux", "x86_64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
        ("darwin", "x86_64", "tensorflow"),
        ("win32", "AMD64", "tensorflow-cpu"),
        ("win32", "ARM64", "tensorflow"),
    ],
)
def test_a_machine_gets_one_build_of_tensorflow(system, machine, expected):
    machine_marks = {"sys_platform": system, "platform_machine": machine}
    builds = [each for each in requirements("requirements.txt") if each.name.startswith("tensorflow")]
    assert [each.name for each in builds if each.marker.evaluate(machine_marks)] == [expected]


def test_both_builds_of_tensorflow_are_of_one_version_everywhere():
    files = ("requirements.txt", "requirements-gpu.txt", "constraints.txt")
    for name in files:
        versions = {str(each.specifier) for each in requirements(name) if each.name.startswith("tensorflow")}
        assert len(versions) == 1, name


@pytest.mark.parametrize(
    "name",
    [
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-gpu.txt",
        "requirements-dask.txt",
        "requirements-spark.txt",
    ],
)
def test_every_requirement_is_pinned_within_its_range(name):
    pinned = {
        canonicalize_name(each.name): next(iter(each.specifier)).version for each in requirements("constraints.txt")
    }
    for requirement in requirements(name):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


def imported(path: Path) -> set[str]:
    """The packages that a file imports by their full names, anywhere in it."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.append(node.module)
    return {name.split(".")[0] for name in names}


def test_every_package_that_is_imported_is_required():
    required = {
        canonicalize_name(each.name)
        for file in ("requirements.txt", "requirements-dask.txt", "requirements-spark.txt", "requirements-umap.txt")
        for each in requirements(file)
    }
    packages = set().union(
        *(imported(path) for folder in ("core", "dashboard") for path in (ROOT / folder).rglob("*.py"))
    )
    assert packages >= {"streamlit", "tensorflow", "numpy"}
    extras = {"umap": ["umap-learn"]} | {name: [name] for name in ("distributed", "pyspark", "py4j")}
    owners = packages_distributions() | extras
    for name in packages - sys.stdlib_module_names - {"core", "dashboard", "_typeshed"}:
        owning = {canonicalize_name(owner) for owner in owners.get(name, [])}
        assert owning & required, f"{name} is imported, and none of {owning} is required"


def test_the_package_has_the_version_of_the_changelog_and_the_pythons_of_the_scripts():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert project["version"] == re.search(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)[1]
    assert project["requires-python"] == ">=3.11,<3.14"
    assert "(3, 11) <= sys.version_info[:2] <= (3, 13)" in (ROOT / "scripts" / "make_venv.sh").read_text()
