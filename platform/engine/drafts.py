"""Drafts: what a member changed in the documents and did not publish yet.

A draft lays whole documents over those in force, by kind and id. When somebody else publishes,
both changes are merged; what both changed is a conflict, which stands until the member says which
side holds. Publishing goes through `publish` and empties the draft.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import sqlalchemy as sa

from ..metadata.check import Checked
from ..metadata.differences import differences
from ..metadata.documents import Document
from ..metadata.merge import Side
from ..metadata.model import App
from ..metadata.problems import Problem
from ..metadata.resolve import to_names
from ..metadata.validation import validate
from . import draft_edits, modules, revisions, template_bases, upgrades
from . import publish as publishing
from .access import Caller
from .document_tables import DRAFT
from .draft_edits import BroughtTemplate, Edit
from .errors import Conflict, Forbidden, Invalid, NotFound
from .publishing.asked import last
from .publishing.checking import checked
from .publishing.leaving import settled
from .publishing.plan import Plan
from .template_bases import TemplateBase
from .transaction import Transaction
from .upgrades import Upgrade
from .work.jobs import Job
from .workspaces import Workspace

MOST_DOCUMENTS = 2_000
"""As many documents a draft may change, as one plan may hold."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A member's draft on top of `revision`, the one in force.

    `base` is that revision's app, `laid` its documents with the edits laid over them, as they
    were written. `template` is the version of the template that it brings, if it brings one.
    `back` is the earlier revision whose documents these are to the letter, if it goes back to one:
    what came since and holds data is laid beside them, archived, and the rest goes.
    """

    revision: int
    edits: tuple[Edit, ...]
    base: App | None = field(repr=False)
    laid: tuple[Document, ...] = field(repr=False)
    template: BroughtTemplate | None = None
    back: int | None = None

    @cached_property
    def checked(self) -> Checked:
        """The outcome for `laid`; it takes long, and not everybody asks."""
        if not self.edits:
            return Checked(self.base, self.laid, ())
        return checked(self.laid, self.base if self.back is None else None)

    @cached_property
    def digest(self) -> str:
        """What names this very state: what was reviewed under it is what will be published."""
        return draft_edits.digest(self.base.hash if self.base else "", self.edits)

    @property
    def documents(self) -> tuple[Document, ...]:
        """All documents, in ids; what cannot be resolved stands as it was written."""
        return self.checked.documents

    @property
    def app(self) -> App | None:
        """What would be in force, or None where something is wrong with the draft."""
        return self.checked.app

    @cached_property
    def changes(self) -> int:
        """How many changes wait, as the review counts them; at least one an edited document."""
        if self.app is None or self.base is None:
            return len(self.edits)
        return max(len(differences(self.base, self.app)), len(self.edits))

    @property
    def conflicts(self) -> tuple[Edit, ...]:
        """The edits in which something is to be decided."""
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
    member = _member(tx, caller)
    draft = _draft(tx, tuple(draft_edits.edits(tx, member)))
    draft = replace(draft, template=draft_edits.template(tx, member))
    back = draft_edits.back(tx, member) if draft.edits else None
    if back is None or not _is(draft, revisions.manifest(tx.connection, back)):
        return draft
    return replace(draft, back=back, laid=settled(tx, draft.laid))


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
    _require_writable(tx, caller)
    given = tuple(documents)
    refused = [problem for one in given for problem in validate(one)]
    if refused:
        raise Invalid(refused)
    draft = read(tx, caller)
    found = draft_edits.in_ids(tx, draft.laid, given)
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
    found = {one.key: one for one in draft_edits.in_ids(tx, draft.laid, given)}
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
    _require_writable(tx, caller)
    draft = read(tx, caller)
    key = find(draft, kind, name).key
    if any(one.key == key for one in tx.app.documents):
        _write(tx, caller, draft, key, None)
    else:
        draft_edits.forget(tx, _member(tx, caller), [key])
    return read(tx, caller)


def purge(tx: Transaction, caller: Caller, addresses: Iterable[str]) -> Draft:
    """Purge what is archived at these addresses, in the draft; Invalid where it cannot be."""
    draft = read(tx, caller)
    before = {one.key: one for one in draft.documents}
    wanted = publishing.purged(draft.documents, addresses)
    for key in sorted(before.keys() - {one.key for one in wanted}):
        _write(tx, caller, draft, key, None)
    return put_sound(tx, caller, [one for one in wanted if one != before[one.key]])


def switch(
    tx: Transaction, caller: Caller, off: Collection[str] = (), on: Collection[str] = ()
) -> Draft:
    """Switch modules off and on, in the draft.

    Invalid for one that there is not, and where what stays needs what would be hidden.
    """
    wanted = modules.switched(read(tx, caller).documents, off, on)
    return put_sound(tx, caller, [one for one in wanted if one.kind == "app"])


def find(draft: Draft, kind: str, name: str) -> Document:
    """The document of a draft by its present name, else by its id; NotFound if there is none."""
    for one in draft.laid:
        if (one.kind, one.name) == (kind, name):
            return one
    known = [one for one in draft.documents if one.kind == kind]
    for one in (*(one for one in known if one.name == name), *known):
        if name in (one.name, one.id):
            return one
    raise NotFound(Problem("draft.unknown", {"document": f"{kind[:100]}/{name[:100]}"}))


def discard(tx: Transaction, caller: Caller, keys: Collection[str] | None = None) -> Draft:
    """Forget the edits of these documents (`entity/deal`), or the whole draft."""
    _require_writable(tx, caller)
    draft_edits.forget(tx, _member(tx, caller), keys)
    return read(tx, caller)


def settle(tx: Transaction, caller: Caller, place: str, side: Side) -> Draft:
    """Say which side holds at a place (`Difference.key`), or in a whole document (`entity/deal`).

    `ours` will replace what was published meanwhile. NotFound where nothing is to be decided.
    """
    _require_writable(tx, caller)
    member = _member(tx, caller)
    found = [one for edit in read(tx, caller).edits for one in edit.differences]
    chosen = [one for one in found if one.key == place]
    chosen = chosen or [one for one in found if one.open and one.document == place]
    if not chosen:
        raise NotFound(Problem("draft.no_conflict", {"place": place[:200]}))
    for one in chosen:
        draft_edits.choose(tx, member, one, side)
    return read(tx, caller)


def restore(tx: Transaction, caller: Caller, revision: int) -> Draft:
    """Put the documents of an old revision into the caller's draft, and the template of then.

    As long as nothing else is edited, publishing it does what `publish.restore_plan` says. Conflict
    for a draft that has edits, NotFound for no such revision.
    """
    documents = revisions.documents(tx.connection, revision)
    then = template_bases.of_revision(tx.connection, revision)
    _instead(tx, caller, documents, then)
    draft_edits.write_back(tx, _member(tx, caller), revision)
    return read(tx, caller)


def bring(tx: Transaction, caller: Caller, upgrade: Upgrade) -> Draft:
    """Put an upgrade of the template into the caller's draft, to be reviewed and published.

    Conflict for a draft that has edits, or while something of the upgrade is undecided.
    """
    upgrades.undecided(upgrade)
    template_bases.keep(tx.connection, upgrade.after, upgrade.incoming)
    return _instead(tx, caller, upgrade.merged.documents, upgrade.after)


def reset(tx: Transaction, caller: Caller, places: Collection[str]) -> Draft:
    """Put what these places (`upgrades.customised`) are in the template into the caller's draft.

    Conflict for a draft that has edits, or where there is no template.
    """
    return _instead(tx, caller, upgrades.reset(tx, places), None)


def _instead(
    tx: Transaction,
    caller: Caller,
    documents: Iterable[Document],
    template: TemplateBase | None,
) -> Draft:
    """A draft of exactly these documents (in ids), that go back to that template from then on."""
    _require_writable(tx, caller)
    draft = read(tx, caller)
    if draft.edits:
        raise Conflict(Problem("draft.not_empty"))
    there = {one.key: one for one in tx.app.documents}
    kept = set()
    for one in documents:
        kept.add(one.key)
        if one != there.get(one.key):
            _write(tx, caller, draft, one.key, one)
    for one in tx.app.documents:
        if one.key not in kept:
            _write(tx, caller, draft, one.key, None)
    now = template_bases.of_revision(tx.connection, tx.revision)
    if template is not None and template != now:
        draft_edits.write_template(tx, _member(tx, caller), now, template)
    return read(tx, caller)


def plan(tx: Transaction, caller: Caller) -> Plan:
    """What publishing the caller's draft would do."""
    draft = read(tx, caller)
    if draft.back is not None:
        return publishing.restore_plan(tx, caller, draft.back)
    found = publishing.preview(tx, caller, draft.documents)
    return replace(found, template=draft.template.after if draft.template else None)


def publish(
    workspace: Workspace,
    caller: Caller,
    reason: str | None = None,
    accept_loss: Collection[str] = (),
    *,
    seen: str | None = None,
    asked: Job | None = None,
) -> int:
    """Publish the caller's draft, which is empty then; returns the revision in force.

    Conflict where both sides of a document exist, or where the draft is no longer the one that
    was `seen` (`Draft.digest`); otherwise as `publish.publish`,
    also of `asked`.
    """
    with workspace.reading() as tx:
        draft = read(tx, caller)
        require_ready(tx, draft, seen)
        found = plan(tx, caller)

    def empty(tx: Transaction) -> None:
        require_ready(tx, read(tx, caller), draft.digest)
        draft_edits.forget(tx, _member(tx, caller))

    return publishing.publish(
        workspace, caller, found, reason, accept_loss, first=empty, asked=asked
    )


def require_ready(tx: Transaction, draft: Draft, seen: str | None) -> None:
    """Conflict for a draft that cannot be published as it is, or that is not the one `seen`."""
    now = template_bases.of_revision(tx.connection, tx.revision)
    if draft.template and draft.template.before != (now.hash if now else None):
        raise Conflict(Problem("draft.template_moved"))
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


def _require_writable(tx: Transaction, caller: Caller) -> None:
    """Conflict while a worker publishes the draft: what is changed now would undo its work."""
    going = last(tx, _member(tx, caller))
    if going is not None and going.open:
        raise Conflict(Problem("draft.publishing"))


def _same(problem: Problem) -> tuple[object, ...]:
    return problem.id, problem.document, problem.pointer, str(dict(problem.params))


def _draft(tx: Transaction, edits: tuple[Edit, ...]) -> Draft:
    return Draft(
        revision=tx.revision,
        edits=edits,
        base=tx.app if tx.revision else None,
        laid=tuple(draft_edits.laid(tx.app.documents, edits)),
    )


def _is(draft: Draft, manifest: Mapping[str, str]) -> bool:
    """Whether the documents of a draft are those of a revision's manifest to the letter."""
    return {one.key: one.hash for one in draft.laid} == manifest


def _within_bounds(draft: Draft, keys: Iterable[str]) -> None:
    number = len({one.key for one in draft.edits} | set(keys))
    if number > MOST_DOCUMENTS:
        raise Invalid(Problem("draft.too_many", {"most": MOST_DOCUMENTS}))


def _write(
    tx: Transaction, caller: Caller, draft: Draft, key: str, document: Document | None
) -> None:
    """Keep one edit; while something is to be decided it stays based on what it was made from."""
    member = _member(tx, caller)
    former = next((one for one in draft.edits if one.key == key), None)
    undecided = former is not None and former.conflict
    if former is not None and not undecided:
        draft_edits.forget(tx, member, [key])
    base = former.base if former is not None and undecided else tx.revision
    draft_edits.write(tx, member, Edit(key=key, base=base, document=document, at=tx.now))
