"""Drafts: what a member changes in the documents, kept until it is published or discarded."""

from __future__ import annotations

from typing import Any

from ..engine import drafts
from ..engine.canonical import instant
from ..engine.drafts import Draft
from ..engine.errors import NotFound
from ..metadata.documents import document_of
from ..metadata.problems import Problem
from ..metadata.schema import KINDS
from . import documents, problems
from .asking import Answer, Ask


def get(ask: Ask) -> Answer:
    """The caller's draft: what it changes, what is wrong with it, and all its documents."""
    draft = drafts.read(ask.tx, ask.caller)
    body = {**_described(draft, ask.locale), "documents": [one.data for one in draft.named()]}
    return Answer(body, documents=True)


def put(ask: Ask) -> Answer:
    """Lay a whole document over the one in force, in the caller's draft."""
    kind, name = ask.path["kind"], ask.path["name"]
    if kind not in KINDS:
        raise _unknown(ask)
    data = dict(ask.body)
    data["kind"] = kind
    data.setdefault("name", name)
    if "id" not in data:
        there = _there(drafts.read(ask.tx, ask.caller), kind, name)
        if there is not None:
            data["id"] = there
    document = documents.read_one(data, f"{kind}/{name[:100]}")
    draft = drafts.put(ask.tx, ask.caller, [document_of(document.data)])
    return Answer(_described(draft, ask.locale))


def delete(ask: Ask) -> Answer:
    """Leave a document out; publishing archives it where it holds data."""
    draft = drafts.remove(ask.tx, ask.caller, ask.path["kind"], ask.path["name"])
    return Answer(_described(draft, ask.locale))


def plan(ask: Ask) -> Answer:
    """What publishing the draft would do; nothing is changed."""
    return Answer(documents.as_json(drafts.plan(ask.tx, ask.caller), ask.locale))


def discard(ask: Ask) -> Answer:
    """Forget the whole draft, or its edits of the named documents (`entity/deal`)."""
    given = ask.body.get("documents")
    draft = drafts.discard(ask.tx, ask.caller, None if given is None else list(given))
    return Answer(_described(draft, ask.locale))


def settle(ask: Ask) -> Answer:
    """Say which side holds at a place that somebody else changed too."""
    draft = drafts.settle(ask.tx, ask.caller, ask.body["place"], ask.body["side"])
    return Answer(_described(draft, ask.locale))


def purge(ask: Ask) -> Answer:
    """Purge things that are archived, once the draft is published."""
    draft = drafts.purge(ask.tx, ask.caller, ask.body["things"])
    return Answer(_described(draft, ask.locale))


def switch(ask: Ask) -> Answer:
    """Switch modules off and on, once the draft is published."""
    draft = drafts.switch(ask.tx, ask.caller, ask.body.get("off", ()), ask.body.get("on", ()))
    return Answer(_described(draft, ask.locale))


def publish(ask: Ask) -> Answer:
    """Publish the draft, and lose only what was accepted to be lost."""
    revision = drafts.publish(
        ask.workspace, ask.caller, ask.body.get("reason"), ask.body.get("accept_loss", ())
    )
    return Answer({"revision": str(revision)})


def _there(draft: Draft, kind: str, name: str) -> str | None:
    """The id of the document that is called so in the draft, or has that id."""
    try:
        return drafts.find(draft, kind, name).id
    except NotFound:
        return None


def _unknown(ask: Ask) -> NotFound:
    kind, name = ask.path["kind"], ask.path["name"]
    return NotFound(Problem("api.document_unknown", {"kind": kind[:100], "name": name[:100]}))


def _described(draft: Draft, locale: str) -> dict[str, Any]:
    return {
        "base": str(draft.revision),
        "edits": [
            {
                "document": one.key,
                "base": str(one.base),
                "removed": one.document is None,
                "conflict": one.conflict,
                "places": [each.key for each in one.conflicts],
                "at": instant(one.at),
            }
            for one in draft.edits
        ],
        "problems": [problems.as_json(one, locale) for one in draft.checked.problems],
    }
