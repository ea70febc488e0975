"""In place of pytest's loop: every change is tried by the tests that reach its line."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import CodeType
from typing import Literal, TextIO

import hypothesis
import pytest

from tests.rules.mutants.changes import Change, changes_of
from tests.rules.mutants.reached import Reached, reached
from tests.rules.mutants.swapping import Loaded, OutsideFunctionsError
from tests.rules.mutants.trial import BROKEN, begun

Outcome = Literal["killed", "survived", "unreached", "outside"]
_ALIVE = 0
_QUICK, _LONG = 0.2, 0.7
"""Seconds of a test, looked at line by line: longer ones are for chance, not for a change."""
_FIRST, _MOST = 30, 1500
"""So many tests of all come first, and so many at most are tried of those that reach a line."""
_FEW = 5
"""So many are tried where all that reach a line are long."""
_PATIENCE = 10.0
"""How many times as long as without a change the tests may take, and a minute."""


@dataclass(frozen=True)
class Plan:
    """What is to be tried: of which files, every how manieth change, by how many processes."""

    files: tuple[Path, ...]
    share: int
    jobs: int
    log: Path
    only: frozenset[str]


class Loop:
    """A plug-in of pytest that tries changes where tests would be run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcomes: Counter[str] = Counter()
        self.left: list[str] = []
        self.running: dict[int, Change] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Examples are the same for every change, and few."""
        hypothesis.settings.register_profile(
            "mutants", deadline=None, database=None, derandomize=True, max_examples=30
        )
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Look what the tests reach, then try the changes one by one."""
        if session.testsfailed:
            raise session.Failed("the tests cannot be collected")
        self.plan.log.parent.mkdir(parents=True, exist_ok=True)
        found = reached(session, self.plan.log.parent)
        loaded = Loaded()
        with self.plan.log.open("a", encoding="utf-8") as log:
            for change in self._waiting():
                while len(self.running) >= self.plan.jobs:
                    self._await(log)
                self._begin(session, loaded, found, change, log)
            while self.running:
                self._await(log)
        return True

    def _waiting(self) -> Iterator[Change]:
        """The changes that are not known to be killed."""
        known = dict(logged(self.plan.log))
        for path in self.plan.files:
            for change in changes_of(path):
                if self.plan.only:
                    if change.key in self.plan.only:
                        yield change
                elif int(change.key, 16) % self.plan.share == 0:
                    if known.get(change.key) in ("killed", "outside"):
                        self.outcomes[known[change.key]] += 1
                    else:
                        yield change

    def _begin(
        self, session: pytest.Session, loaded: Loaded, found: Reached, change: Change, log: TextIO
    ) -> None:
        try:
            differences = loaded.differences(change.path, change.source)
        except OutsideFunctionsError:
            self._note(change, "outside", log)
            return
        code = differences[-1][0]
        tests = found.tests(change.path, change.line, code.co_firstlineno)
        if not tests:
            by_name = code.co_name != "<lambda>"
            once = by_name and found.only_imported(change.path, change.line, code.co_firstlineno)
            self._note(change, "outside" if once else "unreached", log)
            return
        seconds = sum(found.seconds[name] for name in tests)
        order = _ordered(session, found, tests, change.key)
        child = begun(
            lambda: _tried(session, loaded, differences, order), round(60 + seconds * _PATIENCE)
        )
        self.running[child] = change

    def _await(self, log: TextIO) -> None:
        child, status = os.wait()
        change = self.running.pop(child)
        code = os.waitstatus_to_exitcode(status)
        if code == BROKEN:
            raise RuntimeError(f"the trial itself failed: {change.told()}")
        self._note(change, "survived" if code == _ALIVE else "killed", log)

    def _note(self, change: Change, outcome: Outcome, log: TextIO) -> None:
        self.outcomes[outcome] += 1
        line = {"key": change.key, "outcome": outcome, "told": change.told()}
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
        log.flush()
        if outcome in ("survived", "unreached"):
            self.left.append(f"{outcome} {change.told()}")
            print(self.left[-1], flush=True)


def logged(log: Path) -> Iterator[tuple[str, Outcome]]:
    """What became of each change that was tried, by its key."""
    for line in log.read_text("utf-8").splitlines() if log.exists() else []:
        try:
            data = json.loads(line)
        except ValueError:
            continue  # Cut off where the run was stopped.
        yield data["key"], data["outcome"]


def _ordered(
    session: pytest.Session, found: Reached, tests: list[str], key: str
) -> list[pytest.Item]:
    """Tests that reach a line: of every function some, for a change is often one test's alone.

    A few quick ones come first, for most changes fail many, and those of a server last. What is
    left goes file by file: a file's tests share a database.
    """
    chance = random.Random(key)
    reaching = set(tests)
    all_of_them = [item for item in session.items if item.nodeid in reaching]
    shortest = sorted(all_of_them, key=lambda item: found.seconds[item.nodeid])[:_FEW]
    items = [item for item in all_of_them if found.seconds[item.nodeid] < _LONG] or shortest
    chance.shuffle(items)
    items = _of_every_function(items)[:_MOST]
    quick = [item for item in items if not _slow(item, found)]
    first = sorted(quick[:_FIRST], key=_file)
    rest = sorted(quick[_FIRST:], key=_file)
    slow = [item for item in items if _slow(item, found)]
    return [*first, *rest, *sorted(slow, key=lambda item: (_with_server(item), _file(item)))]


def _of_every_function(items: list[pytest.Item]) -> list[pytest.Item]:
    """First one test of each function, then another: few see what a single one is about."""
    turns: Counter[str] = Counter()
    numbered = []
    for item in items:
        function = item.nodeid.partition("[")[0]
        turns[function] += 1
        numbered.append((turns[function], item))
    return [item for _, item in sorted(numbered, key=lambda pair: pair[0])]


def _slow(item: pytest.Item, found: Reached) -> bool:
    return _with_server(item) or found.seconds[item.nodeid] > _QUICK


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _with_server(item: pytest.Item) -> bool:
    return "postgres" in getattr(item, "fixturenames", ())


def _tried(
    session: pytest.Session,
    loaded: Loaded,
    differences: list[tuple[CodeType, CodeType]],
    items: list[pytest.Item],
) -> int:
    """Make the change and run the tests until one fails; the status of the process."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    loaded.swap(differences)
    for item, following in pairwise([*items, None]):
        assert item is not None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            # Databases that a module's tests share are given back, if the change lets them.
            with suppress(Exception):
                session._setupstate.teardown_exact(None)
            return 1
    return _ALIVE
