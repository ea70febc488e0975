"""The door through which functions come in: what ships, and what plug-ins bring.

A package names in its entry points, in the group `fieldstone.functions`, modules that register
functions when they are imported, or callables that do so. What ships stands there as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint

from ...metadata.expression import AGGREGATES
from ...metadata.naming import NAME, WORDS
from ...metadata.plugins import PACKAGE, Plugins
from ...metadata.problems import Problem, ProblemsError
from . import registry
from .registry import Function

GROUP = "fieldstone.functions"
SHIPPED = tuple(
    EntryPoint(name, f"{__package__}.{name}", GROUP)
    for name in (
        "branches",
        "calendar_functions",
        "choices",
        "periods",
        "pieces",
        "rounding",
        "spans",
        "texts",
        "working_days",
        "written",
    )
)
"""What ships, as pyproject.toml declares it; listed here too, so that it needs no installing."""
_LANGUAGES = ("en", "zh-CN")


def load_shipped() -> None:
    """Let in what ships; raises ProblemsError as `load_plugins` does."""
    for one in SHIPPED:
        PLUGINS.open(PACKAGE, one)


def load_plugins() -> None:
    """Let in the functions of the packages installed beside us, once a process.

    Raises ProblemsError with the package and the function: `plugin.failed` for one that cannot be
    imported, `plugin.name_taken`, `plugin.name` and `plugin.help` for a function that cannot be
    let in. Of such an entry nothing is let in.
    """
    PLUGINS.load()


def _let_in(package: str, entry: EntryPoint) -> None:
    """Let in the functions of one entry, all of them or none."""
    with _all_or_none():
        before = {one.name for one in registry.functions()}
        try:
            made = entry.load()
            if callable(made):
                made()
        except registry.NameTaken as error:
            params = {"package": package, "name": error.name}
            raise ProblemsError([Problem("plugin.name_taken", params)]) from error
        for one in registry.functions():
            if one.name not in before:
                _check(package, one)


@contextmanager
def _all_or_none() -> Iterator[None]:
    kept = registry.snapshot()
    try:
        yield
    except BaseException:
        registry.restore(kept)
        raise


def _check(package: str, one: Function) -> None:
    """Refuse a function that could not be written, or about which people would learn nothing."""
    params = {"package": package, "name": one.name}
    if not NAME.fullmatch(one.name) or one.name in AGGREGATES | WORDS | {"has_tag"}:
        raise ProblemsError([Problem("plugin.name", params)])
    told = all(one.help.get(language) for language in _LANGUAGES)
    if not (told and one.examples and f"{one.name}(" in one.signature):
        raise ProblemsError([Problem("plugin.help", params)])


PLUGINS = Plugins(GROUP, _let_in)
"""The entries that bring functions."""
