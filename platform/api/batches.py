"""Batches: many records of an entity written by one request, with a result for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..engine import records as store
from ..engine.errors import Invalid, TooLarge
from ..engine.records import Outcome, Update
from ..metadata.problems import Problem
from . import problems
from .asking import Answer, Ask
from .bodies import MOST_BATCH
from .records import entity_of

_LISTS = ("create", "update", "delete")


class BatchRefused(Invalid):
    """An atomic batch with a bad row: nothing of it is written; `more` tells of each row."""

    def __init__(self, found: Sequence[Problem], results: Mapping[str, Any]) -> None:
        super().__init__(found)
        self.more = {"results": results}


def run(ask: Ask) -> Answer:
    """Create, update and delete; unless `atomic` is false, all rows or none."""
    body: dict[str, Any] = ask.body
    count = sum(len(body.get(name, ())) for name in _LISTS)
    if count > MOST_BATCH:
        raise TooLarge(Problem("api.batch_too_large", {"count": count, "limit": MOST_BATCH}))
    atomic = body.get("atomic", True)
    outcomes = _outcomes(ask, body, atomic)
    results = {name: [_result(ask, name, one) for one in found] for name, found in outcomes.items()}
    bad = [
        replace(problem, pointer=f"/{name}/{one.index}{problem.pointer}")
        for name, found in outcomes.items()
        for one in found
        for problem in one.problems
    ]
    if atomic and bad:
        raise BatchRefused(bad, results)
    return Answer({"results": results})


def _outcomes(ask: Ask, body: Mapping[str, Any], atomic: bool) -> dict[str, Sequence[Outcome]]:
    entity_id = entity_of(ask)
    found: dict[str, Sequence[Outcome]] = {}
    if body.get("create"):
        found["create"] = store.create_many(
            ask.tx, ask.caller, entity_id, body["create"], atomic=atomic
        )
    if body.get("update"):
        changes = [_update(row) for row in body["update"]]
        found["update"] = store.update_many(ask.tx, ask.caller, entity_id, changes, atomic=atomic)
    if body.get("delete"):
        wanted = [(int(row["id"]), int(row["version"])) for row in body["delete"]]
        found["delete"] = store.delete_many(ask.tx, ask.caller, entity_id, wanted, atomic=atomic)
    return found


def _update(row: Mapping[str, Any]) -> Update:
    values = {name: value for name, value in row.items() if name not in ("id", "version")}
    return Update(int(row["id"]), int(row["version"]), values)


def _result(ask: Ask, kind: str, one: Outcome) -> dict[str, Any]:
    if not one.done:
        return {
            "index": one.index,
            "done": False,
            "errors": [problems.as_json(problem, ask.locale) for problem in one.problems],
        }
    found: dict[str, Any] = {"index": one.index, "done": True, "id": str(one.record_id)}
    if kind != "delete" and one.version is not None:
        found["version"] = one.version
    return found
