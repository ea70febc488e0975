"""Upgrades of many workspaces: one after the other, as far as nothing has to be decided.

Each is a publish of its own. A run that was cut short is begun again: what is done already is
passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..metadata.problems import Problem, ProblemsError
from . import template_bases, upgrades
from .access import SYSTEM
from .installation import Installation
from .packages import order
from .publishing.plan import not_accepted
from .templates import Template
from .workspaces import Workspace

Fate = Literal["upgraded", "already", "other", "undecided", "refused"]
"""`already`: it is at that version or a later one. `other`: it goes back to another template, or to
none. `undecided`: both sides changed something. `refused`: what comes of it is wrong, or loses
values."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one workspace; `before` is the version that it was at."""

    slug: str
    fate: Fate
    before: str | None = None
    problems: tuple[Problem, ...] = ()


def upgrade_all(
    installation: Installation, template: Template, reason: str | None = None
) -> Iterator[Outcome]:
    """Bring every workspace of a template to this version, and say what became of each."""
    last = ""
    while some := installation.control.following(last):
        for entry in some:
            try:
                yield _upgraded(installation.workspace(entry.slug), template, reason)
            except ProblemsError as error:
                yield Outcome(slug=entry.slug, fate="refused", problems=error.problems)
        last = some[-1].slug


def _upgraded(workspace: Workspace, template: Template, reason: str | None) -> Outcome:
    slug, wanted = workspace.slug, template.entry
    with workspace.reading() as tx:
        base = template_bases.of_revision(tx.connection, tx.revision)
        if base is None or base.name != wanted.name:
            return Outcome(slug=slug, fate="other")
        if order(base.version) >= order(wanted.version):
            return Outcome(slug=slug, fate="already", before=base.version)
        found = upgrades.prepare(tx, SYSTEM, template.documents, {})
    fate: Fate = "upgraded"
    problems: tuple[Problem, ...] = ()
    if found.conflicts:
        fate, problems = "undecided", upgrades.questions(found)
    elif found.plan.problems or found.plan.losses:
        lost = not_accepted(found.plan.losses)
        fate, problems = "refused", (*found.plan.problems, *lost)
    else:
        upgrades.apply(workspace, SYSTEM, found, reason)
    return Outcome(slug=slug, fate=fate, before=base.version, problems=problems)
