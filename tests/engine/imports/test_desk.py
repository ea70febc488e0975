"""Imports as people make them: a file that is sent, a trial run, the import, and taking it back."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import access, imports, notified, query, records
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.engine.errors import Conflict, Forbidden, NotFound, TooLarge
from fieldstone.engine.imports import Report, kept
from fieldstone.engine.imports import desk as imported
from fieldstone.engine.imports.desk import Import
from fieldstone.engine.imports.options import Options
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.work import jobs
from fieldstone.engine.work.tick import tick
from tests.engine.imports.conftest import Desk


def send(desk: Desk, lines: Sequence[str], who: str = "boss") -> int:
    content = "".join(f"{line}\n" for line in lines).encode()
    folder, digest = kept.receive(io.BytesIO(content), desk.keep, desk.workspace)
    assert digest == hashlib.sha256(content).hexdigest()
    with desk.workspace.writing() as tx:
        return imported.take(tx, desk.caller(who), "firm", "firms.csv", folder.name, digest)


def get(desk: Desk, import_id: int, who: str = "boss") -> Import:
    with desk.workspace.reading() as tx:
        return imported.get(tx, desk.caller(who), import_id)


def choose(desk: Desk, import_id: int, mapping: Mapping[str, Any], **how: Any) -> None:
    with desk.workspace.writing() as tx:
        one = imported.get(tx, desk.caller("boss"), import_id)
        imported.choose(tx, one, Options(mapping=mapping, **how))


def ask(desk: Desk, import_id: int, act: str) -> None:
    caller: Caller = desk.caller("boss")
    with desk.workspace.writing() as tx:
        one = imported.get(tx, caller, import_id)
        if act == "undo":
            imported.undo(tx, caller, one)
        else:
            getattr(imported, act)(tx, one)


def work(desk: Desk) -> int:
    """Do what is due, as a worker does; returns how many jobs were done."""

    def do(workspace: Any, job: jobs.Job) -> None:
        imports.do(workspace, job, desk.keep)

    done = 0
    for workspace_id, job in tick(desk.installation):
        workspace = desk.installation.workspace_by_id(workspace_id)
        done += jobs.run(workspace, job, {}, dict.fromkeys(imports.KINDS, do))
    return done


def columns(*names: str) -> dict[str, Any]:
    return {"columns": {one: one for one in names}}


def test_a_file_is_checked_imported_and_taken_back(desk: Desk) -> None:
    desk.bring(["name,tax,worth", "old,T1,5", "other,T9,9"])
    import_id = send(desk, ["name,tax,worth", "new,T1,7", "more,T2,8", "bad,T3,many"])
    choose(desk, import_id, {**columns("name", "tax", "worth"), "key": "tax"})
    ask(desk, import_id, "check")
    assert get(desk, import_id).waits
    assert work(desk) == 1
    one = get(desk, import_id)
    assert one.state == "draft" and one.checked is not None
    counts = [one.checked[key] for key in ("rows", "created", "updated", "failed")]
    assert counts == [3, 1, 1, 1]
    assert [line for line, _, _ in one.checked["bad"]] == [4]
    assert desk.names() == ["old", "other"]
    ask(desk, import_id, "start")
    assert work(desk) == 1
    one = get(desk, import_id)
    assert one.state == "done"
    assert (one.report.created, one.report.updated, one.report.failed) == (1, 1, 1)
    assert desk.names() == ["new", "other", "more"]
    ask(desk, import_id, "undo")
    assert work(desk) == 1
    one = get(desk, import_id)
    assert one.state == "undone"
    assert (one.progress["removed"], one.progress["restored"], one.progress["left"]) == (1, 1, 0)
    assert [(str(row["name"]), str(row["worth"])) for row in desk.firms("name", "worth")] == [
        ("old", "5.00"),
        ("other", "9.00"),
    ]


def test_what_was_edited_since_is_left_when_it_is_undone(desk: Desk) -> None:
    import_id = send(desk, ["name,tax", "one,T1", "two,T2", "three,T3"])
    choose(desk, import_id, columns("name", "tax"))
    ask(desk, import_id, "start")
    work(desk)
    with desk.workspace.writing() as tx:
        records.update(tx, desk.caller("boss"), "firm", 2, 1, {"name": "mine now"})
    ask(desk, import_id, "undo")
    work(desk)
    assert desk.names() == ["mine now"]
    assert get(desk, import_id).progress["left"] == 1


def test_records_made_for_unknown_values_go_where_nothing_needs_them(desk: Desk) -> None:
    """East is used by no other firm; West got one since, and somebody renamed South."""
    lines = ["name,region", "one,East", "two,West", "three,South"]
    import_id = send(desk, lines)
    made = ["East", "West", "South"]
    choose(desk, import_id, {**columns("name", "region"), "create": {"region": made}})
    ask(desk, import_id, "start")
    work(desk)
    regions = named(desk)
    assert set(made) <= regions.keys()
    with desk.workspace.writing() as tx:
        records.create(tx, SYSTEM, "firm", {"name": "mine", "region": str(regions["West"])})
        records.update(tx, SYSTEM, "region", regions["South"], 1, {"name": "Far south"})
    ask(desk, import_id, "undo")
    work(desk)
    assert named(desk).keys() & {*made, "Far south"} == {"West", "Far south"}
    assert desk.names() == ["mine"]
    assert get(desk, import_id).progress["removed"] == 4


def named(desk: Desk) -> dict[str, int]:
    """The ids of the regions by their names."""
    with desk.workspace.reading() as tx:
        found = query.page(tx, SYSTEM, query.ListRequest(entity_id="region", limit=100))
        return {str(one.values["name"]): one.id for one in found.records}


def test_a_second_press_starts_nothing(desk: Desk) -> None:
    import_id = send(desk, ["name", "one"])
    choose(desk, import_id, columns("name"))
    for act in ("check", "check"):
        ask(desk, import_id, act)
    assert work(desk) == 1
    for act in ("start", "start"):
        ask(desk, import_id, act)
    assert work(desk) == 1
    assert desk.names() == ["one"]


def test_stopping_keeps_the_rows_that_are_written(desk: Desk) -> None:
    import_id = send(desk, ["name", *(f"firm {n}" for n in range(1200))])
    choose(desk, import_id, columns("name"))
    ask(desk, import_id, "start")
    ask(desk, import_id, "stop")
    work(desk)
    one = get(desk, import_id)
    assert (one.state, one.report.created, desk.names()) == ("stopped", 0, [])


def test_a_trial_that_is_stopped_can_be_asked_for_again(desk: Desk) -> None:
    import_id = send(desk, ["name", "one"])
    choose(desk, import_id, columns("name"))
    ask(desk, import_id, "check")
    ask(desk, import_id, "stop")
    work(desk)
    assert get(desk, import_id).checked is None
    desk.clock.instant += timedelta(seconds=1)
    ask(desk, import_id, "check")
    work(desk)
    checked = get(desk, import_id).checked
    assert checked is not None and checked["created"] == 1


def test_other_choices_need_another_trial(desk: Desk) -> None:
    import_id = send(desk, ["name,tax", "one,T1"])
    choose(desk, import_id, columns("name"))
    ask(desk, import_id, "check")
    work(desk)
    choose(desk, import_id, columns("name"), tell=True)
    assert get(desk, import_id).checked is not None
    choose(desk, import_id, columns("name", "tax"))
    assert get(desk, import_id).checked is None


def test_a_mapping_that_no_longer_fits_is_told(desk: Desk) -> None:
    import_id = send(desk, ["name", "one"])
    choose(desk, import_id, {"columns": {"name": "nobody"}})
    ask(desk, import_id, "check")
    work(desk)
    checked = get(desk, import_id).checked
    assert checked is not None and "nobody" in checked["why"][0]["en"]


def test_the_same_file_is_known_again(desk: Desk) -> None:
    lines = ["name", "one"]
    first = send(desk, lines)
    choose(desk, first, columns("name"))
    ask(desk, first, "start")
    work(desk)
    again = send(desk, lines)
    with desk.workspace.reading() as tx:
        boss = access.for_member(tx, desk.people["boss"])
        assert imported.same_file(tx, imported.get(tx, boss, again)) is not None
        assert imported.same_file(tx, imported.get(tx, boss, first)) is None


def test_values_can_be_made_or_left_out(desk: Desk) -> None:
    lines = ["name,region", "one,North", "two,East", "three,West", "four,West"]
    mapping = {
        **columns("name", "region"),
        "create": {"region": ["East"]},
        "skip": {"region": ["West"]},
    }
    tried = desk.bring(lines, mapping, desk.caller("boss"), dry_run=True)
    done = desk.bring(lines, mapping, desk.caller("boss"))
    for report in (tried, done):
        assert (report.created, report.skipped, report.failed) == (2, 2, 0)
    assert desk.names() == ["one", "two"]


def test_who_may_not_create_regions_makes_none(desk: Desk) -> None:
    mapping = {**columns("name", "region"), "create": {"region": ["East"]}}
    report = desk.bring(["name,region", "two,East"], mapping, desk.caller("wang"))
    assert (report.created, report.failed) == (0, 1)


def test_the_importer_is_told_once_and_owners_only_if_wanted(desk: Desk) -> None:
    lines = ["name,owner", "one,Wang", "two,Wang", "three,Zhao"]
    for tell in (False, True):
        import_id = send(desk, lines)
        choose(desk, import_id, columns("name", "owner"), tell=tell)
        ask(desk, import_id, "start")
        work(desk)
        with desk.workspace.reading() as tx:
            told = {
                who: [one.title for one in notified.listed(tx, desk.caller(who))]
                for who in ("boss", "wang", "zhao")
            }
        assert len(told["wang"]) == len(told["zhao"]) == (1 if tell else 0)
    assert told["boss"] == ["Firm: the import is done"] * 2
    assert told["wang"] == ["An import brought 2 records that are yours"]


def test_nobody_else_opens_an_import(desk: Desk) -> None:
    import_id = send(desk, ["name", "one"], "wang")
    assert get(desk, import_id, "wang").mine
    assert get(desk, import_id, "boss").mine
    for who in ("zhao", "guest"):
        with pytest.raises(NotFound):
            get(desk, import_id, who)
    with desk.workspace.reading() as tx:
        seen = imported.listed(tx, desk.caller("zhao"))
        assert [(one.id, one.mine) for one in seen] == [(import_id, False)]
        assert imported.listed(tx, desk.caller("guest")) == []
    with pytest.raises(Forbidden):
        send(desk, ["name", "one"], "guest")


def test_nothing_is_undone_that_never_was(desk: Desk) -> None:
    import_id = send(desk, ["name", "one"])
    with pytest.raises(Conflict):
        ask(desk, import_id, "undo")


def test_a_file_that_is_too_large_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LARGEST_FILE", 10)
    with pytest.raises(TooLarge):
        kept.receive(io.BytesIO(b"x" * 11), desk.keep, desk.workspace)
    assert [one for one in desk.keep.rglob("*") if one.is_file()] == []


TABLES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "the same key in two chunks": (
        ["name,tax", *(f"n{n},T{n % 1100}" for n in range(1200))],
        {**columns("name", "tax"), "key": "tax"},
    ),
    "the same unique value in two chunks": (
        ["name,tax", *(f"n{n},T{n % 1100}" for n in range(1200))],
        columns("name", "tax"),
    ),
    "a value that an update sets free": (
        ["name,tax", "old,T7", *(f"n{n},U{n}" for n in range(1100)), "other,T1", "third,T7"],
        {**columns("name", "tax"), "key": "name"},
    ),
    "names of the file itself": (
        ["name,parent_firm", *(f"n{n},n{n * 7 % 1200}" for n in range(1100)), "x,nobody"],
        columns("name", "parent_firm"),
    ),
}


def told(report: Report) -> dict[str, Any]:
    """What a report tells, but for what may be meant: a trial knows no names of the file."""
    found = report.to_json()
    return {**found, "unknown": [one[:3] for one in found["unknown"]]}


@pytest.mark.parametrize("name", TABLES)
def test_a_trial_counts_as_the_import_does(desk: Desk, name: str) -> None:
    lines, mapping = TABLES[name]
    desk.bring(["name,tax", "old,T1", "older,T0"])
    tried = desk.bring(lines, mapping, dry_run=True)
    done = desk.bring(lines, mapping)
    assert told(tried) == told(done)
    assert tried.rows == len(lines) - 1
    with desk.workspace.reading() as tx:
        assert tx.connection.scalar(sa.select(sa.func.count()).select_from(JOB)) == 2
