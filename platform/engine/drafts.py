"""Drafts: what a member changed in the documents and did not publish yet.

A draft lays whole documents over those in force, by kind and id. When somebody else publishes, a
document that they left alone carries over; one that both changed is a conflict, which stands until
the member says which side holds. Publishing goes through `publish` and empties the draft.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import sqlalchemy as sa

from ..metadata.check import Checked
from ..metadata.documents import Document, content_hash, document_of
from ..metadata.json_text import write_json
from ..metadata.model import App
from ..metadata.problems import Problem
from ..metadata.resolve import to_ids, to_names
from ..metadata.validation import validate
from ..rules import check
from . import publish as publishing
from . import revisions
from .access import Caller
from .errors import Conflict, Forbidden, Invalid, NotFound
from .publishing.plan import Plan
from .system_tables import DRAFT
from .transaction import Transaction
from .workspaces import Workspace

MOST_DOCUMENTS = 2_000
"""As many documents a draft may change, as one plan may hold."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One document of a draft: None where it is removed.

    `base` is the revision that it was made from; `conflict` says that somebody else published
    another state of it since.
    """

    key: str
    base: int
    document: Document | None
    at: datetime
    conflict: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A member's draft on top of `revision`, the one in force.

    `checked` is the outcome for the documents in force with the edits laid over them. `digest`
    names this very state: what was reviewed under it is what will be published.
    """

    revision: int
    edits: tuple[Edit, ...]
    checked: Checked
    digest: str

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents, in ids; what cannot be resolved stands as it was written."""
        return self.checked.documents

    @property
    def app(self) -> App | None:
        """What would be in force, or None where something is wrong with the draft."""
        return self.checked.app

    @property
    def conflicts(self) -> tuple[Edit, ...]:
        """The documents of which both sides exist."""
        return tuple(one for one in self.edits if one.conflict)

    def document(self, kind: str, identity: str) -> Document | None:
        """The document of that kind and id as the draft has it."""
        key = f"{kind}/{identity}"
        return next((one for one in self.documents if one.key == key), None)

    def named(self) -> tuple[Document, ...]:
        """All documents in present names, as people write them."""
        return to_names(self.documents)


def read(tx: Transaction, caller: Caller) -> Draft:
    """The caller's draft; Forbidden without the right to change metadata."""
    _member(tx, caller)
    return _draft(tx, tuple(_edits(tx, caller)))


def count(tx: Transaction, caller: Caller) -> int:
    """How many documents the caller's draft changes; 0 for who may not change any."""
    if caller.member_id is None:
        return 0
    query = sa.select(sa.func.count()).where(DRAFT.c.member_id == caller.member_id)
    return int(tx.connection.execute(query.select_from(DRAFT)).scalar_one())


def put(tx: Transaction, caller: Caller, documents: Iterable[Document]) -> Draft:
    """Lay documents (in names or in ids) over those in force, in the caller's draft.

    What is not in the shape of its kind is refused (Invalid); names that mean nothing yet are not,
    the plan tells of them. One equal to what is in force is no edit.
    """
    given = tuple(documents)
    refused = [problem for one in given for problem in validate(one)]
    if refused:
        raise Invalid(refused)
    draft = read(tx, caller)
    found = _in_ids(tx, draft, given)
    _within_bounds(draft, (one.key for one in found))
    for one in found:
        _write(tx, caller, draft, one.key, one)
    return read(tx, caller)


def tried(tx: Transaction, caller: Caller, documents: Iterable[Document]) -> Draft:
    """The draft as `put` would leave it, which keeps nothing of it."""
    given = tuple(documents)
    refused = [problem for one in given for problem in validate(one)]
    if refused:
        raise Invalid(refused)
    draft = read(tx, caller)
    found = {one.key: one for one in _in_ids(tx, draft, given)}
    edits = (
        *(one for one in draft.edits if one.key not in found),
        *(Edit(key=key, base=tx.revision, document=one, at=tx.now) for key, one in found.items()),
    )
    return _draft(tx, edits)


def put_sound(tx: Transaction, caller: Caller, documents: Iterable[Document]) -> Draft:
    """`put`, which is refused as a whole (Invalid) where it makes something wrong that was not."""
    before = {_same(one) for one in read(tx, caller).checked.problems}
    draft = put(tx, caller, documents)
    fresh = [one for one in draft.checked.problems if _same(one) not in before]
    if fresh:
        raise Invalid(fresh)
    return draft


def remove(tx: Transaction, caller: Caller, kind: str, name: str) -> Draft:
    """Leave a document (by name or id) out; NotFound if the draft has none of it.

    Publishing archives it where it holds data.
    """
    draft = read(tx, caller)
    key = find(draft, kind, name).key
    if any(one.key == key for one in tx.app.documents):
        _write(tx, caller, draft, key, None)
    else:
        _forget(tx, caller, [key])
    return read(tx, caller)


def find(draft: Draft, kind: str, name: str) -> Document:
    """The document of a draft by its present name, else by its id; NotFound if there is none."""
    known = [one for one in draft.documents if one.kind == kind]
    for one in (*(one for one in known if one.name == name), *known):
        if name in (one.name, one.id):
            return one
    raise NotFound(Problem("draft.unknown", {"document": f"{kind[:100]}/{name[:100]}"}))


def discard(tx: Transaction, caller: Caller, keys: Collection[str] | None = None) -> Draft:
    """Forget the edits of these documents (`entity/deal`), or the whole draft."""
    _member(tx, caller)
    _forget(tx, caller, keys)
    return read(tx, caller)


def keep(tx: Transaction, caller: Caller, key: str) -> Draft:
    """Settle a conflict for the caller's own side: it will replace what was published meanwhile."""
    _member(tx, caller)
    mine = sa.and_(DRAFT.c.member_id == caller.member_id, DRAFT.c.document == key)
    tx.connection.execute(sa.update(DRAFT).where(mine).values(base=tx.revision, at=tx.now))
    return read(tx, caller)


def restore(tx: Transaction, caller: Caller, revision: int) -> Draft:
    """Put the documents of an old revision into the caller's draft.

    What came since is left out. Conflict for a draft that has edits, NotFound for no such revision.
    """
    draft = read(tx, caller)
    if draft.edits:
        raise Conflict(Problem("draft.not_empty"))
    documents = revisions.documents(tx.connection, revision)
    for one in documents:
        _write(tx, caller, draft, one.key, one)
    kept = {one.key for one in documents}
    for one in tx.app.documents:
        if one.key not in kept and not one.data.get("archived"):
            _write(tx, caller, draft, one.key, None)
    return read(tx, caller)


def plan(tx: Transaction, caller: Caller) -> Plan:
    """What publishing the caller's draft would do."""
    return publishing.preview(tx, caller, read(tx, caller).documents)


def publish(
    workspace: Workspace,
    caller: Caller,
    reason: str | None = None,
    accept_loss: Collection[str] = (),
    *,
    seen: str | None = None,
) -> int:
    """Publish the caller's draft, which is empty then; returns the revision in force.

    Conflict where both sides of a document exist, or where the draft is no longer the one that
    was `seen` (`Draft.digest`); otherwise as `publish.publish`.
    """
    with workspace.reading() as tx:
        draft = read(tx, caller)
        _ready(draft, seen)
        found = publishing.preview(tx, caller, draft.documents)

    def empty(tx: Transaction) -> None:
        _ready(read(tx, caller), draft.digest)
        _forget(tx, caller, None)

    return publishing.publish(workspace, caller, found, reason, accept_loss, first=empty)


def _ready(draft: Draft, seen: str | None) -> None:
    if draft.conflicts:
        raise Conflict(Problem("draft.conflict", {"document": one.key}) for one in draft.conflicts)
    if seen is not None and seen != draft.digest:
        raise Conflict(Problem("draft.moved"))


def _member(tx: Transaction, caller: Caller) -> int:
    """The member whose draft it is."""
    publishing.require_right(tx, caller)
    if caller.member_id is None:
        raise Forbidden(Problem("draft.no_member"))
    return caller.member_id


def _same(problem: Problem) -> tuple[object, ...]:
    return problem.id, problem.document, problem.pointer, str(dict(problem.params))


def _edits(tx: Transaction, caller: Caller) -> Iterator[Edit]:
    """The edits that still differ from what is in force, in the order of their keys."""
    query = sa.select(DRAFT).where(DRAFT.c.member_id == caller.member_id).order_by("document")
    rows = tx.connection.execute(query).all()
    bases = {one.base for one in rows} | {tx.revision}
    manifests = revisions.manifests(tx.connection, bases) if rows else {}
    now = manifests.get(tx.revision, {})
    for row in rows:
        document = _read(row.body, row.in_ids)
        present = now.get(row.document)
        if present == (content_hash(document.data) if document else None):
            continue
        before = manifests.get(row.base, {}).get(row.document)
        yield Edit(
            key=row.document,
            base=row.base,
            document=document,
            at=row.at,
            conflict=before != present,
        )


def _read(body: str | None, in_ids: bool) -> Document | None:
    if body is None:
        return None
    return document_of(json.loads(body, parse_float=Decimal), in_ids=in_ids)


def _draft(tx: Transaction, edits: tuple[Edit, ...]) -> Draft:
    laid = tuple(_laid(tx.app.documents, edits))
    base = tx.app if tx.revision else None
    digest = _digest(tx.app.hash, edits)
    checked = _checked(_Question(digest, base, laid)) if edits else Checked(base, laid, ())
    return Draft(revision=tx.revision, edits=edits, checked=checked, digest=digest)


def _laid(documents: Iterable[Document], edits: Iterable[Edit]) -> Iterator[Document]:
    """The documents in force with the edits in their places, new ones last."""
    changed: Mapping[str, Document | None] = {one.key: one.document for one in edits}
    there = set()
    for one in documents:
        there.add(one.key)
        found = changed.get(one.key, one)
        if found is not None:
            yield found
    for key, document in changed.items():
        if key not in there and document is not None:
            yield document


@dataclass(frozen=True)
class _Question:
    """Documents to be checked, told apart by their digest."""

    digest: str
    base: App | None = field(compare=False)
    documents: tuple[Document, ...] = field(compare=False)


@lru_cache(maxsize=64)
def _checked(asked: _Question) -> Checked:
    return check(asked.documents, asked.base)


def _digest(base: str, edits: Iterable[Edit]) -> str:
    parts = [base]
    for one in edits:
        body = write_json(one.document.data) if one.document else ""
        parts.append(f"{one.key}\x1f{one.conflict}\x1f{body}")
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def _in_ids(tx: Transaction, draft: Draft, given: tuple[Document, ...]) -> tuple[Document, ...]:
    """Documents as they are kept: in ids where everything in them is known, else as written."""
    if all(one.in_ids and one.data.get("id") for one in given):
        return given
    names = {(one.kind, one.name) for one in given}
    ids = {(one.kind, one.data.get("id")) for one in given}
    others = (
        one
        for one in draft.documents
        if (one.kind, one.name) not in names and (one.kind, one.id) not in ids
    )
    resolved = to_ids((*others, *given), tx.app if tx.revision else None)
    wrong = {one.document for one in resolved.problems}
    found = []
    for one in given:
        known = next(
            each
            for each in resolved.documents
            if (each.kind, each.name) == (one.kind, one.name) and not _left_out(each, one)
        )
        if known.path in wrong or one.path in wrong:
            data = {**one.data, "id": known.id}
            found.append(document_of(data, in_ids=one.in_ids))
        else:
            found.append(document_of(known.data, in_ids=True))
    return tuple(found)


def _left_out(document: Document, given: Document) -> bool:
    """Whether a document is an archived one of the same name, which was not given."""
    return bool(document.data.get("archived")) and not given.data.get("archived")


def _within_bounds(draft: Draft, keys: Iterable[str]) -> None:
    number = len({one.key for one in draft.edits} | set(keys))
    if number > MOST_DOCUMENTS:
        raise Invalid(Problem("draft.too_many", {"most": MOST_DOCUMENTS}))


def _write(
    tx: Transaction, caller: Caller, draft: Draft, key: str, document: Document | None
) -> None:
    """Keep one edit; its base stays while it is being changed, so that a conflict stays one."""
    mine = sa.and_(DRAFT.c.member_id == caller.member_id, DRAFT.c.document == key)
    base = next((one.base for one in draft.edits if one.key == key), tx.revision)
    tx.connection.execute(sa.delete(DRAFT).where(mine))
    tx.connection.execute(
        sa.insert(DRAFT).values(
            member_id=caller.member_id,
            document=key,
            base=base,
            body=None if document is None else write_json(document.data),
            in_ids=document is None or document.in_ids,
            at=tx.now,
        )
    )


def _forget(tx: Transaction, caller: Caller, keys: Collection[str] | None) -> None:
    condition = DRAFT.c.member_id == caller.member_id
    if keys is not None:
        condition = sa.and_(condition, DRAFT.c.document.in_(sorted(keys)))
    tx.connection.execute(sa.delete(DRAFT).where(condition))
