"""Bounds: an import of any length takes no more memory than one of a few chunks."""

from __future__ import annotations

import tracemalloc
from itertools import count
from pathlib import Path

import pytest

from fieldstone.engine.imports import Report
from tests.engine.imports.conftest import Desk

_numbers = count()


def lines(number: int, bad: bool) -> list[str]:
    """A file of firms that nobody has seen, with an unknown region each if they are to be bad."""
    start = next(_numbers) * 1_000_000
    region = "Nowhere" if bad else "North"
    return ["name,tax,region", *(f"firm {n},{start + n},{region}" for n in range(number))]


def peak(desk: Desk, path: Path, dry_run: bool = False) -> tuple[int, Report]:
    """The most memory that an import of the file held at once, in bytes."""
    tracemalloc.start()
    try:
        report = desk.bring(path, {"key": "tax"}, dry_run=dry_run)
        return tracemalloc.get_traced_memory()[1], report
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("bad", [False, True], ids=["good rows", "bad rows"])
def test_memory_does_not_grow_with_the_file(desk: Desk, bad: bool) -> None:
    desk.bring(lines(1500, bad))
    few, _ = peak(desk, desk.file(*lines(2000, bad), name="few.csv"))
    many, report = peak(desk, desk.file(*lines(6000, bad), name="many.csv"))
    assert report.rows == 6000
    # The list of bad rows is the report itself.
    kept = sum(len(cell) + 100 for row in report.bad for cell in row.cells) * 10
    assert many < few * 1.15 + kept


def test_a_trial_of_good_rows_does_not_grow_either(desk: Desk) -> None:
    desk.bring(lines(1500, False))
    few, _ = peak(desk, desk.file(*lines(2000, False), name="few.csv"), dry_run=True)
    many, _ = peak(desk, desk.file(*lines(6000, False), name="many.csv"), dry_run=True)
    assert many < few * 1.15


def test_a_cell_longer_than_its_field_is_bad_alone(desk: Desk) -> None:
    report = desk.bring(["name,remark", "a," + "x" * 90_000, "b,"])
    assert (report.created, report.failed) == (1, 1)


def test_hostile_cells_are_text_or_refused(desk: Desk) -> None:
    names = ["'; DROP TABLE firm; --", "=HYPERLINK(1)", "<script>", "\u202egnp.exe", "{{ name }}"]
    report = desk.bring(["name", *names])
    assert report.created == len(names)
    assert desk.names() == names
    report = desk.bring(["name,worth,staff,founded", "a,9e99,99999999999999999999,99999-01-01"])
    assert (report.created, report.failed) == (0, 1)
    assert len(report.bad[0].reasons) == 3
