"""Templates as packages: packed, installed, chosen by version, and removed, on both databases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import packages, samples
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict, Invalid, NotFound, Refused
from fieldstone.engine.installation import Installation
from fieldstone.engine.packages import Package, keeping, newest, order
from fieldstone.engine.publish import export_folder
from fieldstone.engine.settings import Settings
from fieldstone.engine.templates import shipped, shipped_names
from fieldstone.metadata.documents import content_hash, read_folder
from tests.engine.packages.club import SAMPLE, documents, files, unpacked_into, zipped
from tests.refusals import require_sentences
from tests.servers.database import Database

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
Make = Callable[..., Package]


@pytest.fixture
def settings(home: Path, database: Database) -> Settings:
    return Settings(home=home, database_url=database.url, env="test")


@pytest.fixture
def opened(settings: Settings) -> Iterator[Installation]:
    with Installation.open(settings, FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture
def club(tmp_path: Path) -> Make:
    """Return what makes the package of a version: `club("1.1.0", plural="Books")`."""

    def make(version: str = "1.0.0", *, sample: Mapping[str, Any] = SAMPLE, **more: Any) -> Package:
        shutil.rmtree(tmp_path / "club", ignore_errors=True)
        return packages.read(
            unpacked_into(tmp_path / "club", files(documents(version, **more), sample))
        )

    return make


def references(opened: Installation) -> list[str]:
    """What was installed, in the order of the list."""
    return [one.reference for one in opened.templates.listed() if one.source == "installed"]


def refusal(call: Callable[[], object], kind: type[Refused]) -> str:
    """The id of the one problem of a refusal, which has whole sentences."""
    with pytest.raises(kind) as caught:
        call()
    (problem,) = caught.value.problems
    require_sentences(problem)
    return problem.id


@pytest.mark.parametrize("name", shipped_names())
def test_from_folder_to_package_to_workspace_and_back(
    name: str, opened: Installation, tmp_path: Path
) -> None:
    source = Path(__file__).parents[3] / "apps" / ("crm_template" if name == "crm" else name)
    copied = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file()
    }
    app = json.loads(copied["app.json"])
    folder = unpacked_into(
        tmp_path / name, {**copied, "app.json": json.dumps({**app, "version": "1.1.0"}).encode()}
    )
    file = tmp_path / "packed.zip"
    file.write_bytes(packages.read(folder).packed())
    assert opened.templates.install(packages.read(file))
    export_folder(opened.create_workspace("acme", "Acme", name), tmp_path / "exported")
    meant, found = (read_folder(one)[0] for one in (folder, tmp_path / "exported"))
    assert {one.key: content_hash(one.data) for one in found} == {
        one.key: content_hash(one.data) for one in meant
    }
    assert opened.templates.get(name).package.files() == packages.read(folder).files()


def test_packed_twice_is_the_same_to_the_byte(club: Make, tmp_path: Path) -> None:
    first = club().packed()
    declared = {path: dict(reversed(one.items())) for path, one in documents().items()}
    (tmp_path / "other.zip").write_bytes(
        zipped(dict(reversed(files(declared, SAMPLE).items())), top="club/")
    )
    other = packages.read(tmp_path / "other.zip")
    assert (other.packed(), other.digest) == (first, club().digest)
    program = "import sys; from pathlib import Path; from fieldstone.engine import packages;"
    program += "sys.stdout.buffer.write(packages.read(Path(sys.argv[1])).packed())"
    elsewhere = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "club"],
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"},
        capture_output=True,
        check=True,
    )
    assert elsewhere.stdout == first


def test_versions_stand_side_by_side(opened: Installation, club: Make) -> None:
    for version in ("1.9.0", "1.10.0", "2.0.0-rc.1"):
        assert opened.templates.install(club(version, plural={"en": version}))
    assert references(opened) == ["club@2.0.0-rc.1", "club@1.10.0", "club@1.9.0"]
    assert opened.templates.get("club").entry.version == "1.10.0"
    made = opened.create_workspace("acme", "Acme", "club@1.9.0")
    with made.reading() as tx:
        assert tx.app.manifest.version == "1.9.0"
        assert tx.app.entity("book").plural == {"en": "1.9.0"}
    (entry,) = [one for one in opened.templates.newest() if one.name == "club"]
    assert (entry.version, entry.text("zh-CN")) == ("1.10.0", "读书会")
    assert entry.kept is not None and entry.kept.installed_at == NOW


def test_the_same_again_is_nothing_and_other_content_is_refused(
    opened: Installation, club: Make
) -> None:
    assert opened.templates.install(club())
    assert not opened.templates.install(club())
    other = club(plural={"en": "Volumes"})
    assert refusal(lambda: opened.templates.install(other), Conflict) == "package.other_content"
    less = club(sample={})
    assert refusal(lambda: opened.templates.install(less), Conflict) == "package.other_content"
    assert references(opened) == ["club@1.0.0"]
    assert opened.templates.get("club").package.digest == club().digest


def test_what_ships_gets_newer_versions_and_is_never_another(
    opened: Installation, club: Make
) -> None:
    ships = shipped("crm_small").package
    assert not opened.templates.install(ships)
    other = club(name="crm_small")
    assert refusal(lambda: opened.templates.install(other), Conflict) == "package.other_content"
    assert opened.templates.install(club("1.1.0", name="crm"))
    assert opened.templates.get("crm").entry.version == "1.1.0"
    assert opened.templates.get("crm_template").entry.version == "1.1.0"
    assert opened.templates.get("crm@1.0.0") is shipped("crm")
    named = club("3.0.0", name="crm_template")
    assert refusal(lambda: opened.templates.install(named), Conflict) == "package.name_kept"


def test_a_product_that_ships_an_installed_version_wins(opened: Installation, club: Make) -> None:
    # As if the product that is in use now had not shipped it when it was installed.
    opened.control.packages.install(club(name="crm_small"))
    assert opened.templates.get("crm_small") is shipped("crm_small")
    assert references(opened) == []
    assert opened.templates.remove("crm_small") == ("1.0.0",)


def test_removal_leaves_workspaces_as_they_are(opened: Installation, club: Make) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        opened.templates.install(club(version))
    made = opened.create_workspace("acme", "Acme", "club")
    assert opened.templates.remove("club", "1.2.0") == ("1.2.0",)
    assert opened.templates.get("club").entry.version == "1.1.0"
    assert opened.templates.remove("club") == ("1.0.0", "1.1.0")
    with made.reading() as tx:
        assert tx.app.manifest.version == "1.2.0"
    assert refusal(lambda: opened.templates.get("club"), NotFound) == "template.unknown"


def test_what_is_not_there_is_not_removed(opened: Installation, club: Make) -> None:
    opened.templates.install(club())
    gone = opened.templates.remove
    assert refusal(lambda: gone("crm"), Conflict) == "template.ships"
    assert refusal(lambda: gone("crm", "1.0.0"), Conflict) == "template.ships"
    assert refusal(lambda: gone("zzzzzz"), NotFound) == "template.unknown"
    assert refusal(lambda: gone("clubb"), NotFound) == "template.unknown_near"
    assert refusal(lambda: gone("club", "9.0.0"), NotFound) == "template.no_version"
    assert references(opened) == ["club@1.0.0"]


@pytest.mark.parametrize("reference", ["club@", "club@1.0", "club@1.0.0@1.0.0", "club@2.0.0"])
def test_a_version_that_is_not_there(reference: str, opened: Installation, club: Make) -> None:
    opened.templates.install(club())
    assert refusal(lambda: opened.templates.get(reference), NotFound) == "template.no_version"


def test_another_process_finds_what_was_installed(
    opened: Installation, settings: Settings, club: Make
) -> None:
    opened.templates.install(club("1.0.0"))
    with Installation.open(settings) as other:
        assert other.templates.get("club").entry.version == "1.0.0"
        opened.templates.install(club("1.1.0"))
        assert other.templates.get("club").entry.version == "1.1.0"
        opened.templates.remove("club")
        assert refusal(lambda: other.templates.get("club"), NotFound) == "template.unknown"


def test_one_removed_between_list_and_look_is_not_found(opened: Installation, club: Make) -> None:
    opened.templates.install(club(plural={"en": "Seen by nobody"}))
    (kept,) = opened.control.packages.listed()
    opened.templates.remove("club")
    assert refusal(lambda: opened.control.packages.open(kept), NotFound) == "template.unknown"


@pytest.mark.parametrize("bound", ["MOST_PACKAGES", "MOST_KEPT_BYTES"])
def test_there_is_room_for_so_many(
    bound: str, opened: Installation, club: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = club("1.0.0"), club("1.1.0")
    opened.templates.install(first)
    room = {"MOST_PACKAGES": 1, "MOST_KEPT_BYTES": len(first.packed()) + 10}
    monkeypatch.setattr(keeping, bound, room[bound])
    assert refusal(lambda: opened.templates.install(second), Conflict) == "package.no_room"
    assert not opened.templates.install(first)
    assert references(opened) == ["club@1.0.0"]


def test_a_workspace_with_the_sample_of_a_package(opened: Installation, club: Make) -> None:
    opened.templates.install(club())
    sample = opened.templates.get("club").sample
    assert sample is not None
    made = opened.create_workspace(
        "acme", "Acme", "club", then=lambda made: samples.load(made, sample)
    )
    with made.reading() as tx:
        assert samples.count(tx) >= 6


ENDLESS = {**SAMPLE["book.json"], "let": {"name": {"value": "{name}{name}"}}}
UNMADE = {
    "a text that never ends": {"values": {"name": {"text": "{name}"}}, "let": ENDLESS["let"]},
    "a case that is missing": {"values": {"name": {"switch": "index", "cases": {"9": 1}}}},
    "a path to nobody": {"values": {"name": {"var": "nobody"}}},
    "a time out of all time": {"let": {"begun": {"time": ["-9999999d", "now"]}}},
    "a list where one value stands": {"values": {"name": {"value": [{"a": 1}]}}},
    "half of nothing": {"values": {"name": {"round": 1, "to": 0}}},
}


@pytest.mark.parametrize("change", UNMADE.values(), ids=UNMADE.keys())
def test_what_only_shows_when_it_is_drawn_leaves_no_workspace(
    change: dict[str, Any], opened: Installation, club: Make
) -> None:
    book = {**SAMPLE["book.json"], **change}
    opened.templates.install(club(sample={**SAMPLE, "book.json": book}))
    sample = opened.templates.get("club").sample
    assert sample is not None
    with pytest.raises(Invalid) as caught:
        opened.create_workspace(
            "acme", "Acme", "club", then=lambda made: samples.load(made, sample)
        )
    for one in caught.value.problems:
        require_sentences(one)
    assert opened.control.workspaces("active", "creating", "deleting") == ()


def test_a_sample_makes_no_more_than_is_asked_for(opened: Installation, club: Make) -> None:
    loan = {**SAMPLE["loan.json"], "count": 10**9}
    opened.templates.install(club(sample={**SAMPLE, "loan.json": loan}))
    sample = opened.templates.get("club").sample
    assert sample is not None
    made = opened.create_workspace("acme", "Acme", "club")
    assert refusal(lambda: samples.load(made, sample, most=1000), Invalid) == "sample.wrong"


VERSIONS = ("0.9.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1",
            "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.2.0",
            "1.10.0", "2.0.0-rc.1")  # fmt: skip


def test_versions_are_ordered_as_semantic_versioning_orders_them() -> None:
    assert sorted(reversed(VERSIONS), key=order) == list(VERSIONS)
    assert newest(VERSIONS) == "1.10.0"
    assert newest(("1.0.0-rc.1", "1.0.0-beta")) == "1.0.0-rc.1"
