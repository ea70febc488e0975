"""Drafts: what a member changes in the documents, kept until it is published or discarded."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..engine import draft_publishing, drafts
from ..engine.again import again
from ..engine.canonical import instant
from ..engine.drafts import Draft
from ..engine.errors import NotFound
from ..engine.publishing import asked
from ..engine.transaction import Transaction
from ..engine.work.waking import wake_after
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
    """Publish the draft, and lose only what was accepted to be lost.

    With `Prefer: respond-async` a worker does it where many records are concerned: 202, and the
    address where its progress is asked for.
    """
    reason, accepted = ask.body.get("reason"), ask.body.get("accept_loss", ())
    if "respond-async" in _preferred(ask):
        with ask.workspace.reading() as tx:
            long = draft_publishing.takes_long(tx, ask.caller)
        if long:
            return again(lambda: _asked(ask, reason, accepted))
    return Answer({"revision": str(drafts.publish(ask.workspace, ask.caller, reason, accepted))})


def _preferred(ask: Ask) -> list[str]:
    given = ",".join(ask.headers.getlist("Prefer"))
    return [one.partition(";")[0].strip().lower() for one in given.split(",")]


def _asked(ask: Ask, reason: str | None, accepted: Collection[str]) -> Answer:
    with ask.workspace.writing() as tx:
        draft_publishing.ask(tx, ask.caller, reason, accepted)
        wake_after(tx, ask.installation)
        place = f"/api/v1/{ask.path['workspace']}/draft/publishing"
        headers = {"Location": place, "Preference-Applied": "respond-async"}
        return Answer(_going(tx, ask), 202, headers)


def publishing(ask: Ask) -> Answer:
    """How the publish stands that the caller asked a worker for last; NotFound if none was."""
    return Answer(_going(ask.tx, ask))


def cancel(ask: Ask) -> Answer:
    """Stop the publish that a worker does; what was begun is taken back, the draft stays."""
    draft_publishing.stop(ask.tx, ask.caller)
    return Answer(_going(ask.tx, ask))


def _going(tx: Transaction, ask: Ask) -> dict[str, Any]:
    assert ask.caller.member_id is not None
    last = asked.last(tx, ask.caller.member_id)
    if last is None:
        raise NotFound(Problem("draft.none_asked"))
    now = asked.going(tx) if last.open else None
    return {
        "state": last.state,
        "progress": {"done": now.done if now else None, "total": now.total if now else None},
        "revision": None if last.revision is None else str(last.revision),
        "problems": [
            {"code": one["id"], "message": one.get(ask.locale, one["en"])} for one in last.why
        ],
    }


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
