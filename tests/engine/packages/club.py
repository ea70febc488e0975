"""A small template of the tests, a book club, and the zips that can be made of it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

EPOCH = (1980, 1, 1, 0, 0, 0)
SAMPLE: Mapping[str, Any] = {
    "sample.json": {
        "seed": 3,
        "members": [{"name": "Ann", "user_name": "ann", "manager": "ann"}],
        "words": ["words.json"],
        "blocks": ["book.json", "loan.json"],
    },
    "words.json": {"title": ["Dune", "Emma", "Ulysses"], "shelf": {"a": 1, "b": 2}},
    "book.json": {
        "entity": "book",
        "count": 3,
        "let": {"begun": {"time": ["-30d", "now"]}},
        "values": {"name": {"text": "{#title}"}, "created_at": {"var": "begun"}},
    },
    "loan.json": {
        "entity": "loan",
        "per": "book",
        "count": {"int": [1, 2]},
        "values": {"name": {"text": "{parent.name}"}, "book": {"var": "parent"}},
    },
}


def documents(version: str = "1.0.0", name: str = "club", **book: Any) -> dict[str, Any]:
    """The documents of the club by path; `book` are keys of its entity."""
    text = {"name": "name", "type": "text", "required": True}
    of = {"name": "book", "type": "reference", "to": "book", "inverse": "loans"}
    return {
        "app.json": {
            "kind": "app",
            "name": name,
            "version": version,
            "label": {"en": "Book club", "zh-CN": "读书会"},
            "description": {"en": "Books and who has them.", "zh-CN": "图书与借阅。"},
        },
        "entities/book.json": {
            "kind": "entity",
            "name": "book",
            "title": "name",
            "fields": [text],
            **book,
        },
        "entities/loan.json": {
            "kind": "entity",
            "name": "loan",
            "title": "name",
            "fields": [text, of],
        },
        "roles/admin.json": {"kind": "role", "name": "admin", "members": True, "metadata": True},
    }


def files(
    declared: Mapping[str, Any] | None = None,
    sample: Mapping[str, Any] | None = None,
    readme: str = "",
) -> dict[str, bytes]:
    """The files of a package by path."""
    found = {**(documents() if declared is None else declared)}
    found |= {f"sample/{name}": value for name, value in (sample or {}).items()}
    content = {path: json.dumps(value).encode() for path, value in found.items()}
    return content | ({"README.md": readme.encode()} if readme else {})


def zipped(
    members: Mapping[str, bytes] | Iterable[tuple[str | zipfile.ZipInfo, bytes]] | None = None,
    *,
    top: str = "",
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A zip of these members in their order, of the club without any; `top` is before each."""
    given = files() if members is None else members
    pairs = given.items() if isinstance(given, Mapping) else given
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in pairs:
            archive.writestr(f"{top}{name}" if isinstance(name, str) else name, data)
    return content.getvalue()


def unpacked_into(folder: Path, members: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    for path, content in members.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder
