"""Named records: those that a file names, nobody has, and the mapping wants made."""

from __future__ import annotations

from .. import access, records
from ..access import Caller
from ..reading import names as keys
from ..transaction import Transaction
from .mapping import Mapped, Target


def create(tx: Transaction, caller: Caller, mapped: Mapped) -> list[tuple[str, int, int]]:
    """Make the records of the mapping's `create` that are not there yet, by their name alone.

    Returns (entity, id, version) of each, for whoever takes the import back.

    What cannot be made (the entity wants more than a name, or the caller may not) is not told
    here: the rows that name it are refused as any other unknown value.
    """
    made: list[tuple[str, int, int]] = []
    for target in mapped.all_targets:
        if target.create and may_create(tx, caller, target):
            to = target.field.to or ""
            found = keys.find(tx, caller, to, target.key, target.create)
            name = tx.app.entity(to).field(target.key or tx.app.entity(to).title).name
            rows = [{name: text} for text in sorted(target.create - found.keys())]
            outcomes = records.create_many(tx, caller, to, rows) if rows else ()
            made += [(to, one.record_id, one.version or 1) for one in outcomes if one.record_id]
    return made


def may_create(tx: Transaction, caller: Caller, target: Target) -> bool:
    """Whether a record may be made of nothing but the name that a cell holds."""
    to = target.field.to
    if target.field.family != "reference" or to is None:
        return False
    if not access.may(tx.app, caller, to, "create"):
        return False
    name = target.key or tx.app.entity(to).title
    return name in access.writable(tx.app, caller, to, "create")
