"""Fields with data through thirty random changes, beside a model that knows what must be kept.

A case that fails says the seed; FIELDSTONE_LIVES says how many are tried.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from tests.engine.publish.test_purge import assert_sound

SEEDS = range(int(os.environ.get("FIELDSTONE_LIVES", "4")))
CHANGES = 30
RECORDS = 5
TYPES = ("text", "integer", "boolean", "choice")
WORDS = ("7", "12", "300", "true", "red", "blue")
"""Texts; some are numbers, some options."""


@dataclass
class Life:
    """A field as it must be: its name, type and values, and options that are live or archived."""

    id: str
    name: str
    type: str
    values: list[Any]
    archived: bool = False
    required: bool = False
    unique: bool = False
    formers: dict[str, list[Any]] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)
    archived_options: list[str] = field(default_factory=list)
    purged_options: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        data: dict[str, Any] = {"id": self.id, "name": self.name, "type": self.type}
        if self.required and self.type != "boolean":
            data["required"] = True
        if self.unique and self.type in ("text", "integer"):
            data["unique"] = True
        if self.type == "choice":
            data["options"] = [{"id": one, "name": one} for one in self.options]
            if self.purged_options:
                data["purged"] = self.purged_options
        return data


class Model:
    """What is declared and what the records hold; each change is done to it first."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.fields: list[Life] = []
        self.purged: list[str] = []
        self.lost: list[str] = []
        self.made = 0

    def documents(self) -> list[Any]:
        fields = [{"name": "name", "type": "text"}]
        fields += [one.document() for one in self.fields if not one.archived]
        entity = {"kind": "entity", "name": "thing", "title": "name", "fields": fields}
        if self.purged:
            entity["purged"] = list(self.purged)
        return [document_of({"kind": "app", "name": "lives"}), document_of(entity)]

    def change(self) -> str:
        """One change, or none where there is nothing to be changed so; returns what it was."""
        acts = ("add", "add", "rename", "archive", "restore", "purge", "purge", "convert",
                "required", "unique", "option", "option")  # fmt: skip
        act = self.chance.choice(acts)
        self.lost = []
        live = [one for one in self.fields if not one.archived]
        old = [one for one in self.fields if one.archived]
        if act == "add":
            self.add()
        elif act in ("restore", "purge"):
            if old:
                getattr(self, act)(self.chance.choice(old))
        elif live:
            getattr(self, act)(self.chance.choice(live))
        return act

    def add(self) -> None:
        self.made += 1
        kind = self.chance.choice(TYPES)
        options = ["red", "blue", "green"] if kind == "choice" else []
        empty: list[Any] = [False if kind == "boolean" else None] * RECORDS
        name = f"f{self.made}"
        self.fields.append(Life(name, name, kind, empty, options=options))

    def rename(self, one: Life) -> None:
        self.made += 1
        one.name = f"r{self.made}"

    def archive(self, one: Life) -> None:
        one.archived = True

    def restore(self, one: Life) -> None:
        """It comes back where its values allow what it asks of them."""
        one.archived, one.required, one.unique = False, False, False

    def purge(self, one: Life) -> None:
        self.fields.remove(one)
        self.purged.append(one.id)
        held = [each for each in one.values if each is not None and each is not False]
        if held:
            self.lost.append(f"entity/thing#/fields/{one.id}")

    def convert(self, one: Life) -> None:
        """Numbers become texts and back; what nobody touched is again what it was."""
        if one.type not in ("text", "integer"):
            return
        old, new = one.type, "text" if one.type == "integer" else "integer"
        former = one.formers.get(new, [None] * RECORDS)
        one.formers = {old: one.values}
        if any(_turned(each, new) is None and each is not None for each in one.values):
            self.lost.append(f"thing.{one.name}")
        one.type, one.unique, one.required = new, False, False
        one.values = [
            was if was is not None and _turned(was, old) == each else _turned(each, new)
            for each, was in zip(one.values, former, strict=True)
        ]

    def required(self, one: Life) -> None:
        one.required = not one.required and None not in one.values

    def unique(self, one: Life) -> None:
        held = [each for each in one.values if each is not None]
        one.unique = not one.unique and len(set(held)) == len(held)

    def option(self, one: Life) -> None:
        """Archive an option, or purge one that is; never the last one."""
        if one.type != "choice":
            return
        if one.archived_options and not one.required:
            gone = one.archived_options.pop()
            one.purged_options.append(gone)
            if gone in one.values:
                self.lost.append(f"entity/thing#/fields/{one.id}/options/{gone}")
            one.values = [None if each == gone else each for each in one.values]
        elif len(one.options) > 1:
            gone = one.options.pop()
            one.archived_options.append(gone)

    def write(self) -> dict[int, dict[str, Any]]:
        """New values for some records, by record and field."""
        found: dict[int, dict[str, Any]] = {}
        for one in self.fields:
            if one.archived or self.chance.random() < 0.4:
                continue
            at = self.chance.randrange(RECORDS)
            value = self.value(one, at)
            if one.unique and value in one.values:
                continue
            one.values[at] = value
            found.setdefault(at + 1, {})[one.id] = value
        return found

    def value(self, one: Life, at: int) -> Any:
        match one.type:
            case "integer":
                return self.chance.randrange(1000)
            case "boolean":
                return self.chance.random() < 0.5
            case "choice":
                return self.chance.choice(one.options)
        return self.chance.choice(WORDS) + str(at)


def _turned(value: Any, kind: str) -> Any:
    """What a text or a number becomes."""
    if value is None:
        return None
    if kind == "text":
        return str(value)
    return int(value) if str(value).isdigit() else None


def hold(workspace: Workspace, model: Model) -> None:
    """The records hold what the model says, archived fields too, and nothing else is there."""
    with workspace.reading() as tx:
        table = tx.tables.table("thing")
        at = tx.layout.entity("thing").fields
        ids = {one.id for one in model.fields}
        assert ids == {one for one in at if one.startswith("f")}
        for one in model.fields:
            column = tx.tables.column(table, "thing", one.id)
            order = tx.tables.column(table, "thing", "id")
            assert list(tx.connection.scalars(sa.select(column).order_by(order))) == one.values


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_but_what_was_purged(
    request: pytest.FixtureRequest, empty: Workspace, seed: int
) -> None:
    if seed % 2:
        request.getfixturevalue("every_table_is_large")
    model, done = Model(random.Random(seed)), []
    for number in range(CHANGES):
        done.append(model.change())
        plan = publish.preview(empty, SYSTEM, model.documents())
        assert [one.line() for one in plan.problems] == [], done
        assert sorted(one.key for one in plan.losses) == sorted(model.lost), done
        publish.publish(empty, SYSTEM, plan, accept_loss=model.lost)
        assert_sound(empty)
        with empty.writing() as tx:
            table = tx.tables.table("thing")
            if number == 0:
                system = {"version": 1, "created_at": tx.now, "updated_at": tx.now, "origin": "x"}
                for _ in range(RECORDS):
                    tx.connection.execute(sa.insert(table).values(**system))
            for record_id, values in model.write().items():
                put = {tx.layout.stored("thing", key).column: one for key, one in values.items()}
                tx.connection.execute(sa.update(table).where(table.c.id == record_id).values(put))
        hold(empty, model)
