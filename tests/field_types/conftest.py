"""Packages that bring field types, installed for real, and a shop that uses one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstone.metadata.fields import door, load_field_types, registry

HERE = Path(__file__).parent


class Shelf:
    """A folder of packages, on the path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, package: str, entry: str, text: str | None = None) -> None:
        """Install a package that brings the type `entry` leads to; `text` is its module."""
        if text is not None:
            (self.folder / f"{entry.partition(':')[0]}.py").write_text(text, "utf-8")
        told = self.folder / f"{package.replace('-', '_')}-1.0.dist-info"
        told.mkdir()
        (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (told / "entry_points.txt").write_text(f"[{door.GROUP}]\nbrought = {entry}\n")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """Return a place for packages; what they brought is forgotten afterwards."""
    monkeypatch.syspath_prepend(HERE)
    monkeypatch.syspath_prepend(tmp_path)
    there, loaded, modules = set(registry.TYPES), set(door.PLUGINS.loaded), set(sys.modules)
    yield Shelf(tmp_path)
    for name in set(registry.TYPES) - there:
        registry.remove(name)
    door.PLUGINS.loaded.intersection_update(loaded)
    for name in {one for one in sys.modules if one.startswith("acme_")} - modules:
        del sys.modules[name]


@pytest.fixture
def stars(shelf: Shelf) -> None:
    """Let in the type `stars`."""
    shelf.install("acme-stars", "acme_stars:StarsType")
    load_field_types()
