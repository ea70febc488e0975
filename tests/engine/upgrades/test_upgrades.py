"""Upgrades: a later version of a template comes in, and nothing that was made of it is lost."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fieldstone.engine import drafts, publish, revisions, template_bases, upgrades
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.installation import Installation
from fieldstone.engine.publish import layout_matches
from fieldstone.engine.upgrades import Choice
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.model import App
from tests.engine.publish.shop import Shop, column, insert

LI = Caller(1, system=True)
NOTHING: Mapping[str, Choice] = {}


def changed(workspace: Workspace, own: Shop) -> int:
    """Publish what an admin made of the shop."""
    return publish.publish(workspace, SYSTEM, publish.preview(workspace, SYSTEM, own.documents()))


def prepared(
    workspace: Workspace, shop: Shop, choices: Mapping[str, Choice] = NOTHING
) -> upgrades.Upgrade:
    with workspace.reading() as tx:
        return upgrades.prepare(tx, SYSTEM, shop.documents(), choices)


def upgraded(workspace: Workspace, shop: Shop, choices: Mapping[str, Choice] = NOTHING) -> int:
    return upgrades.apply(workspace, SYSTEM, prepared(workspace, shop, choices))


def version(shop: Shop, number: str) -> Shop:
    shop.data["shop"]["version"] = number
    return shop


def app(workspace: Workspace) -> App:
    with workspace.reading() as tx:
        assert layout_matches(tx) == ()
        return tx.app


def base(workspace: Workspace) -> tuple[str, str]:
    with workspace.reading() as tx:
        found = upgrades.base(tx)
    return found.name, found.version


def test_a_workspace_remembers_the_version_that_it_was_made_from(
    workspace: Workspace, shop: Shop
) -> None:
    assert base(workspace) == ("shop", "1.0.0")
    own = Shop()
    own.add("customer", name="phone", type="phone")
    changed(workspace, own)
    assert base(workspace) == ("shop", "1.0.0")


def test_what_is_new_comes_in_and_what_was_changed_stays(workspace: Workspace, shop: Shop) -> None:
    own = Shop()
    own.field("customer", "staff")["label"] = {"en": "People"}
    own.add("customer", name="phone", type="phone")
    changed(workspace, own)
    shop.add("customer", name="web", type="url")
    shop.field("customer", "staff")["min"] = 0
    upgraded(workspace, version(shop, "1.1.0"))
    customer = app(workspace).entity("customer")
    assert {"phone", "web"} <= set(customer.by_id)
    assert customer.field("staff").label["en"] == "People"
    assert customer.field("staff").min == 0
    assert base(workspace) == ("shop", "1.1.0")
    with workspace.reading() as tx:
        assert column(tx, "customer", "staff") == [12]


def test_a_template_that_takes_away_what_nobody_changed_puts_it_away_with_its_data(
    workspace: Workspace, shop: Shop
) -> None:
    shop.drop("customer", "code")
    upgraded(workspace, version(shop, "1.1.0"))
    assert app(workspace).entity("customer").field("code").archived
    with workspace.reading() as tx:
        assert column(tx, "customer", "code") == ["7"]


def test_what_both_changed_is_asked_and_nothing_is_published_before(
    workspace: Workspace, shop: Shop
) -> None:
    own = Shop()
    own.field("customer", "staff")["min"] = 1
    changed(workspace, own)
    shop.field("customer", "staff")["min"] = 5
    version(shop, "1.1.0")
    with pytest.raises(Conflict) as refused:
        upgraded(workspace, shop)
    place = "entity/customer#/fields/staff/min"
    assert [one.params["place"] for one in refused.value.problems] == [place]
    upgraded(workspace, shop, {place: "theirs"})
    assert app(workspace).entity("customer").field("staff").min == 5


def test_what_the_template_changed_may_be_left_out(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff")["min"] = 5
    shop.add("customer", name="web", type="url")
    version(shop, "1.1.0")
    upgraded(workspace, shop, {"entity/customer#/fields/web": "ours"})
    customer = app(workspace).entity("customer")
    assert customer.field("staff").min == 5
    assert "web" not in customer.by_id
    # It was decided; the next version does not bring it again as it was.
    shop.field("customer", "staff")["max"] = 900
    upgraded(workspace, version(shop, "1.2.0"))
    customer = app(workspace).entity("customer")
    assert customer.field("staff").max == 900
    assert "web" not in customer.by_id


def test_two_things_of_one_id_may_both_stay(workspace: Workspace, shop: Shop) -> None:
    own = Shop()
    own.add("customer", name="region", type="text", label="Our region")
    changed(workspace, own)
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": "Brook", "region": "north"}])
    options = [{"name": "east"}, {"name": "west"}]
    shop.add("customer", name="region", type="choice", label="Their region", options=options)
    shop.put(kind="view", name="eastern", entity="customer", columns=[{"field": "region"}],
             filter='region == "east"')  # fmt: skip
    version(shop, "1.1.0")
    place = "entity/customer#/fields/region"
    (conflict,) = prepared(workspace, shop).conflicts
    assert (conflict.key, conflict.doubly_added) == (place, True)
    upgraded(workspace, shop, {place: "both"})
    customer = app(workspace).entity("customer")
    assert (customer.field("region").type, customer.field("region_2").type) == ("text", "choice")
    assert app(workspace).views["eastern"].filter == 'region_2 == "east"'
    with workspace.reading() as tx:
        assert column(tx, "customer", "region") == [None, "north"]
    # A later version finds its own field again, whatever it is called here.
    shop.field("customer", "region")["options"] = [*options, {"name": "south"}]
    upgraded(workspace, version(shop, "1.2.0"))
    options_now = app(workspace).entity("customer").field("region_2").options
    assert [one.id for one in options_now] == ["east", "west", "south"]


def test_an_upgrade_may_skip_versions(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff").update({"id": "staff", "name": "people"})
    shop.add("deal", name="next_step", type="text")
    upgraded(workspace, version(shop, "3.0.0"))
    assert app(workspace).entity("customer").field("staff").name == "people"
    assert base(workspace) == ("shop", "3.0.0")


def test_the_same_version_again_changes_nothing(workspace: Workspace, shop: Shop) -> None:
    assert prepared(workspace, shop).plan.empty
    with workspace.reading() as tx:
        before = tx.revision
    assert upgraded(workspace, shop) == before


def test_going_back_brings_the_template_of_then(workspace: Workspace, shop: Shop) -> None:
    with workspace.reading() as tx:
        first, hash_before = tx.revision, tx.app.hash
    shop.field("customer", "staff")["min"] = 5
    shop.add("customer", name="web", type="url")
    upgraded(workspace, version(shop, "1.1.0"))
    publish.publish(workspace, SYSTEM, publish.restore_plan(workspace, SYSTEM, first))
    assert base(workspace) == ("shop", "1.0.0")
    assert app(workspace).hash == hash_before
    upgraded(workspace, shop)
    assert base(workspace) == ("shop", "1.1.0")
    assert not app(workspace).entity("customer").field("web").archived


def test_going_back_keeps_what_was_entered_since(workspace: Workspace, shop: Shop) -> None:
    with workspace.reading() as tx:
        first = tx.revision
    shop.add("customer", name="web", type="url")
    shop.add("customer", name="fax", type="phone")
    upgraded(workspace, version(shop, "1.1.0"))
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": "Brook", "web": "https://brook.example"}])
    publish.publish(workspace, SYSTEM, publish.restore_plan(workspace, SYSTEM, first))
    customer = app(workspace).entity("customer")
    assert customer.field("web").archived
    assert "fax" not in customer.by_id
    with workspace.reading() as tx:
        assert column(tx, "customer", "web") == [None, "https://brook.example"]


@pytest.mark.parametrize(
    ("name", "number", "problem"),
    [("bakery", "1.1.0", "upgrade.other_template"), ("shop", "0.9.0", "upgrade.older")],
)
def test_another_or_an_older_template_is_refused(
    workspace: Workspace, shop: Shop, name: str, number: str, problem: str
) -> None:
    shop.data["shop"].update(name=name, version=number)
    with pytest.raises(Conflict) as refused:
        prepared(workspace, shop)
    assert [one.id for one in refused.value.problems] == [problem]


def test_a_workspace_without_a_template_has_none_to_follow(
    installation: Installation, shop: Shop
) -> None:
    bare = installation.create_workspace("bare", "Bare", ())
    with pytest.raises(Conflict) as refused:
        prepared(bare, shop)
    assert [one.id for one in refused.value.problems] == ["upgrade.no_template"]


def test_a_template_that_is_wrong_is_refused_with_its_places(
    workspace: Workspace, shop: Shop
) -> None:
    shop.add("customer", name="twice", type="formula", formula="stafff * 2")
    with pytest.raises(Invalid) as refused:
        prepared(workspace, version(shop, "1.1.0"))
    (problem,) = refused.value.problems
    assert (problem.document, problem.pointer) == ("entities/customer.json", "/fields/4/formula")


def test_what_no_longer_fits_together_is_told(workspace: Workspace, shop: Shop) -> None:
    own = Shop()
    own.add("customer", name="twice", type="formula", formula="staff * 2")
    changed(workspace, own)
    shop.drop("customer", "staff")
    found = prepared(workspace, version(shop, "1.1.0"))
    assert found.conflicts == ()
    assert [one.id for one in found.plan.problems] == ["reference.archived"]
    upgraded(workspace, shop, {"entity/customer#/fields/staff/archived": "ours"})
    assert not app(workspace).entity("customer").field("staff").archived


def test_a_clone_follows_the_template_of_its_original(
    installation: Installation, workspace: Workspace, shop: Shop
) -> None:
    own = Shop()
    own.field("customer", "staff")["label"] = {"en": "People"}
    changed(workspace, own)
    shop.add("customer", name="web", type="url")
    upgraded(workspace, version(shop, "1.1.0"))
    for slug, with_data in (("empty", False), ("full", True)):
        clone = installation.clone_workspace(workspace, slug, with_data=with_data)
        assert base(clone) == ("shop", "1.1.0")
        later = Shop()
        later.add("customer", name="web", type="url")
        later.add("customer", name="fax", type="phone")
        upgraded(clone, version(later, "1.2.0"))
        customer = app(clone).entity("customer")
        assert customer.field("staff").label["en"] == "People"
        assert "fax" in customer.by_id


def test_says_what_was_changed_and_takes_it_back(workspace: Workspace) -> None:
    own = Shop()
    own.field("customer", "staff").update(label={"en": "People"}, min=1)
    own.add("customer", name="phone", type="phone")
    changed(workspace, own)
    with workspace.writing() as tx:
        places = [one.key for one in upgrades.customised(tx)]
        assert places == [
            "entity/customer#/fields/staff/label/en",
            "entity/customer#/fields/staff/label/zh-CN",
            "entity/customer#/fields/staff/min",
            "entity/customer#/fields/phone",
        ]
        drafts.reset(tx, LI, [places[0], places[1]])
    drafts.publish(workspace, LI)
    staff = app(workspace).entity("customer").field("staff")
    assert (staff.label, staff.min) == ({"en": "Staff", "zh-CN": "人数"}, 1)
    with workspace.reading() as tx:
        assert [one.key for one in upgrades.customised(tx)] == places[2:]


def test_an_upgrade_goes_through_the_draft(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="web", type="url")
    version(shop, "1.1.0")
    with workspace.writing() as tx:
        drafts.bring(tx, LI, upgrades.prepare(tx, LI, shop.documents(), {}))
        assert [one.kind for one in drafts.plan(tx, LI).changes] == ["app.version", "field.added"]
    assert base(workspace) == ("shop", "1.0.0")
    drafts.publish(workspace, LI, "upgrade")
    assert base(workspace) == ("shop", "1.1.0")
    assert "web" in app(workspace).entity("customer").by_id


def test_a_discarded_upgrade_leaves_the_template_as_it_was(
    workspace: Workspace, shop: Shop
) -> None:
    shop.add("customer", name="web", type="url")
    with workspace.writing() as tx:
        drafts.bring(tx, LI, upgrades.prepare(tx, LI, version(shop, "1.1.0").documents(), {}))
        drafts.discard(tx, LI)
        drafts.put(tx, LI, [one for one in Shop().documents() if one.kind == "tag_dimension"])
    own = Shop()
    own.add("deal", name="note", type="text")
    with workspace.writing() as tx:
        drafts.put(tx, LI, [one for one in own.documents() if one.name == "deal"])
    drafts.publish(workspace, LI)
    assert base(workspace) == ("shop", "1.0.0")


def test_of_two_drafts_that_upgrade_the_second_is_refused(workspace: Workspace, shop: Shop) -> None:
    wang = Caller(2, system=True)
    shop.add("customer", name="web", type="url")
    version(shop, "1.1.0")
    for caller in (LI, wang):
        with workspace.writing() as tx:
            drafts.bring(tx, caller, upgrades.prepare(tx, caller, shop.documents(), {}))
    drafts.publish(workspace, wang)
    with pytest.raises(Conflict) as refused:
        drafts.publish(workspace, LI)
    assert [one.id for one in refused.value.problems] == ["draft.template_moved"]


def test_every_revision_names_its_template(workspace: Workspace, shop: Shop) -> None:
    upgraded(workspace, version(shop, "1.1.0"))
    with workspace.reading() as tx:
        found = [
            template_bases.of_revision(tx.connection, one.id)
            for one in revisions.listed(tx.connection)
        ]
    assert [one.version for one in found if one] == ["1.1.0", "1.0.0"]


def test_an_option_that_the_template_replaces_is_replaced_in_the_records(
    workspace: Workspace, shop: Shop
) -> None:
    """Also where the workspace calls the other one by a name of its own."""
    own = Shop()
    own.field("customer", "size")["options"][1].update(id="large", name="big")
    changed(workspace, own)
    shop.field("customer", "size")["options"][0].update(archived=True, replaced_by="large")
    upgraded(workspace, version(shop, "1.1.0"))
    size = app(workspace).entity("customer").field("size")
    assert [(one.name, one.replaced_by) for one in size.options] == [
        ("small", "large"),
        ("big", None),
    ]
    with workspace.reading() as tx:
        assert column(tx, "customer", "size") == ["large"]


def test_the_draft_of_an_earlier_revision_goes_back_to_the_very_same(
    workspace: Workspace, shop: Shop
) -> None:
    with workspace.reading() as tx:
        first, hash_before = tx.revision, tx.app.hash
    shop.add("customer", name="web", type="url")
    shop.put(kind="tag_dimension", name="mood", tags=[{"name": "glad"}])
    upgraded(workspace, version(shop, "1.1.0"))
    with workspace.writing() as tx:
        draft = drafts.restore(tx, LI, first)
        assert draft.app is not None
        assert draft.app.hash == hash_before
    drafts.publish(workspace, LI)
    assert base(workspace) == ("shop", "1.0.0")
    assert app(workspace).hash == hash_before
    with workspace.reading() as tx:
        assert drafts.read(tx, LI).edits == ()


def test_a_draft_that_goes_back_and_is_edited_is_one_like_any(
    workspace: Workspace, shop: Shop
) -> None:
    with workspace.reading() as tx:
        first = tx.revision
    shop.add("customer", name="web", type="url")
    upgraded(workspace, version(shop, "1.1.0"))
    own = Shop()
    own.add("deal", name="note", type="text")
    with workspace.writing() as tx:
        assert drafts.restore(tx, LI, first).back == first
        put = drafts.put(tx, LI, [one for one in own.documents() if one.name == "deal"])
        assert put.back is None
    drafts.publish(workspace, LI)
    found = app(workspace)
    assert found.entity("customer").field("web").archived
    assert "note" in found.entity("deal").by_id
    assert base(workspace) == ("shop", "1.0.0")
