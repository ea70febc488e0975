"""Fixtures of the command line's tests: commands run in this process on an empty home."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fieldstone.metadata.documents import write_folder
from fieldstone.ui.cli.program import root
from tests.api.shop import DOCUMENTS
from tests.servers.database import Database

PASSWORD = "quarry-larch-1807"

Run = Callable[..., Result]


@pytest.fixture
def environ(home: Path, database: Database) -> dict[str, str | None]:
    """Return the environment of an installation on either kind of database, in English."""
    return {
        "FIELDSTONE_HOME": str(home),
        "FIELDSTONE_DATABASE_URL": database.url,
        "FIELDSTONE_ENV": "test",
        "FIELDSTONE_LOCALE": "en",
    }


@pytest.fixture
def run(environ: dict[str, str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command: `run("plan", "shop", folder, code=2)`."""
    monkeypatch.chdir(tmp_path)

    def call(
        *arguments: object, code: int = 0, stdin: str | None = None, locale: str = "en"
    ) -> Result:
        found = CliRunner().invoke(
            root,
            [str(one) for one in arguments],
            input=stdin,
            env={**environ, "FIELDSTONE_LOCALE": locale},
            prog_name="fieldstone",
        )
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        assert found.exit_code == code, found.output
        return found

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the documents of the small shop."""
    made = tmp_path / "documents"
    write_folder(made, DOCUMENTS)
    return made


@pytest.fixture
def shop(run: Run, folder: Path) -> Run:
    """Return `run`, with the workspace `shop` made of the small shop's documents."""
    new = ("workspace", "create", "shop", "--template", folder, "--admin", "ada@example.com")
    run(*new, "--password-stdin", stdin=PASSWORD + "\n")
    return run


def printed(result: Result) -> dict[str, Any]:
    """What a command printed with `--json`."""
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["format_version"] == 1
    return found


def edit(folder: Path, file: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a document of a folder."""
    path = folder / file
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
