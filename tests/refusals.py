"""What every refusal owes its reader: a whole sentence in each language, and data left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from fieldstone.engine.publishing import physical
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import Problem

ROOT = Path(__file__).parents[1]
PLACEHOLDER = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
CHINESE = re.compile("[\u4e00-\u9fff]")


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
    """A catalogue by the folder that it lies in."""
    found: dict[str, str] = json.loads((ROOT / folder / f"{locale}.json").read_text("utf-8"))
    return found


def pattern_of(sentence: str) -> re.Pattern[str]:
    """What a sentence looks like with its places filled."""
    parts = PLACEHOLDER.split(sentence)[::2]
    return re.compile(".*?".join(re.escape(one) for one in parts), re.DOTALL)


def state_of(workspace: Workspace) -> Mapping[str, tuple[int, int]]:
    """How many rows each table has, and what their versions add up to."""
    with workspace.reading() as tx:
        tables = physical.read(tx.connection).tables
        asked = [
            sa.select(
                sa.literal(name),
                sa.func.count(),
                sa.func.coalesce(sa.func.sum(sa.column("version")), 0)
                if "version" in columns
                else sa.literal(0),
            ).select_from(sa.table(name))
            for name, columns in sorted(tables.items())
            if not name.startswith("sqlite_")
        ]
        return {
            name: (int(rows), int(versions))
            for name, rows, versions in tx.connection.execute(sa.union_all(*asked))
        }
