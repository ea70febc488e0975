"""The changes that are published one after the other, each on what the one before left."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of

Parts = dict[str, dict[str, Any]]
"""The documents by kind and name, each as the values that it is written with."""

Edit = Callable[[Parts], object]


@dataclass(frozen=True)
class Change:
    """An edit of the documents, or what is purged; `before` is published and not measured."""

    edit: Edit | None = None
    purges: Collection[str] = ()
    before: Edit | None = None


def planned(workspace: Workspace, change: Change) -> publish.Plan:
    """The plan of a change, on what is in force."""
    if change.before is not None:
        published(workspace, _edited(workspace, change.before))
    if change.edit is None:
        plan = publish.purge_plan(workspace, SYSTEM, change.purges)
    else:
        plan = _edited(workspace, change.edit)
    if plan.problems:
        raise SystemExit(plan.text())
    return plan


def published(workspace: Workspace, plan: publish.Plan) -> None:
    """Bring it into force, whatever is lost."""
    publish.publish(workspace, SYSTEM, plan, accept_loss=[one.key for one in plan.losses])


def _edited(workspace: Workspace, edit: Edit) -> publish.Plan:
    exported = publish.export(workspace)
    parts = {f"{one.kind}/{one.name}": copy.deepcopy(dict(one.data)) for one in exported}
    edit(parts)
    return publish.preview(workspace, SYSTEM, [document_of(one) for one in parts.values()])


def _of(parts: Parts, name: str) -> dict[str, Any]:
    """A field of the customer."""
    fields = parts["entity/customer"]["fields"]
    found: dict[str, Any] = next(one for one in fields if one["name"] == name)
    return found


def _field(name: str, /, **values: Any) -> Edit:
    return lambda parts: _of(parts, name).update(values)


def _added(**values: Any) -> Edit:
    return lambda parts: parts["entity/customer"]["fields"].append(values)


def _option(name: str, option: str, /, **values: Any) -> Edit:
    def edit(parts: Parts) -> None:
        options = _of(parts, name)["options"]
        next(one for one in options if one["name"] == option).update(values)

    return edit


def _topics(parts: Parts) -> None:
    """Tags, of which each record has two."""
    tags = [{"name": one} for one in ("price", "quality", "speed", "trust")]
    parts["tag_dimension/topic"] = {"kind": "tag_dimension", "name": "topic", "tags": tags}
    _added(name="topics", type="tags", dimension="topic", default=["price", "quality"])(parts)


def _tag(name: str, /, **values: Any) -> Edit:
    def edit(parts: Parts) -> None:
        _of(parts, "topics").pop("default", None)
        tags = parts["tag_dimension/topic"]["tags"]
        next(one for one in tags if one["name"] == name).update(values)

    return edit


def _module(parts: Parts) -> None:
    parts["app/bench"]["modules"] = [{"name": "money", "label": "Money"}]
    _of(parts, "budget")["part_of"] = ["money"]


def _module_off(parts: Parts) -> None:
    parts["app/bench"]["modules"][0]["off"] = True


_CITIES = ("Shanghai", "Beijing", "Shenzhen", "Hangzhou", "Chengdu", "Wuhan", "Nanjing", "Xiamen")

CHANGES: Mapping[str, Change] = {
    "add a field": Change(_added(name="note", type="text")),
    "add a field of yes and no": Change(_added(name="checked", type="boolean", default=True)),
    "add a number of its own": Change(_added(name="number", type="auto_number", pattern="{00000}")),
    "rename a field": Change(_field("need", id="need", name="wish")),
    "make a field required": Change(_field("kind", required=True)),
    "make a field unique": Change(_field("phone", unique=True)),
    "integer to decimal": Change(_field("employees", type="decimal", scale=2)),
    "text to choice": Change(
        _field(
            "city",
            type="choice",
            options=[{"name": one.lower(), "label": one} for one in _CITIES],
        )
    ),
    "number to text": Change(_field("score", type="text")),
    "store a formula": Change(
        _added(name="twice", type="formula", formula="annual_amount * 2", stored=True)
    ),
    "make a field searchable": Change(_field("remark", search=True)),
    "archive a field": Change(_field("website", archived=True)),
    "restore a field": Change(_field("website", archived=False)),
    "purge a field": Change(
        purges=["entity/customer#/fields/website"], before=_field("website", archived=True)
    ),
    "replace an option": Change(_option("city", "shanghai", archived=True, replaced_by="beijing")),
    "purge an option": Change(
        purges=["entity/customer#/fields/city/options/wuhan"],
        before=_option("city", "wuhan", archived=True),
    ),
    "add tags that all have": Change(_topics),
    "replace a tag": Change(_tag("price", archived=True, replaced_by="speed")),
    "purge a tag": Change(
        purges=["tag_dimension/topic#/tags/quality"], before=_tag("quality", archived=True)
    ),
    "switch a module off": Change(_module_off, before=_module),
}
