"""What an export refuses, in whole sentences, leaving no file behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldstone.engine import exports, imports, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.cells import is_exact, meant
from fieldstone.engine.errors import Invalid, Refused, TooLarge
from fieldstone.engine.exports.writing import MOST_IN_CELL
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.query import ListRequest
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.field_types.every import EVERY
from tests.refusals import sentences
from tests.servers.database import Database

Export = Callable[[Workspace, Path], object]


def written(workspace: Workspace, path: Path, most: int = exports.ROWS_OF_SHEET) -> int:
    with workspace.reading() as tx:
        request = ListRequest(entity_id="thing")
        kind = exports.format_of(path.name)
        return exports.write(tx, SYSTEM, request, path, kind, rows_of_sheet=most)


CASES: tuple[tuple[str, type[Refused], str, Export], ...] = (
    ("export.format", Invalid, "a.pdf", lambda it, at: written(it, at / "a.pdf")),
    ("export.file", Invalid, "none", lambda it, at: written(it, at / "none" / "a.csv")),
    ("export.cell", Invalid, "3", lambda it, at: written(it, at / "a.xlsx")),
    ("export.too_many_rows", TooLarge, "1", lambda it, at: written(it, at / "a.xlsx", 1)),
)
IDS = {one for one, *_ in CASES}


@pytest.fixture
def workspace(home: Path, database: Database) -> Iterator[Workspace]:
    """Return a workspace of two things, the second with notes that no cell of a workbook holds."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings) as opened:
        ada = NewMember(name="Ada", email="ada@example.com", locale="en")
        made = opened.create_workspace("shop", "Shop", EVERY, admin=ada)
        with made.writing() as tx:
            rows = [{"name": "one"}, {"name": "two", "notes": "x" * (MOST_IN_CELL + 1)}]
            outcomes = records.create_many(tx, SYSTEM, "thing", rows, atomic=True)
            assert [one.problems for one in outcomes] == [(), ()]
        yield made


@pytest.mark.parametrize(("problem", "refused", "said", "export"), CASES)
def test_it_is_said_what_to_do_and_no_file_is_left(
    workspace: Workspace,
    tmp_path: Path,
    problem: str,
    refused: type[Refused],
    said: str,
    export: Export,
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(refused) as caught:
        export(workspace, folder)
    (found,) = caught.value.problems
    assert found.id == problem
    for locale in ("en", "zh-CN"):
        sentence = sentences("platform/engine/locale_exports", locale)[problem]
        assert said in sentence.format(**found.params)
    assert list(folder.iterdir()) == []


def test_a_csv_holds_what_a_workbook_does_not(workspace: Workspace, tmp_path: Path) -> None:
    assert written(workspace, tmp_path / "a.csv") == 2


@pytest.mark.parametrize("begins", ["=", "\t"])
def test_the_longest_text_comes_back(workspace: Workspace, tmp_path: Path, begins: str) -> None:
    longest = begins + "x" * 99_999
    with workspace.writing() as tx:
        rows = [{"name": "long", "notes": longest}]
        assert not records.create_many(tx, SYSTEM, "thing", rows)[0].problems
    path = tmp_path / "a.csv"
    written(workspace, path)
    cells = [cell for row in imports.open_source(path).rows() for cell in row.cells]
    assert any(meant(cell) == longest if is_exact(cell) else cell == longest for cell in cells)
