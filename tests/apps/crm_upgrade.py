"""What has to hold of the CRM that a company changed, whichever way it was upgraded."""

from __future__ import annotations

from fieldstone.engine import publish
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.model import App

QUOTE = "entity/deal#/pipeline/stages/quote/max_days"
DOUYIN = "entity/customer#/fields/douyin"
SILENCE = "tier_scheme/abc#/bands/A/properties/silence_days"
"""The places where the company and a version of the template both changed one thing."""


def app(workspace: Workspace) -> App:
    with workspace.reading() as tx:
        assert publish.layout_matches(tx) == ()
        return tx.app


def own_changes_hold(found: App) -> None:
    """What the company changed, and no version of the template did."""
    customer, deal = found.entity("customer"), found.entity("deal")
    assert customer.label["en"] == "Account"
    assert customer.field("region_note").label["zh-CN"] == "片区"
    basics = found.forms["customer_edit"].sections[0]
    assert [one.field for one in basics.fields][:3] == ["name", "code", "region_note"]
    assert customer.field("company_size").option("from_5000") is not None
    assert deal.pipeline is not None
    stages = [one.id for one in deal.pipeline.stages]
    assert stages == ["contact", "need", "trial", "quote", "negotiation", "won", "lost"]
    assert deal.pipeline.stages[3].label["zh-CN"] == "出具报价"
    assert ("channel",) not in [one.path for one in found.views["customer_all"].columns]
    assert "role:sales_manager" in found.rules["silent_customer"].tell
    assert not found.entity("visit").archived
    assert not found.rules["no_progress"].active
    access = found.roles["salesperson"].access("customer")
    assert access is not None
    assert access.delete
    assert customer.field("budget").label["en"] == "Purse"
    assert customer.field("current_supplier").label["en"] == "Served by"
    assert found.manifest.time_zone == "Asia/Hong_Kong"
    assert "customer_vip" not in found.views


def version_1_1_holds(found: App) -> None:
    """What version 1.1 brought, with the company's stay in the quote stage and both clips."""
    customer, deal = found.entity("customer"), found.entity("deal")
    assert (customer.field("douyin").type, customer.field("douyin_2").type) == ("url", "text")
    assert customer.field("status").option("dormant") is not None
    assert deal.pipeline is not None
    assert {one.id: one.properties["max_days"] for one in deal.pipeline.stages}["quote"] == 45
    assert found.rules["silent_customer"].severity == "high"
    assert found.views["deal_mine"].filter == (
        "owner == me() and not stage.closed and weighted > 10000 and amount is not None"
    )


def version_2_0_holds(found: App) -> None:
    """What version 2.0 brought, with its own days of silence."""
    customer = found.entity("customer")
    assert customer.field("current_supplier").name == "supplier"
    assert customer.field("buying_process").archived
    assert not found.entity("contract").archived
    assert found.entity("ticket").archived, "its module is off in the template"
    assert [one.id for one in found.manifest.menu][3] == "contracts"
    bands = {one.id: one for one in found.schemes["abc"].bands}
    assert bands["A"].properties["silence_days"] == 5
    person = next(one for one in found.forms["customer_edit"].sections if one.id == "person")
    assert "referrer" in [one.field for one in person.fields]
