"""Documents: what the workspace declares, plans of changes, and the revisions it went through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..engine import publishing, revisions
from ..engine.errors import Conflict, Invalid, NotFound
from ..engine.publishing import Plan
from ..metadata.documents import Document, document_of
from ..metadata.messages import render
from ..metadata.problems import Problem
from ..metadata.resolve import to_names
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
    return Answer(body, headers={"ETag": tag})


def one(ask: Ask) -> Answer:
    """One document by its kind and its name (or id)."""
    kind, name = ask.path["kind"], ask.path["name"]
    for document in _in_force(ask):
        if document.kind == kind and name in (document.name, document.id):
            return Answer(document.data)
    raise NotFound(Problem("api.document_unknown", {"kind": kind[:100], "name": name[:100]}))


def plan(ask: Ask) -> Answer:
    """What publishing a whole set of documents would do; nothing is changed."""
    return Answer(as_json(_planned(ask, _given(ask)), ask.locale))


def apply(ask: Ask) -> Answer:
    """Publish a whole set of documents, and lose only what was accepted to be lost."""
    return _publish(ask, _planned(ask, _given(ask)), ask.body.get("reason"))


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
    with ask.workspace.reading() as tx:
        revisions.load(tx.connection, revision)
        documents = revisions.documents(tx.connection, revision)
    reason = ask.body.get("reason") or render("api.restored", ask.locale, {"revision": revision})
    return _publish(ask, _planned(ask, documents), reason)


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
    return tuple(to_names(revisions.documents(ask.tx.connection, ask.tx.revision)))


def _given(ask: Ask) -> tuple[Document, ...]:
    return tuple(document_of(one) for one in ask.body["documents"])


def _planned(ask: Ask, documents: Iterable[Document]) -> Plan:
    found = publishing.preview(ask.workspace, ask.caller, documents)
    base = ask.body.get("base")
    if base is not None and int(base) != found.base:
        raise Conflict(Problem("api.base_moved", {"base": base, "current": found.base}))
    return found


def _publish(ask: Ask, plan: Plan, reason: str | None) -> Answer:
    if plan.problems:
        raise Invalid(plan.problems)
    # Publishing what is there already would be a revision that changes nothing.
    revision = plan.base
    if not plan.empty:
        accepted = tuple(ask.body.get("accept_loss", ()))
        revision = publishing.publish(ask.workspace, ask.caller, plan, reason, accept_loss=accepted)
    return Answer({**as_json(plan, ask.locale), "revision": str(revision)})
