"""Plug-ins: what packages installed beside us bring by their entry points, a group a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from threading import Lock

from .problems import Problem, ProblemsError

PACKAGE = "fieldstone"


class Plugins:
    """The entries of a group, each let in once a process.

    `let_in` gets the package's name and its entry, loads it, and raises ProblemsError for what
    cannot be let in.
    """

    def __init__(self, group: str, let_in: Callable[[str, EntryPoint], None]) -> None:
        self.group = group
        self._let_in = let_in
        self.loaded: set[str] = set()
        self._lock = Lock()

    def load(self) -> None:
        """Let in what other packages bring.

        Raises ProblemsError: `plugin.failed` with the package for one that cannot be imported, and
        what letting in raises.
        """
        with self._lock:
            for package, entry in self._found():
                if package != PACKAGE:
                    self.open(package, entry)

    def open(self, package: str, entry: EntryPoint) -> None:
        """Let in one entry, unless it was."""
        key = f"{package} {entry.name} {entry.value}"
        if key in self.loaded:
            return
        try:
            self._let_in(package, entry)
        except ProblemsError:
            raise
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            params = {"package": package, "entry": entry.value, "why": why}
            raise ProblemsError([Problem("plugin.failed", params)]) from error
        self.loaded.add(key)

    def _found(self) -> Iterator[tuple[str, EntryPoint]]:
        entries = entry_points(group=self.group)
        for one in sorted(entries, key=lambda entry: (entry.name, entry.value)):
            yield (one.dist.name if one.dist is not None else one.value.partition(".")[0]), one
