"""The same change for ever: fields that come and go, and a type that turns and turns back.

FIELDSTONE_CYCLES says how often; 2,000 are more than PostgreSQL has columns for a table.
"""

from __future__ import annotations

import os

import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.tombstones import place_of
from tests.engine.publish.shop import Shop, column
from tests.engine.publish.test_columns import columns_had
from tests.engine.publish.test_purge import assert_sound
from tests.metadata.samples import purged_from

CYCLES = int(os.environ.get("FIELDSTONE_CYCLES", "40"))


def fax(number: int) -> str:
    """The id that the field of that name gets when it is declared for the n-th time."""
    return "fax" if number == 1 else f"fax_{number}"


def test_a_field_comes_and_goes_for_ever(workspace: Workspace, shop: Shop) -> None:
    """Each publish declares it anew, archives the one of before, and purges the one before that."""
    fields, had = list(shop.data["customer"]["fields"]), set[int]()
    for number in range(1, CYCLES + 1):
        shop.data["customer"]["fields"] = [*fields, {
            "id": fax(number), "name": "fax", "type": "text", "default": f"no. {number}"
        }]  # fmt: skip
        shop.field("customer", "staff").update(type="text" if number % 2 else "integer")
        going = [fax(number - 2)] if number > 2 else []
        shop.data["customer"]["purged"] = going
        plan = publish.preview(workspace, SYSTEM, shop.documents())
        assert [one.line() for one in plan.problems] == []
        lost = [f"entity/customer#/fields/{one}" for one in going]
        assert [one.key for one in plan.losses] == lost
        publish.publish(workspace, SYSTEM, plan, accept_loss=lost)
        if number > 6:
            had.add(columns_had(workspace, "customer"))
    assert len(had) == 1
    assert_sound(workspace)
    with workspace.reading() as tx:
        entity = tx.app.entity("customer")
        ids = [one.id for one in entity.fields if one.name == "fax"]
        assert ids == [fax(CYCLES), fax(CYCLES - 1)]
        assert column(tx, "customer", fax(CYCLES)) == [f"no. {CYCLES}"] * 3
        assert column(tx, "customer", fax(CYCLES - 1)) == [f"no. {CYCLES - 1}"] * 3
        purged = {place_of(f"entity/customer#/fields/{fax(one)}") for one in range(1, CYCLES - 1)}
        assert purged_from(tx.app) == purged
        document = next(one for one in tx.app.documents if one.key == "entity/customer")
        assert document.data["purged"] == ["fax", f"fax_2..{CYCLES - 2}"]
        text = tx.tables.column(tx.tables.table("customer"), "customer", "staff")
        order = sa.select(sa.cast(text, sa.Text)).order_by(sa.text("id"))
        assert list(tx.connection.scalars(order)) == ["12", None, "700"]
