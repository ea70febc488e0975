"""Which tests reach which lines, and how long each takes."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import coverage
import pytest

from tests.rules.mutants.trial import apart

_LONGEST = 3600


@dataclass
class Reached:
    """The tests that reach each line of each file, by their names, and their seconds.

    `imported` are the lines that run when the language is imported.
    """

    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    imported: dict[str, frozenset[int]] = field(default_factory=dict)

    def tests(self, path: Path, line: int, first: int) -> list[str]:
        """The tests that reach a line of the function that begins at `first`.

        A line within a statement counts as the nearest one above that any test reaches.
        """
        lines = self.lines.get(str(path.resolve()), {})
        while line > first and not lines.get(line):
            line -= 1
        return [name for name in lines.get(line, []) if name in self.seconds]

    def only_imported(self, path: Path, line: int, first: int) -> bool:
        """Whether a line runs at import, in a function by name that begins at `first`."""
        imported = self.imported.get(str(path.resolve()), frozenset())
        return any(one in imported for one in range(first + 1, line + 1))

    def add(self, found: Any) -> None:
        """Learn what `_look` saw."""
        self.seconds |= dict(zip(found["tests"], found["seconds"], strict=True))
        for path, lines in found["lines"].items():
            known = self.lines.setdefault(path, defaultdict(list))
            for line, numbers in lines.items():
                names = (found["tests"][number] for number in numbers)
                known.setdefault(int(line), []).extend(names)


def reached(session: pytest.Session, folder: Path) -> Reached:
    """Run every test whose ways are not known, in a process apart, and look.

    What was seen is kept as long as the language's code is the same. Raises RuntimeError when a
    test fails: nothing could be said of changes then.
    """
    kept = folder / f"reached-{_sources()}.jsonl"
    found = Reached()
    for line in kept.read_text("utf-8").splitlines() if kept.exists() else []:
        found.add(json.loads(line))
    new = [item for item in session.items if item.nodeid not in found.seconds]
    if new:
        print(f"{len(new)} tests are run to see what they reach", flush=True)
        if apart(lambda: _look(session, new, kept), seconds=_LONGEST) != 0:
            raise RuntimeError("the tests fail without any change")
        found.add(json.loads(kept.read_text("utf-8").splitlines()[-1]))
    imports = folder / f"imported-{_sources()}.json"
    if not imports.exists() and apart(lambda: _look_at_import(imports), seconds=_LONGEST) != 0:
        raise RuntimeError("the language cannot be imported again")
    found.imported = {
        path: frozenset(lines) for path, lines in json.loads(imports.read_text("utf-8")).items()
    }
    there = {item.nodeid for item in session.items}
    found.seconds = {name: taken for name, taken in found.seconds.items() if name in there}
    return found


def _watch() -> coverage.Coverage:
    return coverage.Coverage(
        data_file=None, config_file=False, include=["*/rules/*"], omit=["*/tests/*"]
    )


def _look_at_import(kept: Path) -> int:
    names = sorted(name for name in sys.modules if name.startswith("fieldstone."))
    for name in names:
        del sys.modules[name]
    watch = _watch()
    watch.start()
    for name in names:
        importlib.import_module(name)
    watch.stop()
    data = watch.get_data()
    found = {
        os.path.realpath(path): sorted(data.lines(path) or ()) for path in data.measured_files()
    }
    kept.write_text(json.dumps(found), encoding="utf-8")
    return 0


def _look(session: pytest.Session, items: list[pytest.Item], kept: Path) -> int:
    watch = _watch()
    seconds = []
    watch.start()
    for number, (item, following) in enumerate(zip(items, [*items[1:], None], strict=True)):
        watch.switch_context(str(number))
        begin = perf_counter()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds.append(round(perf_counter() - begin, 5))
        if session.testsfailed:
            print("fails:", item.nodeid, flush=True)
            return 1
    watch.stop()
    found: dict[str, Any] = {}
    data = watch.get_data()
    for path in data.measured_files():
        found[os.path.realpath(path)] = {
            line: sorted(int(name) for name in names if name)
            for line, names in data.contexts_by_lineno(path).items()
        }
    seen = {"tests": [item.nodeid for item in items], "seconds": seconds, "lines": found}
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps(seen) + "\n")
    return 0


def _sources() -> str:
    """What lines mean: the language's code."""
    digest = hashlib.sha256()
    for path in sorted(Path("platform/rules").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
