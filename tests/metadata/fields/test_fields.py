"""Field types: what each makes of what comes over the wire, and what it says of itself."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fieldstone.metadata import Field, ProblemsError
from fieldstone.metadata.fields import TYPES, field_type, keys_of, pattern, wire
from fieldstone.metadata.model import Option

CASES: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "cases.json").read_text("utf-8")
)
OPTIONS = (
    Option(id="small", name="small"),
    Option(id="large", name="big", aliases=("huge",)),
    Option(id="tiny", name="tiny", archived=True),
    Option(id="wee", name="wee", archived=True, replaced_by="small"),
)


def field_of(kind: str, keys: dict[str, Any]) -> Field:
    """A field of a type with the keys of a case."""
    given = dict(keys)
    if given.pop("options", False):
        given["options"] = OPTIONS
    for bound in ("min", "max"):
        if bound in given:
            given[bound] = Decimal(given[bound])
    return Field(id="x", name="x", type=kind, **given)


def told(value: Any) -> Any:
    """A Python value as a case writes it."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        pytest.param(kind, case, id=f"{kind}: {case['name']}")
        for kind, cases in CASES.items()
        for case in cases
    ],
)
def test_value(kind: str, case: dict[str, Any]) -> None:
    field, type_ = field_of(kind, case.get("field", {})), field_type(kind)
    zone = ZoneInfo(case["zone"]) if "zone" in case else None
    given = case["wire"] * case["repeat"] if "repeat" in case else case["wire"]
    if "problem" in case:
        with pytest.raises(ProblemsError) as error:
            type_.load(field, given, zone=zone)
        assert [problem.id for problem in error.value.problems] == [case["problem"]]
        assert "{" not in error.value.problems[0].text("zh-CN")
        return
    loaded = type_.load(field, given, zone=zone)
    assert told(loaded) == case.get("value", given)
    back = type_.dump(field, loaded)
    if "back" in case:
        assert back == case["back"]
    if back is not None and not type_.computed:
        assert type_.load(field, back, zone=zone) == loaded
        Draft202012Validator(type_.json_schema(field)).validate(back)


def test_every_type_and_every_sentence_has_a_case() -> None:
    assert set(CASES) == set(TYPES)
    sentences = json.loads(
        (Path(__file__).parents[3] / "platform/metadata/locale/en.json").read_text("utf-8")
    )
    shown = {case.get("problem") for cases in CASES.values() for case in cases}
    assert {one for one in sentences if one.startswith("value.")} <= shown


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(),
    st.lists(st.text(), max_size=2), st.dictionaries(st.text(), st.text(), max_size=2),
    st.from_regex(r"[0-9+\-.,%:TZ/ 年月日]{1,30}", fullmatch=True),
)  # fmt: skip


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.sampled_from(sorted(TYPES)), anything)
def test_any_value_is_read_or_refused_with_a_sentence(kind: str, value: Any) -> None:
    field, type_ = field_of(kind, {"options": True, "scale": 2}), field_type(kind)
    try:
        loaded = type_.load(field, value, zone=ZoneInfo("Asia/Shanghai"))
    except ProblemsError as error:
        assert error.problems[0].text("en") != error.problems[0].id
    else:
        assert type_.load(field, type_.dump(field, loaded)) == loaded


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_describes_itself(kind: str) -> None:
    type_ = TYPES[kind]
    assert type_.name == kind
    assert {"id", "name", "type", "label", "help"} <= keys_of(kind)
    assert type_.widens_to <= set(TYPES)
    assert type_.widget and type_.operators
    Draft202012Validator.check_schema(type_.json_schema(field_of(kind, {"options": True})))


def test_archived_options_are_read_where_old_data_is() -> None:
    field = field_of("choice", {"options": True})
    assert field_type("choice").load(field, "tiny", archived=True) == "tiny"


def test_a_pattern_counts_within_its_series() -> None:
    numbers = pattern("KH{yyyy}-{mm}{000}")
    assert numbers is not None
    assert numbers.write(date(2026, 3, 5), 42) == "KH2026-03042"
    assert numbers.series(date(2026, 3, 5)) == "KH2026-03"
    assert pattern("KH{yyyy}") is None
    assert pattern("{00}{00}") is None
    assert pattern("{year}{00}") is None


def test_wire_of_a_computed_value() -> None:
    assert wire(Decimal("1.50")) == "1.5"
    assert wire(datetime(2026, 3, 5, tzinfo=UTC)) == "2026-03-05T00:00:00Z"
    assert wire(frozenset({"b", "a"})) == ["a", "b"]
