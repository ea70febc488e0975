"""What a file is refused for that is no backup, or no longer; nothing is left of the attempt."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fieldstone.engine import backups
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Invalid
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from tests.engine.crm_like import NOW, company
from tests.refusals import require_sentences

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """A change of the parts of a good backup, and the problem that it makes."""

    name: str
    problem: str
    change: Callable[[Parts], None]


def said(parts: Parts) -> Any:
    return json.loads(parts["manifest.json"])


def say(parts: Parts, manifest: Any) -> None:
    parts["manifest.json"] = json.dumps(manifest).encode()


def claim(**values: Any) -> Callable[[Parts], None]:
    return lambda parts: say(parts, {**said(parts), **values})


def put(part: str, lines: list[Any]) -> Callable[[Parts], None]:
    """A part with other lines, of which the manifest knows."""

    def change(parts: Parts) -> None:
        parts[part] = b"".join(json.dumps(one).encode() + b"\n" for one in lines)
        manifest = said(parts)
        digest = hashlib.sha256(parts[part]).hexdigest()
        manifest["parts"][part] = {"rows": len(lines) - 1, "sha256": digest}
        say(parts, manifest)

    return change


def cut(parts: Parts) -> None:
    parts["system/member.jsonl"] = parts["system/member.jsonl"].splitlines(keepends=True)[0]


def escape(parts: Parts) -> None:
    parts["../../evil.jsonl"] = b"[]\n"


def swell(parts: Parts) -> None:
    parts["system/member.jsonl"] = b"0" * (4 << 20)


def rename_table(parts: Parts) -> None:
    """Let an entity lie in one of the product's own tables."""
    lines = [json.loads(one) for one in parts["system/revision.jsonl"].splitlines()]
    at = {name: index for index, name in enumerate(lines[0])}
    row = lines[-1]
    row[at["layout"]]["customer"]["table"] = "_member_role"
    content = {"manifest": row[at["manifest"]], "layout": row[at["layout"]]}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row[at["hash"]] = hashlib.sha256(text.encode()).hexdigest()
    put("system/revision.jsonl", lines)(parts)


CASES = (
    Case("nothing in it", "backup.not_one", lambda parts: parts.clear()),
    Case("of another product", "backup.not_one", claim(product="else")),
    Case("of no version", "backup.not_one", claim(format="1")),
    Case("of a newer form", "backup.newer", claim(format=2)),
    Case("of a newer product", "backup.newer", claim(system_version=900)),
    Case("without a slug", "backup.damaged", claim(slug=None)),
    Case("a part that leads out", "backup.strange_part", escape),
    Case("a part that is cut", "backup.damaged", cut),
    Case("a part that swells", "backup.damaged", swell),
    Case("a part of nobody", "backup.strange_part", put("records/zz.jsonl", [["id"]])),
    Case("a row that is short", "backup.row", put("system/counter.jsonl", [["key", "value"], [1]])),
    Case("a number that is none", "backup.row",
         put("system/counter.jsonl", [["key", "value"], ["a", "b"]])),
    Case("a column of nobody", "backup.row", put("system/counter.jsonl", [["key", "zz"]])),
    Case("a row twice", "backup.does_not_fit",
         put("system/counter.jsonl", [["key", "value"], ["a", 1], ["a", 2]])),
    Case("a revision of nobody", "backup.does_not_fit", claim(revision=77)),
    Case("a table of the product", "backup.does_not_fit", rename_table),
)  # fmt: skip


@pytest.fixture(scope="module", name="good")
def _good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a good backup of an empty company."""
    folder = tmp_path_factory.mktemp("good")
    with company(folder, None) as made:
        backups.write(made.workspace, folder / "good.zip")
    return folder / "good.zip"


@pytest.fixture(scope="module", name="opened")
def _opened(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return an installation without workspaces, before and after each case."""
    settings = Settings(home=tmp_path_factory.mktemp("empty"), env="test")
    with Installation.open(settings, FixedClock(NOW)) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_no_backup_is_refused(
    case: Case, good: Path, opened: Installation, tmp_path: Path
) -> None:
    with zipfile.ZipFile(good) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    case.change(parts)
    file = tmp_path / "changed.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(Invalid) as caught:
        opened.restore_workspace(file)
    assert [one.id for one in caught.value.problems] == [case.problem]
    for one in caught.value.problems:
        require_sentences(one)
    assert opened.control.workspaces("active", "creating", "deleting") == ()
    assert not any((opened.settings.home / "workspaces").glob("*.sqlite"))


def test_a_file_that_is_no_zip(opened: Installation, tmp_path: Path) -> None:
    file = tmp_path / "text.zip"
    file.write_text("hello", "utf-8")
    with pytest.raises(Invalid) as caught:
        opened.restore_workspace(file)
    assert [one.id for one in caught.value.problems] == ["backup.not_one"]


def test_a_good_one_is_not_refused(good: Path, opened: Installation) -> None:
    made = opened.restore_workspace(good, "good")
    with made.reading() as tx:
        assert tx.app.entity_named("customer") is not None
    opened.delete_workspace("good")
