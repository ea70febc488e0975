"""Tags that are archived, and what the records get that had them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
import sqlalchemy as sa

from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop
from tests.engine.publish.test_purge import put_in_force, tagged
from tests.engine.publish.test_replacing import change, fates, held, restore, revision_of


def tags_of(workspace: Workspace) -> set[tuple[int, str]]:
    with workspace.reading() as tx:
        link = tx.tables.tags("deal")
        live = sa.select(link.c.record_id, link.c.tag_id).where(link.c.valid_to.is_(None))
        return {(row[0], row[1]) for row in tx.connection.execute(live)}


def with_topics(workspace: Workspace, shop: Shop, *tags: tuple[int, str]) -> None:
    shop.data["topic"]["tags"] = [{"name": one} for one in ("price", "quality", "speed", "trust")]
    put_in_force(workspace, shop)
    with workspace.writing() as tx:
        tagged(tx, *tags)


def retag(shop: Shop, **pairs: str | None) -> None:
    for one in shop.data["topic"]["tags"]:
        if one["name"] in pairs:
            other = pairs[one["name"]]
            for key in ("archived", "replaced_by"):
                one.pop(key, None)
            if other:
                one.update(archived=True, replaced_by=other)


def test_tags_are_replaced_and_come_back(workspace: Workspace, shop: Shop) -> None:
    given = {(1, "price"), (1, "quality"), (2, "price")}
    with_topics(workspace, shop, *given)
    first = revision_of(workspace)
    retag(shop, price="quality")
    plan = put_in_force(workspace, shop)
    assert [one.kind for one in plan.changes] == ["tag.archived", "tag.replaced"]
    assert fates(plan, "replace_tags") == {"replaced": 2}
    assert tags_of(workspace) == {(1, "quality"), (2, "quality")}
    plan = restore(workspace, first)
    assert fates(plan, "replace_tags") == {"returned": 2}
    assert tags_of(workspace) == given


def test_tags_of_records_that_were_edited_stay(workspace: Workspace, shop: Shop) -> None:
    with_topics(workspace, shop, (1, "price"), (2, "price"))
    first = revision_of(workspace)
    retag(shop, price="quality")
    put_in_force(workspace, shop)
    change(workspace, 2, "deal", topics=["speed"])
    plan = restore(workspace, first)
    assert fates(plan, "replace_tags") == {"returned": 1, "edited": 1}
    assert tags_of(workspace) == {(1, "price"), (2, "speed")}


TAG_STEPS: Sequence[Mapping[str, str | None]] = (
    {"price": "quality"},
    {"speed": "quality"},
    {"quality": "trust"},
)


@pytest.mark.parametrize("back", [0, 1, 2])
def test_chains_of_tags_go_back_to_each_revision(
    workspace: Workspace, shop: Shop, back: int
) -> None:
    with_topics(workspace, shop, (1, "price"), (1, "quality"), (1, "speed"), (2, "price"))
    seen, revisions = [tags_of(workspace)], [revision_of(workspace)]
    for pairs in TAG_STEPS:
        retag(shop, **pairs)
        put_in_force(workspace, shop)
        seen.append(tags_of(workspace))
        revisions.append(revision_of(workspace))
    assert seen[1:] == [
        {(1, "quality"), (1, "speed"), (2, "quality")},
        {(1, "quality"), (2, "quality")},
        {(1, "trust"), (2, "trust")},
    ]
    for at in (back, 3, back):
        restore(workspace, revisions[at])
        assert tags_of(workspace) == seen[at]


def test_one_of_two_merged_tags_comes_back_alone(workspace: Workspace, shop: Shop) -> None:
    with_topics(workspace, shop, (1, "price"), (1, "speed"), (2, "speed"))
    retag(shop, price="quality", speed="quality")
    put_in_force(workspace, shop)
    retag(shop, price=None)
    put_in_force(workspace, shop)
    assert tags_of(workspace) == {(1, "price"), (1, "quality"), (2, "quality")}
    retag(shop, speed="trust")
    put_in_force(workspace, shop)
    assert tags_of(workspace) == {(1, "price"), (1, "trust"), (2, "trust")}


def test_formulas_read_the_tags_of_afterwards(workspace: Workspace, shop: Shop) -> None:
    with_topics(workspace, shop, (1, "price"))
    shop.add("deal", name="good", type="formula", stored=True,
             formula='has_tag("topic", "quality")')  # fmt: skip
    put_in_force(workspace, shop)
    assert held(workspace, "deal", "good") == [False, False]
    retag(shop, price="quality")
    put_in_force(workspace, shop)
    assert held(workspace, "deal", "good") == [True, False]
