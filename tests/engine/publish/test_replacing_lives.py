"""Options and tags through lives of replacing, restoring, editing and going back, by chance.

Whenever an earlier revision comes back, every record that nobody edited since has the value of
then; what was edited has something that the revision offers or keeps.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, insert
from tests.engine.publish.test_purge import assert_sound, put_in_force
from tests.engine.publish.test_replacing import revision_of

OPTIONS = ("a", "b", "c", "d", "e")
RECORDS, STEPS = 12, 14
Held = dict[int, frozenset[str]]


class Life:
    """A workspace with its deals, what is replaced in it, and what each revision looked like."""

    def __init__(self, workspace: Workspace, shop: Shop, seed: int) -> None:
        self.workspace = workspace
        self.shop = shop
        self.chance = random.Random(seed)
        self.replaced: dict[str, str] = {}
        self.edited: set[int] = set()
        self.then: dict[int, tuple[dict[str, str], dict[str, Held], set[int]]] = {}
        shop.field("deal", "stage")
        shop.add("deal", name="kind", type="choice", options=[])
        self.write()
        put_in_force(workspace, shop)
        with workspace.writing() as tx:
            made = [{"name": f"D{number}", "customer": 1} for number in range(RECORDS)]
            insert(tx, "deal", made)
        with workspace.reading() as tx:
            self.ids = list(tx.connection.scalars(sa.select(tx.tables.table("deal").c.id)))
        for one in self.ids:
            self.edit(one)
        self.remember()

    def write(self) -> None:
        """Say in the documents what is replaced."""
        for things in (self.shop.data["topic"]["tags"], self.shop.field("deal", "kind")["options"]):
            things[:] = [
                {"name": one, **({"archived": True, "replaced_by": self.replaced[one]}
                                 if one in self.replaced else {})}
                for one in OPTIONS
            ]  # fmt: skip

    def remember(self) -> None:
        held = {"kind": self.kinds(), "topics": self.topics()}
        self.then[revision_of(self.workspace)] = (dict(self.replaced), held, set())

    def kinds(self) -> Held:
        with self.workspace.reading() as tx:
            table = tx.tables.table("deal")
            rows = tx.connection.execute(
                sa.select(table.c.id, tx.tables.column(table, "deal", "kind"))
            )
            return {one: frozenset([value] if value else []) for one, value in rows}

    def topics(self) -> Held:
        with self.workspace.reading() as tx:
            link = tx.tables.tags("deal")
            live = sa.select(link.c.record_id, link.c.tag_id).where(link.c.valid_to.is_(None))
            rows = tx.connection.execute(live).all()
        return {one: frozenset(tag for at, tag in rows if at == one) for one in self.ids}

    def edit(self, record_id: int) -> None:
        """Somebody chooses another kind and other topics."""
        live = [one for one in OPTIONS if one not in self.replaced]
        values = {
            "kind": self.chance.choice(live),
            "topics": self.chance.sample(live, self.chance.randrange(len(live) + 1)),
        }
        with self.workspace.writing() as tx:
            version = records.get(tx, SYSTEM, "deal", record_id).version
            records.update(tx, SYSTEM, "deal", record_id, version, values)
        for _, _, edited in self.then.values():
            edited.add(record_id)

    def replace(self) -> None:
        """One more is replaced, by something live, or one less, or one by something else."""
        one = self.chance.choice(OPTIONS)
        live = [each for each in OPTIONS if each not in self.replaced and each != one]
        if one in self.replaced and self.chance.random() < 0.5:
            del self.replaced[one]
        elif len(live) > 1:
            self.replaced[one] = self.chance.choice(live)
        self.write()
        put_in_force(self.workspace, self.shop)
        self.remember()

    def go_back(self) -> None:
        """To any earlier revision, where untouched records are as they were."""
        revision = self.chance.choice(list(self.then))
        replaced, held, edited = self.then[revision]
        plan = publish.restore_plan(self.workspace, SYSTEM, revision)
        assert [problem.line() for problem in plan.problems] == []
        publish.publish(self.workspace, SYSTEM, plan)
        assert_sound(self.workspace)
        now = {"kind": self.kinds(), "topics": self.topics()}
        for field, values in held.items():
            for one in set(self.ids) - edited:
                assert (field, one, now[field][one]) == (field, one, values[one])
        self.replaced = dict(replaced)
        self.write()
        # What others did to records since was done before this revision came back.
        self.then[revision_of(self.workspace)] = (dict(replaced), now, set())

    def nothing_replaced_is_held(self) -> None:
        for held in (self.kinds(), self.topics()):
            assert not {one for some in held.values() for one in some} & self.replaced.keys()


@pytest.mark.parametrize("seed", range(6))
def test_untouched_records_are_as_they_were(workspace: Workspace, shop: Shop, seed: int) -> None:
    life = Life(workspace, shop, seed)
    acts: list[Callable[[], Any]] = [
        life.replace, life.replace, life.go_back,
        lambda: life.edit(life.chance.choice(life.ids)),
    ]  # fmt: skip
    for _ in range(STEPS):
        life.chance.choice(acts)()
        life.nothing_replaced_is_held()
