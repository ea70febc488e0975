"""Tell setuptools which packages there are: every folder with an __init__.py in the mapped ones."""

import tomllib
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).parent


def mapped_folders() -> dict[str, str]:
    """Return which folder each top import name lives in, as pyproject.toml says."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders: dict[str, str] = document["tool"]["setuptools"]["package-dir"]
    return folders


def find_packages() -> list[str]:
    """Return the import name of every package of the tree."""
    found = []
    for name, folder in mapped_folders().items():
        base = ROOT / folder
        for init in base.rglob("__init__.py"):
            found.append(".".join((name, *init.parent.relative_to(base).parts)))
    return sorted(found)


if __name__ == "__main__":
    setup(packages=find_packages())
