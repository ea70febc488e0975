"""Puts changed code into functions that are loaded already, so that nothing is imported anew."""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType

_OURS = ("fieldstone.", "tests.")


class OutsideFunctionsError(Exception):
    """A change of what runs when the module is imported."""


class Loaded:
    """The functions and caches of this process when the tests have been collected."""

    def __init__(self) -> None:
        self.functions: dict[CodeType, list[FunctionType]] = defaultdict(list)
        self.caches: list[_lru_cache_wrapper[object]] = []
        for one in gc.get_objects():
            if type(one) is FunctionType:
                self.functions[one.__code__].append(one)
            elif type(one) is _lru_cache_wrapper and one.__module__.startswith(_OURS):
                self.caches.append(one)

    def filename(self, path: Path) -> str | None:
        """The name under which a file was imported, or None."""
        wanted = path.resolve()
        names = {
            code.co_filename for code in self.functions if code.co_filename.endswith(path.name)
        }
        return next((name for name in sorted(names) if Path(name).resolve() == wanted), None)

    def differences(self, path: Path, source: str) -> list[tuple[CodeType, CodeType]]:
        """The functions of a file that differ in a changed source, as loaded and as changed.

        Raises OutsideFunctionsError where no function differs, or more than functions, or where
        a closure would need other cells.
        """
        name = self.filename(path)
        if name is None:
            raise OutsideFunctionsError
        old = compile(path.read_text("utf-8"), name, "exec", dont_inherit=True)
        new = compile(source, name, "exec", dont_inherit=True)
        pairs = list(differing(old, new))
        # A function that is there already cannot get code that closes over other names.
        fixed = any(
            before in self.functions and before.co_freevars != after.co_freevars
            for before, after in pairs
        )
        if fixed or not pairs:
            raise OutsideFunctionsError
        return pairs

    def swap(self, differences: list[tuple[CodeType, CodeType]]) -> None:
        """Give functions their changed code; nothing that was computed before is kept."""
        for before, after in differences:
            for function in self.functions.get(before, ()):
                function.__code__ = after
        for cache in self.caches:
            cache.cache_clear()
        # The name `check` is that of the function, too.
        sys.modules["fieldstone.rules.check"]._sound.clear()


def differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The functions within that differ, outermost first; each brings those within it along."""
    inner_old, inner_new = _inner(old), _inner(new)
    alike = len(inner_old) == len(inner_new) and _own(old) == _own(new)
    if not _is_function(old):
        if not alike:
            raise OutsideFunctionsError
    elif not alike or any(
        True for pair in zip(inner_old, inner_new, strict=True) for _ in differing(*pair)
    ):
        yield old, new
    for pair in zip(inner_old, inner_new, strict=False):
        yield from differing(*pair)


def _is_function(code: CodeType) -> bool:
    """Whether code is a function's, not a module's or a class's."""
    return bool(code.co_flags & 0x1)


def _inner(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _own(code: CodeType) -> tuple[object, ...]:
    """What code does, without the code within it."""
    constants = [
        "code" if isinstance(one, CodeType) else (type(one), repr(one)) for one in code.co_consts
    ]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return (code.co_code, constants, *names, code.co_argcount, code.co_kwonlyargcount)
