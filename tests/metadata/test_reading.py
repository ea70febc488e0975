"""Reading and writing folders: what a file may hold, and what is said of one that it may not."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from fieldstone.metadata import (
    check,
    document_of,
    read_document,
    read_folder,
    to_names,
    write_folder,
)
from fieldstone.metadata.json_text import read_json
from tests.metadata.samples import FOLDER, app_of, sample_documents

BAD_FILES = {
    "a byte order mark": (b"\xef\xbb\xbf{}", "json.byte_order_mark", {}),
    "GBK": (b'{\n"kind": "\xbf\xcd"}', "json.not_utf8", {"line": 2}),
    "a comma too many": (b'{\n"kind": "view",\n}', "json.syntax", {"line": 3, "column": 1}),
    "a repeated key": (
        b'{"kind": "view",\n"a": {"b": 1, "b": 2}}',
        "json.repeated_key",
        {"key": "b", "line": 2},
    ),
    "not a number": (b'{"kind": NaN}', "json.number", {"number": "NaN"}),
    "a number without end": (b'{"kind": 1e999}', "json.number", {"number": "1e999"}),
    "a NUL": (b'{"kind": "a\\u0000"}', "json.bad_text", {}),
    "half a pair": (b'{"kind": "\\ud800"}', "json.bad_text", {}),
    "too deep": (b"[" * 100 + b"]" * 100, "json.too_deep", {"limit": 40, "line": 1}),
    "far too deep": (
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        "json.too_deep",
        {"limit": 40, "line": 1},
    ),
    "deep on a later line": (
        b'{"kind": "view",\n"a": ' + b"[" * 50,
        "json.too_deep",
        {"limit": 40, "line": 2},
    ),
    "an exponent that no number has": (
        b'{"kind": 1e99999999999999999999}',
        "json.number",
        {"number": "1e99999999999999999999"},
    ),
    "no kind": (b'{"name": "x"}', "schema.key_missing", {"key": "kind"}),
    "a kind that is no text": (
        b'{"kind": 5}',
        "schema.type",
        {"expected": "string", "found": "number"},
    ),
    "too large": (b" " * 2_000_001, "file.too_large", {"limit": 2_000_000}),
    "a list": (b"[]", "document.not_object", {}),
    "a kind that is near another": (
        b'{"kind": "entitys"}',
        "document.kind",
        {"kind": "entitys", "nearest": "entity"},
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file(name: str) -> None:
    content, problem, params = BAD_FILES[name]
    document, problems = read_document(content, "views/x.json")
    assert document is None
    assert [(one.id, dict(one.params)) for one in problems] == [(problem, params)]
    assert problems[0].document == "views/x.json"
    assert "{" not in problems[0].text("zh-CN").replace("{ ", "").replace("{，", "")


def test_numbers_and_keys_are_told_at_their_place() -> None:
    content = b'{"kind": "view", "a": [1, -1e400], "b": {"c/d": {"e": 1, "e": 2, "e": Infinity}}}'
    _, problems = read_document(content, "views/x.json")
    assert [one.line() for one in problems] == [
        "views/x.json#/a/1: The number -1e400 is out of bounds; at most 15 digits are kept, 6 of"
        " them after the point.",
        'views/x.json#/b/c~1d: The object that begins on line 1 has the key "e" twice; keep one of'
        " them.",
        "views/x.json#/b/c~1d/e: The number Infinity is out of bounds; at most 15 digits are kept,"
        " 6 of them after the point.",
    ]


def test_numbers_are_exact() -> None:
    value, problems = read_json(b"[0.1, 1.50, 5.0, 1e2, 123456789012345678]")
    assert problems == ()
    assert value == [Decimal("0.1"), Decimal("1.50"), 5, 100, 123456789012345678]
    assert [type(one) for one in value] == [Decimal, Decimal, int, int, int]


def test_a_folder_without_an_app(tmp_path: Path) -> None:
    (tmp_path / "entitys").mkdir()
    (tmp_path / "pictures").mkdir()
    documents, problems = read_folder(tmp_path)
    assert documents == ()
    assert [one.id for one in problems] == ["folder.no_app", "folder.unknown"]


def test_a_document_in_a_wrong_folder(tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text('{"kind": "app", "name": "a"}')
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "x.json").write_text('{"kind": "form", "name": "x"}')
    documents, problems = read_folder(tmp_path)
    assert [one.kind for one in documents] == ["app", "form"]
    assert [(one.id, one.pointer) for one in problems] == [("document.wrong_folder", "/kind")]


def test_writing_and_reading_is_the_same(tmp_path: Path) -> None:
    app = app_of(sample_documents())
    write_folder(tmp_path, to_names(app.documents))
    again, problems = read_folder(tmp_path)
    assert problems == ()
    assert app_of(again) == app
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    write_folder(tmp_path, to_names(app_of(again).documents))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == first


def test_writing_removes_documents_that_are_gone(tmp_path: Path) -> None:
    documents = sample_documents()
    write_folder(tmp_path, documents)
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "words.json").write_text("{}")
    write_folder(tmp_path, [one for one in documents if one.kind != "view"])
    assert not list((tmp_path / "views").glob("*.json"))
    assert (tmp_path / "sample" / "words.json").exists()


def test_keys_are_written_in_the_order_of_the_schema(tmp_path: Path) -> None:
    data = {"fields": [{"type": "text", "name": "name"}], "title": "name", "name": "x"}
    write_folder(tmp_path, [document_of({**data, "kind": "entity"})])
    written = json.loads((tmp_path / "entities" / "x.json").read_text("utf-8"))
    assert list(written) == ["kind", "name", "title", "fields"]
    assert list(written["fields"][0]) == ["name", "type"]


def test_the_sample_files_are_valid_for_an_editor() -> None:
    for path in FOLDER.rglob("*.json"):
        document, problems = read_document(path.read_bytes(), path.name)
        assert document is not None and problems == ()
    assert check(sample_documents()).problems == ()
