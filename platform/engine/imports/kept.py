"""Kept files: the copies that imports read, each in a folder of its own, and their left-overs."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from ..installation import Installation
from ..system_tables import JOB
from ..work.jobs import Job
from ..workspaces import Workspace

_YOUNG = 3600
"""Seconds in which a folder without an import may yet be named by one that is just beginning."""


def copy(path: Path, keep: Path, workspace: Workspace) -> Path:
    """Copy a file into a folder of its own and return that; its name is for the job to hold."""
    folder = keep / workspace.id / uuid4().hex
    folder.mkdir(parents=True)
    try:
        shutil.copyfile(path, folder / path.name)
    except BaseException:
        remove(folder)
        raise
    return folder


def folder_of(job: Job, keep: Path, workspace: Workspace) -> Path:
    """The folder of the file that an import's job reads."""
    return keep / workspace.id / str(job.payload["kept"])


def remove(folder: Path) -> None:
    """Remove a folder that may be gone."""
    shutil.rmtree(folder, ignore_errors=True)


def sweep(installation: Installation, keep: Path) -> None:
    """Remove what imports left that died before they began or after they were done.

    A folder stays while a job that is not done names it, and in its first hour.
    """
    known = {one.id for one in installation.workspaces()}
    for place in keep.iterdir() if keep.exists() else ():
        named = _named(installation.workspace_by_id(place.name)) if place.name in known else set()
        for folder in place.iterdir():
            if folder.name not in named and time.time() - folder.stat().st_mtime > _YOUNG:
                remove(folder)
        if place.name not in known and not any(place.iterdir()):
            remove(place)


def _named(workspace: Workspace) -> set[str]:
    with workspace.reading() as tx:
        query = sa.select(JOB.c.payload).where(JOB.c.kind == "import", JOB.c.state != "done")
        return {str(one.get("kept")) for one in tx.connection.scalars(query)}
