"""The cases by hand (`cases/*.json`): what each is about, and the company that it is asked of.

A case has a `name`, an `expression` and the `expected` value, or the id of the problem for which it
is `refused`. With `table` the value is that of the first account among all. `record` changes the
first account, `also` any record: {"deal 11": {...}}, or new ones with ids that are not there:
"deal 101..200". `now`, `zone`, `me` and `app` (how weeks, years and working days are counted) are
the company's unless they are given. `rule` names the rule of docs/expressions.md that it shows.
`published` says that the expression is only taken where it was published before it was refused. A
long text is written as its pieces, each with how often it stands there: {"a": 9999, "b": 1}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fieldstone.metadata.expression import parse, tree
from fieldstone.rules import Context, Expression
from fieldstone.rules.expression import compile_node
from fieldstone.rules.typing import Options
from tests.rules.declared import APP, counting_from
from tests.rules.world import CONTEXT, World, value_of

FOLDER = Path(__file__).parent / "cases"
COMPANY = json.loads((FOLDER / "company.json").read_text("utf-8"))
Case = dict[str, Any]
CASES: tuple[tuple[str, Case], ...] = tuple(
    (f"{path.stem}: {case['name']}", case)
    for path in sorted(FOLDER.glob("*.json"))
    if path.stem != "company"
    for case in json.loads(path.read_text("utf-8"))
)
"""Every case with what it is called among all of them."""
KEYS = frozenset({"name", "expression", "expected", "refused", "rule", "published", "table"})
SITUATION = frozenset({"record", "also", "now", "zone", "me", "app"})


def spelled(value: Any) -> Any:
    """A value as it is meant: a long text is written as its pieces."""
    if isinstance(value, dict):
        return "".join(piece * times for piece, times in value.items())
    return value


def expected(case: Case) -> Any:
    """The value that a case is to have."""
    return spelled(case["expected"])


def changes(case: Case) -> Mapping[tuple[str, int], Case]:
    """What a case changes, by entity and id of the record."""
    found = {("account", 1): case.get("record", {})}
    for key, changed in case.get("also", {}).items():
        entity_id, _, number = key.partition(" ")
        first, _, last = number.partition("..")
        found |= {(entity_id, one): changed for one in range(int(first), int(last or first) + 1)}
    return found


def company(case: Case) -> World:
    """The company that a case is asked of."""
    changed = changes(case)
    world = World()
    for entity_id in ("member", "account", "deal"):
        entity = APP.entity(entity_id)
        given: dict[int, Case] = {one["id"]: one for one in COMPANY[entity_id]}
        for (of, number), change in changed.items():
            if of == entity_id:
                given[number] = {"id": number} | given.get(number, {}) | change
        for record in given.values():
            values = {name: spelled(value) for name, value in record.items()}
            fields = {name: entity.field(name) for name in values}
            world.add(entity_id, {name: value_of(fields[name], values[name]) for name in values})
    return world


def context(case: Case) -> Context:
    """The instant, zone and person of a case."""
    return replace(
        CONTEXT,
        now=datetime.fromisoformat(case.get("now", COMPANY["now"])),
        zone=ZoneInfo(case.get("zone", "Asia/Shanghai")),
        me=case.get("me", CONTEXT.me),
        problems=[],
    )


def compiled(case: Case, part: tree.Node | None = None) -> Expression:
    """The expression of a case, or a part of it, where weeks and years count as the case says."""
    app = counting_from(**case.get("app", {}))
    text = case["expression"]
    lenient = case.get("published", False)
    table = case.get("table", False)
    options = Options(space="name", allow_viewer=True, lenient=lenient, over_table=table)
    return compile_node(app, "account", text, part or parse(text), options)


def written(value: Any) -> Any:
    """A value as the cases write it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value
