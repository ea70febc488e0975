"""Checking documents once: workspaces that are equal ask the same again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from ... import rules
from ...metadata.check import Checked
from ...metadata.documents import Document
from ...metadata.model import App
from ..by_content import ByContent

_MOST_KEPT = 32

_kept: ByContent[Checked] = ByContent(_MOST_KEPT)


def checked(documents: Iterable[Document], base: App | None) -> Checked:
    """`rules.check`, whose outcome is kept for the same documents on the same base.

    What comes of sound documents is sound itself and says the same, without the notes: so what a
    plan was made of is not checked once more when the plan is published.
    """
    given = tuple(documents)
    asked = _digest(given, base)
    found = _kept.get(asked)
    if found is None:
        found = rules.check(given, base)
        _kept.put(asked, found)
        if found.app is not None:
            _kept.put(_digest(found.documents, base), replace(found, notes=()))
    return found


def _digest(documents: tuple[Document, ...], base: App | None) -> str:
    said = hashlib.sha256((base.hash if base else "").encode())
    for one in documents:
        said.update(f"\x1e{one.path}\x1f{one.in_ids}\x1f".encode() + one.digest)
    return said.hexdigest()
