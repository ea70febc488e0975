"""Every complaint of the command line, in both languages; nothing is changed by any."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.metadata.documents import write_folder
from fieldstone.metadata.messages import LOCALES
from fieldstone.ui.cli.program import root
from tests.api.shop import DOCUMENTS
from tests.cli.refused import CASES, FILES, Case
from tests.refusals import pattern_in, require_whole, state_of, state_of_control

CATALOGUE = "ui/cli/locale"


@dataclass
class Terminal:
    """A home with the workspace `shop`, a folder of files, and a port that is taken."""

    home: Path
    folder: Path
    port: int

    def filled(self, case: Case) -> list[str]:
        known = {"{folder}": str(self.folder), "{port}": str(self.port)}
        found = list(case.arguments)
        for name, value in known.items():
            found = [one.replace(name, value) for one in found]
        return found

    def environ(self, locale: str) -> dict[str, str]:
        return {
            "FIELDSTONE_HOME": str(self.home),
            "FIELDSTONE_ENV": "test",
            "FIELDSTONE_LOCALE": locale,
        }

    def run(self, case: Case, locale: str) -> tuple[int, str]:
        """Run a command in this process, with nobody at the terminal."""
        environ = self.environ(locale)
        found = CliRunner().invoke(root, self.filled(case), env=environ, prog_name="fieldstone")
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.exit_code, found.output

    def type(self, case: Case, locale: str) -> tuple[int, str]:
        """Run a command in a process of its own, with somebody who types."""
        here, there = pty.openpty()
        kept = {key: text for key, text in os.environ.items() if not key.startswith("FIELDSTONE")}
        with subprocess.Popen(
            [sys.executable, "-m", "fieldstone.ui.cli", *self.filled(case)],
            stdin=there,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**kept, **self.environ(locale)},
            cwd=self.home,
            # Else a terminal in front of the tests would be asked.
            start_new_session=True,
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            said = b""
            for line in case.typed or ():
                # What is typed before a password is asked for is thrown away.
                while not said.endswith(b": "):
                    part = os.read(process.stderr.fileno(), 1000)
                    assert part, said
                    said += part
                os.write(here, f"{line}\n".encode())
                said += b"\n"
            said += process.stderr.read() + process.stdout.read()
        os.close(there)
        os.close(here)
        return process.returncode, said.decode("utf-8")

    def state(self) -> object:
        settings = Settings(home=self.home, env="test")
        with Installation.open(settings) as opened:
            return state_of(opened.workspace("shop")), state_of_control(settings)


@pytest.fixture(scope="module", name="terminal")
def _terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """Return a terminal that all cases share."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("files")
    write_folder(folder / "documents", DOCUMENTS)
    (folder / "documents" / "sample").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    with Installation.open(Settings(home=home, env="test")) as opened:
        opened.create_workspace("shop", "Shop", DOCUMENTS)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield Terminal(home, folder, taken.getsockname()[1])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused(
    terminal: Terminal, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # The package gives the module's name to its function.
    monkeypatch.setattr(import_module("fieldstone.engine.imports.run"), "MOST_BAD_ROWS", 22)
    before = terminal.state()
    for locale in LOCALES:
        ask = terminal.run if case.typed is None else terminal.type
        code, said = ask(case, locale)
        assert code == case.code, said
        assert "Traceback" not in said
        require_whole(said, "cli.", locale)
        for one in case.ids:
            assert pattern_in(CATALOGUE, locale, f"cli.{one}").search(said), (one, said)
    assert terminal.state() == before
