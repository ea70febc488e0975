"""The layout as a value: equal by content, and the same again after JSON."""

import json

import pytest

from fieldstone.engine.layout import (
    EMPTY,
    EntityLayout,
    Former,
    Layout,
    StoredField,
    column_name,
    link_table_name,
    table_name,
)

DEAL = EntityLayout(
    "deal",
    "_tags_deal",
    {
        "name": StoredField("deal", "name", "text"),
        "amount": StoredField("deal", "amount$2", "decimal", 2, 2),
    },
    ("amount",),
    {"amount": (Former(StoredField("deal", "amount$3", "text", 0, 3), "text"),)},
    {"gone": "bigint"},
)


def test_a_layout_survives_json() -> None:
    layout = EMPTY.with_entity("deal", DEAL)
    again = Layout.from_json(json.loads(json.dumps(layout.to_json())))
    assert again == layout
    assert again.entity("deal") == DEAL
    assert hash(again) == hash(layout)


def test_layouts_with_different_columns_differ() -> None:
    layout = EMPTY.with_entity("deal", DEAL)
    moved = DEAL.with_field("amount", StoredField("deal", "amount$4", "decimal", 2, 4))
    assert EMPTY.with_entity("deal", moved) != layout


def test_what_is_not_stored_has_no_column() -> None:
    layout = EMPTY.with_entity("deal", DEAL)
    assert layout.find("deal", "tags") is None
    assert layout.find("nothing", "name") is None
    assert layout.stored("deal", "name").column == "name"
    with pytest.raises(KeyError):
        layout.stored("deal", "tags")


@pytest.mark.parametrize(
    ("field_id", "generation", "column"),
    [
        ("amount", 1, "amount"),
        ("amount", 2, "amount$2"),
        ("xmin", 1, "xmin$1"),
        ("order", 1, "order"),
    ],
)
def test_a_column_is_named_by_the_id_of_its_field(
    field_id: str, generation: int, column: str
) -> None:
    assert column_name(field_id, generation) == column


def test_tables_are_named_by_the_id_of_their_entity() -> None:
    assert table_name("deal") == "deal"
    assert table_name("sqlite_stat") == "t$sqlite_stat"
    assert link_table_name("deal") == "_tags_deal"
