"""Kept files: the copies that imports read, each in a folder of its own, and their left-overs."""

from __future__ import annotations

import hashlib
import shutil
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

import sqlalchemy as sa

from ..errors import NotFound, TooLarge
from ..installation import Installation
from ..settings import Settings
from ..system_tables import IMPORT, JOB
from ..work.jobs import Job
from ..workspaces import Workspace

LARGEST_FILE = 100 << 20
"""Bytes of a file that somebody may send."""

DRAFTS_LAST = timedelta(days=7)
"""How long the file of an import that nobody starts stays."""

_YOUNG = 3600
"""Seconds in which a folder without an import may yet be named by one that is just beginning."""

_BLOCK = 1 << 20
_NAME = "file"
_UNFINISHED = ("draft", "checking", "running", "stopping")


def folder_of_home(settings: Settings) -> Path:
    """Where copies of files lie while they are imported."""
    return settings.home / "imports"


def copy(path: Path, keep: Path, workspace: Workspace) -> Path:
    """Copy a file into a folder of its own and return that; its name is for the job to hold."""
    folder = _folder(keep, workspace)
    try:
        shutil.copyfile(path, folder / _NAME)
    except BaseException:
        remove(folder)
        raise
    return folder


def receive(content: IO[bytes], keep: Path, workspace: Workspace) -> tuple[Path, str]:
    """Keep a file that was sent; its folder, and the hash of its content.

    TooLarge for more than LARGEST_FILE bytes. No name of the sender's becomes one on the disk.
    """
    folder, digest, size = _folder(keep, workspace), hashlib.sha256(), 0
    try:
        with (folder / _NAME).open("xb") as file:
            while block := content.read(_BLOCK):
                size += len(block)
                if size > LARGEST_FILE:
                    raise too_large()
                digest.update(block)
                file.write(block)
    except BaseException:
        remove(folder)
        raise
    return folder, digest.hexdigest()


def too_large() -> TooLarge:
    """The refusal of a file that is larger than LARGEST_FILE."""
    return TooLarge.because("import.file_too_large", most=LARGEST_FILE >> 20)


def _folder(keep: Path, workspace: Workspace) -> Path:
    folder = keep / workspace.id / uuid4().hex
    folder.mkdir(parents=True)
    return folder


def file_in(folder: Path) -> Path:
    """The file that a folder keeps; NotFound if it was removed."""
    found = next(iter(folder.iterdir()), None) if folder.is_dir() else None
    if found is None:
        raise NotFound.because("import.file_gone")
    return found


def folder_named(name: str, keep: Path, workspace: Workspace) -> Path:
    """The folder of that name, whether it is there or not."""
    return keep / workspace.id / name


def folder_of(job: Job, keep: Path, workspace: Workspace) -> Path:
    """The folder of the file that an import's job reads."""
    return folder_named(str(job.payload["kept"]), keep, workspace)


def remove(folder: Path) -> None:
    """Remove a folder that may be gone."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep(installation: Installation, keep: Path) -> None:
    """Remove what imports left that died before they began or after they were done.

    A folder stays while a job that is not done or a young draft names it, and in its first hour.
    """
    known = {one.id for one in installation.workspaces()}
    since = installation.clock.now() - DRAFTS_LAST
    for place in keep.iterdir() if keep.exists() else ():
        named: set[str] = set()
        if place.name in known:
            named = _named(installation.workspace_by_id(place.name), since)
        for folder in place.iterdir():
            if folder.name not in named and time.time() - folder.stat().st_mtime > _YOUNG:
                remove(folder)
        if place.name not in known and not any(place.iterdir()):
            remove(place)


def _named(workspace: Workspace, since: datetime) -> set[str]:
    with workspace.reading() as tx:
        undone = sa.select(JOB.c.payload).where(JOB.c.kind == "import", JOB.c.state != "done")
        found = {str(one.get("kept")) for one in tx.connection.scalars(undone)}
        drafts = sa.select(IMPORT.c.kept).where(
            IMPORT.c.kept.is_not(None),
            IMPORT.c.state.in_(_UNFINISHED),
            IMPORT.c.created_at > since,
        )
        return found | set(tx.connection.scalars(drafts))
