"""The steps of a field's life: declared in files, used, watched by a rule, renamed in files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import do
from tests.acceptance.conftest import Place

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
"""Half past nine in the morning of a Thursday, in Shanghai."""

NINE = datetime(2026, 3, 6, 1, tzinfo=UTC)
"""When the rule is due first: today's nine o'clock has passed when it is declared."""

FIELD = {
    "name": "contract_end",
    "type": "date",
    "label": {"en": "Contract end", "zh-CN": "合同到期日"},
}

LATER = {
    "id": "contract_end",
    "name": "contract_until",
    "label": {"en": "Contract until", "zh-CN": "合同有效期至"},
}
"""What the field is called after it was renamed; the id is the name it was made under."""

RULE = {
    "kind": "alert_rule",
    "name": "contract_ends",
    "label": {"en": "Contract ends", "zh-CN": "合同到期提醒"},
    "entity": "customer",
    "when": "contract_end is not None and days_until(contract_end) <= 30",
    "schedule": "0 9 * * *",
    "severity": "medium",
    "message": {
        "en": "{{ name }}: the contract ends on {{ contract_end }}",
        "zh-CN": "{{ name }}的合同将于 {{ contract_end }} 到期",
    },
    "tell": ["owner"],
}


def edit(folder: Path, file: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a document of a folder, or make one."""
    path = folder / file
    data = json.loads(path.read_text("utf-8")) if path.exists() else {}
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def declare(place: Place, folder: Path) -> None:
    """Add the field to the entity, the form and the list, and a rule that watches it."""
    place.run("export", "sales", folder)
    edit(folder, "entities/customer.json", lambda one: one["fields"].append(dict(FIELD)))
    spot = {"field": "contract_end", "visible_when": "contract_end is not None or vip"}
    edit(
        folder,
        "forms/customer_edit.json",
        lambda one: one["sections"][0]["fields"].append(spot),
    )
    edit(folder, "views/customer_all.json", _show_in_list)
    edit(folder, "alert_rules/contract_ends.json", lambda one: one.update(RULE))
    place.run("check", folder)
    place.run("plan", "sales", folder, "--exit-code", code=2)
    place.run("apply", "sales", folder)


def _show_in_list(view: dict[str, Any]) -> None:
    view["columns"].append({"field": "contract_end"})
    view["sort"] = ["contract_end", "name"]
    view["filter"] = "contract_end is not None"


def rename(place: Place, folder: Path) -> str:
    """Give the field another name; the other files go on saying the old one. Returns the plan."""

    def change(entity: dict[str, Any]) -> None:
        (field,) = (one for one in entity["fields"] if one["name"] == "contract_end")
        field |= LATER

    place.run("export", "sales", folder)
    edit(folder, "entities/customer.json", change)
    planned = place.run("plan", "sales", folder, "--exit-code", code=2)
    place.run("apply", "sales", folder)
    return planned.stdout


def go_to(place: Place, moment: datetime) -> None:
    """Let the clock of everything stand at a moment, and do what is due by then."""
    assert place.clock is not None
    place.clock.instant = moment
    for workspace, job in tick(place.installation):
        do(place.installation, workspace, job)
