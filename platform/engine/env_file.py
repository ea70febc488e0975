"""The `.env` file: lines of NAME=VALUE that stand in for environment variables."""

from __future__ import annotations

from pathlib import Path

from ..metadata.problems import Problem, ProblemsError


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a file, in order; a later line wins.

    Empty lines and lines that begin with `#` are left out, `export ` in front is allowed, a value
    may stand in single or double quotes. ProblemsError names every other line that has no `=`.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        text = line.strip().removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign or not name.strip().isidentifier():
            problems.append(Problem("setting.line", {"line": number}, document=str(path)))
            continue
        found[name.strip()] = _unquoted(value.strip())
    if problems:
        raise ProblemsError(problems)
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value
