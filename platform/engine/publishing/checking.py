"""Checking documents once: workspaces that are equal ask the same again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from ... import rules
from ...metadata.check import Checked
from ...metadata.documents import Document
from ...metadata.model import App

_MOST_KEPT = 64


def checked(documents: Iterable[Document], base: App | None) -> Checked:
    """`rules.check`, whose outcome is kept for the same documents on the same base."""
    given = tuple(documents)
    said = hashlib.sha256((base.hash if base else "").encode())
    for one in given:
        said.update(f"\x1e{one.path}\x1f{one.in_ids}\x1f".encode() + one.digest)
    return _checked(_Question(said.hexdigest(), base, given))


@dataclass(frozen=True)
class _Question:
    """Documents to be checked, told apart by their digest."""

    digest: str
    base: App | None = field(compare=False)
    documents: tuple[Document, ...] = field(compare=False)


@lru_cache(maxsize=_MOST_KEPT)
def _checked(asked: _Question) -> Checked:
    return rules.check(asked.documents, asked.base)
