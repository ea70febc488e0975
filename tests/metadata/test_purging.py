"""Purging: what is archived goes for good, its id is never given again, and nothing else breaks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from fieldstone.metadata import App, Document, Problem, ProblemsError, check, document_of, to_names
from fieldstone.metadata.check import Checked
from fieldstone.metadata.differences import differences
from fieldstone.metadata.purging import marked
from fieldstone.metadata.tombstones import ids_in, place_of, written
from tests.metadata.samples import app_of, purged_from

OPTIONS: list[dict[str, Any]] = [{"name": "small"}, {"name": "large"}]
FIELDS: list[dict[str, Any]] = [
    {"name": "name", "type": "text"},
    {"name": "phone", "type": "text"},
    {"name": "amount", "type": "integer"},
    {"name": "double", "type": "formula", "formula": "amount * 2"},
    {"name": "size", "type": "choice", "options": OPTIONS},
    {"name": "topics", "type": "tags", "dimension": "topic"},
    {"name": "parent_one", "type": "reference", "to": "client", "inverse": "children"},
    {"name": "state", "type": "stage"},
    {"name": "grade", "type": "tier", "scheme": "abc"},
]
CLIENT: dict[str, Any] = {
    "kind": "entity",
    "name": "client",
    "title": "name",
    "fields": FIELDS,
    "pipeline": {"field": "state", "stages": [{"name": "new"}, {"name": "old"}]},
}
SCHEME: dict[str, Any] = {
    "kind": "tier_scheme",
    "name": "abc",
    "entity": "client",
    "field": "grade",
    "measure": "amount",
    "method": "threshold",
    "bands": [{"name": "A", "min": 100}, {"name": "B", "min": 10}, {"name": "C", "rest": True}],
}


class Docs:
    """Documents as people write them, to be changed and checked on top of a base."""

    def __init__(self) -> None:
        self.data: dict[str, dict[str, Any]] = {
            "app": {"kind": "app", "name": "small"},
            "client": copy.deepcopy(CLIENT),
            "topic": {
                "kind": "tag_dimension",
                "name": "topic",
                "tags": [{"name": "price"}, {"name": "taste"}],
            },
            "abc": copy.deepcopy(SCHEME),
        }

    def list(self, *path: str) -> list[dict[str, Any]]:
        """The list that keys and names lead to: `client`, `fields`, `size`, `options`."""
        at: Any = self.data
        for key in path:
            at = next(one for one in at if one["name"] == key) if isinstance(at, list) else at[key]
        found: list[dict[str, Any]] = at
        return found

    def drop(self, *path: str) -> None:
        *lead, name = path
        if not lead:
            del self.data[name]
            return
        items = self.list(*lead)
        items.remove(next(one for one in items if one["name"] == name))

    def documents(self) -> Iterator[Document]:
        return (document_of(copy.deepcopy(one)) for one in self.data.values())

    def app(self, base: App | None = None) -> App:
        return app_of(self.documents(), base)


@pytest.fixture
def docs() -> Docs:
    """Return the documents of a small app, to be changed."""
    return Docs()


def purge(app: App, *addresses: str) -> Checked:
    return check(marked(app.documents, addresses), app)


def purged(app: App, *addresses: str) -> App:
    return app_of(marked(app.documents, addresses), app)


def places(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(one.id, f"{one.document}#{one.pointer}") for one in problems]


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


def test_an_id_that_was_purged_is_never_given_again(docs: Docs) -> None:
    app, field = docs.app(), docs.list("client", "fields")[1]
    for number in range(2, 6):
        docs.drop("client", "fields", "phone")
        archived = docs.app(app)
        docs.list("client", "fields").append(field)
        was = archived.entity("client").field("phone" if number == 2 else f"phone_{number - 1}")
        app = docs.app(purged(archived, f"entity/client#/fields/{was.id}"))
        (phone,) = (one for one in app.entity("client").fields if one.name == "phone")
        assert phone.id == f"phone_{number}"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("client fields size options small", "entity/client#/fields/size/options/small"),
        ("client pipeline stages old", "entity/client#/pipeline/stages/old"),
        ("topic tags taste", "tag_dimension/topic#/tags/taste"),
    ],
)
def test_the_same_holds_in_every_list(docs: Docs, path: str, address: str) -> None:
    base, names = docs.app(), path.split()
    docs.drop(*names)
    after = purged(docs.app(base), address)
    docs.list(*names[:-1]).append({"name": names[-1]})
    again = docs.app(after)
    assert place_of(f"{address}_2") not in purged_from(again)
    assert f"{place_of(address).id}_2" in str([dict(one.data) for one in again.documents])


def test_a_document_of_the_same_name_is_another(docs: Docs) -> None:
    docs.data["visit"] = {**CLIENT, "name": "visit", "fields": FIELDS[:2]}
    del docs.data["visit"]["pipeline"]
    base = docs.app()
    visit = docs.data.pop("visit")
    after = purged(docs.app(base), "entity/visit")
    docs.data["visit"] = visit
    assert {"visit_2"} == {one for one in docs.app(after).entities if one.startswith("visit")}


def test_a_folder_that_knows_of_no_purge_cannot_undo_it(docs: Docs) -> None:
    """Its tombstones are those of the base and its own."""
    base = docs.app()
    docs.drop("client", "fields", "phone")
    after = purged(docs.app(base), "entity/client#/fields/phone")
    again = docs.app(after)
    assert purged_from(again) == purged_from(after)
    assert differences(after, again) == ()


def test_a_folder_takes_its_tombstones_to_another_workspace(docs: Docs) -> None:
    docs.data["client"]["purged"] = ["phone_2", "fax"]
    docs.data["app"]["purged"] = ["entity/visit"]
    docs.list("client", "fields").append({"name": "fax", "type": "text"})
    fresh = docs.app()
    assert fresh.entity("client").field("fax_2").name == "fax"
    assert len(purged_from(fresh)) == 3


def test_an_old_revision_declares_anew_what_was_purged(docs: Docs) -> None:
    """All that refers to it follows, and a note says that its data is gone."""
    base = docs.app()
    docs.drop("client", "fields", "double")
    docs.drop("abc")
    docs.drop("client", "fields", "grade")
    docs.drop("client", "fields", "amount")
    archived = docs.app(base)
    gone = [f"entity/client#/fields/{one}" for one in ("amount", "double", "grade")]
    after = purged(archived, *gone, "tier_scheme/abc")
    checked = check(base.documents, after)
    assert places(checked.notes) == [
        ("purge.again", "entities/client.json#/fields/2"),
        ("purge.again", "entities/client.json#/fields/3"),
        ("purge.again", "entities/client.json#/fields/8"),
        ("purge.again", "tier_schemes/abc.json#"),
    ]
    assert checked.app is not None
    client, scheme = checked.app.entity("client"), checked.app.schemes["abc_2"]
    assert client.field("double_2").formula == "amount_2 * 2"
    assert client.field("grade_2").scheme == "abc_2"
    assert (scheme.field, scheme.measure) == ("grade_2", "amount_2")
    assert purged_from(checked.app) == purged_from(after)


def test_an_old_revision_declares_entities_options_and_tags_anew(docs: Docs) -> None:
    base = docs.app()
    docs.drop("client", "fields", "size", "options", "small")
    docs.drop("topic", "tags", "taste")
    archived = docs.app(base)
    after = purged(
        archived, "entity/client#/fields/size/options/small", "tag_dimension/topic#/tags/taste"
    )
    restored = app_of(base.documents, after)
    options = restored.entity("client").field("size").options
    assert [(one.id, one.name) for one in options] == [("small_2", "small"), ("large", "large")]
    tags = restored.dimensions["topic"].tags
    assert [(one.id, one.name) for one in tags] == [("price", "price"), ("taste_2", "taste")]


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


def test_what_is_archived_does_not_count_against_the_length_of_a_list(docs: Docs) -> None:
    fields = docs.data["client"]["fields"]
    most = 400 - len(fields)
    fields += [{"name": f"a_{at}", "type": "boolean"} for at in range(most)]
    base = docs.app()
    for at in range(most):
        docs.drop("client", "fields", f"a_{at}")
    fields += [{"name": f"b_{at}", "type": "boolean"} for at in range(most)]
    both = docs.app(base)
    assert len(check(both.documents, both).documents[1].data["fields"]) == 400 + most
    fields.append({"name": "one_more", "type": "boolean"})
    assert [one.id for one in check(docs.documents(), both).problems] == ["schema.list_too_long"]


@pytest.mark.parametrize(
    ("ids", "lines"),
    [
        (["b", "a"], ["a", "b"]),
        (["a", "a_2", "a_3"], ["a", "a_2", "a_3"]),
        (["a", "a_2", "a_3", "a_4", "a_7", "a_9", "a_10"], ["a", "a_10", "a_2..4", "a_7", "a_9"]),
        (["a_8", "a_9", "a_10", "a_11"], ["a_8..11"]),
        (["x1", "x2", "x3", "a_007", "a_008"], ["a_007", "a_008", "x1", "x2", "x3"]),
        (["A_2", "A_3", "A_4", "a_2"], ["A_2..4", "a_2"]),
    ],
)
def test_ids_with_numbers_in_a_row_are_listed_as_a_run(ids: list[str], lines: list[str]) -> None:
    assert written(ids) == lines
    assert sorted(ids_in({"purged": lines})) == sorted(ids)


def test_a_document_cannot_make_us_remember_without_end(docs: Docs) -> None:
    docs.data["client"]["purged"] = ["x_2..999999", "y_1..999999"]
    assert places(check(docs.documents()).problems) == [
        ("purge.too_many", "entities/client.json#/purged")
    ]


def test_a_folder_of_before_brings_nothing_back_that_was_archived_then(docs: Docs) -> None:
    docs.data["visit"] = {**CLIENT, "name": "visit", "fields": FIELDS[:2]}
    del docs.data["visit"]["pipeline"]
    base = docs.app()
    docs.drop("visit")
    docs.drop("client", "fields", "phone")
    docs.drop("client", "fields", "size", "options", "small")
    archived = docs.app(base)
    gone = ["entity/visit", "entity/client#/fields/phone"]
    after = purged(archived, *gone, "entity/client#/fields/size/options/small")
    for documents in (to_names(archived.documents), archived.documents):
        checked = check(documents, after)
        assert (checked.problems, checked.notes) == ((), ())
        assert checked.app is not None
        assert differences(after, checked.app) == ()
        assert purged_from(checked.app) == purged_from(after)
        assert checked.app.entities.keys() == after.entities.keys()
        ids = [one.id for one in checked.app.entity("client").fields if not one.system]
        assert ids == [one.id for one in after.entity("client").fields if not one.system]
