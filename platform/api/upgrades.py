"""Upgrades: the template that the workspace goes back to, and its later versions brought in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..engine import drafts, template_bases, upgrades
from ..engine.errors import Invalid, NotFound
from ..engine.transaction import Transaction
from ..engine.upgrades import Upgrade
from ..metadata.merge import Difference
from ..metadata.merge.words import Told, Wording
from ..metadata.messages import render
from . import documents
from .asking import Answer, Ask


def template(ask: Ask) -> Answer:
    """The template and its version, the versions that there are, and what was changed of it."""
    base = upgrades.base(ask.tx)
    there = template_bases.documents_of(ask.tx.connection, base)
    wording = Wording(there, there, ask.app.documents)
    changed = []
    for one in upgrades.customised(ask.tx):
        told = wording.told(one, ask.locale)
        changed.append(
            {"place": one.key, "text": told.place, "template": told.base, "now": told.theirs}
        )
    return Answer(
        {
            "name": base.name,
            "version": base.version,
            "versions": _versions(ask, base.name),
            "changed": changed,
        }
    )


def plan(ask: Ask) -> Answer:
    """What an upgrade would do, and what has to be decided; nothing is changed."""
    return Answer(_described(ask, ask.tx, _prepared(ask, ask.tx)))


def apply(ask: Ask) -> Answer:
    """Bring a version of the template in, and lose only what was accepted to be lost."""
    with ask.workspace.reading() as tx:
        found = _prepared(ask, tx)
        if found.plan.problems and not found.conflicts:
            raise Invalid(found.plan.problems)
        told = _described(ask, tx, found)
    why = ask.body.get("reason") or render(
        "api.upgraded", ask.locale, {"name": found.after.name, "version": found.after.version}
    )
    accepted = ask.body.get("accept_loss", ())
    revision = upgrades.apply(ask.workspace, ask.caller, found, why, accepted)
    return Answer({**told, "revision": str(revision)})


def reset(ask: Ask) -> Answer:
    """Put what some places are in the template into the caller's draft."""
    draft = drafts.reset(ask.tx, ask.caller, ask.body["places"])
    return Answer({"edits": [one.key for one in draft.edits]})


def _prepared(ask: Ask, tx: Transaction) -> Upgrade:
    base = upgrades.base(tx)
    to = ask.body.get("to")
    wanted = ask.installation.templates.get(f"{base.name}@{to}" if to else base.name)
    return upgrades.prepare(tx, ask.caller, wanted.documents, ask.body.get("choices", {}))


def _versions(ask: Ask, name: str) -> list[str]:
    """The versions of a template that are installed, the newest first; there may be none."""
    try:
        return [one.version for one in ask.installation.templates.versions(name)]
    except NotFound:
        return []


def _described(ask: Ask, tx: Transaction, found: Upgrade) -> dict[str, Any]:
    there = template_bases.documents_of(tx.connection, found.before)
    wording = Wording(there, tx.app.documents, found.incoming)
    return {
        "template": found.after.name,
        "before": found.before.version,
        "after": found.after.version,
        "places": _places(found.merged.differences, wording, ask.locale),
        "plan": documents.as_json(found.plan, ask.locale),
    }


def _places(
    differences: Iterable[Difference], wording: Wording, locale: str
) -> list[dict[str, Any]]:
    return [_place(one, wording.told(one, locale)) for one in differences]


def _place(one: Difference, told: Told) -> dict[str, Any]:
    return {
        "place": one.key,
        "text": told.place,
        "base": told.base,
        "ours": told.ours,
        "theirs": told.theirs,
        "fate": one.fate,
        "chosen": one.chosen,
        "open": one.open,
        "both": one.doubly_added,
    }
