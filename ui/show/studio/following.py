"""Following: the template that a workspace goes back to, what was changed of it, what comes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fieldstone.engine import template_bases, upgrades
from fieldstone.engine.errors import NotFound
from fieldstone.engine.packages import newest, order
from fieldstone.engine.template_bases import TemplateBase
from fieldstone.engine.templates import Entry
from fieldstone.engine.upgrades import Choice, Upgrade
from fieldstone.metadata.documents import Document
from fieldstone.metadata.merge import Difference
from fieldstone.metadata.merge.words import Told, Wording
from fieldstone.metadata.problems import Problem

from ...desk import Desk
from .merging import Asked, asked
from .things import text_of

MOST_PLACES = 200
"""As many places a list of a page shows; what stands beyond is counted."""


@dataclass(frozen=True)
class Template:
    """The version that the workspace goes back to; `later` is the newest one, if that is later."""

    title: str
    version: str
    later: str | None


@dataclass(frozen=True)
class Group:
    """A document in words, with the places in it that were changed."""

    document: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Place:
    """What was changed at a place: what the template has there, and what is there now."""

    key: str
    within: str
    before: str
    now: str


@dataclass(frozen=True)
class Changed:
    """What a workspace changed of its template; `more` is how many places are not shown."""

    groups: tuple[Group, ...]
    more: int


@dataclass(frozen=True)
class Coming:
    """What an upgrade would do at its places, and which of them somebody decided how.

    `conflicts` have to be decided; `incoming` the template alone changed, `merged` both did, and
    of these two at most `MOST_PLACES` are shown: `more` counts the others.
    """

    title: str
    upgrade: Upgrade
    conflicts: tuple[Asked, ...]
    incoming: tuple[Asked, ...]
    merged: tuple[Asked, ...]
    more: int
    choices: Mapping[str, Choice]

    @property
    def open(self) -> tuple[Asked, ...]:
        """The conflicts that nobody decided."""
        keys = {one.key for one in self.upgrade.conflicts}
        return tuple(one for one in self.conflicts if one.key in keys)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What would be wrong with what comes of it."""
        return self.upgrade.plan.problems


def template_of(desk: Desk) -> Template | None:
    """The template that the workspace goes back to, if it does."""
    base = template_bases.of_revision(desk.tx.connection, desk.tx.revision)
    if base is None:
        return None
    there = template_bases.documents_of(desk.tx.connection, base)
    return Template(_title(there, base.name, desk.locale), base.version, _later(desk, base))


def _later(desk: Desk, base: TemplateBase) -> str | None:
    try:
        versions: tuple[Entry, ...] = desk.visit.installation.templates.versions(base.name)
    except NotFound:
        return None
    found = newest(one.version for one in versions)
    return found if found and order(found) > order(base.version) else None


def _title(documents: Iterable[Document], name: str, locale: str) -> str:
    return next((text_of(one.data, locale) for one in documents if one.kind == "app"), name)


def changed_of(desk: Desk) -> Changed:
    """What the workspace changed of its template, a group a document; Conflict without one."""
    base = upgrades.base(desk.tx)
    there = template_bases.documents_of(desk.tx.connection, base)
    wording = Wording(there, there, desk.app.documents)
    found = upgrades.customised(desk.tx)
    groups: dict[str, list[Difference]] = {}
    for one in found[:MOST_PLACES]:
        groups.setdefault(one.document, []).append(one)
    return Changed(
        tuple(_group(places, wording, desk.locale) for places in groups.values()),
        max(0, len(found) - MOST_PLACES),
    )


def _group(places: list[Difference], wording: Wording, locale: str) -> Group:
    told = [(one.key, wording.told(one, locale)) for one in places]
    return Group(told[0][1].document, tuple(_place(key, one) for key, one in told))


def _place(key: str, told: Told) -> Place:
    return Place(key, told.within, told.base, told.theirs)


def coming_of(desk: Desk, documents: tuple[Document, ...], choices: Mapping[str, Choice]) -> Coming:
    """What the upgrade to these documents would do; Conflict or Invalid as `upgrades.prepare`.

    A thing that is to stay beside ours comes in under another id, so its place is asked about as
    it is without that choice.
    """
    sides = {place: side for place, side in choices.items() if side != "both"}
    upgrade = upgrades.prepare(desk.tx, desk.caller, documents, choices)
    asking = (
        upgrade if sides == choices else upgrades.prepare(desk.tx, desk.caller, documents, sides)
    )
    there = template_bases.documents_of(desk.tx.connection, upgrade.before)
    wording = Wording(there, desk.app.documents, asking.incoming)
    fates: dict[str, list[Difference]] = {"conflict": [], "theirs": [], "merged": []}
    for one in asking.merged.differences:
        fates[one.fate].append(one)
    shown = {
        fate: asked(found if fate == "conflict" else found[:MOST_PLACES], wording, desk.locale)
        for fate, found in fates.items()
    }
    return Coming(
        title=_title(asking.incoming, upgrade.after.name, desk.locale),
        upgrade=upgrade,
        conflicts=shown["conflict"],
        incoming=shown["theirs"],
        merged=shown["merged"],
        more=sum(max(0, len(fates[fate]) - MOST_PLACES) for fate in ("theirs", "merged")),
        choices=choices,
    )
