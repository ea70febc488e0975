"""Mappings: which column goes where, guessed or written, and everything wrong with one at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import imports
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Forbidden, Invalid
from tests.engine.imports.conftest import Desk, reasons

COLUMNS = {"name": "name", "what": "kind"}


def test_columns_are_guessed_by_names_and_labels(desk: Desk) -> None:
    columns = ("公司名称", "KIND", "Worth", "number", "founded on", "firm_name")
    with desk.workspace.reading() as tx:
        assert imports.guess(tx.app, SYSTEM, "firm", columns) == {
            "公司名称": "name",
            "KIND": "kind",
            "Worth": "worth",
        }
        assert imports.guess(tx.app, SYSTEM, "firm", ["Number"], "number") == {"Number": "number"}


def test_a_column_may_go_into_several_fields(desk: Desk) -> None:
    desk.bring(["id", "A-1"], {"columns": {"id": ["name", {"field": "tax"}]}})
    assert desk.firms("name", "tax") == [{"name": "A-1", "tax": "A-1"}]


def test_values_are_mapped_once_for_all_rows(desk: Desk) -> None:
    values = {"what": {"M": "maker", "?": None, "": "seller"}}
    report = desk.bring(
        ["name,what", "a,M", "b,?", "c,", "d,经销商"], {"columns": COLUMNS, "values": values}
    )
    assert reasons(report) == []
    assert [one["kind"] for one in desk.firms("kind")] == ["maker", None, "seller", "seller"]


def test_constants_are_the_same_in_every_row(desk: Desk) -> None:
    constants = {"kind": "经销商", "region": "North"}
    desk.bring(["name", "a", "b"], {"columns": {"name": "name"}, "constants": constants})
    kinds = [one["kind"] for one in desk.firms("kind", "region")]
    assert kinds == ["seller", "seller"]


def test_a_column_that_is_mapped_to_nothing_is_left_out(desk: Desk) -> None:
    report = desk.bring(["name,what", "a,gold"], {"columns": {"name": "name", "what": None}})
    assert report.created == 1


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "names": (
        {
            "columns": {"nam": "name", "what": "knd", "name": {"field": "worth", "key": "name"}},
            "key": "tex",
            "values": {"wat": {}},
            "created_at": "when",
            "stage_times": {"wun": "name"},
        },
        [
            "/key",
            "/columns/nam",
            "/columns/what",
            "/columns/name/key",
            "/values/wat",
            "/stage_times/wun",
            "/created_at",
        ],
    ),
    "a field twice": ({"columns": {"name": "name", "what": "name"}}, ["/columns/what"]),
    "what is computed": (
        {"columns": {"name": "name", "what": "number"}, "constants": {"id": "5"}},
        ["/columns/what", "/constants/id"],
    ),
    "a key that no column brings": (
        {"columns": {"name": "name"}, "key": "tax"},
        ["/key"],
    ),
    "nothing": ({"columns": {"name": None}}, [""]),
    "shape": ({"columns": {"name": 5}, "value": {}}, ["/columns/name", ""]),
    "shape of a key": ({"columns": {"what": {"field": "region", "key": 5}}}, ["/columns/what"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_everything_wrong_is_said_at_once(desk: Desk, name: str) -> None:
    raw, places = WRONG[name]
    with pytest.raises(Invalid) as refused:
        desk.bring(["name,what", "a,b"], raw)
    assert sorted(one.pointer for one in refused.value.problems) == sorted(places)
    for one in refused.value.problems:
        assert one.text("en") != one.id
        assert one.text("zh-CN") != one.text("en")
    assert desk.names() == []


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b'{"columns": {}, "columns": {}}'])
def test_mapping_files_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mapping.json"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        imports.read_mapping(path)


def test_who_may_import(desk: Desk) -> None:
    lines = ["name", "a"]
    with pytest.raises(Forbidden, match="may not import"):
        desk.bring(lines, caller=desk.caller("guest"))
    desk.bring(lines, caller=desk.caller("wang"))
    mapping = {"columns": {"name": "name"}, "created_at": "when"}
    dated = ["name,when", "b,2020-01-01"]
    with pytest.raises(Forbidden, match="import history"):
        desk.bring(dated, mapping, desk.caller("wang"))
    desk.bring(dated, mapping, desk.caller("boss"))
    assert desk.names() == ["a", "b"]


@pytest.mark.parametrize(
    ("column", "place"), [("secret", "field.unknown"), ("remark", "field.read_only")]
)
def test_fields_that_a_role_hides_or_locks(desk: Desk, column: str, place: str) -> None:
    with pytest.raises(Invalid) as refused:
        desk.bring([f"name,{column}", "a,b"], caller=desk.caller("wang"))
    assert [one.id.removesuffix("_near") for one in refused.value.problems] == [place]


def test_a_key_finds_only_the_rows_that_one_may_see(desk: Desk) -> None:
    mapping = {"key": "name"}
    desk.bring(["name,staff", "a,1"], mapping, desk.caller("zhao"))
    report = desk.bring(["name,staff", "a,2"], mapping, desk.caller("wang"))
    assert (report.created, report.updated) == (1, 0)
    report = desk.bring(["name,staff", "a,3"], mapping, desk.caller("wang"))
    assert (report.created, report.updated) == (0, 1)
    assert [one["staff"] for one in desk.firms("staff")] == [1, 3]
    owners = [one["owner"] for one in desk.firms("owner")]
    assert owners == [desk.people["zhao"], desk.people["wang"]]


def test_a_reference_leads_only_to_what_one_may_see(desk: Desk) -> None:
    desk.bring(["name", "hidden firm"], caller=desk.caller("zhao"))
    lines = ["name,parent_firm", "b,hidden firm"]
    report = desk.bring(lines, caller=desk.caller("wang"))
    assert (report.created, report.warnings) == (1, 1)
    assert desk.firms("parent_firm")[1] == {"parent_firm": None}
    assert [one.nearest for one in report.unknown.values()] == [None]
