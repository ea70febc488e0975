"""The CRM template speaks both languages everywhere, in the words and marks of each."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LOCALES = {"en", "zh-CN"}
TEXTS = ("label", "plural", "description", "help", "inverse_label", "message", "text")
NAMED = ("fields", "options", "stages", "checklist", "checks", "tags", "bands", "sections", "menu")
DESCRIBED = ("options", "stages", "tags", "bands")
"""Lists whose items say by which criterion they are chosen, so that two people choose alike."""

HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
WRONG_WORDS = ("所有者", "记录不存在", "丢单", "管线", "看板", "工单号", "帐户", "过滤", "您")


def documents() -> list[Path]:
    folder = Path(__file__).parents[2] / "apps" / "crm_template"
    return [path for path in sorted(folder.rglob("*.json")) if path.parent.name != "sample"]


def places(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a document, with the way to it."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from places(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, f"{path}/{number}")


def texts(document: Any) -> Iterator[tuple[str, Any]]:
    for path, place in places(document):
        for key in TEXTS:
            if key in place and not path.endswith("/set"):
                yield f"{path}/{key}", place[key]


@pytest.mark.parametrize("path", documents(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_text_is_there_in_both_languages(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    wrong = [
        at for at, text in texts(document) if not isinstance(text, dict) or set(text) != LOCALES
    ]
    assert wrong == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_named_thing_has_a_label(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    bare = ["/"] if "label" not in document else []
    for at, place in places(document):
        for key in NAMED:
            for number, item in enumerate(place.get(key, ()) if key in place else ()):
                if isinstance(item, dict) and "name" in item and "label" not in item:
                    bare.append(f"{at}/{key}/{number}")
                if key in DESCRIBED and item.get("name") and not item.get("description"):
                    # A person's sex needs no criterion beyond the person's word, yet has one.
                    bare.append(f"{at}/{key}/{number}/description")
    assert bare == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_chinese_is_written_with_its_own_marks_and_words(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    chinese = [
        re.sub(r"\{\{.*?\}\}", "", text["zh-CN"])
        for _, text in texts(document)
        if isinstance(text, dict)
    ]
    assert [text for text in chinese if HALF_WIDTH.search(text)] == []
    assert [text for text in chinese for word in WRONG_WORDS if word in text] == []


@pytest.mark.parametrize(
    "path",
    [path for path in documents() if path.parent.name == "alert_rules"],
    ids=lambda path: path.stem,
)
def test_an_alert_begins_with_its_title_in_brackets(path: Path) -> None:
    rule = json.loads(path.read_text("utf-8"))
    assert re.match(r"【[^】]+】", rule["message"]["zh-CN"])
    assert rule["message"]["en"].startswith("[")
    assert rule["description"]
