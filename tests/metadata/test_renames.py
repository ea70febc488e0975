"""Identity: renames hold everywhere, old names stay as aliases, what is left out is archived."""

from __future__ import annotations

from typing import Any

from fieldstone.metadata import (
    App,
    Document,
    check,
    expression_to_names,
    to_names,
)
from tests.metadata.samples import app_of, edited, sample_documents

BASE = app_of(sample_documents())


def renamed() -> tuple[Document, ...]:
    """The sample with a field, an entity, an option, a stage, a tag and an inverse renamed."""
    return edited(
        sample_documents(),
        {
            "entities/customer.json": {
                "/id": "customer",
                "/name": "client",
                "/fields/2/id": "phone",
                "/fields/2/name": "mobile",
                "/fields/5/options/0/id": "interested",
                "/fields/5/options/0/name": "keen",
            },
            "entities/deal.json": {
                "/fields/1/inverse": "opportunities",
                "/fields/4/id": "stage",
                "/fields/4/name": "phase",
                "/pipeline/stages/2/id": "won",
                "/pipeline/stages/2/name": "gained",
            },
            "tag_dimensions/industry.json": {"/tags/1/id": "retail", "/tags/1/name": "shops"},
        },
    )


def text_of(app: App) -> str:
    """All documents in present names, as one text."""
    return str([dict(one.data) for one in to_names(app.documents)])


def test_a_rename_through_files_holds_everywhere() -> None:
    checked = check(renamed(), BASE)
    assert [one.line() for one in checked.problems] == []
    assert checked.app is not None
    customer = checked.app.entity("customer")
    assert customer.name == "client" and customer.aliases == ("customer",)
    assert customer.field("phone").name == "mobile"
    assert customer.field_named("phone") is customer.field("phone")
    assert checked.app.entity_named("customer") is customer
    deal = checked.app.entity("deal")
    assert deal.field("stage_entered_at").name == "phase_entered_at"
    assert deal.field_named("stage_entered_at") is deal.field("stage_entered_at")
    assert customer.field("won_amount").formula == 'sum(deals.amount, stage == "won")'
    assert "opportunities.amount, phase ==" in text_of(checked.app)
    assert {"deals", "contacts", "tasks"} == set(checked.app.inverses["customer"])


def test_a_rename_changes_no_expression_in_ids() -> None:
    after = check(renamed(), BASE).app
    assert after is not None
    assert after.rules == BASE.rules
    assert after.views["my_deals"] == BASE.views["my_deals"]
    assert after.schemes["abc"].where == BASE.schemes["abc"].where


def test_notes_say_what_was_rewritten() -> None:
    notes = {
        (one.document, one.pointer, dict(one.params)["name"])
        for one in check(renamed(), BASE).notes
    }
    assert ("forms/customer_edit.json", "/sections/0/fields/1/field", "mobile") in notes
    assert ("views/my_deals.json", "/columns/4/field", "phase") in notes


def test_a_folder_of_present_names_changes_nothing() -> None:
    after = app_of(renamed(), BASE)
    again = check(to_names(after.documents), after)
    assert again.app == after and again.notes == ()


def test_a_second_rename_reads_the_name_in_between() -> None:
    first = app_of(renamed(), BASE)
    documents = edited(
        to_names(first.documents), {"entities/client.json": {"/fields/2/name": "handy"}}
    )
    second = check(documents, first)
    assert second.problems == () and second.app is not None
    phone = second.app.entity("customer").field("phone")
    assert phone.name == "handy" and set(phone.aliases) == {"phone", "mobile"}


def test_names_may_be_swapped() -> None:
    swap = {"/fields/3/id": "email", "/fields/3/name": "website"}
    back = {"/fields/4/id": "website", "/fields/4/name": "email"}
    after = app_of(edited(sample_documents(), {"entities/customer.json": {**swap, **back}}), BASE)
    customer = after.entity("customer")
    assert (customer.field("email").name, customer.field("website").name) == ("website", "email")
    assert customer.field("email").aliases == ()
    assert after.forms["customer_edit"].sections[0].fields[2].field == "website"


def test_a_new_field_does_not_take_an_id_that_was_used() -> None:
    after = app_of(
        edited(
            sample_documents(),
            {
                "entities/customer.json": {
                    "/fields/4/id": "website",
                    "/fields/4/name": "homepage",
                    "/fields/4/aliases": [],
                    "/fields/-": {"name": "website", "type": "text"},
                }
            },
        ),
        BASE,
    )
    customer = after.entity("customer")
    assert customer.field("website").name == "homepage"
    assert customer.field("website_2").name == "website"


def test_what_is_left_out_is_archived_and_comes_back() -> None:
    without = edited(
        sample_documents(),
        {
            "entities/customer.json": {"/fields/4": "(removed)"},
            "entities/contact.json": {"/fields/2/options/1": "(removed)"},
            "alert_rules/silent_customer.json": {"": "(removed)"},
        },
    )
    after = app_of(without, BASE)
    assert after.entity("customer").field("website").archived
    assert after.entity("contact").field("role").options[1].archived
    assert "silent_customer" not in after.rules
    again = app_of(sample_documents(), after)
    assert not again.entity("customer").field("website").archived


def test_an_entity_that_is_left_out_is_archived() -> None:
    without: dict[str, dict[str, Any]] = {
        "entities/task.json": {"": "(removed)"},
        "alert_rules/silent_customer.json": {"": "(removed)"},
    }
    after = app_of(edited(sample_documents(), without), BASE)
    assert after.entity("task").archived
    assert after.entity_named("task") is None
    assert "tasks" not in after.inverses["customer"]


def test_a_field_in_use_cannot_be_left_out() -> None:
    checked = check(
        edited(sample_documents(), {"entities/customer.json": {"/fields/3": "(removed)"}}), BASE
    )
    assert {(one.document, one.id) for one in checked.problems} == {
        ("forms/customer_edit.json", "reference.archived")
    }


def test_a_field_of_another_type_is_a_new_one() -> None:
    without = edited(sample_documents(), {"entities/customer.json": {"/fields/4": "(removed)"}})
    archived = app_of(without, BASE)
    again = edited(
        without, {"entities/customer.json": {"/fields/-": {"name": "website", "type": "date"}}}
    )
    after = app_of(again, archived)
    assert after.entity("customer").field("website").archived
    assert after.entity("customer").field("website_2").type == "date"


def test_an_alias_is_not_given_away() -> None:
    first = app_of(renamed(), BASE)
    documents = edited(
        to_names(first.documents),
        {"entities/client.json": {"/fields/-": {"name": "phone", "type": "text"}}},
    )
    assert [one.id for one in check(documents, first).problems] == ["name.aliased"]


def test_documents_in_ids_and_in_names_may_be_mixed() -> None:
    first = app_of(renamed(), BASE)
    names = {one.key: one for one in to_names(first.documents)}
    mixed = [one if one.kind == "entity" else names[one.key] for one in first.documents]
    assert check(mixed, first).app == first


def test_expressions_from_outside() -> None:
    first = app_of(renamed(), BASE)
    text = 'phase == "gained" and client.mobile != ""'
    documents = edited(
        to_names(first.documents),
        {"entities/deal.json": {"/fields/1/id": "customer", "/fields/1/name": "client"}},
    )
    app = app_of(documents, first)
    in_ids = 'stage == "won" and customer.phone != ""'
    assert expression_to_names(app, "deal", in_ids) == text
    view = edited(documents, {"views/my_deals.json": {"/filter": text}})
    assert app_of(view, first).views["my_deals"].filter == in_ids


def test_an_unknown_name_has_a_place() -> None:
    filter_ = {"views/my_deals.json": {"/filter": "amount > 5 and amuont > 3"}}
    (problem,) = check(edited(sample_documents(), filter_)).problems
    assert (problem.id, problem.position) == ("field.unknown_near", 16)
    assert problem.params["nearest"] == "amount"
