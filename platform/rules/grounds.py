"""Grounds: what expressions over an entity can read; on equal grounds they mean the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

from ..metadata.documents import Document
from ..metadata.model import App
from ..metadata.system import SYSTEM_ENTITIES
from .types import target_of

_NEVER_READ = frozenset({"alert_rule", "dashboard", "form", "metric", "view"})
"""Kinds of documents that expressions stand in, but that none can read."""


class Grounds:
    """The grounds of an App's expressions, as hashes.

    An expression follows references from its own entity, and comes back over those that have an
    inverse. So it reads of the entities that are joined by references, whichever way, and of
    documents that any can read: dimensions, schemes, roles (their rows are put into its SQL) and
    the manifest with what its modules hide.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._found: dict[str, str] = {}

    def of(self, entity_id: str) -> str:
        """The hash of all that an expression over an entity can read."""
        if entity_id not in self._found:
            joined = self._joined(entity_id)
            keys = sorted(f"entity/{one}" for one in joined)
            ground = _hash(self._everywhere, *(self._hashes.get(key, key) for key in keys))
            self._found |= dict.fromkeys(joined, ground)
        return self._found[entity_id]

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        return {one.key: _hash(one.key, one.hash) for one in self.app.documents}

    @cached_property
    def _everywhere(self) -> str:
        hidden = (f"{key} {pointer}" for key, pointer in sorted(self.app.hidden))
        return _hash(*hidden, *(self._hashes[one.key] for one in self.app.documents if _all(one)))

    def _joined(self, entity_id: str) -> set[str]:
        found, waiting = {entity_id}, [entity_id]
        while waiting:
            more = self._beside.get(waiting.pop(), set()) - found
            found |= more
            waiting.extend(more)
        return found

    @cached_property
    def _beside(self) -> Mapping[str, set[str]]:
        """The entities that a reference joins with each one, at either end of it."""
        beside: dict[str, set[str]] = {}
        for entity in self.app.entities.values():
            for target in filter(None, map(target_of, entity.fields)):
                # Members have no inverses: from them nothing leads on to other entities.
                if target not in SYSTEM_ENTITIES:
                    beside.setdefault(entity.id, set()).add(target)
                    beside.setdefault(target, set()).add(entity.id)
        return beside


def _all(document: Document) -> bool:
    """Whether expressions over any entity can read a document."""
    return document.kind != "entity" and document.kind not in _NEVER_READ


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
