"""Alert rules: whom they tell, and actions that can be carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..documents import Document
from ..fields import TYPES
from ..problems import Problem
from ..shown_names import ThingName, TypeNames
from .context import Checking, Data, live, problem
from .cron import cron_problems
from .values import literal_problems


def check_rules(checking: Checking) -> Iterator[Problem]:
    """Every live rule."""
    for document in checking.kind("alert_rule"):
        data = document.data
        if "schedule" in data:
            yield from cron_problems(document, "/schedule", data["schedule"])
        yield from _recipients(checking, document, data.get("tell"), "/tell")
        for index, action in enumerate(data.get("actions", ())):
            place = f"/actions/{index}"
            yield from _recipients(checking, document, action.get("notify"), f"{place}/notify")
            yield from _settings(checking, document, action, place)
            if "create" in action:
                yield from _creation(checking, document, action, place)


def _recipients(
    checking: Checking, document: Document, tell: list[str] | None, pointer: str
) -> Iterator[Problem]:
    entity = document.data["entity"]
    for index, one in enumerate(tell or ()):
        word, _, name = one.partition(":")
        if word in {"owner", "manager"} and not checking.has_owner(entity):
            yield problem(document, f"{pointer}/{index}", "recipient.no_owner", entity=entity)
        kind = checking.space.type_of(entity, name) if word == "field" else None
        if kind is not None and kind not in {"owner", "member"}:
            params = {"name": name, "type": TypeNames(kind)}
            yield problem(document, f"{pointer}/{index}", "recipient.not_person", **params)


def _settings(
    checking: Checking, document: Document, action: Data, pointer: str
) -> Iterator[Problem]:
    target = action.get("create") or document.data["entity"]
    for field_id, given in action.get("set", {}).items():
        place = f"{pointer}/set/{field_id}"
        entry = checking.space.field(target, field_id)
        kind = entry.data.get("type", "") if entry else ""
        if entry is None or kind not in TYPES:
            continue
        if entry.data.get("system") or TYPES[kind].computed:
            yield problem(document, place, "action.computed_field", name=entry.name)
        elif not isinstance(given, Mapping):
            for found in literal_problems(checking, target, field_id, given):
                yield found.at(document.path, place)
        elif "text" in given and TYPES[kind].expression != "text":
            params = {"name": ThingName.of(entry.name, entry.data), "type": TypeNames(kind)}
            yield problem(document, place, "action.text_in_other", **params)


def _creation(
    checking: Checking, document: Document, action: Data, pointer: str
) -> Iterator[Problem]:
    """What is created is complete, and its link points at the record of the alert."""
    entity = checking.entity(action["create"])
    link = checking.space.field(action["create"], action.get("link"))
    if link is not None:
        target = checking.space.target_of(link)
        if target is not None and target != document.data["entity"]:
            params = {"name": link.name, "entity": document.data["entity"]}
            yield problem(document, f"{pointer}/link", "action.link_target", **params)
    given = {*action.get("set", {}), action.get("link")}
    for _, field in live(entity.get("fields")):
        if field.get("required") and "default" not in field and field["id"] not in given:
            if field["type"] == "stage":
                continue
            params = {"name": field["name"], "entity": action["create"]}
            yield problem(document, pointer, "action.required_unset", **params)
