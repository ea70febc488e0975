"""The edits of a draft: its rows, and what becomes of them when somebody else publishes.

An edit is a whole document, made from that of a revision. When another state of the document is
in force since, the two changes are merged as templates are: only what both changed is a conflict,
until the member says which side holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ..metadata.documents import Document, document_of
from ..metadata.json_text import write_json
from ..metadata.merge import ABSENT, Difference, Side, merge
from ..metadata.resolve import to_ids
from . import revisions
from .document_tables import DRAFT, DRAFT_BACK, DRAFT_CHOICE, DRAFT_TEMPLATE
from .template_bases import TemplateBase
from .transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One document of a draft: None where it is removed.

    `base` is the revision that it was made from and `before` the document of then; `differences`
    are what somebody else published of it since, already merged into `document`. `mine` is the
    document as the member left it.
    """

    key: str
    base: int
    document: Document | None
    at: datetime
    before: Document | None = None
    mine: Document | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def conflicts(self) -> tuple[Difference, ...]:
        """What both changed and nobody decided; `document` holds the member's own side."""
        return tuple(one for one in self.differences if one.open)

    @property
    def conflict(self) -> bool:
        """Whether something has to be decided before it can be published."""
        return bool(self.conflicts)


def edits(tx: Transaction, member: int) -> Iterator[Edit]:
    """The edits that still differ from what is in force, in the order of their keys."""
    query = sa.select(DRAFT).where(DRAFT.c.member_id == member).order_by("document")
    rows = tx.connection.execute(query).all()
    if not rows:
        return
    present = {one.key: one for one in tx.app.documents}
    manifests = revisions.manifests(tx.connection, {one.base for one in rows} | {tx.revision})
    hashes = manifests.get(tx.revision, {})
    before = _bases(tx, {row.document: manifests.get(row.base, {}) for row in rows}, hashes)
    choices = _choices(tx, member)
    for row in rows:
        document = mine = _read(row.body, row.in_ids)
        differences: tuple[Difference, ...] = ()
        if row.document in before:
            there = present.get(row.document)
            sides = before[row.document], document, there
            document, differences = _merged(row.document, sides, choices)
        if hashes.get(row.document) != (document.hash if document else None):
            yield Edit(
                key=row.document,
                base=row.base,
                document=document,
                at=row.at,
                before=before.get(row.document),
                mine=mine,
                differences=differences,
            )


def write(tx: Transaction, member: int, edit: Edit) -> None:
    """Keep one edit in the place of the former one of that document."""
    document = edit.document
    tx.connection.execute(sa.delete(DRAFT).where(_mine(DRAFT, member, [edit.key])))
    tx.connection.execute(
        sa.insert(DRAFT).values(
            member_id=member,
            document=edit.key,
            base=edit.base,
            body=None if document is None else write_json(document.data),
            in_ids=document is None or document.in_ids,
            at=edit.at,
        )
    )


def forget(tx: Transaction, member: int, keys: Collection[str] | None = None) -> None:
    """Forget the edits of these documents, or the whole draft, with what was decided of them."""
    for table in (DRAFT, DRAFT_CHOICE):
        tx.connection.execute(sa.delete(table).where(_mine(table, member, keys)))
    if keys is None:
        for whole in (DRAFT_TEMPLATE, DRAFT_BACK):
            tx.connection.execute(sa.delete(whole).where(whole.c.member_id == member))


@dataclass(frozen=True, slots=True)
class BroughtTemplate:
    """The hashes of the version of a template that a draft started from and that it brings."""

    before: str | None
    after: str


def template(tx: Transaction, member: int) -> BroughtTemplate | None:
    """The version of a template that a draft brings, if it brings one."""
    query = sa.select(DRAFT_TEMPLATE.c.before, DRAFT_TEMPLATE.c.after).where(
        DRAFT_TEMPLATE.c.member_id == member
    )
    row = tx.connection.execute(query).one_or_none()
    return BroughtTemplate(*row) if row else None


def write_template(
    tx: Transaction, member: int, before: TemplateBase | None, after: TemplateBase
) -> None:
    """Say that publishing the draft brings another version of the template."""
    tx.connection.execute(sa.delete(DRAFT_TEMPLATE).where(DRAFT_TEMPLATE.c.member_id == member))
    tx.connection.execute(
        sa.insert(DRAFT_TEMPLATE).values(
            member_id=member, before=before.hash if before else None, after=after.hash
        )
    )


def back(tx: Transaction, member: int) -> int | None:
    """The earlier revision that a draft was made to go back to, if it was."""
    query = sa.select(DRAFT_BACK.c.revision).where(DRAFT_BACK.c.member_id == member)
    return tx.connection.execute(query).scalar_one_or_none()


def write_back(tx: Transaction, member: int, revision: int) -> None:
    """Say that a draft was made to go back to an earlier revision."""
    tx.connection.execute(sa.delete(DRAFT_BACK).where(DRAFT_BACK.c.member_id == member))
    tx.connection.execute(sa.insert(DRAFT_BACK).values(member_id=member, revision=revision))


def choose(tx: Transaction, member: int, difference: Difference, side: Side) -> None:
    """Say which side of a difference holds, as long as the other side stays what it is."""
    place = difference.key
    mine = sa.and_(DRAFT_CHOICE.c.member_id == member, DRAFT_CHOICE.c.place == place)
    tx.connection.execute(sa.delete(DRAFT_CHOICE).where(mine))
    tx.connection.execute(
        sa.insert(DRAFT_CHOICE).values(
            member_id=member,
            document=difference.document,
            place=place,
            side=side,
            theirs=_hash(difference.theirs),
        )
    )


def laid(documents: Iterable[Document], edits: Iterable[Edit]) -> Iterator[Document]:
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


def digest(base: str, edits: Iterable[Edit]) -> str:
    """What names this very state of a draft on top of an app with that hash."""
    parts = [base]
    for one in edits:
        said = one.document.digest.hex() if one.document else ""
        parts.append(f"{one.key}\x1f{one.conflict}\x1f{said}")
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


def in_ids(
    tx: Transaction, there: Iterable[Document], given: tuple[Document, ...]
) -> tuple[Document, ...]:
    """Documents as a draft keeps them: in ids where all they name is there, else as written."""
    if all(one.in_ids and one.data.get("id") for one in given):
        return given
    names = {(one.kind, one.name) for one in given}
    ids = {(one.kind, one.data.get("id")) for one in given}
    others = (
        one for one in there if (one.kind, one.name) not in names and (one.kind, one.id) not in ids
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


def _mine(table: sa.Table, member: int, keys: Collection[str] | None) -> sa.ColumnElement[bool]:
    condition = table.c.member_id == member
    return condition if keys is None else sa.and_(condition, table.c.document.in_(sorted(keys)))


def _bases(
    tx: Transaction, manifests: Mapping[str, Mapping[str, str]], now: Mapping[str, str]
) -> dict[str, Document | None]:
    """What the documents were made from, of those that were published since."""
    hashes = {
        key: said.get(key) for key, said in manifests.items() if said.get(key) != now.get(key)
    }
    wanted = {key: value for key, value in hashes.items() if value is not None}
    found = {one.key: one for one in revisions.bodies(tx.connection, wanted)}
    return {key: found.get(key) for key in hashes}


def _choices(tx: Transaction, member: int) -> Mapping[str, tuple[Side, str]]:
    query = sa.select(DRAFT_CHOICE).where(DRAFT_CHOICE.c.member_id == member)
    return {one.place: (one.side, one.theirs) for one in tx.connection.execute(query)}


def _merged(
    key: str,
    sides: tuple[Document | None, Document | None, Document | None],
    choices: Mapping[str, tuple[Side, str]],
) -> tuple[Document | None, tuple[Difference, ...]]:
    """The document with both changes, and what the other side changed."""
    before, ours, theirs = ((one,) if one else () for one in sides)
    if sides[1] is not None and not sides[1].in_ids:
        # Names that mean nothing yet: there is nothing to go by but the document as a whole.
        whole = (_whole(key, sides),)
        held = _held(whole, choices)
        if held.get(whole[0].key) == "theirs":
            return sides[2], ()
        return sides[1], () if held else whole
    found = merge(before, ours, theirs)
    held = _held(found.differences, choices)
    found = merge(before, ours, theirs, held) if held else found
    return next(iter(found.documents), None), found.differences


def _held(
    differences: Iterable[Difference], choices: Mapping[str, tuple[Side, str]]
) -> dict[str, Side]:
    """The choices that were made of what the other side is now."""
    known = ((one, choices.get(one.key)) for one in differences)
    return {
        one.key: choice[0] for one, choice in known if choice and choice[1] == _hash(one.theirs)
    }


def _whole(key: str, sides: tuple[Document | None, ...]) -> Difference:
    before, ours, theirs = (ABSENT if one is None else one.data for one in sides)
    return Difference(document=key, path=(), base=before, ours=ours, theirs=theirs, fate="conflict")


def _read(body: str | None, in_ids: bool) -> Document | None:
    if body is None:
        return None
    return document_of(json.loads(body, parse_float=Decimal), in_ids=in_ids)


def _hash(value: Any) -> str:
    text = "" if value is ABSENT else write_json(value)
    return hashlib.sha256(text.encode()).hexdigest()
