"""Documents: what the workspace declares, plans of changes, and the revisions it went through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine import publish, revisions
from ..engine.errors import Invalid, NotFound
from ..engine.publish import Plan
from ..metadata.documents import Document, document_of, read_value
from ..metadata.messages import render
from ..metadata.problems import Problem
from . import problems
from .asking import Answer, Ask, content_tag, whole_id


def everything(ask: Ask) -> Answer:
    """All documents in force, with present names, and the revision they make."""
    tag = content_tag("documents", ask.app.hash, str(ask.tx.revision))
    if ask.unchanged(tag):
        return Answer(status=304, headers={"ETag": tag})
    body = {
        "revision": str(ask.tx.revision),
        "hash": ask.app.hash,
        "documents": [one.data for one in _in_force(ask)],
    }
    return Answer(body, headers={"ETag": tag}, documents=True)


def one(ask: Ask) -> Answer:
    """One document by its kind and its name (or id)."""
    kind, name = ask.path["kind"], ask.path["name"]
    for document in _in_force(ask):
        if document.kind == kind and name in (document.name, document.id):
            return Answer(document.data, documents=True)
    raise NotFound(Problem("api.document_unknown", {"kind": kind[:100], "name": name[:100]}))


def plan(ask: Ask) -> Answer:
    """What publishing a whole set of documents would do; nothing is changed."""
    return Answer(as_json(_planned(ask), ask.locale))


def apply(ask: Ask) -> Answer:
    """Publish a whole set of documents, and lose only what was accepted to be lost."""
    return _publish(ask, _planned(ask), ask.body.get("reason"))


def listed(ask: Ask) -> Answer:
    """The newest revisions, the newest first."""
    return Answer(
        {
            "data": [
                {
                    "id": str(found.id),
                    "parent": None if found.parent is None else str(found.parent),
                    "in_force": found.id == ask.tx.revision,
                    "author": None if found.author is None else str(found.author),
                    "reason": found.reason,
                    "product_version": found.product_version,
                    "created_at": found.created_at,
                }
                for found in revisions.listed(ask.tx.connection)
            ],
            "next": None,
        }
    )


def restore(ask: Ask) -> Answer:
    """Publish the documents of an earlier revision again."""
    revision = whole_id(ask.path["id"])
    found = publish.restore_plan(ask.workspace, ask.caller, revision)
    reason = ask.body.get("reason") or render("api.restored", ask.locale, {"revision": revision})
    return _publish(ask, found, reason)


def look(ask: Ask) -> Answer:
    """What purging things that are archived would do; nothing is changed."""
    found = publish.purge_plan(ask.workspace, ask.caller, ask.body["things"])
    return Answer(as_json(found, ask.locale))


def purge(ask: Ask) -> Answer:
    """Purge things that are archived, and lose only what was accepted to be lost."""
    found = publish.purge_plan(ask.workspace, ask.caller, ask.body["things"])
    return _publish(ask, found, ask.body.get("reason"))


def as_json(plan: Plan, locale: str) -> dict[str, Any]:
    """A plan in words and in figures."""
    return {
        "base": str(plan.base),
        "empty": plan.empty,
        "problems": [problems.as_json(one, locale) for one in plan.problems],
        "notes": [problems.as_json(one, locale) for one in plan.notes],
        "changes": [one.text(locale) for one in plan.changes],
        "steps": [{**one.to_json(), "text": one.text(locale)} for one in plan.steps],
        "losses": [one.to_json() for one in plan.losses],
    }


def _in_force(ask: Ask) -> tuple[Document, ...]:
    return publish.export(ask.tx)


def read_one(data: Mapping[str, Any], place: str) -> Document:
    """A document of a body, which is read as strictly as a file is."""
    found, problems = read_value(data, place)
    if found is None or problems:
        raise Invalid(problems)
    return document_of(found.data)


def _planned(ask: Ask) -> Plan:
    documents = [read_one(one, f"documents/{at}") for at, one in enumerate(ask.body["documents"])]
    base = ask.body.get("base")
    return publish.preview(
        ask.workspace, ask.caller, documents, base=None if base is None else int(base)
    )


def _publish(ask: Ask, plan: Plan, reason: str | None) -> Answer:
    if plan.problems:
        raise Invalid(plan.problems)
    accepted = ask.body.get("accept_loss", ())
    revision = publish.publish(ask.workspace, ask.caller, plan, reason, accept_loss=accepted)
    return Answer({**as_json(plan, ask.locale), "revision": str(revision)})
