"""Folders: the files of a package from the disk, where nothing but plain files is opened."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import Invalid, TooLarge
from .members import FOLDERS_OF_A_PACKAGE, MOST_BYTES, MOST_MEMBERS, Form, Member, refused


def gathered(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their paths in the package; Invalid says what it may not hold.

    What begins with a dot at the top (version control, editors) is no part of it.
    """
    members = _members(folder)
    problems = refused(members)
    if problems:
        raise Invalid(problems)
    found: dict[str, bytes] = {}
    size = 0
    for member in members:
        if member.form == "file":
            with (folder / member.path).open("rb") as file:
                found[member.path] = file.read(MOST_BYTES - size + 1)
            size += len(found[member.path])
            if size > MOST_BYTES:
                raise TooLarge.because("package.too_large_unpacked", most=MOST_BYTES)
    return found


def _members(folder: Path) -> list[Member]:
    """What stands in the folder, and in those of its folders that a package has."""
    found = []
    for entry in _entries(folder):
        if entry.name.startswith("."):
            continue
        found.append(Member(entry.name, _form(entry)))
        if found[-1].form == "folder" and entry.name in FOLDERS_OF_A_PACKAGE:
            inner = _entries(folder / entry.name)
            found += [Member(f"{entry.name}/{one.name}", _form(one)) for one in inner]
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder by name; one more than there may be is enough to refuse it."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(entry)
            if len(found) > MOST_MEMBERS:
                break
    return sorted(found, key=lambda one: one.name)


def _form(entry: os.DirEntry[str]) -> Form:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "special"
