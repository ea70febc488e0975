"""Members: the files and folders that a package consists of, and which of them it may have."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ...metadata.documents import FOLDERS
from ...metadata.naming import nearest
from ...metadata.problems import Problem
from ..samples import FOLDER as SAMPLE

APP, README = "app.json", "README.md"
MOST_MEMBERS = 2_000
MOST_BYTES = 8 * 1024 * 1024
"""Of all files of a package together; those of the CRM that ships have 0.3 MB."""

FOLDERS_OF_A_PACKAGE = frozenset({*FOLDERS.values(), SAMPLE})
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.json")
_SHOWN = 120

Form = Literal["file", "folder", "link", "special"]


@dataclass(frozen=True)
class Member:
    """What a package says it holds: a path with `/` between its parts, and what that is."""

    path: str
    form: Form


def refused(members: Sequence[Member]) -> list[Problem]:
    """Everything for which these members make no package; none of them was opened for it.

    The paths that pass are `app.json`, `README.md` and `<folder>/<name>.json`, each once.
    """
    if len(members) > MOST_MEMBERS:
        return [Problem("package.too_many", {"most": MOST_MEMBERS})]
    problems = [one for member in members if (one := _refused(member))]
    return problems or [*_alike(members)]


def refused_name(path: str) -> Problem | None:
    """What is wrong with a path whatever it names, if anything is."""
    if not all(one.isprintable() for one in path):
        return Problem("package.name", {"name": shown(path)})
    if _outside(path):
        return Problem("package.path", {"name": shown(path)})
    return None


def shown(path: str) -> str:
    """A path as a message may show it, whoever made it up."""
    return "".join(one if one.isprintable() else "\ufffd" for one in path)[:_SHOWN]


def _outside(path: str) -> bool:
    """Whether a path could lead out of its package, on this system or another."""
    parts = path.removesuffix("/").split("/")
    return "\\" in path or ":" in parts[0] or any(part in {"", ".", ".."} for part in parts)


def _refused(member: Member) -> Problem | None:
    wrong = refused_name(member.path)
    if wrong is not None:
        return wrong
    if member.form in {"link", "special"}:
        return Problem(f"package.{member.form}", {}, shown(member.path))
    folder, slash, name = member.path.removesuffix("/").partition("/")
    if member.form == "folder":
        known = not slash and folder in FOLDERS_OF_A_PACKAGE
        return None if known else _unknown_folder(member.path.removesuffix("/"))
    if not slash:
        return None if folder in {APP, README} else _unknown_file(folder)
    if folder not in FOLDERS_OF_A_PACKAGE:
        return _unknown_folder(folder)
    return None if _FILE.fullmatch(name) else _unknown_file(member.path)


def _unknown_file(path: str) -> Problem:
    return Problem("package.unknown_file", {}, shown(path))


def _unknown_folder(path: str) -> Problem:
    near = None if "/" in path else nearest(path[:_SHOWN], FOLDERS_OF_A_PACKAGE)
    if near is None:
        return Problem("package.unknown_folder", {}, f"{shown(path)}/")
    return Problem("package.unknown_folder_near", {"near": near}, f"{shown(path)}/")


def _alike(members: Iterable[Member]) -> Iterator[Problem]:
    """Members of one path, or of paths that some systems hold for one."""
    paths = [one.path.removesuffix("/") for one in members]
    for path, times in Counter(paths).items():
        if times > 1:
            yield Problem("package.twice", {}, path)
    folded = Counter(unicodedata.normalize("NFC", path).casefold() for path in set(paths))
    for path in sorted(set(paths)):
        if folded[unicodedata.normalize("NFC", path).casefold()] > 1:
            yield Problem("package.case", {}, path)
