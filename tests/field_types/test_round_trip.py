"""A thousand values of each type go through the API, a CSV and a workbook, and come back equal."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import exports, imports, query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.exports import FORMATS, Format
from fieldstone.engine.imports import Options
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.query import ListRequest
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.field_types.every import EVERY, FIELDS
from tests.servers.database import Database

COUNT = 1000
STRANGE = "\x01\x0b\x1f\u2028\ufeff=+-@'\"\t\n ,;|，、＝\\_x000D_0aé石頭👩‍🌾\u00a0\u3000%:/.#"
COMPUTED = {"tier", "formula", "lookup", "rollup", "auto_number"}

Make = Callable[[random.Random, int], Any]
Row = Mapping[str, Any]


def text(dice: random.Random, number: int) -> str:
    return "".join(dice.choice(STRANGE) for _ in range(dice.randrange(1, 12))) + dice.choice(
        ["", "x", f"{number}", " "]
    )


def number(scale: int, most: int) -> Make:
    def make(dice: random.Random, _: int) -> str:
        units = dice.choice([dice.randrange(10), dice.randrange(most), most])
        return f"{Decimal(dice.choice([units, -units])).scaleb(-scale):f}"

    return make


def day(dice: random.Random, _: int) -> str:
    days = dice.choice([dice.randrange(3_000_000), dice.randrange(690_000, 740_000)])
    return (date(1, 1, 1) + timedelta(days)).isoformat()


def moment(dice: random.Random, _: int) -> str:
    years = timedelta(seconds=dice.randrange(-4_000_000_000, 4_000_000_000))
    found = datetime(2000, 1, 1, tzinfo=UTC) + years
    micros = dice.choice([0, 0, dice.randrange(1_000_000)])
    return found.replace(microsecond=micros).isoformat()


MAKE: Mapping[str, Make] = {
    "text": lambda dice, at: text(dice, at) + str(at),
    "long_text": text,
    "integer": lambda dice, at: dice.randrange(-1000, 1_000_001),
    "decimal": number(3, 10**15 - 1),
    "money": number(2, 10**15 - 1),
    "percent": number(4, 10**6),
    "rating": lambda dice, at: dice.randrange(1, 6),
    "boolean": lambda dice, at: dice.choice([True, False]),
    "date": day,
    "datetime": moment,
    "choice": lambda dice, at: dice.choice(["red", "blue"]),
    "reference": lambda dice, at: str(dice.randrange(1, 21)),
    "owner": lambda dice, at: str(dice.randrange(1, 3)),
    "member": lambda dice, at: str(dice.randrange(1, 3)),
    "email": lambda dice, at: f"{dice.choice(['a', 'o+p', 'x_y'])}{at}@example.com",
    "phone": lambda dice, at: f"+86138{dice.randrange(10**7, 10**8)}",
    "url": lambda dice, at: f"https://example.com/?a={dice.randrange(99)}&b=%20;c,'#{at}",
    "stage": lambda dice, at: "begun",
    "tags": lambda dice, at: dice.sample(["new", "rare", "odd"], dice.randrange(4)),
}


@pytest.fixture
def installation(home: Path, database: Database) -> Iterator[Installation]:
    """Return an installation on either kind of database."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings) as opened:
        yield opened


def workspace_of(installation: Installation, slug: str) -> Workspace:
    """A workspace with a field of every type, places and two members."""
    ada = NewMember(name=" Ada, =1", email="ada@example.com", locale="en")
    made = installation.create_workspace(slug, slug, EVERY, admin=ada)
    places = [{"name": f"{text(random.Random(at), at)}{at}"} for at in range(20)]
    with made.writing() as tx:
        records.create_many(tx, SYSTEM, "place", places, atomic=True)
    return made


def rows_of(dice: random.Random, people: list[str]) -> list[dict[str, Any]]:
    """A thousand rows with a value for each field that people fill."""
    kinds = {kind: one["name"] for kind, one in FIELDS.items() if kind not in COMPUTED}
    assert set(kinds) == set(MAKE)
    return [
        {
            name: dice.choice(people) if kind in ("owner", "member") else MAKE[kind](dice, at)
            for kind, name in kinds.items()
        }
        for at in range(COUNT)
    ]


def held(workspace: Workspace) -> list[Row]:
    """What the API answers of every thing, by the order in which they were made."""
    names = tuple(one["name"] for kind, one in FIELDS.items() if kind not in COMPUTED)
    found: list[Row] = []
    with workspace.reading() as tx:
        request = ListRequest(entity_id="thing", fields=names, sort="number", limit=500)
        while True:
            page = query.page(tx, SYSTEM, request)
            found += [{name: one[name] for name in names} for one in query.present(page)]
            if page.next_cursor is None:
                return found
            request = replace(request, cursor=page.next_cursor)


@pytest.fixture
def filled(installation: Installation) -> Workspace:
    """Return a workspace with a thousand things."""
    made = workspace_of(installation, "full")
    with made.writing() as tx:
        people = [str(one["id"]) for one in members_of(tx)]
        rows = rows_of(random.Random(6), people)
        outcomes = records.create_many(tx, SYSTEM, "thing", rows, atomic=True)
    assert [one for one in outcomes if one.problems] == []
    return made


def members_of(tx: Any) -> list[dict[str, Any]]:
    return query.present(query.page(tx, SYSTEM, ListRequest(entity_id="member", fields=("name",))))


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_exported_is_imported_as_it_was(
    installation: Installation, filled: Workspace, tmp_path: Path, kind: Format, locale: str
) -> None:
    path = tmp_path / f"things.{kind}"
    with filled.reading() as tx:
        request = ListRequest(entity_id="thing", sort="number")
        caller = replace(SYSTEM, locale=locale)
        assert exports.write(tx, caller, request, path, kind) == COUNT
    other = workspace_of(installation, "copy")
    with other.reading() as tx:
        columns = imports.guess(tx.app, SYSTEM, "thing", Options().open(path).columns)
    mapping = {"columns": columns}
    report = imports.run(
        other, SYSTEM, "thing", path, Options(mapping=mapping), keep=tmp_path / "kept"
    )
    assert [(one.line, one.reasons) for one in report.bad] == []
    assert report.created == COUNT
    before, after = held(filled), held(other)
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b][:3] == []
