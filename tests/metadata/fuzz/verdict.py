"""What became of a wrong document: refused at its place, right after all, or a finding."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

from fieldstone.metadata import Document, Problem, read_document, read_folder, to_names
from fieldstone.metadata import check as check_shapes
from fieldstone.metadata.check import Checked
from fieldstone.metadata.json_text import read_json
from fieldstone.metadata.messages import LOCALES
from fieldstone.rules import check
from tests.metadata.fuzz.templates import Template
from tests.metadata.fuzz.wrong import Wrong, written

LONGEST = 3_000
"""Characters of a sentence; a reader who is sent more has been sent a document."""

_HOLE = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
_CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Verdict:
    """`refused` or `right`, and what is wrong with how it was answered."""

    refused: bool
    findings: tuple[str, ...]
    seconds: float
    ids: tuple[str, ...] = ()


def judged(template: Template, wrong: Wrong) -> Verdict:
    """Read and check a wrong document, alone and over the template as its base."""
    findings: list[str] = []
    slowest, refused = 0.0, False
    ids: tuple[str, ...] = ()
    for base in (None, template.app):
        begin = process_time()
        try:
            documents, unread = read(template, wrong)
            checked = check(documents, base)
        except Exception as error:
            findings.append(f"exception: {type(error).__name__}: {str(error)[:200]}")
            continue
        slowest = max(slowest, process_time() - begin)
        problems = (*unread, *checked.problems)
        refused, ids = bool(problems), tuple(one.id for one in problems)
        findings += what_is_wrong(template, wrong, problems)
        if not problems:
            findings += _unlike(checked)
    return Verdict(refused, tuple(dict.fromkeys(findings)), slowest, ids)


def read(template: Template, wrong: Wrong) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """The documents of the template with the wrong files instead, as a folder is read."""
    if not set(wrong.files) <= set(template.data):
        return _read_folder(template, wrong)
    documents: list[Document] = []
    problems: list[Problem] = []
    for one in template.documents:
        if one.path not in wrong.files:
            documents.append(one)
            continue
        content = wrong.files[one.path]
        found, unread = (None, ()) if content is None else read_document(content, one.path)
        problems.extend(unread)
        if found is not None and found.kind != one.kind:
            return _read_folder(template, wrong)
        documents.extend([] if found is None else [found])
    return tuple(documents), tuple(problems)


def _read_folder(
    template: Template, wrong: Wrong
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, template, wrong)
        return read_folder(folder)


def write(folder: Path, template: Template, wrong: Wrong) -> None:
    """Write the whole App as a folder."""
    for path, content in files_of(template, wrong).items():
        if content is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


def files_of(template: Template, wrong: Wrong) -> Mapping[str, bytes | None]:
    """Every file of the App as bytes, None where one is gone."""
    return {**_contents(template), **wrong.files}


@cache
def _contents(template: Template) -> Mapping[str, bytes]:
    return {one.path: written(one.data) for one in template.documents}


def what_is_wrong(template: Template, wrong: Wrong, problems: Sequence[Problem]) -> Iterator[str]:
    """Findings about the problems that a wrong document is answered with."""
    values: dict[str, Any] = dict(template.data)
    for path, content in wrong.files.items():
        values[path] = None if content is None else read_json(content)[0]
    for one in problems:
        yield from _badly_worded(one)
        yield from _nowhere(one, values)
    if not wrong.must:
        return
    if not problems:
        yield "accepted"
    elif not any(_told(one, wrong) for one in problems):
        told = "; ".join(f"{one.id} {one.line()[:160]}" for one in problems[:3])
        yield f"elsewhere: {told}"


def _told(problem: Problem, wrong: Wrong) -> bool:
    """Whether a problem tells of what was done, at its place."""
    if wrong.ids and problem.id not in wrong.ids:
        return False
    if any(problem.params.get(key) != value for key, value in wrong.says.items()):
        return False
    return any(
        problem.document == path
        and (
            problem.pointer == pointer
            or (not wrong.exact and f"{problem.pointer}/".startswith(f"{pointer}/"))
        )
        for path, pointer in wrong.where
    )


def _badly_worded(problem: Problem) -> Iterator[str]:
    for locale in LOCALES:
        text = problem.text(locale)
        try:
            problem.line(locale).encode()
        except UnicodeEncodeError:
            yield f"not to be written: {problem.id}"
        quoted = any("{" in str(one) for one in problem.params.values())
        if _HOLE.search(text) and not quoted:
            yield f"a hole: {problem.id} {locale} {text[:100]}"
        if text.startswith(problem.id):
            yield f"no sentence: {problem.id} {locale}"
        if locale == "zh-CN" and not _CHINESE.search(text):
            yield f"not in Chinese: {problem.id} {text[:100]}"
        if len(text) > LONGEST:
            yield f"too long: {problem.id} {len(text)} characters"


def _nowhere(problem: Problem, values: Mapping[str, Any]) -> Iterator[str]:
    """A place has to be there: a file that was given (or should be), and a value in it."""
    path = problem.document
    if path is None or (path not in values and not path.endswith("/") and path != "app.json"):
        yield f"no document: {problem.id} {path}"
        return
    value = values.get(path)
    if value is None:
        return  # Gone, or no JSON: then there is no place in it.
    for part in problem.pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key) if isinstance(value, list) else key]
        except (KeyError, IndexError, ValueError, TypeError):
            yield f"no such place: {problem.id} {problem.document}#{problem.pointer}"
            return
    length = len(value) if isinstance(value, str) else 0
    if problem.position is not None and not 1 <= problem.position <= length + 1:
        yield f"no such position: {problem.id} {problem.position} of {length}"


def _unlike(checked: Checked) -> Iterator[str]:
    """What is accepted can be shown in names, and is the same when it is read again."""
    again = check_shapes(to_names(checked.documents), checked.app)
    if again.app != checked.app:
        told = [one.line() for one in again.problems[:2]]
        yield f"not the same again: {told}"


def lines(findings: Iterable[str]) -> str:
    """Findings in a line."""
    return " | ".join(findings)
