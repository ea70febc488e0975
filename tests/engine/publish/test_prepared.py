"""Statements that the driver prepares: never one that was made for other types of columns."""

from decimal import Decimal
from typing import Any

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop
from tests.engine.publish.test_data import put_in_force

OFTEN = 8
"""More than the executions after which the driver prepares a statement."""


def test_a_type_may_change_after_many_readings(workspace: Workspace, shop: Shop) -> None:
    for _ in range(OFTEN):
        assert written_and_read(workspace, 12) == 12
    shop.field("customer", "staff").update(type="decimal", scale=3)
    put_in_force(workspace, shop)
    for _ in range(OFTEN):
        assert written_and_read(workspace, "0.125") == Decimal("0.125")


def test_workspaces_with_other_types_take_turns(installation: Installation) -> None:
    made = {}
    for scale in (1, 3):
        shop = Shop()
        shop.field("customer", "staff").update(type="decimal", scale=scale)
        made[scale] = installation.create_workspace(f"scale-{scale}", "Scale", shop.documents())
    for _ in range(OFTEN):
        for scale, workspace in made.items():
            exact = Decimal(1).scaleb(-scale)
            found = written_and_read(workspace, str(exact))
            assert (found, found.as_tuple().exponent) == (exact, -scale)


def written_and_read(workspace: Workspace, value: Any) -> Any:
    """Make a customer with this many staff, give it another name, and read the number."""
    with workspace.writing() as tx:
        made = records.create(tx, SYSTEM, "customer", {"name": "远山仪器", "staff": value})
        records.update(tx, SYSTEM, "customer", made.id, 1, {"name": "Yuanshan"})
    with workspace.reading() as tx:
        return records.get(tx, SYSTEM, "customer", made.id).values["staff"]
