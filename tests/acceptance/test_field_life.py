"""The life of a field: declared in files, used everywhere, watched by a rule, then renamed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine.clock import FixedClock
from fieldstone.engine.work import jobs
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import HANDLERS
from tests.acceptance.conftest import Place, place_on

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
"""Half past nine in the morning of a Thursday, in Shanghai."""

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


@pytest.fixture
def place(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Place]:
    """Return a workspace of the template whose clock the test moves."""
    with place_on(request, kind, tmp_path, FixedClock(NOW)) as found:
        found.make("crm")
        yield found


def edit(folder: Path, file: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a document of a folder, or make one."""
    path = folder / file
    data = json.loads(path.read_text("utf-8")) if path.exists() else {}
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def declare(folder: Path) -> None:
    """Add the field to the entity, the form and the list, and a rule that watches it."""
    field = {"name": "contract_end", "type": "date", "label": {"en": "Contract end"}}
    edit(folder, "entities/customer.json", lambda one: one["fields"].append(field))
    place = {"field": "contract_end", "visible_when": "contract_end is not None or vip"}
    edit(
        folder,
        "forms/customer_edit.json",
        lambda one: one["sections"][0]["fields"].append(place),
    )
    edit(folder, "views/customer_all.json", show_in_list)
    edit(folder, "alert_rules/contract_ends.json", lambda one: one.update(RULE))


def show_in_list(view: dict[str, Any]) -> None:
    view["columns"].append({"field": "contract_end"})
    view["sort"] = ["contract_end", "name"]
    view["filter"] = "contract_end is not None"


def rename(folder: Path) -> None:
    """Give the field another name; the other files go on saying the old one."""

    def change(entity: dict[str, Any]) -> None:
        (field,) = (one for one in entity["fields"] if one["name"] == "contract_end")
        field |= {"id": "contract_end", "name": "contract_until"}

    edit(folder, "entities/customer.json", change)


def go_to(place: Place, moment: datetime) -> None:
    """Let the clock of everything stand at a moment, and do what is due by then."""
    assert place.clock is not None
    place.clock.instant = moment
    for workspace, job in tick(place.installation):
        jobs.run(place.installation.workspace_by_id(workspace), job, HANDLERS, {})


def test_a_field_is_declared_used_watched_and_renamed(place: Place, tmp_path: Path) -> None:
    api = place.api()
    folder = tmp_path / "first"
    place.run("export", "sales", folder)
    declare(folder)
    place.run("check", folder)
    place.run("plan", "sales", folder, "--exit-code", code=2)
    place.run("apply", "sales", folder)

    channel = api.call("POST", "/records/channel", {"name": "Fair"}, status=201)
    ids = {}
    for name, end in (("Soon", "2026-04-03"), ("Later", "2026-04-05"), ("Never", None)):
        values = {"name": name, "channel": channel["id"], "contract_end": end}
        ids[name] = api.call("POST", "/records/customer", values, status=201)["id"]
    assert listed(api, "contract_end") == [("Soon", "2026-04-03"), ("Later", "2026-04-05")]
    assert alerts(api) == []

    # The rule is due at nine; today's nine o'clock has passed when it is declared.
    tomorrow = datetime(2026, 3, 6, 1, tzinfo=UTC)
    go_to(place, tomorrow - timedelta(minutes=1))
    assert alerts(api) == []
    go_to(place, tomorrow)
    go_to(place, tomorrow + timedelta(minutes=1))
    first = alerts(api)
    assert [one["message"] for one in first] == [
        "Later: the contract ends on 2026-04-05",
        "Soon: the contract ends on 2026-04-03",
    ]

    again = tmp_path / "second"
    place.run("export", "sales", again)
    rename(again)
    planned = place.run("plan", "sales", again, "--exit-code", code=2)
    assert "contract_until" in planned.stdout
    place.run("apply", "sales", again)
    check_names(place, tmp_path / "third")

    # The data are there under both names; new values may come under either.
    for name in ("contract_until", "contract_end"):
        assert listed(api, name) == [("Soon", "2026-04-03"), ("Later", "2026-04-05")]
    shown = api.get(f"/records/customer/{ids['Soon']}")
    assert shown["contract_until"] == "2026-04-03" and "contract_end" not in shown
    match = {"If-Match": f'"{shown["version"]}"'}
    api.call(
        "PATCH",
        f"/records/customer/{ids['Soon']}",
        {"contract_end": "2027-04-03"},
        headers=match,
    )

    # The same alerts go on under the new name; the one whose reason is gone resolves by itself.
    go_to(place, tomorrow + timedelta(days=1))
    still = alerts(api)
    assert [(one["id"], one["message"]) for one in still] == [
        (first[0]["id"], "Later: the contract ends on 2026-04-05")
    ]
    go_to(place, tomorrow + timedelta(days=2))
    assert [one["id"] for one in alerts(api)] == [one["id"] for one in still]


def listed(api: Any, field: str) -> list[tuple[str, str]]:
    """The customers that the list shows, with the field by the name that is asked for."""
    found = api.get(
        "/records/customer",
        filter=f"{field} is not None",
        sort=field,
        fields=f"name,{field}",
    )
    return [(one["name"], one[field]) for one in found["data"]]


def alerts(api: Any) -> list[dict[str, Any]]:
    """The open alerts of the rule, by message."""
    found = api.get("/alerts", rule="contract_ends", state="open")["data"]
    return sorted(found, key=lambda one: str(one["message"]))


def check_names(place: Place, folder: Path) -> None:
    """Every document says the new name, and the old one is an alias."""
    place.run("export", "sales", folder)
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*.json")
    }
    using = {name for name, text in texts.items() if "contract_until" in text}
    assert using == {
        "entities/customer.json",
        "forms/customer_edit.json",
        "views/customer_all.json",
        "alert_rules/contract_ends.json",
    }
    assert {name for name, text in texts.items() if '"contract_end"' in text} == {
        "entities/customer.json"
    }
    rule = json.loads(texts["alert_rules/contract_ends.json"])
    assert rule["when"] == "contract_until is not None and days_until(contract_until) <= 30"
    assert rule["message"]["en"] == "{{ name }}: the contract ends on {{ contract_until }}"
    form = json.loads(texts["forms/customer_edit.json"])
    (spot,) = (one for one in form["sections"][0]["fields"] if one["field"] == "contract_until")
    assert spot["visible_when"] == "contract_until is not None or vip"
    view = json.loads(texts["views/customer_all.json"])
    assert (view["filter"], view["sort"][0]) == ("contract_until is not None", "contract_until")
    place.run("plan", "sales", folder, "--exit-code", code=0)
