"""Every sentence is there in both languages, says the same things, and is used."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import fieldstone.engine  # noqa: F401 (registers its sentences)
from fieldstone.metadata.messages import render

ROOT = Path(__file__).parents[1]
LANGUAGES = ("en", "zh-CN")
CATALOGUES = sorted(
    path.parent.relative_to(ROOT)
    for folder in ("platform", "ui")
    for pattern in ("locale*/en.json", "locale/*/en.json")
    for path in (ROOT / folder).rglob(pattern)
    if "node_modules" not in path.parts
)
PREFIX_OF = {Path("ui/cli/locale"): "cli."}
"""What the words of a catalogue are looked up without."""

DEEP = ("help.", "openapi.")
"""Sentences of things that are called by several words: a hole of their keys stands for all."""

SINGULAR = ".one"
"""Ends the English sentence for one thing; Chinese has no singular."""

PARAMETER = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
LITERAL = re.compile(r"""["']([\w.-]+)["']""")
COMPOSED = re.compile(r"""["']([\w.-]*\.)["'] ~ """)
SAYERS = ("Problem", "because", "render", "say", "sentence", "tell")
"""What is called with the id of a sentence first."""

SUFFIXES = {".py", ".html", ".ts", ".js", ".json"}
HOLE = "\0"


def sentences(folder: Path, language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOT / folder / f"{language}.json").read_text("utf-8"))
    return found


@cache
def mentions() -> tuple[frozenset[str], frozenset[str]]:
    """What code, schemas and templates quote: whole words, and patterns with holes in them."""
    words: set[str] = set()
    patterns: set[str] = set()
    for path in _sources():
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            words.update(LITERAL.findall(text))
            patterns.update(f"{one}{HOLE}" for one in COMPOSED.findall(text))
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
                words.update(node.value.split())
            elif isinstance(node, ast.JoinedStr):
                patterns.add("".join(_part(one) for one in node.values))
    return frozenset(words), frozenset(one for one in patterns if "." in one)


def _part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else HOLE


def _sources() -> Iterator[Path]:
    for folder in ("platform", "ui"):
        for path in (ROOT / folder).rglob("*"):
            if {"node_modules", "static", "__pycache__"} & set(path.parts):
                continue
            if (
                path.suffix in SUFFIXES
                and not path.match("locale*/*")
                and "locale" not in path.parts
            ):
                yield path


def said() -> Iterator[tuple[str, str]]:
    """The ids that code says, each with the place where it does."""
    for path in _sources():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in SAYERS:
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield from ((one, place) for one in _ids(node.args[0]))


def _ids(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _ids(node.body)
        yield from _ids(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def is_used(key: str) -> bool:
    words, patterns = mentions()
    return key in words or any(_fits(one, key) for one in patterns)


def _fits(pattern: str, key: str) -> bool:
    # A pattern that is all holes (`{kind}.{name}`) would fit anything.
    if len(pattern.replace(HOLE, "").strip(".")) < 2:
        return False
    hole = ".+" if pattern.startswith(DEEP) else "[^.]+"
    return re.fullmatch(hole.join(map(re.escape, pattern.split(HOLE))), key) is not None


@pytest.mark.parametrize("folder", CATALOGUES, ids=str)
def test_both_languages_say_the_same(folder: Path) -> None:
    english, chinese = (sentences(folder, one) for one in LANGUAGES)
    singulars = {one for one in english if one.removesuffix(SINGULAR) in english.keys() - {one}}
    assert english.keys() - singulars == chinese.keys()
    for key, sentence in chinese.items():
        assert set(PARAMETER.findall(english[key])) == set(PARAMETER.findall(sentence)), key
        assert sentence.strip() and english[key].strip(), key


def test_whatever_code_says_has_a_sentence() -> None:
    """An engine without one shows the bare id, and may even write it into records."""
    known = {
        key.removeprefix(PREFIX_OF.get(folder, ""))
        for folder in CATALOGUES
        for key in sentences(folder, "en")
    }
    found = dict(said())
    assert found
    assert {one: place for one, place in found.items() if one not in known} == {}


@pytest.mark.parametrize("folder", CATALOGUES, ids=str)
def test_every_sentence_is_used(folder: Path) -> None:
    keys = {
        one.removeprefix(PREFIX_OF.get(folder, "")).removesuffix(SINGULAR).removesuffix("_near")
        for one in sentences(folder, "en")
    }
    assert sorted(one for one in keys if not is_used(one)) == []


def test_no_sentence_is_said_twice() -> None:
    """Layers share one table of ids."""
    engine = [one for one in CATALOGUES if one.parts[0] == "platform"]
    keys = [key for folder in engine for key in sentences(folder, "en")]
    assert sorted({one for one in keys if keys.count(one) > 1}) == []


def test_one_thing_is_told_in_the_singular_where_the_language_has_one() -> None:
    told = {"key": "machine.seats", "examples": "about 30"}
    for count, english, chinese in (
        (1, "! machine.seats: 1 value cannot be kept (about 30)", "1 个值"),
        (2, "! machine.seats: 2 values cannot be kept (about 30)", "2 个值"),
    ):
        assert render("publish.loss", "en", {**told, "rows": count}) == english
        assert chinese in render("publish.loss", "zh-CN", {**told, "rows": count})
    assert render("notification.alerts_held", "en", {"count": 1}).endswith("found 1 record")
