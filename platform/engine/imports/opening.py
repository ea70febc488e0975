"""Opening: the kept file of an import, as its choices read it, and its bad rows as a file."""

from __future__ import annotations

from pathlib import Path

from ..errors import NotFound, Refused
from ..transaction import Transaction
from ..workspaces import Workspace
from . import books, kept
from .desk import Import
from .report import errors_text
from .source import Source


def opened(workspace: Workspace, keep: Path, one: Import) -> Source:
    """The file of an import as its choices read it; Refused where they do not fit it."""
    if one.kept is None:
        raise NotFound.because("import.file_gone")
    folder = kept.folder_named(one.kept, keep, workspace)
    return one.options.open(kept.file_in(folder), one.file_name)


def bad_rows_file(
    tx: Transaction, workspace: Workspace, keep: Path, one: Import, locale: str
) -> bytes:
    """Exactly the rows that were not written as CSV, line and reason in front, to be mended."""
    rows = books.bad_rows(tx, one.id)
    return errors_text(rows, _columns(workspace, keep, one), locale).encode("utf-8-sig")


def _columns(workspace: Workspace, keep: Path, one: Import) -> list[str]:
    try:
        return list(opened(workspace, keep, one).columns)
    except Refused:
        return list(one.progress.get("columns") or one.options.mapping.get("columns", {}))
