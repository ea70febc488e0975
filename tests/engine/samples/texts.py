"""Declarations of the tests: the texts of a folder, as a template holds them."""

from pathlib import Path


def texts(folder: Path) -> dict[str, str]:
    """The texts of the JSON files of a folder by file name."""
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.json"))}
