"""Template bases: the version of a template that the documents of a workspace go back to.

Kept whole and in ids, so that a later version can be merged into what the workspace made of it.
Every revision names its own: going back to an earlier one goes back to the template of then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from ..metadata.documents import Document
from . import revisions
from .column_types import dump_json
from .document_tables import REVISION, TEMPLATE


@dataclass(frozen=True, kw_only=True)
class TemplateBase:
    """A version of a template as it came into a workspace.

    `manifest` is {kind/id: hash of the document}. `ids` are the ids that things of the template got
    here, because the workspace had others of those ids: `entity/deal#/fields/region` -> `region_2`.
    """

    name: str
    version: str
    manifest: Mapping[str, str]
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """What identifies it in this workspace."""
        said = [self.name, self.version, dict(self.manifest), dict(self.ids)]
        return hashlib.sha256(dump_json(said).encode()).hexdigest()


def base_of(
    name: str, version: str, documents: tuple[Document, ...], ids: Mapping[str, str] | None = None
) -> TemplateBase:
    """The base that these documents (in ids) are."""
    manifest = {one.key: one.hash for one in documents}
    return TemplateBase(name=name, version=version, manifest=manifest, ids=ids or {})


def of_revision(connection: sa.Connection, revision: int) -> TemplateBase | None:
    """The base of a revision, or None where it goes back to no template."""
    query = (
        sa.select(TEMPLATE.c.name, TEMPLATE.c.version, TEMPLATE.c.manifest, TEMPLATE.c.ids)
        .join(REVISION, REVISION.c.template == TEMPLATE.c.hash)
        .where(REVISION.c.id == revision)
    )
    row = connection.execute(query).one_or_none()
    return TemplateBase(**row._mapping) if row else None


def documents_of(connection: sa.Connection, base: TemplateBase) -> tuple[Document, ...]:
    """The documents of a base, in ids."""
    return revisions.bodies(connection, base.manifest)


def keep(connection: sa.Connection, base: TemplateBase, documents: tuple[Document, ...]) -> None:
    """Keep a base with its documents, unless it is kept already."""
    there = sa.select(TEMPLATE.c.hash).where(TEMPLATE.c.hash == base.hash)
    if connection.execute(there).scalar_one_or_none() is not None:
        return
    revisions.keep(connection, documents)
    connection.execute(
        sa.insert(TEMPLATE).values(
            hash=base.hash,
            name=base.name,
            version=base.version,
            manifest=dict(base.manifest),
            ids=dict(base.ids),
        )
    )
