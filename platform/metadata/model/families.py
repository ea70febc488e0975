"""Families: which type of field another one is like, and what it looks like on pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_like: dict[str, str] = {}
_looks: dict[str, str] = {}
_brought: dict[str, str] = {}
LIKE: Mapping[str, str] = MappingProxyType(_like)
"""The types that belong to the family of another, by name, each with that one."""
BROUGHT: Mapping[str, str] = MappingProxyType(_brought)
"""Those of them that packages brought; the published schema does not name them itself."""


def family_of(type_name: str) -> str:
    """The type whose ways fields of a type follow: itself, unless it belongs to another."""
    return _like.get(type_name, type_name)


def look_of(type_name: str) -> str:
    """The template that shows values of a type and takes them: its family's, unless it has one."""
    return _looks.get(type_name) or family_of(type_name)


def belong(type_name: str, like: str, look: str = "", *, brought: bool = False) -> None:
    """Take a type into the family of another, with a look of its own where it has one."""
    _like[type_name] = like
    if look:
        _looks[type_name] = look
    if brought:
        _brought[type_name] = like


def leave(type_name: str) -> None:
    """Forget a type that a package brought."""
    del _like[type_name], _brought[type_name]
    _looks.pop(type_name, None)
