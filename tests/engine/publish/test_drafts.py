"""Drafts: what a member changes is theirs until it is published, and nobody is overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from fieldstone.engine import drafts, publish
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Conflict, Invalid, NotFound
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of
from fieldstone.metadata.merge import ABSENT, Side
from tests.engine.publish.shop import Shop

LI, WANG = Caller(1, system=True), Caller(2, system=True)


def named(workspace: Workspace, caller: Caller, kind: str, name: str) -> dict[str, Any]:
    """A document of a draft as people write it."""
    with workspace.reading() as tx:
        draft = drafts.read(tx, caller)
        return next(dict(one.data) for one in draft.named() if (one.kind, one.name) == (kind, name))


def put(workspace: Workspace, caller: Caller, data: dict[str, Any]) -> drafts.Draft:
    with workspace.writing() as tx:
        return drafts.put(tx, caller, [document_of(data)])


def with_field(workspace: Workspace, caller: Caller, entity: str, **field: Any) -> dict[str, Any]:
    data = named(workspace, caller, "entity", entity)
    return {**data, "fields": [*data["fields"], field]}


def test_a_draft_changes_nothing_that_others_see_until_it_is_published(
    workspace: Workspace,
) -> None:
    draft = put(workspace, LI, with_field(workspace, LI, "customer", name="phone", type="phone"))
    assert [one.key for one in draft.edits] == ["entity/customer"]
    with workspace.reading() as tx:
        assert "phone" not in tx.app.entity("customer").by_id
        assert drafts.read(tx, WANG).edits == ()
        assert [one.kind for one in drafts.plan(tx, LI).changes] == ["field.added"]
    revision = drafts.publish(workspace, LI, "phones")
    with workspace.reading() as tx:
        assert tx.revision == revision
        assert "phone" in tx.app.entity("customer").by_id
        assert drafts.read(tx, LI).edits == ()
        assert drafts.count(tx, LI) == 0


def test_a_document_back_as_it_was_is_no_edit(workspace: Workspace) -> None:
    before = named(workspace, LI, "entity", "customer")
    put(workspace, LI, with_field(workspace, LI, "customer", name="phone", type="phone"))
    assert put(workspace, LI, before).edits == ()


def test_discards_one_document_or_all(workspace: Workspace) -> None:
    put(workspace, LI, with_field(workspace, LI, "customer", name="phone", type="phone"))
    put(workspace, LI, with_field(workspace, LI, "deal", name="note", type="text"))
    with workspace.writing() as tx:
        assert [one.key for one in drafts.discard(tx, LI, ["entity/deal"]).edits] == [
            "entity/customer"
        ]
    with workspace.writing() as tx:
        assert drafts.discard(tx, LI).edits == ()


def test_what_others_publish_elsewhere_carries_over(workspace: Workspace, shop: Shop) -> None:
    put(workspace, LI, with_field(workspace, LI, "customer", name="phone", type="phone"))
    shop.add("deal", name="note", type="text")
    publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, shop.documents()))
    with workspace.reading() as tx:
        assert drafts.read(tx, LI).conflicts == ()
    drafts.publish(workspace, LI)
    with workspace.reading() as tx:
        assert "note" in tx.app.entity("deal").by_id
        assert "phone" in tx.app.entity("customer").by_id


def test_two_people_who_change_one_document_both_keep_what_they_changed(
    workspace: Workspace,
) -> None:
    put(workspace, LI, with_field(workspace, LI, "customer", name="phone", type="phone"))
    put(workspace, WANG, with_field(workspace, WANG, "customer", name="fax", type="phone"))
    drafts.publish(workspace, WANG)
    with workspace.reading() as tx:
        (edit,) = drafts.read(tx, LI).edits
        assert [(one.key, one.fate) for one in edit.differences] == [
            ("entity/customer#/fields/fax", "theirs")
        ]
        assert edit.conflicts == ()
    drafts.publish(workspace, LI)
    with workspace.reading() as tx:
        fields = {one.id: one.archived for one in tx.app.entity("customer").fields}
    assert (fields["phone"], fields["fax"]) == (False, False)


def labelled(workspace: Workspace, caller: Caller, label: str) -> None:
    """The customer's label in a draft."""
    put(workspace, caller, {**named(workspace, caller, "entity", "customer"), "label": label})


@pytest.mark.parametrize(("side", "wanted"), [("ours", "Client"), ("theirs", "Account")])
def test_what_both_changed_waits_for_a_choice(
    workspace: Workspace, side: Side, wanted: str
) -> None:
    labelled(workspace, LI, "Client")
    labelled(workspace, WANG, "Account")
    drafts.publish(workspace, WANG)
    with pytest.raises(Conflict) as refused:
        drafts.publish(workspace, LI)
    assert [one.id for one in refused.value.problems] == ["draft.conflict"]
    with workspace.writing() as tx:
        (conflict,) = drafts.read(tx, LI).edits[0].conflicts
        assert (conflict.ours, conflict.theirs) == ("Client", "Account")
        assert drafts.settle(tx, LI, conflict.key, side).conflicts == ()
    drafts.publish(workspace, LI)
    with workspace.reading() as tx:
        assert tx.app.entity("customer").text("en") == wanted


def test_a_choice_holds_for_what_was_seen_alone(workspace: Workspace) -> None:
    labelled(workspace, LI, "Client")
    labelled(workspace, WANG, "Account")
    drafts.publish(workspace, WANG)
    with workspace.writing() as tx:
        drafts.settle(tx, LI, "entity/customer", "ours")
    labelled(workspace, WANG, "Company")
    drafts.publish(workspace, WANG)
    with workspace.reading() as tx:
        (conflict,) = drafts.read(tx, LI).edits[0].conflicts
    assert (conflict.ours, conflict.theirs) == ("Client", "Company")


def test_a_conflict_stays_one_while_the_document_is_changed_elsewhere(
    workspace: Workspace,
) -> None:
    labelled(workspace, LI, "Client")
    labelled(workspace, WANG, "Account")
    drafts.publish(workspace, WANG)
    put(workspace, LI, with_field(workspace, LI, "customer", name="phone", type="phone"))
    with workspace.reading() as tx:
        draft = drafts.read(tx, LI)
        assert [one.key for one in draft.edits[0].conflicts] == ["entity/customer#/label/en"]
        assert draft.app is not None
        assert "phone" in draft.app.entity("customer").by_id


def test_a_removed_document_that_somebody_changed_is_asked_about(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        drafts.remove(tx, LI, "entity", "deal")
    put(workspace, WANG, with_field(workspace, WANG, "deal", name="note", type="text"))
    drafts.publish(workspace, WANG)
    with workspace.writing() as tx:
        (conflict,) = drafts.read(tx, LI).edits[0].conflicts
        assert conflict.ours is ABSENT
        assert drafts.settle(tx, LI, conflict.key, "theirs").edits == ()


def test_nothing_to_decide_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(NotFound), workspace.writing() as tx:
        drafts.settle(tx, LI, "entity/customer", "ours")


def test_a_removed_document_is_archived_where_it_holds_data(workspace: Workspace) -> None:
    with workspace.writing() as tx:
        drafts.remove(tx, LI, "entity", "deal")
    drafts.publish(workspace, LI)
    with workspace.reading() as tx:
        assert tx.app.entity("deal").archived


def test_a_new_document_of_the_draft_alone_goes_without_a_trace(workspace: Workspace) -> None:
    put(workspace, LI, VISIT)
    with workspace.writing() as tx:
        assert drafts.remove(tx, LI, "entity", "visit").edits == ()


def test_documents_may_come_in_any_order(workspace: Workspace) -> None:
    form = {"kind": "form", "name": "visit_edit", "entity": "visit",
            "sections": [{"name": "all", "fields": [{"field": "name"}]}]}  # fmt: skip
    draft = put(workspace, LI, form)
    assert draft.app is None
    assert [one.id for one in draft.checked.problems] == ["entity.unknown"]
    assert put(workspace, LI, VISIT).app is not None


def test_sound_changes_are_refused_as_a_whole(workspace: Workspace) -> None:
    data = with_field(workspace, LI, "customer", name="twice", type="formula", formula="stafff * 2")
    with pytest.raises(Invalid) as refused, workspace.writing() as tx:
        drafts.put_sound(tx, LI, [document_of(data)])
    assert [(one.id, one.position) for one in refused.value.problems] == [("field.unknown_near", 1)]
    with workspace.reading() as tx:
        assert drafts.read(tx, LI).edits == ()


def test_a_rename_in_the_draft_reaches_what_uses_it(workspace: Workspace) -> None:
    put(workspace, LI, with_field(
        workspace, LI, "customer", name="twice", type="formula", formula="staff * 2"
    ))  # fmt: skip
    data = named(workspace, LI, "entity", "customer")
    fields = [
        {**one, "id": "staff", "name": "people"} if one["name"] == "staff" else one
        for one in data["fields"]
    ]
    put(workspace, LI, {**data, "fields": fields})
    found = named(workspace, LI, "entity", "customer")
    assert next(one for one in found["fields"] if one["name"] == "twice")["formula"] == "people * 2"


VISIT: dict[str, Any] = {
    "kind": "entity",
    "name": "visit",
    "title": "name",
    "fields": [{"name": "name", "type": "text"}],
}
