"""Samples are made as their declarations say: a library's books, readers and loans."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fieldstone.engine.samples import DeclarationError, Sample, make, read
from fieldstone.engine.samples.grammar import DRAWS
from tests.engine.samples.texts import texts

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")

BOOKS = {
    "entity": "book",
    "rows": [{"title": "山海经", "shelf": "a"}, {"title": "水经注", "shelf": "b"}],
    "values": {"bought_at": {"shift": "-400d", "days": 0}},
}
READERS = {
    "entity": "reader",
    "count": 200,
    "let": {
        "kind": {"quota": {"child": 50, "adult": 150}},
        "joined": {"time": ["-300d", "-30d"]},
        "points": {"switch": "kind", "cases": {"child": 90, "*": 30}},
    },
    "values": {
        "name": {"unique": "name", "text": "{#surname}{#given}{#given}"},
        "card": {"unique": "card", "digits": "R-####"},
        "librarian": {"member": {"desk": True}, "turn": "desk"},
        "joined_on": {"day": {"var": "joined"}},
        "labels": [{"if": {"var": "kind", "is": "child"}, "then": "young", "else": "grown"}],
    },
    "afterwards": {"favourite": {"related": "loan", "of": "self", "first": True}},
    "stories": [{"values": {"name": "读者甲"}}],
}
LOANS = {
    "entity": "loan",
    "per": "reader",
    "count": {"switch": "kind", "cases": {"child": 3, "adult": {"int": [0, 2]}}},
    "let": {"back": {"time": [{"var": "parent.joined"}, "now"]}},
    "values": {
        "reader": {"var": "parent"},
        "book": {"record": "book", "by": "shelf", "weights": {"a": 3, "b": 1}},
        "points": {"part_of": "parent.points", "to": 1},
        "fee": {"lognormal": 4, "sigma": 0.5, "min": 1, "max": 20, "to": 0.5},
        "state": "returned",
        "state_entered_at": {"var": "back"},
    },
    "moves": {
        "field": "state",
        "through": ["asked", "lent"],
        "from": {"var": "parent.joined"},
        "to": {"var": "back"},
    },
}
MEMBERS = [
    {"name": "一", "user_name": "one", "desk": True},
    {"name": "二", "user_name": "two", "desk": True, "manager": "one"},
    {"name": "三", "user_name": "three"},
]
WORDS = {"surname": ["赵", "钱", "孙"], "given": [*"天地玄黄宇宙洪荒日月盈昃"]}


def declared(folder: Path, **changed: Any) -> Path:
    """Write the declaration, with some of its blocks or settings changed."""
    blocks = {"book": BOOKS, "reader": READERS, "loan": LOANS} | changed.pop("blocks", {})
    main = {
        "seed": 3,
        "calendar": {"weekdays": [1, 1, 1, 1, 1, 0, 0], "hours": [10, 17]},
        "members": MEMBERS,
        "words": ["words.json"],
        "blocks": [f"{name}.json" for name in blocks],
    } | changed
    for name, content in {"sample": main, "words": WORDS, **blocks}.items():
        (folder / f"{name}.json").write_text(json.dumps(content), "utf-8")
    return folder


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Return the library's sample."""
    return make(read(texts(declared(tmp_path))), NOW, ZONE)


def test_counts_and_quotas(sample: Sample) -> None:
    assert [len(sample.records[name]) for name in ("book", "reader")] == [2, 200]
    kinds = [one.let["kind"] for one in sample.records["reader"]]
    assert kinds.count("child") == 50
    assert {
        len(one.children["loan"]) for one in sample.records["reader"] if one.let["kind"] == "child"
    } == {3}


def test_scale_keeps_the_proportions(tmp_path: Path) -> None:
    small = make(read(texts(declared(tmp_path))), NOW, ZONE, scale=0.1)
    kinds = [one.let["kind"] for one in small.records["reader"]]
    assert (len(kinds), kinds.count("child")) == (20, 5)
    assert len(small.records["book"]) == 2


def test_what_is_unique_is_so(sample: Sample) -> None:
    for field in ("name", "card"):
        values = [one.values[field] for one in sample.records["reader"]]
        assert len(set(values)) == len(values)


def test_turns_spread_evenly(sample: Sample) -> None:
    names = [one.values["librarian"].values["name"] for one in sample.records["reader"]]
    assert (names.count("一"), names.count("二")) == (100, 100)


def test_parts_add_up(sample: Sample) -> None:
    for reader in sample.records["reader"]:
        loans = reader.children["loan"]
        if loans:
            assert sum(one.values["points"] for one in loans) == reader.let["points"]


def test_times_lie_in_working_hours_and_in_order(sample: Sample) -> None:
    for reader in sample.records["reader"]:
        local = reader.let["joined"].astimezone(ZONE)
        assert local.weekday() < 5
        assert 10 <= local.hour < 17
        assert NOW - timedelta(days=300) <= local <= NOW - timedelta(days=30)
    for loan in sample.records["loan"]:
        times = [move.at for move in loan.moves]
        assert [move.value for move in loan.moves] == ["asked", "lent"]
        assert times == sorted(times)
        assert times[-1] <= loan.values["state_entered_at"] <= NOW


def test_a_story_goes_before_the_block(sample: Sample) -> None:
    assert [one.values["name"] for one in sample.records["reader"]].count("读者甲") == 1


def test_values_of_afterwards_point_at_what_was_made_later(sample: Sample) -> None:
    for made, values in sample.afterwards["reader"]:
        assert values["favourite"].parent is made


def test_the_same_seed_gives_the_same_sample(tmp_path: Path) -> None:
    declaration = read(texts(declared(tmp_path)))

    def cards(seed: int) -> list[str]:
        sample = make(declaration, NOW, ZONE, seed=seed)
        return [one.values["card"] for one in sample.records["reader"]]

    assert cards(1) == cards(1)
    assert cards(1) != cards(2)


WRONG = {
    "unknown draw": ({"values": {"name": {"guess": 1}}}, "no draw is called 'guess'"),
    "unknown path": ({"values": {"name": {"var": "nobody"}}}, "nobody"),
    "unknown words": ({"values": {"name": {"word": "nothing"}}}, "no words are called 'nothing'"),
    "no case": (
        {"let": {"kind": "old"}, "values": {"a": {"switch": "kind", "cases": {"new": 1}}}},
        "no case for 'old'",
    ),
    "nobody fits": ({"values": {"by": {"member": {"desk": False}}}}, "no member is"),
    "too few": ({"values": {"a": {"unique": "a", "choice": ["x"]}}}, "too few different values"),
    "no time": ({"values": {"at": {"time": ["soon", "now"]}}}, "'soon' is no time"),
    "unknown key": ({"number": 4}, "unknown key 'number'"),
    "before its parent": ({"per": "shelf"}, "is per 'shelf'"),
}


@pytest.mark.parametrize(("change", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_declaration_that_is_not_understood(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    blocks = {"reader": {"entity": "reader", "count": 5, **change}, "loan": {"entity": "loan"}}
    with pytest.raises(DeclarationError, match=says):
        make(read(texts(declared(tmp_path, blocks=blocks))), NOW, ZONE)


@pytest.mark.parametrize("name", DRAWS)
def test_every_draw_of_the_grammar_is_drawn(tmp_path: Path, name: str) -> None:
    reader = {"entity": "reader", "count": 1, "values": {"name": {name: None}}}
    blocks = {"reader": reader, "loan": {"entity": "loan"}}
    try:
        make(read(texts(declared(tmp_path, blocks=blocks))), NOW, ZONE)
    except DeclarationError as error:
        assert "no draw is called" not in str(error)


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    (declared(tmp_path) / "loan.json").write_text("{", "utf-8")
    with pytest.raises(DeclarationError, match=r"loan\.json"):
        read(texts(tmp_path))
