"""Rights: who may import into an entity, by which mapping, as their roles are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .. import access
from ..access import Caller
from ..errors import Forbidden
from ..transaction import Transaction
from .mapping import Mapped
from .options import Options
from .resolving import resolve
from .source import Source


def may_import(tx: Transaction, caller: Caller, entity_id: str) -> bool:
    """Whether the caller may import into an entity at all."""
    if not access.may(tx.app, caller, entity_id, "create"):
        return False
    return caller.system or _has(tx, caller, "imports")


def may_bring_history(tx: Transaction, caller: Caller, entity_id: str) -> bool:
    """Whether the caller may import times of what happened elsewhere."""
    return may_import(tx, caller, entity_id) and (
        caller.system or _has(tx, caller, "import_history")
    )


def require(tx: Transaction, caller: Caller, entity_id: str) -> None:
    """NotFound or Forbidden for a caller who may not import into the entity."""
    access.entity_for(tx.app, caller, entity_id, "create")
    if not caller.system and not _has(tx, caller, "imports"):
        raise Forbidden.because("import.forbidden")


def mapped_for(
    tx: Transaction, caller: Caller, entity_id: str, source: Source, options: Options
) -> Mapped:
    """The mapping in the App in force, if the caller may import by it now."""
    access.entity_for(tx.app, caller, entity_id, "create")
    mapped = resolve(tx.app, caller, entity_id, source.columns, options.mapping)
    if mapped.key is not None:
        access.entity_for(tx.app, caller, entity_id, "update")
    require(tx, caller, entity_id)
    if mapped.history and not caller.system and not _has(tx, caller, "import_history"):
        raise Forbidden.because("import.history_forbidden")
    return mapped


def _has(tx: Transaction, caller: Caller, right: str) -> bool:
    roles = [tx.app.roles[role] for role in caller.roles if role in tx.app.roles]
    return any(getattr(role, right) for role in roles)


def as_import(caller: Caller) -> Caller:
    """The caller whose writes the history tells as an import's."""
    return replace(caller, origin="import")


def caller_json(caller: Caller) -> dict[str, Any]:
    """What is kept of a caller for whoever goes on with their work."""
    return {"member": caller.member_id, "locale": caller.locale, "system": caller.system}


def caller_from(tx: Transaction, noted: Mapping[str, Any]) -> Caller:
    """The caller as their rights are now: they may have lost some since the import began."""
    if noted["system"]:
        return Caller(None, locale=noted["locale"], origin="import", system=True)
    return access.for_member(tx, noted["member"], noted["locale"], "import")
