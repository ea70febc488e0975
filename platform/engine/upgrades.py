"""Upgrades: a later version of a template, merged into what a workspace made of an earlier one.

The version that the workspace goes back to is the base of the merge. What the workspace did not
change follows the template, what it changed stays, and where both changed one thing somebody
says which holds. What comes of it is a plan like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from ..metadata.build import app_hash, build
from ..metadata.documents import Document
from ..metadata.merge import Difference, Merged, Side, merge
from ..metadata.modules import with_modules_off
from ..metadata.problems import Problem
from . import publish as publishing
from . import template_bases
from .access import SYSTEM, Caller
from .errors import Conflict, Invalid
from .packages import order
from .publishing.checking import checked
from .publishing.plan import Plan
from .template_bases import TemplateBase
from .template_ids import kept_apart, with_ids, with_names
from .transaction import Transaction
from .workspaces import Workspace

Choice = Literal["ours", "theirs", "both"]
"""Whose side holds at a place; `both` of two things of one id: the template's gets another id."""


@dataclass(frozen=True, kw_only=True)
class Upgrade:
    """What bringing a workspace to another version of its template would do.

    `incoming` are the documents of that version as they come in here (in ids); `conflicts` have to
    be decided before the plan can be published.
    """

    before: TemplateBase
    after: TemplateBase
    incoming: tuple[Document, ...]
    merged: Merged
    plan: Plan

    @property
    def conflicts(self) -> tuple[Difference, ...]:
        return self.merged.conflicts


def base(tx: Transaction) -> TemplateBase:
    """The version of the template that is in force; Conflict where there is none."""
    found = template_bases.of_revision(tx.connection, tx.revision)
    if found is None:
        raise Conflict.because("upgrade.no_template")
    return found


@dataclass(frozen=True)
class Kept:
    """A base with its documents."""

    base: TemplateBase
    documents: tuple[Document, ...]

    @classmethod
    def of_plan(cls, plan: Plan, off: Collection[str]) -> Kept | None:
        """The base that the documents of a template are; None for those of no version.

        `off` are the modules that the template has switched off, whatever the plan does.
        """
        manifest = next((one.data for one in plan.documents if one.kind == "app"), None)
        if manifest is None or plan.problems:
            return None
        documents = with_modules_off(plan.documents, off)
        return cls(template_bases.base_of(*_named(documents), documents), documents)

    @classmethod
    def of_workspace(cls, workspace: Workspace) -> Kept | None:
        """The base of a workspace, for a clone of it."""
        with workspace.reading() as tx:
            found = template_bases.of_revision(tx.connection, tx.revision)
            return cls(found, template_bases.documents_of(tx.connection, found)) if found else None


def first_revision(workspace: Workspace, plan: Plan, kept: Kept | None) -> None:
    """Publish the first documents of a workspace, which go back to a template or to none."""
    if kept is None:
        publishing.publish(workspace, SYSTEM, plan)
        return
    publishing.publish(
        workspace,
        SYSTEM,
        replace(plan, template=kept.base.hash),
        first=lambda tx: template_bases.keep(tx.connection, kept.base, kept.documents),
    )


def prepare(
    tx: Transaction,
    caller: Caller,
    documents: Iterable[Document],
    choices: Mapping[str, Choice],
) -> Upgrade:
    """What the upgrade to these documents of a template (in names) would do.

    `choices` say what holds at a place (`Difference.key`). Conflict where the workspace goes back
    to no template, to another one or to a later version; Invalid for documents that are wrong.
    """
    publishing.require_right(tx, caller)
    before = base(tx)
    given = tuple(documents)
    name, version = _named(given)
    if name != before.name:
        raise Conflict.because("upgrade.other_template", name=name, ours=before.name)
    if order(version) < order(before.version):
        raise Conflict.because("upgrade.older", version=version, ours=before.version)
    there = template_bases.documents_of(tx.connection, before)
    upgrade = _merged(tx, before, there, given, choices, dict(before.ids))
    return replace(upgrade, plan=_planned(tx, caller, upgrade))


def _merged(
    tx: Transaction,
    before: TemplateBase,
    there: tuple[Document, ...],
    given: tuple[Document, ...],
    choices: Mapping[str, Choice],
    ids: dict[str, str],
) -> Upgrade:
    incoming = _incoming(given, there, ids)
    sides: dict[str, Side] = {at: one for at, one in choices.items() if one != "both"}
    merged = merge(there, tx.app.documents, incoming, sides, owned=True)
    apart = [one for one in merged.conflicts if one.doubly_added and choices.get(one.key) == "both"]
    if apart:
        ids |= {one.key: kept_apart(one, tx.app.documents, incoming) for one in apart}
        return _merged(tx, before, there, given, choices, ids)
    after = template_bases.base_of(*_named(given), incoming, ids)
    plan = Plan(workspace=tx.workspace.id, base=tx.revision, documents=merged.documents)
    return Upgrade(before=before, after=after, incoming=incoming, merged=merged, plan=plan)


def _planned(tx: Transaction, caller: Caller, upgrade: Upgrade) -> Plan:
    plan = publishing.preview(tx, caller, upgrade.plan.documents)
    same = upgrade.after == upgrade.before
    return plan if same else replace(plan, template=upgrade.after.hash)


def apply(
    workspace: Workspace,
    caller: Caller,
    upgrade: Upgrade,
    reason: str | None = None,
    accept_loss: Collection[str] = (),
) -> int:
    """Publish an upgrade; returns the revision in force.

    Conflict while something is undecided; otherwise as `publish.publish`.
    """
    undecided(upgrade)
    return publishing.publish(
        workspace,
        caller,
        upgrade.plan,
        reason,
        accept_loss,
        first=lambda tx: template_bases.keep(tx.connection, upgrade.after, upgrade.incoming),
    )


def undecided(upgrade: Upgrade) -> None:
    """Conflict for an upgrade in which something is to be decided, naming every place."""
    if upgrade.conflicts:
        raise Conflict(questions(upgrade))


def questions(upgrade: Upgrade) -> tuple[Problem, ...]:
    """What is to be decided, a problem a place."""
    return tuple(
        Problem("upgrade.undecided", {"place": one.key}, one.document) for one in upgrade.conflicts
    )


def customised(tx: Transaction) -> tuple[Difference, ...]:
    """What the workspace changed of its template: `base` is the template's, `theirs` what is now.

    Conflict where it goes back to none.
    """
    there = template_bases.documents_of(tx.connection, base(tx))
    return merge(there, there, tx.app.documents).differences


def reset(tx: Transaction, places: Collection[str]) -> tuple[Document, ...]:
    """The documents with some places (`Difference.key` of `customised`) as in the template."""
    there = template_bases.documents_of(tx.connection, base(tx))
    now = tx.app.documents
    away = merge(now, now, there).differences
    stays: dict[str, Side] = {one.key: "ours" for one in away if one.key not in places}
    return merge(now, now, there, stays).documents


def _incoming(
    given: tuple[Document, ...], there: tuple[Document, ...], ids: Mapping[str, str]
) -> tuple[Document, ...]:
    """The documents of another version in ids, their things being those of the base."""
    found = checked(with_ids(given, ids), _app(_Hashed(app_hash(there), there)))
    if found.problems:
        raise Invalid(found.problems)
    return with_names(found.documents, ids)


@dataclass(frozen=True)
class _Hashed:
    """Documents by their hash."""

    hash: str
    documents: tuple[Document, ...]

    def __hash__(self) -> int:
        return hash(self.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and other.hash == self.hash


_app = lru_cache(maxsize=32)(lambda hashed: build(hashed.documents))


def _named(documents: Iterable[Document]) -> tuple[str, str]:
    """The name and the version of a template."""
    manifest = next((one for one in documents if one.kind == "app"), None)
    if manifest is None:
        raise Invalid(Problem("app.missing", {}, "app.json"))
    return manifest.id or manifest.name, str(manifest.data.get("version", "0.0.0"))


__all__ = [
    "Choice",
    "Kept",
    "Upgrade",
    "apply",
    "base",
    "customised",
    "first_revision",
    "prepare",
    "questions",
    "reset",
    "undecided",
]
