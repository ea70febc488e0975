"""Documents: reading a folder of them, writing one, and the canonical text that is hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from .json_text import canonical_text, read_json, write_json
from .naming import nearest
from .problems import Problem
from .schema import KINDS, in_schema_order, shape, without_defaults

FOLDERS: Mapping[str, str] = {
    "entity": "entities",
    "tag_dimension": "tag_dimensions",
    "tier_scheme": "tier_schemes",
    "alert_rule": "alert_rules",
    "form": "forms",
    "view": "views",
    "metric": "metrics",
    "dashboard": "dashboards",
    "role": "roles",
}
_KIND_OF = {"app.json": "app", **{folder: kind for kind, folder in FOLDERS.items()}}
MAX_BYTES = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document: its data as JSON values (numbers int or Decimal), and where it was read.

    `in_ids` says that its references and expressions are ids (as they are stored), not names (as
    people write them). `path` is the file in its folder, `entities/deal.json`.
    """

    kind: str
    id: str
    name: str
    path: str
    data: Mapping[str, Any]
    in_ids: bool = False

    @property
    def key(self) -> str:
        """What identifies the document in a set of them: `entity/deal`."""
        return f"{self.kind}/{self.id}"

    @cached_property
    def hash(self) -> str:
        """The `content_hash` of its data: equal for documents that say the same."""
        return content_hash(self.data)

    @cached_property
    def digest(self) -> bytes:
        """A hash of the very values, in their order: what is known of a document is kept by it."""
        return hashlib.sha256(f"{self.kind} {dict(self.data)!r}".encode()).digest()

    def with_data(self, data: Mapping[str, Any], *, in_ids: bool | None = None) -> Document:
        """The same document with other content; id and name follow the content."""
        return replace(
            document_of(data, path=self.path), in_ids=self.in_ids if in_ids is None else in_ids
        )


def document_of(
    data: Mapping[str, Any], *, path: str | None = None, in_ids: bool = False
) -> Document:
    """A document from its JSON value; what is missing or of a wrong type becomes empty text."""
    kind, name = _text(data.get("kind")), _text(data.get("name"))
    identity = _text(data.get("id")) or name
    return Document(
        kind=kind,
        id=identity,
        name=name,
        path=path or path_of(kind, name or identity),
        data=data,
        in_ids=in_ids,
    )


def path_of(kind: str, name: str) -> str:
    """The file of a document in its folder: `entities/deal.json`; the app's is `app.json`."""
    return "app.json" if kind == "app" else f"{FOLDERS.get(kind, kind)}/{name}.json"


def read_folder(folder: Path) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """All documents of an app's folder, and what kept files from being read.

    Folders that hold no documents (sample data, pictures) are left alone, unless their name is
    nearly that of a kind.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    if not (folder / "app.json").is_file():
        problems.append(Problem("folder.no_app", {"folder": folder.name}, "app.json"))
    else:
        _read(folder / "app.json", "app.json", documents, problems)
    for name in FOLDERS.values():
        for path in sorted((folder / name).glob("*.json")):
            _read(path, f"{name}/{path.name}", documents, problems)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        meant = nearest(path.name, FOLDERS.values())
        if path.is_dir() and meant and path.name not in FOLDERS.values():
            problems.append(
                Problem("folder.unknown", {"name": path.name, "nearest": meant}, f"{path.name}/")
            )
    return tuple(documents), tuple(problems)


def read_document(content: bytes, path: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """One document from the bytes of a file or a request."""
    if len(content) > MAX_BYTES:
        return None, (Problem("file.too_large", {"limit": MAX_BYTES}, path),)
    data, problems = read_json(content, path)
    if problems:
        return None, problems
    if not isinstance(data, dict):
        return None, (Problem("document.not_object", {}, path),)
    return _of_kind(data, path)


def read_value(data: Mapping[str, Any], path: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """One document from a JSON value that was read as strictly as `read_json` reads."""
    if len(json.dumps(data, ensure_ascii=False, default=str).encode()) > MAX_BYTES:
        return None, (Problem("file.too_large", {"limit": MAX_BYTES}, path),)
    return _of_kind(data, path)


def _of_kind(data: Mapping[str, Any], path: str) -> tuple[Document | None, tuple[Problem, ...]]:
    if data.get("kind") not in KINDS:
        return None, (unknown_kind(data, path),)
    return document_of(data, path=path), ()


def read_file(content: bytes, path: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """A document as `read_document` reads it, from the file that it is in its folder.

    A problem says so where the folder is that of another kind; the document is given all the same.
    """
    document, problems = read_document(content, path)
    wanted = _KIND_OF[path.partition("/")[0]]
    if document is None or document.kind == wanted:
        return document, problems
    params = {"kind": document.kind, "wanted": wanted}
    return document, (Problem("document.wrong_folder", params, path, "/kind"),)


def file_text(document: Document) -> str:
    """A document (in names) as the text of its file, its keys in the order of the schema."""
    return write_json(in_schema_order(document.data)) + "\n"


def write_folder(folder: Path, documents: Iterable[Document]) -> None:
    """Write documents (in names, see `resolve.to_names`) as files fit for version control.

    Keys stand in the order of the schema. A file of a kind's folder that is not written is
    removed, so that the folder holds these documents and no others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = set()
    for document in documents:
        path = folder / path_of(document.kind, document.name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(file_text(document), "utf-8")
        written.add(path)
    for name in FOLDERS.values():
        for path in (folder / name).glob("*.json"):
            if path not in written:
                path.unlink()


def canonical(data: Mapping[str, Any]) -> str:
    """The one text that equal documents share: sorted keys, NFC, exact numbers, no defaults."""
    return canonical_text(without_defaults(data))


def content_hash(data: Mapping[str, Any]) -> str:
    """The sha256 of a document's canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(data).encode("utf-8")).hexdigest()


def _read(path: Path, place: str, documents: list[Document], problems: list[Problem]) -> None:
    """Read one file of a folder into the lists."""
    if path.stat().st_size > MAX_BYTES:
        problems.append(Problem("file.too_large", {"limit": MAX_BYTES}, place))
        return
    document, found = read_file(path.read_bytes(), place)
    problems.extend(found)
    if document is not None:
        documents.append(document)


def unknown_kind(data: Mapping[str, Any], path: str) -> Problem:
    """The problem of a document whose kind is none, with the nearest."""
    if "kind" not in data:
        return Problem("schema.key_missing", {"key": "kind"}, path)
    kind = data["kind"]
    if not isinstance(kind, str):
        params = {"expected": "string", "found": shape(kind)}
        return Problem("schema.type", params, path, "/kind")
    params = {"kind": kind, "nearest": nearest(kind, KINDS) or ", ".join(KINDS)}
    return Problem("document.kind", params, path, "/kind")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
