"""What replaces an archived thing: in names and ids, told of, and merged."""

from __future__ import annotations

from typing import Any

import pytest

from fieldstone.metadata import check, to_ids, to_names
from fieldstone.metadata.differences import differences
from fieldstone.metadata.merge import Side, merge
from fieldstone.metadata.merge.words import Wording
from fieldstone.metadata.model import App
from tests.metadata.editing import GONE, Edit, at, with_edits
from tests.metadata.samples import app_of, edited, sample_documents

ROLE = "entity/contact#/fields/role/options"
STAGES = "entity/deal#/pipeline/stages"
SAMPLE = app_of(sample_documents())
BASE = SAMPLE.documents
AWAY: list[Edit] = [
    ("set", f"{ROLE}/user/archived", True),
    ("set", f"{ROLE}/user/replaced_by", "decider"),
]
LATER: list[Edit] = [
    ("set", f"{STAGES}/-", {"id": "old", "name": "old", "archived": True, "replaced_by": "contact"})
]


def app(*edits: Edit, base: App = SAMPLE) -> App:
    return app_of(with_edits(base.documents, list(edits)), base)


def told(before: App, after: App, locale: str = "en") -> list[str]:
    return [one.text(locale) for one in differences(before, after)]


@pytest.mark.parametrize(
    ("file", "pointer", "things"),
    [
        ("entities/contact.json", "/fields/2/options", ("user", "decider")),
        ("entities/deal.json", "/pipeline/stages/-", ("old", "won")),
        ("tag_dimensions/industry.json", "/tags/-", ("shops", "retail")),
        ("tier_schemes/abc.json", "/bands/-", ("Z", "A")),
    ],
)
def test_it_is_written_by_name_and_kept_by_id(
    file: str, pointer: str, things: tuple[str, str]
) -> None:
    gone, other = things
    thing: Any = {"name": gone, "archived": True, "replaced_by": other}
    value: Any = thing if pointer.endswith("-") else [thing, {"name": other}]
    documents = edited(sample_documents(), {file: {pointer: value}})
    first = app_of(documents)
    renamed = edited(
        to_names(first.documents),
        {file: {f"{pointer.removesuffix('-')}/{place(first, file, other)}".replace("//", "/"): {
            **named(first, file, other), "id": other, "name": "renamed"}}},
    )  # fmt: skip
    after = app_of(renamed, first)
    assert text_of(after, file, gone, in_ids=True)["replaced_by"] == other
    assert text_of(after, file, gone)["replaced_by"] == "renamed"
    assert to_ids(to_names(after.documents)).documents == after.documents


def things_of(data: Any, name: str) -> list[Any]:
    """The list of a document that has a thing of the name."""
    lists = [data.get("tags"), data.get("bands"), data.get("pipeline", {}).get("stages")]
    lists += [one.get("options") for one in data.get("fields", ())]
    return next(one for one in lists if one and any(name in (e["name"], e.get("id")) for e in one))


def document(app: App, file: str, *, in_ids: bool) -> Any:
    some = app.documents if in_ids else to_names(app.documents)
    return next(one.data for one in some if one.path == file)


def text_of(app: App, file: str, name: str, *, in_ids: bool = False) -> Any:
    things = things_of(document(app, file, in_ids=in_ids), name)
    return next(one for one in things if one["name"] == name)


def named(app: App, file: str, name: str) -> Any:
    return text_of(app, file, name)


def place(app: App, file: str, name: str) -> int:
    things = things_of(document(app, file, in_ids=False), name)
    return [one["name"] for one in things].index(name)


def test_changes_tell_it_in_both_languages() -> None:
    after = app(*AWAY)
    assert told(SAMPLE, after) == [
        'Contact / role: option "user" archived; its data is kept and can be restored',
        'Contact / role: option "user": records that have it get "decider"',
    ]
    assert told(SAMPLE, after, "zh-CN")[1] == "联系人 / role：选项“user”：已有它的记录改为“decider”"


def test_changes_tell_when_it_is_taken_back() -> None:
    before = app(*AWAY)
    kept = app(("drop", f"{ROLE}/user/replaced_by"), base=before)
    assert told(before, kept) == [
        'Contact / role: option "user": not replaced by "decider" any more'
    ]
    live = app(("drop", f"{ROLE}/user/replaced_by"), ("drop", f"{ROLE}/user/archived"), base=before)
    assert told(before, live) == ['Contact / role: option "user" restored with its data']


def test_what_replaced_something_may_be_archived_later() -> None:
    before = app(*LATER)
    after = app(("set", f"{STAGES}/-", {"id": "new", "name": "new"}), base=before)
    gone = with_edits(after.documents, [("set", f"{STAGES}/new/archived", True)])
    assert check(gone, after).problems == ()
    old = with_edits(gone, [("set", f"{STAGES}/old/replaced_by", "new")])
    assert [one.id for one in check(old, after).problems] == ["replaced.archived"]


@pytest.mark.parametrize(
    ("ours", "theirs", "choices", "becomes", "asked"),
    [
        ([], AWAY, {}, (True, "decider"), ()),
        (AWAY, AWAY, {}, (True, "decider"), ()),
        ([("set", f"{ROLE}/user/label", {"en": "User"})], AWAY, {}, (GONE, GONE),
         (f"{ROLE}/user/archived",)),
        ([("set", f"{ROLE}/user/label", {"en": "User"})], AWAY,
         {f"{ROLE}/user/archived": "theirs"}, (True, "decider"), (f"{ROLE}/user/archived",)),
        (AWAY[:1], AWAY, {}, (True, "decider"), ()),
        ([*AWAY[:1], ("set", f"{ROLE}/user/replaced_by", "boss")], AWAY, {}, (True, "boss"),
         (f"{ROLE}/user/replaced_by",)),
    ],
)  # fmt: skip
def test_two_sides(
    ours: list[Edit],
    theirs: list[Edit],
    choices: dict[str, Side],
    becomes: tuple[Any, Any],
    asked: tuple[str, ...],
) -> None:
    base = with_edits(BASE, [("set", f"{ROLE}/-", {"id": "boss", "name": "boss"})])
    sides = base, with_edits(base, ours), with_edits(base, theirs)
    merged = merge(*sides, choices)
    found = (at(merged.documents, f"{ROLE}/user/{key}") for key in ("archived", "replaced_by"))
    assert tuple(found) == becomes
    assert tuple(one.key for one in merged.differences if one.fate == "conflict") == asked
    assert check(merged.documents).problems == ()


def test_restored_here_and_replaced_by_another_there() -> None:
    base = with_edits(BASE, [("set", f"{ROLE}/-", {"id": "boss", "name": "boss"}), *AWAY])
    ours = with_edits(
        base, [("drop", f"{ROLE}/user/archived"), ("drop", f"{ROLE}/user/replaced_by")]
    )
    theirs = with_edits(base, [("set", f"{ROLE}/user/replaced_by", "boss")])
    for sides, live in (((ours, theirs), True), ((theirs, ours), False)):
        merged = merge(base, *sides)
        assert [one.key for one in merged.differences if one.fate == "conflict"] == [
            f"{ROLE}/user/archived"
        ]
        kept = at(merged.documents, f"{ROLE}/user/replaced_by")
        assert kept == (GONE if live else "boss")
        assert check(merged.documents).problems == ()


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", ('entity "Contact" / field "role" / option "user": replaced by', "boss", "decider")),
        ("zh-CN", ("业务对象“联系人” / 字段“role” / 选项“user”：替代项", "boss", "decider")),
    ],
)
def test_a_conflict_is_told_by_name(locale: str, said: tuple[str, str, str]) -> None:
    base = with_edits(BASE, [("set", f"{ROLE}/-", {"id": "boss", "name": "boss"})])
    ours = with_edits(base, [*AWAY[:1], ("set", f"{ROLE}/user/replaced_by", "boss")])
    theirs = with_edits(base, AWAY)
    (one,) = (each for each in merge(base, ours, theirs).differences if each.fate == "conflict")
    words = Wording(base, ours, theirs).told(one, locale)
    assert (words.place, words.ours, words.theirs) == said
