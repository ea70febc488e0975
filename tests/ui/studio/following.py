"""A shop that follows its template: what it changed, and a later version that is installed."""

from __future__ import annotations

from typing import Any

from fieldstone.engine import members, publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop
from tests.ui.workshop import PASSWORD

OFFICE: dict[str, Any] = {
    "kind": "role",
    "name": "office",
    "label": {"en": "Office", "zh-CN": "办公室"},
    "everything_else": {"read": True, "create": True, "update": True, "delete": True},
    "metadata": True,
    "members": True,
}
BUSY = "staff > 5"
WEB = "entity/customer#/fields/web"
STAFF_MIN = "entity/customer#/fields/staff/min"
NOTE = "entity/customer#/fields/note"


def shop() -> Shop:
    """The shop as its template has it."""
    found = Shop()
    found.data["shop"]["label"] = {"en": "Corner shop", "zh-CN": "小店"}
    found.put(**OFFICE)
    found.put(
        kind="view",
        name="busy",
        label={"en": "Busy", "zh-CN": "繁忙"},
        entity="customer",
        columns=[{"field": "name"}],
        filter=BUSY,
    )
    return found


def own() -> Shop:
    """What the workspace made of it: a bound, a filter, a name and a field of its own."""
    found = shop()
    found.field("customer", "staff")["min"] = 1
    found.field("customer", "code")["label"] = {"en": "Our code", "zh-CN": "我方编号"}
    note = {"en": "Note", "zh-CN": "备注"}
    found.add("customer", name="note", type="text", label=note)
    found.entity("busy")["filter"] = f'{BUSY} and size == "large"'
    return found


def later() -> Shop:
    """Version 1.1.0: another bound, another filter, two fields, one of them called as ours."""
    found = shop()
    found.data["shop"]["version"] = "1.1.0"
    found.field("customer", "staff")["min"] = 5
    web = {"en": "Website", "zh-CN": "网址"}
    found.add("customer", name="web", type="url", label=web)
    note = {"en": "Remark", "zh-CN": "说明"}
    found.add("customer", name="note", type="long_text", label=note)
    found.entity("busy")["filter"] = f'{BUSY} and code != "none"'
    return found


def following(installation: Installation, language: str) -> Workspace:
    """A workspace of that template, whose only member reads that language."""
    ann = NewMember(name="Ann", email="ann@example.com", password=PASSWORD, locale=language)
    return installation.create_workspace("acme", "Acme", shop().documents(), admin=ann)


def templateless(installation: Installation) -> Workspace:
    """A workspace of the same person that was made from nothing."""
    made = installation.create_workspace("bare", "Bare", ())
    change(made, shop())
    ann = NewMember(name="Ann", email="ann@example.com", roles=("office",))
    members.add(made, SYSTEM, ann)
    return made


def change(workspace: Workspace, made: Shop) -> None:
    """Publish what the workspace made of its template."""
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, made.documents()))
