"""Tombstones: an id that was purged is never given again, whatever documents still say."""

from __future__ import annotations

import pytest

from fieldstone.metadata import check, to_names
from fieldstone.metadata.differences import differences
from fieldstone.metadata.merge import merge
from fieldstone.metadata.tombstones import ids_in, place_of, written
from tests.metadata.samples import app_of, purged_from
from tests.metadata.small_app import CLIENT, FIELDS, Docs, places, purged


@pytest.fixture
def docs() -> Docs:
    """Return the documents of a small app, to be changed."""
    return Docs()


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


def test_a_template_that_still_has_it_does_not_bring_it_back(docs: Docs) -> None:
    base = docs.app()
    docs.drop("client", "fields", "phone")
    ours = purged(docs.app(base), "entity/client#/fields/phone")
    theirs = base.documents
    merged = merge(base.documents, ours.documents, theirs, owned=True)
    assert merged.differences == ()
    assert differences(ours, app_of(merged.documents, ours)) == ()


def test_what_a_template_changed_and_a_workspace_purged_is_asked(docs: Docs) -> None:
    """Whoever takes the template's side gets a new field, and is told that it is empty."""
    base = docs.app()
    docs.list("client", "fields")[1]["label"] = "Telephone"
    theirs = docs.app(base)
    docs.drop("client", "fields", "phone")
    ours = purged(docs.app(base), "entity/client#/fields/phone")
    three = base.documents, ours.documents, theirs.documents
    merged = merge(*three, owned=True)
    assert [one.key for one in merged.conflicts] == ["entity/client#/fields/phone"]
    assert differences(ours, app_of(merged.documents, ours)) == ()
    chosen = merge(*three, {"entity/client#/fields/phone": "theirs"}, owned=True)
    checked = check(chosen.documents, ours)
    assert [one.id for one in checked.notes] == ["purge.again"]
    assert checked.app is not None
    assert checked.app.entity("client").field("phone_2").name == "phone"


def test_both_sides_remember_what_either_purged(docs: Docs) -> None:
    base = docs.app()
    sides = []
    for name in ("phone", "amount"):
        other = Docs()
        for path in (("abc",), ("client", "fields", "grade"), ("client", "fields", "double")):
            other.drop(*path)
        archived = other.app(base)
        other.drop("client", "fields", name)
        archived = other.app(archived)
        things = [
            "tier_scheme/abc",
            *(f"entity/client#/fields/{one}" for one in ("grade", "double")),
        ]
        sides.append(purged(archived, *things, f"entity/client#/fields/{name}"))
    merged = merge(base.documents, sides[0].documents, sides[1].documents)
    (client,) = (one for one in merged.documents if one.key == "entity/client")
    assert set(client.data["purged"]) == {"amount", "double", "grade", "phone"}
