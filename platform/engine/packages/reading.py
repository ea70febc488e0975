"""Reading a package: files that anybody may have made, to documents and a sample that are right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ... import metadata, rules
from ...metadata.check import Checked
from ...metadata.documents import MAX_BYTES, Document, read_file
from ...metadata.json_text import read_json, write_json
from ...metadata.modules import held_back
from ...metadata.problems import Problem
from ...metadata.whole import whole
from .. import samples
from ..errors import Invalid
from ..samples import FOLDER as SAMPLE
from .archive import MOST_PACKED, unpacked
from .folder import gathered
from .members import APP, README
from .package import Package
from .versions import LONGEST, is_version

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What no text has, and what a terminal would obey."""


def read(source: Path) -> Package:
    """The package in a folder or a zip, wholly checked, of which nothing is run or written.

    Invalid lists everything that is wrong with it, TooLarge says which bound it breaks.
    """
    if source.is_dir():
        return _checked(gathered(source))
    with source.open("rb") as file:
        return _checked(unpacked(file.read(MOST_PACKED + 1)))


def read_packed(content: bytes) -> Package:
    """The package of a zip that `Package.packed` made: it was checked before it was kept."""
    return _known(unpacked(content))


def read_shipped(folder: Path) -> Package:
    """The package of a folder that comes with the product; its tests have checked it."""
    return _known(gathered(folder))


@dataclass
class _Found:
    """What the files of a package say, as far as they can be read."""

    documents: list[Document] = field(default_factory=list)
    sample: dict[str, Any] = field(default_factory=dict)
    readme: str = ""
    problems: list[Problem] = field(default_factory=list)


def _checked(files: Mapping[str, bytes]) -> Package:
    found = _found(files)
    # Names that only files that cannot be read would declare are not missing.
    if found.problems:
        raise Invalid(found.problems)
    checked = rules.check(found.documents)
    problems = [*checked.problems, *_wrong_version(checked)]
    if checked.app is not None:
        problems += _modules_that_stay(checked)
        problems += samples.check(found.sample, whole(checked.app)) if found.sample else ()
    if problems:
        raise Invalid(problems)
    return _package(found, checked)


def _modules_that_stay(checked: Checked) -> Iterator[Problem]:
    """What uses something of a module that it is no part of, so that nobody could switch it off."""
    for one in held_back(checked.documents):
        yield replace(one, id="package.module_used")


def _known(files: Mapping[str, bytes]) -> Package:
    found = _found(files)
    checked = metadata.check(found.documents)
    if found.problems or checked.problems:
        raise Invalid([*found.problems, *checked.problems])
    return _package(found, checked)


def _package(found: _Found, checked: Checked) -> Package:
    if checked.app is None:
        raise AssertionError("documents without a problem make an app")
    texts = {name: write_json(value) + "\n" for name, value in found.sample.items()}
    return Package(
        documents=tuple(found.documents),
        app=checked.app,
        sample=samples.read(texts) if texts else None,
        sample_files=texts,
        readme=found.readme,
    )


def _found(files: Mapping[str, bytes]) -> _Found:
    found = _Found()
    if APP not in files:
        found.problems.append(Problem("package.no_app", {}, APP))
    for path in _in_order(files):
        content = files[path]
        if len(content) > MAX_BYTES:
            found.problems.append(Problem("file.too_large", {"limit": MAX_BYTES}, path))
        elif path == README:
            _read_me(content, found)
        elif path.startswith(f"{SAMPLE}/"):
            value, problems = read_json(content, path)
            found.problems.extend(problems)
            found.sample[path.removeprefix(f"{SAMPLE}/")] = value
        else:
            document, problems = read_file(content, path)
            found.problems.extend(problems)
            found.documents += [document] if document else []
    return found


def _in_order(paths: Iterable[str]) -> list[str]:
    """The paths with the app first, so that equal packages make equal lists of documents."""
    return sorted(paths, key=lambda path: (path != APP, path))


def _read_me(content: bytes, found: _Found) -> None:
    try:
        text = content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROLS.search(text):
        found.problems.append(Problem("package.readme", {}, README))
    found.readme = text


def _wrong_version(checked: Checked) -> Iterable[Problem]:
    if checked.app is not None and not is_version(checked.app.manifest.version):
        yield Problem("package.version", {"most": LONGEST}, APP, "/version")
