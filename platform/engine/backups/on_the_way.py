"""On the way: the file between a workspace and its clone, which lies under the home meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = "clones"


@contextmanager
def on_its_way(home: Path, workspace_id: str) -> Iterator[Path]:
    """Where the file of a workspace that is being made may lie; gone at the end."""
    folder = home / _FOLDER / workspace_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield folder / "workspace.zip"
    finally:
        sweep(home, (workspace_id,))


def ids_on_the_way(home: Path) -> frozenset[str]:
    """The workspaces for which a file lies there."""
    folder = home / _FOLDER
    return frozenset(one.name for one in folder.iterdir()) if folder.is_dir() else frozenset()


def sweep(home: Path, workspace_ids: Iterable[str]) -> None:
    """Remove what lies there for these workspaces; nothing happens where there is nothing."""
    for one in workspace_ids:
        shutil.rmtree(home / _FOLDER / one, ignore_errors=True)
