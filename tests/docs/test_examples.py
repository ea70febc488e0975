"""What the docs show is right: documents, expressions, commands and addresses of the API.

A fence of a page says what it holds:

- ```json KIND``` a whole document, `field of ENTITY`, `stage of ENTITY` or `check of ENTITY` a part
  of one; they are put into the CRM template, in the order of the page, and the whole is checked.
- ```json mapping of ENTITY``` how a file is imported; `json answer` only has to be JSON.
- ```json sample``` a block of sample data for the CRM template.
- ```fieldstone ENTITY [TYPE]``` an expression a line, over records of the entity.
- ```console``` commands behind `$ `.
"""

import json
import re
import shlex
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from fieldstone.api.routes import ROUTES
from fieldstone.engine import samples
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.imports.resolving import resolve
from fieldstone.engine.samples.grammar import DRAWS
from fieldstone.metadata.check import Checked
from fieldstone.metadata.documents import Document, document_of, path_of, read_folder
from fieldstone.metadata.json_text import read_json
from fieldstone.metadata.model import App
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import check, compile_expression
from fieldstone.ui.cli.program import root

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")],
    key=lambda page: page.relative_to(ROOT),
)
PARTS = {
    "field": ("fields",),
    "check": ("checks",),
    "stage": ("pipeline", "stages"),
    "module": ("modules",),
    "duplicate_key": ("duplicates",),
}
"""Where a part of an entity, or of the app, stands in its document."""

OTHER_PROGRAMS = {"cd", "createdb", "curl", "export", "git", "make", "printf", "systemctl"}
_FENCE = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, the words behind it, its text and the line it begins at."""

    language: str
    words: str
    text: str
    line: int


@cache
def fences(page: Path) -> tuple[Fence, ...]:
    """Return the fenced blocks of a page that name a language."""
    text = page.read_text("utf-8")
    return tuple(
        Fence(one[1], one[2].strip(), one[3], text.count("\n", 0, one.start()) + 2)
        for one in _FENCE.finditer(text)
    )


def of(language: str) -> list[Any]:
    """Return pages that have a fence of a language, named for the report."""
    return [
        pytest.param(page, id=str(page.relative_to(ROOT)))
        for page in PAGES
        if any(one.language == language for one in fences(page))
    ]


@cache
def template() -> tuple[Document, ...]:
    """Return the documents of the CRM template."""
    documents, problems = read_folder(ROOT / "apps" / "crm_template")
    assert problems == ()
    return documents


@cache
def with_examples(page: Path) -> Checked:
    """Return the template with the documents and parts that a page shows, checked."""
    base = {one.path: dict(one.data) for one in template()}
    for fence in fences(page):
        if fence.language == "json" and fence.words != "answer":
            data, problems = read_json(fence.text.encode(), f"{page.name}:{fence.line}")
            assert problems == ()
            put(base, fence.words, data)
    return check(document_of(data, path=path) for path, data in base.items())


def put(documents: dict[str, dict[str, Any]], words: str, data: Any) -> None:
    """Put a document, or a part of one, in the place of the one with its name, or behind.

    An app says what others rely on (its modules), so it keeps what a page does not show.
    """
    kind, _, entity = words.partition(" of ")
    if kind in {"mapping", "sample"}:
        return
    if not entity:
        assert data["kind"] == kind
        path = path_of(kind, data["name"])
        documents[path] = {**documents[path], **data} if kind == "app" else data
        return
    path = path_of("app" if entity == "app" else "entity", entity)
    *outer, last = PARTS[kind]
    document = documents[path] = deepcopy(documents[path])
    holder = document
    for key in outer:
        holder = holder[key]
    names = {data["name"], data.get("id")}
    before = holder.get(last, [])
    places = [at for at, one in enumerate(before) if {one["name"], one.get("id")} & names - {None}]
    at = places[0] if places else len(before)
    holder[last] = [*before[:at], data, *before[at + 1 :]]


@pytest.mark.parametrize("page", of("json"))
def test_documents_are_right(page: Path) -> None:
    checked = with_examples(page)
    assert [one.line("en") for one in checked.problems] == []


@pytest.mark.parametrize("page", of("json"))
def test_mappings_are_right(page: Path) -> None:
    app = with_examples(page).app
    assert app is not None
    for fence in fences(page):
        if fence.words.startswith("mapping of "):
            raw = json.loads(fence.text)
            times = [*raw.get("stage_times", {}).values()]
            columns = {*raw["columns"], *times, raw.get("created_at")} - {None}
            resolve(app, SYSTEM, entity_id(app, fence.words[11:]), sorted(columns), raw)


def test_samples_are_right() -> None:
    page = ROOT / "docs" / "how-to" / "templates.md"
    app = check(template()).app
    assert app is not None
    shown = [one.text for one in fences(page) if one.words == "sample"]
    assert shown
    for text in shown:
        files = {"sample.json": {"blocks": ["block.json"]}, "block.json": json.loads(text)}
        assert [one.line("en") for one in samples.check(files, app)] == []


def test_every_draw_has_a_line() -> None:
    text = (ROOT / "docs" / "how-to" / "templates.md").read_text("utf-8")
    assert [name for name in DRAWS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("page", of("fieldstone"))
def test_expressions_are_right(page: Path) -> None:
    app = with_examples(page).app
    assert app is not None
    wrong: list[str] = []
    for fence in fences(page):
        if fence.language == "fieldstone":
            entity, _, wanted = fence.words.partition(" ")
            for line in fence.text.splitlines():
                wrong += wrong_in(app, entity, line, wanted)
    assert wrong == []


def wrong_in(app: App, entity: str, text: str, wanted: str) -> Iterator[str]:
    """Yield what is wrong with an expression over an entity."""
    try:
        found = compile_expression(
            app, entity_id(app, entity), text, allow_viewer=True, space="name"
        )
    except ProblemsError as error:
        yield from (f"{text}: {one.text('en')}" for one in error.problems)
        return
    if wanted and found.type.kind != wanted:
        yield f"{text}: {found.type.kind}, not {wanted}"


def entity_id(app: App, name: str) -> str:
    """Return the id of the entity that a fence names."""
    found = app.entity_named(name)
    assert found is not None, name
    return found.id


@pytest.mark.parametrize("page", of("console"))
def test_commands_are_there(page: Path) -> None:
    wrong: list[str] = []
    for fence in fences(page):
        if fence.language == "console":
            for line in commands(fence.text):
                wrong += wrong_command(line)
    assert wrong == []


def commands(text: str) -> Iterator[str]:
    """Yield the commands of a console, each on one line and without its answer."""
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            yield from line[2:].split(" | ")


def wrong_command(line: str) -> Iterator[str]:
    """Yield what is wrong with a command."""
    words = [word for word in shlex.split(re.sub(r" [<>] \S+", "", line))]
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    program, *arguments = words
    if program.removeprefix(".venv/bin/") == "fieldstone":
        yield from wrong_usage(line, arguments)
    elif program == "make":
        targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
        yield from (f"{line}: no target {one}" for one in arguments if one not in targets)
    elif program == "curl":
        yield from wrong_request(line, arguments)
    elif program not in OTHER_PROGRAMS:
        yield f"{line}: what is {program}?"


def wrong_usage(line: str, arguments: list[str]) -> Iterator[str]:
    """Yield what the command line would refuse of its own commands."""
    command: click.Command = root
    path = ["fieldstone"]
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        path.append(arguments.pop(0))
        found = command.commands.get(path[-1])
        if found is None:
            yield f"{line}: no command {path[-1]}"
            return
        command = found
    context = click.Context(command, info_name=path[-1])
    try:
        values, left, _ = command.make_parser(context).parse_args(list(arguments))
    except click.UsageError as error:
        yield f"{line}: {error.format_message()}"
        return
    missing = [
        one.name for one in command.params if one.required and not given(values.get(one.name or ""))
    ]
    if left or missing:
        yield f"{line}: too much {left}, missing {missing}"


def given(value: object) -> bool:
    """Return whether click read a value; it has a mark of its own, no text, for what is missing."""
    return isinstance(value, str | list | tuple) and bool(value)


def wrong_request(line: str, arguments: list[str]) -> Iterator[str]:
    """Yield whether a request goes to no route of the API."""
    url = next(one for one in arguments if "/api/v1/" in one or one.endswith(("healthz", "readyz")))
    _, _, path = url.partition("/api/v1/")
    place = "/" + path.partition("?")[0].partition("/")[2] if path else f"/{url.rsplit('/', 1)[1]}"
    method = "POST" if {"-d", "--data", "--json"} & set(arguments) else "GET"
    if "-G" in arguments:
        method = "GET"
    if "-X" in arguments:
        method = arguments[arguments.index("-X") + 1]
    known = [re.sub(r"\{\w+\}", "[^/]+", one.path) for one in ROUTES if one.method == method]
    if not any(re.fullmatch(one, place) for one in known):
        yield f"{line}: no route {method} {place}"


def test_every_json_of_the_how_tos_says_what_it_is() -> None:
    silent = [
        f"{page.name}:{fence.line}"
        for page in (ROOT / "docs" / "how-to").glob("*.md")
        for fence in fences(page)
        if fence.language == "json" and not fence.words
    ]
    assert silent == []


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[\w-]*)?\)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
