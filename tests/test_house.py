"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ["platform", "ui", "apps", "tests", "docs", "benchmarks"]
MODULES = sorted(
    path.relative_to(ROOT)
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def names_of(path: Path) -> list[str]:
    """Return the packages that a requirements file names."""
    lines = (ROOT / path).read_text("utf-8").splitlines()
    found = (re.match(r"[A-Za-z][\w.-]*", line) for line in lines)
    return [match.group() for match in found if match]


def test_every_module_says_what_it_owns() -> None:
    silent = [
        str(path)
        for path in MODULES
        if not ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
    ]
    assert silent == []


def test_no_module_has_an_empty_name() -> None:
    assert [str(path) for path in MODULES if EMPTY_NAMES & {path.stem, *path.parts}] == []


@pytest.mark.parametrize("file", ["requirements.in", "requirements-dev.in", "requirements-node.in"])
def test_every_dependency_has_a_reason(file: str) -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    assert [name for name in names_of(Path(file)) if name.lower() not in reasons] == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev", "requirements-node"])
def test_every_dependency_is_pinned(name: str) -> None:
    pinned = (ROOT / f"{name}.lock").read_text("utf-8").lower()
    missing = [dep for dep in names_of(Path(f"{name}.in")) if f"\n{dep.lower()}==" not in pinned]
    assert missing == [], "run make lock"


def test_continuous_integration_runs_what_the_readme_says() -> None:
    commands = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[3:]
    assert commands == ["make test"]
    assert "make test" in (ROOT / "README.md").read_text("utf-8")
