"""What is no package is refused with its places in both languages; nothing is left of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldstone.engine import packages
from fieldstone.engine.errors import Refused
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from tests.engine.packages.club import SAMPLE, files, unpacked_into, zipped
from tests.engine.packages.refused import FOLDERS, ZIPS, Case
from tests.refusals import require_sentences


@pytest.fixture(scope="module", name="opened")
def _opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return an installation that no case changes."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), env="test")
    with Installation.open(settings) as opened:
        yield opened


def require_refused(opened: Installation, source: Path, told: tuple[str, ...]) -> None:
    """Fail unless the package is refused for this, and nothing of it is anywhere."""
    around, before = sorted(source.parent.rglob("*")), opened.templates.listed()
    with pytest.raises(Refused) as caught:
        opened.templates.install(packages.read(source))
    found = [
        f"{one.document or ''}#{one.pointer} {one.id}".removeprefix("# ")
        for one in caught.value.problems
    ]
    assert sorted(found) == sorted(told)
    for one in caught.value.problems:
        require_sentences(one)
    assert opened.templates.listed() == before
    assert sorted(source.parent.rglob("*")) == around


@pytest.mark.parametrize("case", ZIPS, ids=lambda case: case.name)
def test_a_zip(case: Case, opened: Installation, tmp_path: Path) -> None:
    file = tmp_path / "evil.zip"
    file.write_bytes(case.make())
    require_refused(opened, file, case.problems)


@pytest.mark.parametrize(("told", "put"), FOLDERS.values(), ids=FOLDERS.keys())
def test_a_folder(
    told: str, put: Callable[[Path], object], opened: Installation, tmp_path: Path
) -> None:
    folder = unpacked_into(tmp_path / "club", files())
    put(folder)
    require_refused(opened, folder, (told,))


@pytest.mark.parametrize("top", ["", "club-1.0/", "读书会 1/"])
def test_what_they_were_made_of_is_a_package(top: str, tmp_path: Path) -> None:
    file = tmp_path / "club.zip"
    file.write_bytes(zipped(files(sample=SAMPLE, readme="Read me"), top=top))
    assert packages.read(file).name == "club"


def test_what_begins_with_a_dot_is_no_part_of_a_folder(tmp_path: Path) -> None:
    folder = unpacked_into(tmp_path / "club", {**files(), ".git/config": b"[core]"})
    assert sorted(packages.read(folder).files()) == sorted(files())
