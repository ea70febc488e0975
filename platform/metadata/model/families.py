"""Families: which type of ours a type of field that a package brings is like."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_like: dict[str, str] = {}
LIKE: Mapping[str, str] = MappingProxyType(_like)
"""The types of packages by name, each with the one of ours that it is like."""


def family_of(type_name: str) -> str:
    """The type of ours whose ways fields of a type follow: itself, unless a package brought it."""
    return _like.get(type_name, type_name)


def join(type_name: str, like: str) -> None:
    """Take a type of a package into the family of one of ours."""
    _like[type_name] = like


def leave(type_name: str) -> None:
    """Forget a type of a package."""
    del _like[type_name]
