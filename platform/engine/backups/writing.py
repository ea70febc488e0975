"""Writing a backup: everything of a workspace at one instant, a chunk of rows at a time."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from .. import revisions, system_versions
from ..column_types import dump_json
from ..layout import EntityLayout
from ..transaction import Transaction
from ..workspaces import Workspace
from . import form, numbers

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every part: a backup is told by what it holds."""


def write(workspace: Workspace, file: Path) -> int:
    """Write a backup of a workspace to a file, readable by its owner alone; how many rows it has.

    For whoever runs the installation: it holds what any member may see, and all members. The file
    takes the place of another of its name once it is whole. OSError where it cannot be written.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                rows = _Writer(archive).write(workspace)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return rows


class _Writer:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts: dict[str, dict[str, Any]] = {}

    def write(self, workspace: Workspace) -> int:
        with workspace.reading() as tx:
            for table in form.system_tables():
                self._system(tx, table)
            for entity_id, at in sorted(tx.layout.entities.items()):
                if not at.table.startswith("_"):
                    self._records(tx, entity_id, at)
            manifest = self._manifest(tx)
        with self._archive.open(_part(form.MANIFEST), "w") as out:
            out.write(dump_json(manifest).encode() + b"\n")
        return sum(one["rows"] for one in self._parts.values())

    def _manifest(self, tx: Transaction) -> dict[str, Any]:
        return {
            "format": form.FORMAT,
            "product": "fieldstone",
            "product_version": revisions.product_version(),
            "system_version": system_versions.of(tx.connection),
            "slug": tx.workspace.slug,
            "name": tx.workspace.name,
            "revision": tx.revision,
            "numbers": numbers.read(tx),
            "parts": self._parts,
        }

    def _system(self, tx: Transaction, table: sa.Table) -> None:
        columns = form.columns_of(table)
        query = sa.select(*columns).order_by(*table.primary_key)
        dialect = tx.tables.dialect
        self._fill(
            form.system_part(table.name),
            [one.name for one in columns],
            (form.dump_row(table, row, dialect) for row in _streamed(tx, query)),
        )

    def _records(self, tx: Transaction, entity_id: str, at: EntityLayout) -> None:
        fields = sorted(at.fields)
        table = tx.tables.table(entity_id)
        columns = [tx.tables.column(table, entity_id, one) for one in fields]
        query = sa.select(*columns).order_by(tx.tables.column(table, entity_id, "id"))
        rows = ([form.dump(one) for one in row] for row in _streamed(tx, query))
        self._fill(form.records_part(entity_id), fields, rows)
        if at.link_table:
            links = tx.tables.tags(entity_id)
            query = sa.select(links).order_by(
                links.c.record_id,
                links.c.field_id,
                links.c.tag_id,
                links.c.valid_from,
                links.c.valid_to.is_(None),
                links.c.valid_to,
                links.c.source.is_(None),
                links.c.source,
            )
            rows = ([form.dump(one) for one in row] for row in _streamed(tx, query))
            self._fill(form.tags_part(entity_id), [one.name for one in links.c], rows)

    def _fill(self, name: str, head: Sequence[str], rows: Iterable[list[Any]]) -> None:
        digest, lines = hashlib.sha256(), 0
        with self._archive.open(_part(name), "w", force_zip64=True) as out:
            for row in chain([list(head)], rows):
                line = dump_json(row).encode() + b"\n"
                digest.update(line)
                out.write(line)
                lines += 1
        self._parts[name] = {"rows": lines - 1, "sha256": digest.hexdigest()}


def _streamed(tx: Transaction, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
    """The rows of a query, never more of them in memory than a chunk."""
    return iter(tx.connection.execute(query, execution_options={"yield_per": form.CHUNK}))


def _part(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, _EPOCH)
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o600 << 16
    return found
