"""The life of a field: declared in files, used everywhere, watched by a rule, then renamed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine.clock import FixedClock
from tests.acceptance.conftest import Place, place_on
from tests.acceptance.field_life import NINE, NOW, declare, go_to, rename


@pytest.fixture
def place(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Place]:
    """Return a workspace of the template whose clock the test moves."""
    with place_on(request, kind, tmp_path, FixedClock(NOW)) as found:
        found.make("crm")
        yield found


def test_a_field_is_declared_used_watched_and_renamed(place: Place, tmp_path: Path) -> None:
    api = place.api()
    declare(place, tmp_path / "first")

    channel = api.call("POST", "/records/channel", {"name": "Fair"}, status=201)
    ids = {}
    for name, end in (("Soon", "2026-04-03"), ("Later", "2026-04-05"), ("Never", None)):
        values = {"name": name, "channel": channel["id"], "contract_end": end}
        ids[name] = api.call("POST", "/records/customer", values, status=201)["id"]
    assert listed(api, "contract_end") == [("Soon", "2026-04-03"), ("Later", "2026-04-05")]
    assert alerts(api) == []

    go_to(place, NINE - timedelta(minutes=1))
    assert alerts(api) == []
    go_to(place, NINE)
    go_to(place, NINE + timedelta(minutes=1))
    first = alerts(api)
    assert [one["message"] for one in first] == [
        "Later: the contract ends on Apr 5, 2026",
        "Soon: the contract ends on Apr 3, 2026",
    ]

    assert "contract_until" in rename(place, tmp_path / "second")
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
    go_to(place, NINE + timedelta(days=1))
    still = alerts(api)
    assert [(one["id"], one["message"]) for one in still] == [
        (first[0]["id"], "Later: the contract ends on Apr 5, 2026")
    ]
    go_to(place, NINE + timedelta(days=2))
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
