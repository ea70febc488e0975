"""The doctor of tables finds what is missing, left over or of another type."""

import pytest

from fieldstone.engine import publish
from fieldstone.engine.workspaces import Workspace


def test_a_sound_workspace_has_no_problems(workspace: Workspace) -> None:
    with workspace.reading() as tx:
        assert publish.layout_matches(tx) == ()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ('DROP VIEW "v_deal"', [("doctor.view_missing", "v_deal")]),
        ("CREATE TABLE stray (id BIGINT)", [("doctor.table_left", "stray")]),
        (
            'ALTER TABLE "customer" ADD COLUMN stray BIGINT',
            [("doctor.column_left", "customer.stray")],
        ),
        (
            'DROP VIEW "v_deal"; ALTER TABLE "deal" DROP COLUMN "amount"; '
            'ALTER TABLE "deal" ADD COLUMN "amount" TEXT; '
            'CREATE VIEW "v_deal" AS SELECT 1 AS one',
            [("doctor.column_type", "deal.amount")],
        ),
        (
            'DROP VIEW "v_customer"; ALTER TABLE "customer" RENAME TO stray',
            [
                ("doctor.table_missing", "customer"),
                ("doctor.table_left", "stray"),
                ("doctor.view_missing", "v_customer"),
            ],
        ),
        ("CREATE INDEX _ix_stray ON deal (name)", [("doctor.index_left", "_ix_stray")]),
    ],
)
def test_damage_is_named(workspace: Workspace, damage: str, found: list[tuple[str, str]]) -> None:
    with workspace.writing() as tx:
        for statement in damage.split(";"):
            tx.connection.exec_driver_sql(statement)
    with workspace.reading() as tx:
        problems = publish.layout_matches(tx)
    assert [(one.id, one.params["name"]) for one in problems] == found
    for one in problems:
        assert one.params["name"] in one.text("zh-CN")
