"""Schedules: cron lines of five fields that come true some day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from ..documents import Document
from ..problems import Problem
from .context import problem

_START = datetime(2026, 1, 1, tzinfo=UTC)


def cron_problems(document: Document, pointer: str, line: str) -> Iterator[Problem]:
    """What is wrong with a schedule: its fields, their values, or that it never comes."""
    fields = len(line.split())
    if fields != 5:
        yield problem(document, pointer, "cron.fields", line=line, found=fields)
        return
    try:
        next(CronSim(line, _START))
    except (CronSimError, StopIteration):
        yield problem(document, pointer, "cron.invalid", line=line)
