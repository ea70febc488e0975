"""What every refusal owes its reader: a whole sentence in each language, and data left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import pytest
import sqlalchemy as sa

from fieldstone.engine.control_tables import ATTEMPTS
from fieldstone.engine.database import databases
from fieldstone.engine.publishing import physical
from fieldstone.engine.settings import Settings
from fieldstone.engine.stores import CONTROL
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import Problem, ProblemsError

ROOT = Path(__file__).parents[1]
PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
CHINESE = re.compile("[\u4e00-\u9fff]")


World = TypeVar("World")


@dataclass(frozen=True)
class Call(Generic[World]):
    """A call that is refused: the class of the refusal, and its problems as "/place id"."""

    name: str
    kind: type[ProblemsError]
    problems: tuple[str, ...]
    call: Callable[[World], object]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the catalogue that the case brings about."""
        return frozenset(one.split()[-1] for one in self.problems)


def require_refused(case: Call[World], world: World) -> None:
    """Fail unless the call is refused as the case says, in whole sentences."""
    with pytest.raises(case.kind) as caught:
        case.call(world)
    assert type(caught.value) is case.kind
    found = [f"{one.pointer} {one.id}".strip() for one in caught.value.problems]
    assert sorted(found) == sorted(case.problems)
    for one in caught.value.problems:
        require_sentences(one)


def ids_of(cases: Iterable[Call[World]]) -> frozenset[str]:
    """The ids that a table of cases brings about."""
    return frozenset().union(*(one.ids for one in cases))


def require_whole(sentence: str, problem_id: str, locale: str) -> None:
    """Fail for a sentence with a hole in it, in another language, or that is only the id."""
    assert not PLACEHOLDER.search(sentence), sentence
    assert not sentence.startswith(problem_id), sentence
    assert bool(CHINESE.search(sentence)) or locale != "zh-CN", sentence


def require_sentences(problem: Problem) -> None:
    """Fail where a problem has no whole sentence in one of the languages."""
    for locale in LOCALES:
        require_whole(problem.text(locale), problem.id, locale)


@cache
def sentences(folder: str, locale: str) -> Mapping[str, str]:
    """A catalogue by the folder that it lies in, in one file or in a folder an area."""
    found: dict[str, str] = {}
    for pattern in (f"{locale}.json", f"*/{locale}.json"):
        for path in sorted((ROOT / folder).glob(pattern)):
            found.update(json.loads(path.read_text("utf-8")))
    return found


def pattern_of(*sentences: str) -> re.Pattern[str]:
    """What a sentence looks like with its places filled; with several, any of them."""
    found = []
    for sentence in sentences:
        parts = PLACEHOLDER.split(sentence)[::2]
        found.append(".*?".join(re.escape(one) for one in parts))
    return re.compile("|".join(found), re.DOTALL)


def pattern_in(folder: str, locale: str, key: str) -> re.Pattern[str]:
    """The same of a sentence of a catalogue, or of its singular."""
    known = sentences(folder, locale)
    return pattern_of(known[key], *(known[one] for one in (f"{key}.one",) if one in known))


State = Mapping[str, tuple[int, int]]


def state_of(workspace: Workspace) -> State:
    """How many rows each table has, and what their versions add up to."""
    with workspace.reading() as tx:
        return _state(tx.connection)


def state_of_control(settings: Settings) -> State:
    """The same of the control database, but for the failed sign-ins, which are counted."""
    stores = databases(settings)
    try:
        with stores.store(CONTROL).begin(writing=False) as connection:
            found = dict(_state(connection))
    finally:
        stores.close()
    found.pop(ATTEMPTS.name)
    return found


def _state(connection: sa.Connection) -> State:
    tables = physical.read(connection).tables
    asked = [
        sa.select(
            sa.literal(name),
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(sa.column("version")), 0)
            if "version" in columns and not name.startswith("_")
            else sa.literal(0),
        ).select_from(sa.table(name))
        for name, columns in sorted(tables.items())
        if not name.startswith("sqlite_")
    ]
    return {
        name: (int(rows), int(versions))
        for name, rows, versions in connection.execute(sa.union_all(*asked))
    }
