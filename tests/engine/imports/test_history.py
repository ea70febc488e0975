"""History: records of elsewhere, made and moved at their own times; guards only warn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fieldstone.engine import history
from fieldstone.engine.access import SYSTEM
from tests.engine.imports.conftest import NOW, Desk, reasons

COLUMNS = {"name": "name", "stage": "stage", "worth": "worth"}
TIMES: dict[str, Any] = {
    "columns": COLUMNS,
    "created_at": "made",
    "stage_times": {"talking": "talked", "won": "closed", "lost": "closed"},
}
HEADER = "name,stage,worth,made,talked,closed"


def day(text: str) -> datetime:
    """The beginning of a day in Shanghai."""
    return datetime.fromisoformat(f"{text}T00:00+08:00").astimezone(UTC)


def test_stages_are_entered_at_their_own_times(desk: Desk) -> None:
    report = desk.bring(
        [
            HEADER,
            "won,won,5,2020-01-01,2020-02-01,2020-03-01",
            "talking,洽谈,5,2020-01-01,2020-02-01,",
            "new,new,5,2020-01-01,,",
            "today,new,5,,,",
            "unknown end,lost,5,2020-01-01,2020-02-01,",
        ],
        TIMES,
    )
    assert reasons(report) == []
    assert desk.firms("created_at", "stage_entered_at") == [
        {"created_at": day("2020-01-01"), "stage_entered_at": day("2020-03-01")},
        {"created_at": day("2020-01-01"), "stage_entered_at": day("2020-02-01")},
        {"created_at": day("2020-01-01"), "stage_entered_at": day("2020-01-01")},
        {"created_at": NOW, "stage_entered_at": NOW},
        {"created_at": day("2020-01-01"), "stage_entered_at": day("2020-02-01")},
    ]
    assert desk.transitions() == [
        (1, None, "talking", day("2020-02-01")),
        (1, "talking", "won", day("2020-03-01")),
        (2, None, "talking", day("2020-02-01")),
        (3, None, "new", day("2020-01-01")),
        (4, None, "new", NOW),
        (5, None, "talking", day("2020-02-01")),
        (5, "talking", "lost", day("2020-02-01")),
    ]


def test_a_stage_after_the_present_one_was_left_again_or_never_entered(desk: Desk) -> None:
    mapping = {
        "columns": COLUMNS,
        "stage_times": {"new": "made", "talking": "talked", "won": "closed"},
    }
    desk.bring(
        [
            HEADER,
            "back again,new,5,2020-03-01,2020-02-01,",
            "too late,new,5,2020-01-01,2020-02-01,",
        ],
        mapping,
    )
    assert desk.transitions() == [
        (1, None, "talking", day("2020-02-01")),
        (1, "talking", "new", day("2020-03-01")),
        (2, None, "new", day("2020-01-01")),
    ]


def test_the_history_of_a_record_shows_its_moves_when_they_were(desk: Desk) -> None:
    desk.bring([HEADER, "won,won,5,2020-01-01,2020-02-01,2020-03-01"], TIMES)
    with desk.workspace.reading() as tx:
        found = history.of(tx, SYSTEM, "firm", 1)
        first = history.of(tx, SYSTEM, "firm", 1, limit=1)
        second = history.of(tx, SYSTEM, "firm", 1, 1, first.next_cursor)
    assert [(one.kind, one.at) for one in found.entries] == [
        ("changed", day("2020-03-01")),
        ("changed", day("2020-02-01")),
        ("created", day("2020-01-01")),
    ]
    assert first.entries + second.entries == found.entries[:2]


def test_guards_stop_an_import_of_today_and_warn_of_history(desk: Desk) -> None:
    lines = [HEADER, "a,won,,2020-01-01,,2020-03-01", "b,won,7,2020-01-01,,2020-03-01"]
    today = desk.bring(lines, {"columns": COLUMNS})
    assert (today.created, today.failed) == (1, 1)
    assert reasons(today)[0][0] == 2
    elsewhere = desk.bring(lines, TIMES)
    assert (elsewhere.created, elsewhere.failed, elsewhere.warnings) == (2, 0, 1)


def test_a_record_that_is_there_moves_at_the_time_of_the_file(desk: Desk) -> None:
    lines = [HEADER, "a,洽谈,5,2020-01-01,2020-02-01,"]
    desk.bring(lines, TIMES)
    report = desk.bring(
        [HEADER, "a,won,5,2021-01-01,2020-02-01,2020-03-01"], TIMES | {"key": "name"}
    )
    assert report.updated == 1
    assert desk.transitions()[1:] == [(1, "talking", "won", day("2020-03-01"))]
    assert desk.firms("created_at", "stage_entered_at") == [
        {"created_at": day("2020-01-01"), "stage_entered_at": day("2020-03-01")}
    ]


def test_times_that_cannot_be_read_are_said_of_their_rows(desk: Desk) -> None:
    report = desk.bring([HEADER, "a,won,5,once,2020-02-31,03/04/2020"], TIMES)
    (bad,) = report.bad
    assert [one["id"] for one in bad.reasons] == [
        "value.not_datetime",
        "value.not_datetime",
        "import.date_two_readings",
    ]
