"""Purging: what is archived goes for good where nothing needs it, and is told place by place."""

from __future__ import annotations

import pytest

from fieldstone.metadata import ProblemsError, check, to_names
from fieldstone.metadata.differences import differences
from fieldstone.metadata.purging import archived
from fieldstone.metadata.tombstones import place_of
from tests.metadata.samples import purged_from
from tests.metadata.small_app import Docs, places, purge, purged


@pytest.fixture
def docs() -> Docs:
    """Return the documents of a small app, to be changed."""
    return Docs()


@pytest.mark.parametrize(
    ("path", "address", "kind"),
    [
        ("client fields phone", "entity/client#/fields/phone", "field.purged"),
        (
            "client fields size options small",
            "entity/client#/fields/size/options/small",
            "option.purged",
        ),
        ("client pipeline stages old", "entity/client#/pipeline/stages/old", "stage.purged"),
        ("topic tags taste", "tag_dimension/topic#/tags/taste", "tag.purged"),
        ("abc bands B", "tier_scheme/abc#/bands/B", "band.purged"),
    ],
)
def test_what_was_archived_is_purged_by_its_address(
    docs: Docs, path: str, address: str, kind: str
) -> None:
    base = docs.app()
    docs.drop(*path.split())
    archived = docs.app(base)
    after = purged(archived, address)
    assert purged_from(after) == {place_of(address)}
    (change,) = differences(archived, after)
    assert change.kind == kind
    assert change.document == address.partition("#")[0]
    for locale in ("en", "zh-CN"):
        assert path.split()[-1] in change.text(locale)
    assert differences(after, after) == ()


def test_an_archived_thing_of_an_archived_thing_is_told_too(docs: Docs) -> None:
    base = docs.app()
    docs.drop("client", "fields", "size", "options", "small")
    base = docs.app(base)
    docs.drop("client", "fields", "size")
    archived = docs.app(base)
    after = purged(archived, "entity/client#/fields/size/options/small")
    assert [one.kind for one in differences(archived, after)] == ["option.purged"]
    assert [one.id for one in after.entity("client").field("size").options] == ["large"]


def test_what_is_archived_is_listed_without_what_lies_in_it(docs: Docs) -> None:
    base = docs.app()
    assert list(archived(base.documents)) == []
    docs.drop("client", "fields", "size", "options", "small")
    docs.drop("client", "pipeline", "stages", "old")
    base = docs.app(base)
    docs.drop("client", "fields", "phone")
    inner = {"entity/client#/fields/size/options/small", "entity/client#/pipeline/stages/old"}
    listed = [one.address for one in archived(docs.app(base).documents)]
    assert sorted(listed) == sorted({*inner, "entity/client#/fields/phone"})
    docs.drop("client", "fields", "size")
    found = {one.address for one in archived(docs.app(base).documents)}
    assert "entity/client#/fields/size" in found
    assert "entity/client#/fields/size/options/small" not in found


def test_a_scheme_goes_with_the_field_that_holds_its_tiers(docs: Docs) -> None:
    base = docs.app()
    docs.drop("abc")
    docs.drop("client", "fields", "grade")
    archived = docs.app(base)
    alone = purge(archived, "tier_scheme/abc")
    assert places(alone.problems) == [("purge.used", "entities/client.json#/fields/8/scheme")]
    after = purged(archived, "tier_scheme/abc", "entity/client#/fields/grade")
    assert "abc" not in after.schemes
    kinds = [one.kind for one in differences(archived, after)]
    assert sorted(kinds) == ["field.purged", "tier_scheme.purged"]


def test_an_entity_goes_with_all_that_it_declares(docs: Docs) -> None:
    docs.data["visit"] = {
        "kind": "entity",
        "name": "visit",
        "title": "name",
        "fields": [
            {"name": "name", "type": "text"},
            {"name": "client", "type": "reference", "to": "client", "inverse": "visits"},
        ],
    }
    base = docs.app()
    docs.drop("visit")
    archived = docs.app(base)
    after = purged(archived, "entity/visit")
    assert "visit" not in after.entities
    assert [one.kind for one in differences(archived, after)] == ["entity.purged"]
    assert [one.data for one in to_names(after.documents) if one.kind == "app"] == [
        {"kind": "app", "name": "small", "purged": ["entity/visit"]}
    ]


def test_what_is_in_use_is_refused(docs: Docs) -> None:
    found = purge(docs.app(), "entity/client#/fields/phone").problems
    assert places(found) == [("purge.in_use", "entities/client.json#/fields/8")]


def test_a_folder_that_leaves_out_and_purges_at_once_archives_first(docs: Docs) -> None:
    base = docs.app()
    docs.drop("client", "fields", "phone")
    docs.data["client"]["purged"] = ["phone"]
    assert [one.id for one in check(docs.documents(), base).problems] == ["purge.in_use"]
    del docs.data["client"]["purged"]
    archived = docs.app(base)
    docs.data["client"]["purged"] = ["phone"]
    assert [one.kind for one in differences(archived, docs.app(archived))] == ["field.purged"]


def test_what_is_archived_itself_stands_in_the_way_unless_it_is_named_too(docs: Docs) -> None:
    base = docs.app()
    for path in (("client", "fields", "double"), ("client", "fields", "grade"), ("abc",)):
        docs.drop(*path)
    docs.drop("client", "fields", "amount")
    archived = docs.app(base)
    amount, double = "entity/client#/fields/amount", "entity/client#/fields/double"
    assert places(purge(archived, amount).problems) == [
        ("purge.used", "entities/client.json#/fields/6/formula"),
        ("purge.used", "tier_schemes/abc.json#/measure"),
    ]
    with_formula = purge(archived, amount, double).problems
    assert places(with_formula) == [("purge.used", "tier_schemes/abc.json#/measure")]


def test_every_place_that_uses_an_option_is_named(docs: Docs) -> None:
    docs.list("client", "fields").append(
        {"name": "is_small", "type": "formula", "formula": 'size == "small"'}
    )
    base = docs.app()
    docs.drop("client", "fields", "is_small")
    docs.drop("client", "fields", "size", "options", "small")
    archived = docs.app(base)
    found = purge(archived, "entity/client#/fields/size/options/small").problems
    assert places(found) == [("purge.used", "entities/client.json#/fields/9/formula")]
    for locale in ("en", "zh-CN"):
        assert "options/small" in found[0].text(locale)


def test_a_name_that_one_archived_thing_has_is_an_address_too(docs: Docs) -> None:
    base = docs.app()
    docs.list("client", "fields")[1].update(id="phone", name="mobile")
    base = docs.app(base)
    docs.drop("client", "fields", "mobile")
    archived = docs.app(base)
    assert purged_from(purged(archived, "entity/client#/fields/mobile")) == {
        place_of("entity/client#/fields/phone")
    }


@pytest.mark.parametrize(
    "address", ["entity/client#/fields/pone", "entity/nothing", "entity/client/x", "", "#", "//"]
)
def test_an_address_that_leads_nowhere_is_told_with_what_is_near(docs: Docs, address: str) -> None:
    base = docs.app()
    with pytest.raises(ProblemsError) as nothing:
        purge(base, address)
    assert [one.id for one in nothing.value.problems] == ["purge.nothing"]
    docs.drop("client", "fields", "phone")
    with pytest.raises(ProblemsError) as unknown:
        purge(docs.app(base), address)
    (problem,) = unknown.value.problems
    assert problem.id == "purge.unknown"
    for locale in ("en", "zh-CN"):
        assert "entity/client#/fields/phone" in problem.text(locale)


def test_a_list_that_is_full_with_what_is_archived_takes_more_once_that_is_purged(
    docs: Docs,
) -> None:
    fields = docs.data["client"]["fields"]
    most = 400 - len(fields)
    names = [f"a_{at}" for at in range(most)]
    fields += [{"name": one, "type": "boolean"} for one in names]
    base = docs.app()
    for one in names:
        docs.drop("client", "fields", one)
    archived = docs.app(base)
    fields += [{"name": f"b_{at}", "type": "boolean"} for at in range(most)]
    found = check(docs.documents(), archived).problems
    assert places(found) == [("entity.too_many_fields", "entities/client.json#/fields")]
    after = purged(archived, *(f"entity/client#/fields/{one}" for one in names))
    assert check(docs.documents(), after).problems == ()
    docs.data["client"]["purged"] = names
    assert check(docs.documents(), archived).problems == ()
    fields.append({"name": "one_more", "type": "boolean"})
    assert "schema.list_too_long" in {one.id for one in check(docs.documents(), after).problems}
