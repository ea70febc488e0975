"""Upgrades and change sets at the command line: what is asked, what is done, what is left alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, printed
from tests.engine.packages.club import documents, files, unpacked_into

PLACE = "entity/book#/fields/name/max_length"


def edit(folder: Path, file: str, change: Any) -> None:
    """Change a JSON file of a folder."""
    path = folder / file
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")


def title(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in data["fields"] if one["name"] == "name")
    return found


def longer(length: int) -> Any:
    return lambda data: title(data).update(max_length=length)


def with_field(name: str) -> Any:
    return lambda data: data["fields"].append({"name": name, "type": "text"})


@pytest.fixture
def club(run: Run, tmp_path: Path) -> Path:
    """Return the folder of the book club; version 1.0.0 is installed, and a workspace made."""
    folder = unpacked_into(tmp_path / "club", files())
    run("template", "install", folder)
    run("workspace", "create", "acme", "--template", "club")
    return folder


def released(run: Run, club: Path, version: str) -> None:
    (club / "app.json").write_text(json.dumps(documents(version)["app.json"]), "utf-8")
    run("template", "install", club)


def changed(run: Run, name: str, tmp_path: Path, change: Any) -> None:
    """Change the books of a workspace by its files."""
    run("export", name, f"{name}-files")
    edit(tmp_path / f"{name}-files", "entities/book.json", change)
    run("apply", name, f"{name}-files")


def test_an_upgrade_asks_what_both_changed(run: Run, club: Path, tmp_path: Path) -> None:
    changed(run, "acme", tmp_path, longer(80))
    edit(club, "entities/book.json", longer(90))
    edit(club, "entities/book.json", with_field("shelf"))
    released(run, club, "1.1.0")
    looked = run("upgrade", "acme", "--dry-run", code=1)
    assert "club: 1.0.0 → 1.1.0" in looked.stdout
    assert f"--choose '{PLACE}=ours|theirs'" in looked.stderr
    refused = run("upgrade", "acme", code=1)
    assert PLACE in refused.stderr
    told = printed(run("upgrade", "acme", "--choose", f"{PLACE}=theirs", "--json"))
    assert (told["before"], told["after"], told["revision"]) == ("1.0.0", "1.1.0", "3")
    run("export", "acme", "after")
    data = json.loads((tmp_path / "after/entities/book.json").read_text("utf-8"))
    assert title(data)["max_length"] == 90
    assert "shelf" in [one["name"] for one in data["fields"]]
    run("restore-revision", "acme", "2")
    run("export", "acme", "again")
    data = json.loads((tmp_path / "again/entities/book.json").read_text("utf-8"))
    assert title(data)["max_length"] == 80
    assert "shelf" not in [one["name"] for one in data["fields"]]


def test_one_answer_for_all_that_both_changed(run: Run, club: Path, tmp_path: Path) -> None:
    changed(run, "acme", tmp_path, longer(80))
    edit(club, "entities/book.json", longer(90))
    released(run, club, "1.1.0")
    run("upgrade", "acme", "--conflicts", "ours")
    run("export", "acme", "after")
    data = json.loads((tmp_path / "after/entities/book.json").read_text("utf-8"))
    assert title(data)["max_length"] == 80


def test_every_workspace_that_needs_no_answer_is_upgraded(
    run: Run, club: Path, tmp_path: Path
) -> None:
    for name in ("beta", "gamma"):
        run("workspace", "create", name, "--template", "club")
    run("workspace", "create", "other", "--template", "blank")
    changed(run, "beta", tmp_path, longer(80))
    edit(club, "entities/book.json", longer(90))
    released(run, club, "1.1.0")
    first = printed(run("upgrade-all", "club", "--json", code=1))
    assert first["counts"] == {"upgraded": 2, "undecided": 1, "other": 1}
    assert [(one["workspace"], one["fate"]) for one in first["left"]] == [("beta", "undecided")]
    again = printed(run("upgrade-all", "club", "--json", code=1))
    assert again["counts"] == {"already": 2, "undecided": 1, "other": 1}
    run("upgrade", "beta", "--conflicts", "theirs")
    assert "3 there already" in run("upgrade-all", "club").stdout


def test_a_version_that_is_there_changes_nothing(run: Run, club: Path) -> None:
    told = run("upgrade", "acme").stdout
    assert "1.0.0 → 1.0.0" in told


@pytest.mark.parametrize("given", ["theirs", f"{PLACE}=mine", "=ours"])
def test_a_choice_that_is_none_is_refused(run: Run, club: Path, given: str) -> None:
    assert given in run("upgrade", "acme", "--choose", given, code=2).stderr


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    return subprocess.run([*command, *arguments], check=True, capture_output=True, text=True).stdout


def test_a_change_set_moves_from_one_workspace_to_another(
    run: Run, club: Path, tmp_path: Path
) -> None:
    run("workspace", "clone", "acme", "trial")
    run("export", "trial", "repository")
    run("export", "trial", "before")
    repository = tmp_path / "repository"
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "as it is")
    run("export", "trial", "repository")
    assert git(repository, "status", "--short") == ""

    changed(run, "trial", tmp_path, lambda data: (longer(90)(data), with_field("shelf")(data)))
    run("export", "trial", "repository")
    difference = git(repository, "diff", "--stat")
    assert "entities/book.json" in difference
    assert "1 file changed" in difference

    changed(run, "acme", tmp_path, lambda data: (longer(80)(data), with_field("notes")(data)))
    refused = run("plan", "acme", "repository", "--since", "before", code=1)
    assert f"--choose '{PLACE}=ours|theirs'" in refused.stderr
    choice = ("--choose", f"{PLACE}=theirs")
    told = run("plan", "acme", "repository", "--since", "before", *choice, "--verify")
    assert "Tried on the real data" in told.stdout
    run("apply", "acme", "repository", "--since", "before", *choice)
    run("export", "acme", "after")
    data = json.loads((tmp_path / "after/entities/book.json").read_text("utf-8"))
    assert title(data)["max_length"] == 90
    assert {"shelf", "notes"} <= {one["name"] for one in data["fields"]}


def test_a_plan_that_was_kept_is_refused_when_somebody_published_since(
    run: Run, club: Path, tmp_path: Path
) -> None:
    run("export", "acme", "folder")
    edit(tmp_path / "folder", "entities/book.json", with_field("shelf"))
    run("plan", "acme", "folder", "--out", "kept.plan")
    changed(run, "acme", tmp_path, with_field("notes"))
    assert run("apply", "acme", "kept.plan", code=1).stderr


def test_two_exports_are_the_same_to_the_byte(run: Run, club: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("export", "acme", name)
    found = [
        {str(path.relative_to(tmp_path / name)): path.read_bytes()
         for path in sorted((tmp_path / name).rglob("*.json"))}
        for name in ("one", "two")
    ]  # fmt: skip
    assert found[0] == found[1]
