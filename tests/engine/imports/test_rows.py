"""Rows: references, keys, unknown values, all or nothing, trials, and rows to be mended."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fieldstone.engine import imports, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.imports import Report
from tests.engine.imports.conftest import Desk, reasons


def test_references_by_title_by_key_and_by_id(desk: Desk) -> None:
    desk.bring(["name,region", "a,North", "b,"])
    for number, key in enumerate(("code", "id"), start=1):
        column = {"name": "name", "region": {"field": "region", "key": key}}
        text = "S" if key == "code" else "2"
        desk.bring(["name,region", f"{key},{text}", f"{number},"], {"columns": column})
    assert [one["region"] for one in desk.firms("region")] == [1, None, 2, None, 2, None]


def test_a_title_that_several_have(desk: Desk) -> None:
    with desk.workspace.writing() as tx:
        records.create(tx, SYSTEM, "region", {"name": "North"})
    report = desk.bring(["name,region", "a,North"])
    assert reasons(report) == [
        (2, 'Several records are called "North"; choose another key for region')
    ]


def test_what_is_in_the_recycle_bin_is_not_found(desk: Desk) -> None:
    with desk.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "region", 1, 1)
    report = desk.bring(["name,region", "a,North", "b,South"])
    assert (report.created, report.failed) == (1, 1)


def test_unknown_values_are_counted_with_the_nearest_that_there_is(desk: Desk) -> None:
    lines = ["name,region,kind", "a,Nort,maker", "b,Nort,Seler", "c,Nort,", "d,Atlantis,", "e,,"]
    report = desk.bring(lines)
    assert [(one.column, one.value, one.rows, one.nearest) for one in report.unknown.values()] == [
        ("region", "Nort", 3, "North"),
        ("kind", "Seler", 1, "seller"),
        ("region", "Atlantis", 1, None),
    ]
    assert (report.created, report.failed) == (1, 4)


def test_a_firm_may_stand_above_or_below_the_one_it_belongs_to(desk: Desk) -> None:
    report = desk.bring(
        ["name,parent_firm", "child,parent", "parent,", "other child,parent", "orphan,nobody"]
    )
    assert (report.created, report.failed, report.warnings) == (4, 0, 1)
    assert [one["parent_firm"] for one in desk.firms("parent_firm")] == [2, None, 2, None]
    assert [(one.value, one.rows) for one in report.unknown.values()] == [("nobody", 1)]


def test_members_by_any_of_their_names(desk: Desk) -> None:
    lines = ["name,owner", "a,Wang", "b,wang@example.com", "c,zhao", "d,Nobody", "e,"]
    report = desk.bring(lines, caller=desk.caller("boss"))
    wang, zhao, boss = (desk.people[one] for one in ("wang", "zhao", "boss"))
    assert [one["owner"] for one in desk.firms("owner")] == [wang, wang, zhao, boss]
    assert reasons(report) == [
        (5, '"Nobody" is unknown for owner; map it to a value that there is.')
    ]


def test_a_key_creates_or_updates(desk: Desk) -> None:
    first = desk.bring(["name,tax,staff,kind", "a,1,5,maker", "b,2,6,seller"], {"key": "tax"})
    assert (first.created, first.updated) == (2, 0)
    again = desk.bring(
        ["name,tax,staff,kind", "a,1,5,maker", "b2,2,,", "c,3,7,", "d,,8,"], {"key": "tax"}
    )
    assert (again.created, again.updated, again.failed) == (2, 2, 0)
    assert desk.firms("name", "tax", "staff", "kind", "version") == [
        {"name": "a", "tax": "1", "staff": 5, "kind": "maker", "version": 1},
        {"name": "b2", "tax": "2", "staff": None, "kind": None, "version": 2},
        {"name": "c", "tax": "3", "staff": 7, "kind": "maker", "version": 1},
        {"name": "d", "tax": None, "staff": 8, "kind": "maker", "version": 1},
    ]


@pytest.mark.parametrize("key", ["id", "number"])
def test_a_key_that_is_never_written(desk: Desk, key: str) -> None:
    desk.bring(["name", "a", "b"])
    known = "2" if key == "id" else "F0002"
    report = desk.bring([f"{key},name", f"{known},changed", "77,nobody", ",new"], {"key": key})
    assert (report.created, report.updated) == (1, 1)
    ((line, reason),) = reasons(report)
    assert line == 3 and reason.startswith("There is no record whose ")
    assert desk.names() == ["a", "changed", "new"]


def test_a_key_that_comes_twice(desk: Desk) -> None:
    """Near or far apart: later rows are refused, whatever was written in between."""
    far = [f"firm {number},{number}" for number in range(1, 1100)]
    report = desk.bring(["name,tax", *far, "again,1", "twice,x", "more,x"], {"key": "tax"})
    assert [line for line, _ in reasons(report)] == [1101, 1103]
    assert all("comes more than once" in why for _, why in reasons(report))
    assert report.created == 1100


def test_a_unique_value_that_is_taken(desk: Desk) -> None:
    desk.bring(["name,tax", "a,1"])
    report = desk.bring(["name,tax", "b,1", "c,2", "d,2"])
    assert [line for line, _ in reasons(report)] == [2, 4]
    assert desk.names() == ["a", "c"]


def test_rows_of_another_width_and_without_a_name(desk: Desk) -> None:
    report = desk.bring(["name,staff", "a,1,2", "b", ",5", "", "c,3"])
    assert [line for line, _ in reasons(report)] == [2, 3, 4]
    assert desk.names() == ["c"]


BAD = ["name,worth", "a,1", "b,much", "c,3"]


def figures(report: Report) -> tuple[int, ...]:
    return (report.rows, report.created, report.updated, report.failed, report.warnings)


def test_all_or_nothing(desk: Desk) -> None:
    report = desk.bring(BAD, all_or_nothing=True)
    assert (report.written, report.dry_run, report.failed) == (False, False, 1)
    assert reasons(report)[0][0] == 3
    assert desk.names() == []
    report = desk.bring([BAD[0], BAD[1], BAD[3]], all_or_nothing=True)
    assert (report.written, report.created) == (True, 2)
    assert desk.names() == ["a", "c"]


def test_a_trial_counts_as_the_import_does_and_keeps_nothing(desk: Desk) -> None:
    desk.bring(["name,tax", "old,1"])
    lines = [
        "name,tax,parent_firm,region",
        "new,2,later,North",
        "old,1,,Nort",
        "newer,1,,",
        "later,3,,",
        "more,3,,",
        "lost,4,nobody,",
    ]
    mapping = {"key": "tax"}
    tried = desk.bring(lines, mapping, dry_run=True)
    assert (tried.written, tried.dry_run) == (False, True)
    assert desk.names() == ["old"]
    done = desk.bring(lines, mapping)
    assert figures(tried) == figures(done)
    assert reasons(tried) == reasons(done)
    assert tried.unknown == done.unknown
    assert done.written


def test_bad_rows_are_mended_in_the_file_of_errors(desk: Desk, tmp_path: Path) -> None:
    desk.bring(["name", "石田"])
    lines = ["name,region,remark", '石田仪表,Nort,"a, b"', "华光,North,", "长河,Nowhere,"]
    report = desk.bring(lines, {"columns": {"name": "name", "region": "region"}})
    errors = tmp_path / "errors.csv"
    imports.write_errors(report, ("name", "region", "remark"), errors, "zh-CN")
    content = errors.read_text("utf-8-sig")
    rows = list(csv.reader(content.splitlines()))
    assert rows[0] == ["行号", "原因", "name", "region", "remark"]
    assert (
        rows[1][0] == "2"
        and "没有“Nort”" in rows[1][1]
        and rows[1][2:] == ["石田仪表", "Nort", "a, b"]
    )
    errors.write_text(content.replace("Nort,", "North,").replace("Nowhere", "South"), "utf-8-sig")
    again = desk.bring(errors, {"columns": {"name": "name", "region": "region"}})
    assert (again.created, again.failed) == (2, 0)
    assert desk.names() == ["石田", "华光", "石田仪表", "长河"]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://a.cn")', '\'=HYPERLINK("http://a.cn")'),
        ("+cmd|x", "'+cmd|x"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("-5", "-5"),
    ],
)
def test_no_spreadsheet_computes_a_bad_row_and_it_comes_back_as_it_was(
    desk: Desk, tmp_path: Path, name: str, cell: str
) -> None:
    given, errors = tmp_path / "given.csv", tmp_path / "errors.csv"
    with given.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["name", "region"], [cell, "Nort"]])
    mapping = {"columns": {"name": "name", "region": "region"}}
    report = desk.bring(given, mapping)
    assert report.bad[0].cells[0] == name
    imports.write_errors(report, ("name", "region"), errors, "en")
    with errors.open(encoding="utf-8-sig", newline="") as file:
        header, (line, why, written, _) = csv.reader(file)
    assert written == cell
    with errors.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, [line, why, written, "North"]])
    assert desk.bring(errors, mapping).created == 1
    assert desk.names() == [name]


def test_a_line_that_cannot_be_read_keeps_the_whole_file_out(desk: Desk) -> None:
    with pytest.raises(Exception, match="a cell has more than"):
        desk.bring(["name", *("x" for _ in range(1500)), '"' + "y" * 200_000])
    assert desk.names() == []


def test_progress_is_told_of_the_whole(desk: Desk) -> None:
    told: list[tuple[int, int]] = []
    path = desk.file("name", *(f"firm {number}" for number in range(2500)))
    options = imports.Options(mapping={"columns": {"name": "name"}})
    imports.run(
        desk.workspace,
        SYSTEM,
        "firm",
        path,
        options,
        keep=desk.keep,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]
    assert [one for one in desk.keep.rglob("*") if one.is_file()] == []
