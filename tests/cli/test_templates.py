"""Templates at the command line: packed, installed, listed, shown, begun from and removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, printed
from tests.engine.packages.club import SAMPLE, documents, files, unpacked_into


@pytest.fixture
def club(tmp_path: Path) -> Path:
    """Return the folder of the book club, with its sample and a README."""
    return unpacked_into(tmp_path / "club", files(sample=SAMPLE, readme="Bring a book."))


def raise_version(folder: Path, version: str) -> None:
    app = documents(version)["app.json"]
    (folder / "app.json").write_text(json.dumps(app), "utf-8")


def test_from_a_folder_to_a_workspace(run: Run, club: Path, tmp_path: Path) -> None:
    run("template", "pack", club, "club.zip")
    run("template", "pack", club, "again.zip")
    assert (tmp_path / "club.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    assert "club" in run("template", "install", "club.zip").stdout
    told = run("workspace", "create", "acme", "--template", "club", "--sample").stdout
    assert "sample records are in it" in told
    run("export", "acme", "exported")
    again = run("template", "pack", "exported", "exported.zip")
    assert "“club” 1.0.0" in again.stdout


def test_what_is_installed_is_listed_shown_and_removed(run: Run, club: Path) -> None:
    first = printed(run("template", "install", club, "--json"))
    assert first == {"format_version": 1, "name": "club", "version": "1.0.0", "installed": True}
    assert not printed(run("template", "install", club, "--json"))["installed"]
    assert "already" in run("template", "install", club).stdout
    raise_version(club, "1.1.0")
    run("template", "install", club)
    listed = printed(run("template", "list", "--json"))["templates"]
    found = {(one["name"], one["version"]): (one["title"], one["source"]) for one in listed}
    assert found[("club", "1.1.0")] == ("Book club", "installed")
    assert found[("crm", "1.0.0")] == ("CRM", "shipped")
    assert "读书会" in run("template", "list", locale="zh-CN").stdout
    shown = printed(run("template", "show", "club@1.0.0", "--json"))
    assert shown["versions"] == ["1.1.0", "1.0.0"]
    assert shown["documents"]["entity"] == ["book", "loan"]
    assert (shown["sample"], shown["readme"]) == (True, "Bring a book.")
    assert "Bring a book." in run("template", "show", "club").stdout
    assert "阶段" in run("template", "show", "crm", locale="zh-CN").stdout
    run("workspace", "create", "old", "--template", "club@1.0.0")
    removed = printed(run("template", "remove", "club", "--version", "1.0.0", "--json"))
    assert removed["removed"] == ["1.0.0"]
    assert "1.1.0" in run("template", "remove", "club").stdout
    assert "club" not in run("template", "list").stdout
    assert "There is no template" in run("template", "remove", "club", code=1).stderr
    run("doctor", "old")


def test_what_is_wrong_is_told_with_its_place(run: Run, club: Path) -> None:
    (club / "entities" / "run.py").write_text("", "utf-8")
    for command in (("install", club), ("pack", club, "club.zip")):
        assert "entities/run.py" in run("template", *command, code=1).stderr
    (club / "entities" / "run.py").unlink()
    run("template", "install", club)
    (club / "README.md").write_text("Bring two.", "utf-8")
    assert "Raise the version" in run("template", "install", club, code=1).stderr
    assert "提高版本号" in run("template", "install", club, code=1, locale="zh-CN").stderr
    assert "comes with" in run("template", "remove", "crm", code=1).stderr
    assert "1.0.0" in run("template", "show", "club@7", code=1).stderr


def test_a_folder_or_a_zip_is_a_template_without_being_installed(run: Run, club: Path) -> None:
    run("template", "pack", club, "club.zip")
    run("workspace", "create", "one", "--template", "./club")
    run("workspace", "create", "two", "--template", "./club.zip", "--sample")
    assert "club" not in run("template", "list").stdout


def test_what_a_terminal_would_obey_is_not_printed(run: Run, club: Path) -> None:
    app = {**documents()["app.json"], "label": {"en": "\x1b[2JClub"}}
    (club / "app.json").write_text(json.dumps(app), "utf-8")
    run("template", "install", club)
    (club / "app.json").write_text(json.dumps({**app, "\x1b[2Jkey": 1}), "utf-8")
    told = (
        run("template", "list").stdout,
        run("template", "show", "club").stdout,
        run("template", "install", club, code=1).stderr,
    )
    for text in told:
        assert "\ufffd[2J" in text and "\x1b" not in text
