"""Tell setuptools what is packed: every package of the mapped folders, and the built assets."""

import os
import subprocess
import tomllib
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
BUILT = ROOT / "ui" / "static" / "dist" / "app.js"


class BuildWithAssets(build_py):
    """Builds the pages' assets first where they are missing; SKIP_UI=1 leaves them out."""

    def run(self) -> None:
        if not (self.editable_mode or BUILT.exists() or os.environ.get("SKIP_UI")):
            npm = ["npm", "--prefix", str(ROOT / "ui" / "assets")]
            subprocess.run([*npm, "ci", "--ignore-scripts"], check=True)
            subprocess.run([*npm, "run", "build"], check=True)
            self.__dict__.pop("data_files", None)  # looked up before the assets were there
        super().run()


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
            parts = init.parent.relative_to(base).parts
            if "node_modules" not in parts:
                found.append(".".join((name, *parts)))
    return sorted(found)


if __name__ == "__main__":
    setup(packages=find_packages(), cmdclass={"build_py": BuildWithAssets})
