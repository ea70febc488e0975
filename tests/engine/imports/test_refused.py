"""Every refusal of a file, its mapping or a row of it, in whole sentences; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import pytest

from fieldstone.engine import imports, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict
from fieldstone.engine.imports import Options
from fieldstone.engine.work import jobs
from fieldstone.metadata.messages import LOCALES
from tests.engine.imports.conftest import Desk, desk_in
from tests.engine.imports.test_interrupted import go_on
from tests.engine.refused.files import MAPPING, READING, ROWS, Bad, Files, mapping_of
from tests.refusals import Call, pattern_of, require_refused, require_whole, sentences, state_of
from tests.servers.postgres import PostgresServer

TAKEN_OVER = ("import.taken_over",)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"], name="files")
def _files(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
) -> Iterator[Files]:
    """Return a desk that all cases share: none of them writes a record."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("files")
    if request.param == "sqlite":
        with desk_in(home, None, folder) as desk:
            yield filled(Files(desk))
        return
    with postgres.database() as url, desk_in(home, url, folder) as desk:
        yield filled(Files(desk))


def filled(files: Files) -> Files:
    with files.desk.workspace.writing() as tx:
        for code in ("T1", "T2"):
            records.create(tx, SYSTEM, "region", {"name": "Twin", "code": code})
    return files


@pytest.mark.parametrize("case", (*READING, *MAPPING), ids=lambda case: case.name)
def test_refused(files: Files, case: Call[Files]) -> None:
    before = state_of(files.desk.workspace)
    require_refused(case, files)
    assert state_of(files.desk.workspace) == before


@pytest.mark.parametrize("bad", ROWS, ids=lambda bad: f"{bad.id} {bad.cells[0]!r}")
def test_a_bad_row(files: Files, bad: Bad) -> None:
    before = state_of(files.desk.workspace)
    rows = [f"N{at},{cell}" for at, cell in enumerate(bad.cells)]
    report = files.desk.bring(["name,cell", *rows], mapping_of(bad), SYSTEM, dry_run=True)
    reason = report.bad[-1].reasons[-1]
    for locale in LOCALES:
        require_whole(reason[locale], bad.id, locale)
        sentence = sentences("platform/engine/locale_imports", locale)[bad.id]
        assert pattern_of(sentence).search(reason[locale]), reason[locale]
    assert state_of(files.desk.workspace) == before


def test_an_import_that_another_took_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the report is refused: the other one writes the rows."""
    # The package gives the module's name to its function.
    monkeypatch.setattr(import_module("fieldstone.engine.imports.books"), "CHUNK", 1)

    def stand_still(done: int, total: int) -> None:
        if done == 1:
            desk.clock.instant += jobs.LEASE + timedelta(seconds=1)
            assert go_on(desk) == 1

    def bring(here: Desk) -> None:
        path = here.file("name", "A", "B")
        options = Options(mapping={"columns": {"name": "name"}})
        keep = here.keep
        imports.run(here.workspace, SYSTEM, "firm", path, options, keep=keep, progress=stand_still)

    require_refused(Call("stood still", Conflict, TAKEN_OVER, bring), desk)
    assert desk.names() == ["A", "B"]
