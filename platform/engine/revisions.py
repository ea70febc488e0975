"""Revisions: every state a workspace's documents were published in, and the one in force."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from weakref import WeakValueDictionary

import sqlalchemy as sa

from ..metadata.build import build
from ..metadata.documents import Document, document_of
from ..metadata.json_text import write_json
from ..metadata.model import App, Manifest
from ..metadata.problems import Problem
from .by_content import ByContent
from .column_types import dump_json
from .document_tables import DOCUMENT, REVISION
from .errors import NotFound
from .layout import EMPTY, Layout
from .system_tables import STATE
from .tables import MOST_APPS

NO_APP = App(hash="", manifest=Manifest(id="app", name="app"), entities={})
"""What holds before the first revision."""


@dataclass(frozen=True, kw_only=True)
class InForce:
    """The revision that holds, with its app and layout; revision 0 is an app without entities."""

    revision: int
    app: App
    layout: Layout


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One published state, without its documents' bodies.

    `manifest` is {kind/id: hash of the document}; `author` a member's id, or None for the system.
    """

    id: int
    parent: int | None
    manifest: Mapping[str, str]
    author: int | None
    reason: str | None
    product_version: str
    created_at: datetime


def load(connection: sa.Connection, revision: int) -> InForce:
    """A revision by its id, as if it were in force; NotFound if there is none."""
    if revision == 0:
        return in_force(connection, 0, "")
    query = sa.select(REVISION.c.hash).where(REVISION.c.id == revision)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(Problem("revision.unknown", {"revision": revision}))
    return in_force(connection, revision, found)


def listed(connection: sa.Connection, *, limit: int = 100) -> tuple[Revision, ...]:
    """The newest revisions, newest first."""
    columns = [one for one in REVISION.c if one.name not in {"layout", "hash", "template"}]
    query = sa.select(*columns).order_by(REVISION.c.id.desc()).limit(limit)
    return tuple(Revision(**row._mapping) for row in connection.execute(query))


def documents(connection: sa.Connection, revision: int) -> tuple[Document, ...]:
    """The documents of a revision in id space, in the order of kind and id; () for revision 0."""
    return bodies(connection, manifest(connection, revision))


_read: WeakValueDictionary[str, Document] = WeakValueDictionary()
"""The documents that somebody holds, by their hash: revisions that follow each other share most."""


def bodies(connection: sa.Connection, said: Mapping[str, str]) -> tuple[Document, ...]:
    """The documents that a manifest names, in ids, in the order of kind and id.

    Those of a hash that are held already are not read again.
    """
    found = {digest: one for digest in said.values() if (one := _read.get(digest))}
    for digest, body in _bodies(connection, said.values() - found.keys()).items():
        one = document_of(json.loads(body, parse_float=Decimal), in_ids=True)
        found[digest] = one
        # A backup may say of a document that its hash is another's; no other workspace believes it.
        if one.hash == digest:
            _read[digest] = one
    return tuple(found[digest] for _, digest in sorted(said.items()))


def keep(connection: sa.Connection, documents: Iterable[Document]) -> dict[str, str]:
    """Store the bodies of documents (in ids) that are not stored yet; their manifest."""
    stored = {one.hash: one for one in documents}
    query = sa.select(DOCUMENT.c.hash).where(DOCUMENT.c.hash.in_(sorted(stored)))
    there = set(connection.execute(query).scalars())
    # Not the canonical text: that leaves ids out which equal the names, and an App needs them.
    fresh = [
        {"hash": digest, "body": write_json(one.data)}
        for digest, one in stored.items()
        if digest not in there
    ]
    if fresh:
        connection.execute(sa.insert(DOCUMENT), fresh)
    return {one.key: digest for digest, one in stored.items()}


def append(
    connection: sa.Connection,
    documents: Iterable[Document],
    layout: Layout,
    *,
    author: int | None,
    reason: str | None,
    at: datetime,
    template: str | None = None,
) -> int:
    """Write a revision of these documents (id space), put it in force and return its id.

    Bodies that were stored before are stored once. `template` is the hash of the base that it goes
    back to, that of its parent if it is None. The caller holds the lock "update".
    """
    said = keep(connection, documents)
    parent = connection.execute(sa.select(STATE.c.revision)).scalar_one()
    content = layout.to_json()
    digest = _digest(dump_json({"manifest": said, "layout": content}))
    inherited = sa.select(REVISION.c.template).where(REVISION.c.id == parent)
    revision = connection.execute(
        sa.insert(REVISION)
        .values(
            parent=parent or None,
            hash=digest,
            manifest=said,
            layout=content,
            author=author,
            reason=reason,
            product_version=product_version(),
            created_at=at,
            template=template or connection.execute(inherited).scalar_one_or_none(),
        )
        .returning(REVISION.c.id)
    ).scalar_one()
    connection.execute(sa.update(STATE).values(revision=revision, revision_hash=digest))
    return int(revision)


@cache
def product_version() -> str:
    """The version of the product that runs."""
    return version("fieldstone")


_kept: ByContent[tuple[App, Layout]] = ByContent(MOST_APPS)
"""Apps and layouts by the hash of manifest and layout: equal workspaces share them."""


def in_force(connection: sa.Connection, revision: int, digest: str) -> InForce:
    """The revision of that id and hash, read from the database only if its hash is new here."""
    if revision == 0:
        return InForce(revision=0, app=NO_APP, layout=EMPTY)
    content = _kept.get(digest)
    if content is None:
        app = build(documents(connection, revision))
        query = sa.select(REVISION.c.layout).where(REVISION.c.id == revision)
        content = app, Layout.from_json(connection.execute(query).scalar_one())
        _kept.put(digest, content)
    return InForce(revision=revision, app=content[0], layout=content[1])


def manifests(connection: sa.Connection, wanted: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
    """The manifests of several revisions, by id; revision 0 has none, unknown ones are left out."""
    query = sa.select(REVISION.c.id, REVISION.c.manifest).where(
        REVISION.c.id.in_(sorted(set(wanted)))
    )
    return {row.id: row.manifest for row in connection.execute(query)}


def manifest(connection: sa.Connection, revision: int) -> Mapping[str, str]:
    """{kind/id: hash of the document} of a revision; NotFound if there is none."""
    if revision == 0:
        return {}
    query = sa.select(REVISION.c.manifest).where(REVISION.c.id == revision)
    found: Mapping[str, str] | None = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise NotFound(Problem("revision.unknown", {"revision": revision}))
    return found


def _bodies(connection: sa.Connection, digests: Collection[str]) -> dict[str, str]:
    if not digests:
        return {}
    query = sa.select(DOCUMENT.c.hash, DOCUMENT.c.body).where(
        DOCUMENT.c.hash.in_(sorted(set(digests)))
    )
    return {row.hash: row.body for row in connection.execute(query)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
