"""Access: who asks, and which entities, rows and fields that person may read and write.

Everything that reads or writes records asks here, for filters, sorts, groups, search, history and
exports alike. What a caller may not see does not exist for them: unknown and forbidden names are
refused with the same words, and suggestions name only what they may read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final, Literal

import sqlalchemy as sa

from ..metadata.model import App, Entity, EntityAccess, Field, kept_with_app
from ..metadata.naming import nearest
from ..metadata.problems import Problem
from ..rules import Context, Expression, compile_expression, formula_expression, to_sql
from .errors import Forbidden, NotFound
from .moments import moment
from .system_tables import MEMBER, MEMBER_ROLE
from .transaction import Transaction

Verb = Literal["read", "create", "update", "delete"]

MEMBER_ENTITY: Final = "member"
_PUBLIC_MEMBER: Final = frozenset({"id", "name", "team", "manager", "active"})
"""What everybody in a workspace may know of each other, whatever the roles say."""

_COMPANIONS: Final = ("_entered_at", "_since", "_before")


class Nothing(Enum):
    """The rule of rows under which a caller sees none."""

    NOTHING = "nothing"


NOTHING: Final = Nothing.NOTHING


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a member with roles (ids), or the system; `origin` goes into the history.

    `locale` is the language of messages, `team` what `my_team()` means; `system` stands above all
    rules of access.
    """

    member_id: int | None
    roles: tuple[str, ...] = ()
    locale: str = "en"
    origin: str = "api"
    system: bool = False
    team: str | None = None


SYSTEM: Final = Caller(member_id=None, origin="system", system=True)


def for_asker(tx: Transaction, locale: str = "en", origin: str = "api") -> Caller:
    """The caller that the transaction was opened for; NotFound for one who is no active member."""
    asker = tx.asker
    if asker is None:
        raise NotFound(Problem("member.not_active"))
    roles = tuple(one for one in asker.roles if one in tx.app.roles)
    return Caller(asker.member_id, roles, locale, origin, team=asker.team)


def for_member(tx: Transaction, member_id: int, locale: str = "en", origin: str = "api") -> Caller:
    """The caller that an active member is; NotFound for one who is not there or not active."""
    rows = tx.connection.execute(_ROLES_OF, {"member_id": member_id}).all()
    if not rows:
        raise NotFound(Problem("member.not_active"))
    roles = tuple(sorted(row.role_id for row in rows if row.role_id in tx.app.roles))
    return Caller(member_id, roles, locale, origin, team=rows[0].team)


_ROLES_OF = (
    sa.select(MEMBER.c.id, MEMBER.c.team, MEMBER_ROLE.c.role_id)
    .select_from(MEMBER.outerjoin(MEMBER_ROLE, MEMBER_ROLE.c.member_id == MEMBER.c.id))
    .where(MEMBER.c.id == sa.bindparam("member_id"), MEMBER.c.active)
)


def may(app: App, caller: Caller, entity_id: str, verb: Verb) -> bool:
    """Whether the caller may do `verb` to some record of an entity."""
    entity = app.entities.get(entity_id)
    if entity is None or entity.archived:
        return False
    if entity.system:
        return verb == "read"
    return caller.system or bool(_grants(app, caller.roles, entity_id, verb))


def may_configure(app: App, caller: Caller) -> bool:
    """Whether the caller may change what the application is made of."""
    roles = (app.roles.get(one) for one in caller.roles)
    return caller.system or any(one and one.metadata and not one.archived for one in roles)


def entity_for(app: App, caller: Caller, entity_id: str, verb: Verb = "read") -> Entity:
    """The entity, if the caller may do `verb` to it.

    NotFound if it is unknown or may not even be read; Forbidden if it may only be read.
    """
    if not may(app, caller, entity_id, "read"):
        known = [one.name for one in app.entities.values() if may(app, caller, one.id, "read")]
        raise NotFound(_unknown("entity.unknown", entity_id, known))
    if not may(app, caller, entity_id, verb):
        raise Forbidden(Problem(f"access.no_{verb}", {"entity": app.entity(entity_id)}))
    return app.entity(entity_id)


def readable(app: App, caller: Caller, entity_id: str) -> frozenset[str]:
    """The ids of the live fields of an entity that the caller may read.

    A computed field is among them only if everything it is computed from is.
    """
    return _readable(app, caller.system, caller.roles, entity_id)


def shows_archived(app: App, caller: Caller, entity_id: str, field_id: str) -> bool:
    """Whether a role lets the caller read a field, left aside that it or its entity is archived."""
    grants = _grants(app, caller.roles, entity_id, "read")
    return caller.system or any(field_id not in one.hidden_fields for one in grants)


def writable(
    app: App, caller: Caller, entity_id: str, verb: Literal["create", "update"] = "update"
) -> frozenset[str]:
    """The ids of the fields of an entity that the caller may set."""
    return _writable(app, caller.system, caller.roles, entity_id, verb)


def unknown_field(
    app: App, caller: Caller, entity_id: str, name: str, pointer: str = ""
) -> Problem:
    """The problem of a name that is no field, or none that the caller may read."""
    known = readable(app, caller, entity_id)
    names = [one.name for one in app.entity(entity_id).live_fields if one.id in known]
    found = _unknown("field.unknown", name, names, where=app.entity(entity_id).name)
    return replace(found, pointer=pointer)


def field_for(app: App, caller: Caller, entity_id: str, name: str) -> Field | None:
    """The readable field that is called `name` (its present name, an alias or its id), or None."""
    entity = app.entity(entity_id)
    found = entity.field_named(name) or entity.by_id.get(name)
    if found is None or found.archived or found.id not in readable(app, caller, entity_id):
        return None
    return found


def row_rule(app: App, caller: Caller, entity_id: str, verb: Verb = "read") -> str | Nothing | None:
    """The condition (id space) that rows meet which the caller may do `verb` to.

    None means all rows, NOTHING none.
    """
    if caller.system:
        return None
    return _row_rule(app, caller.roles, entity_id, verb)


def row_predicate(
    tx: Transaction, caller: Caller, entity_id: str, row: sa.FromClause, verb: Verb = "read"
) -> sa.ColumnElement[bool] | None:
    """The condition on `row` (the entity's table or an alias) that `row_rule` means; None: all.

    Who looks back at an earlier moment sees the rows that they may see now.
    """
    now = tx.present
    rule = row_rule(now.app, caller, entity_id, verb)
    if rule is None:
        return None
    if isinstance(rule, Nothing):
        return sa.false()
    expression = _compiled(now.app, entity_id, rule)
    found = to_sql(expression, now.tables, row, context(now, caller), mode="filter")
    return sa.and_(found)


def visible(
    tx: Transaction, caller: Caller
) -> Callable[[str, sa.FromClause], sa.ColumnElement[Any] | None] | None:
    """What `to_sql` adds to every related table, or None for a caller who sees everything."""
    if caller.system:
        return None
    return lambda entity_id, row: row_predicate(tx, caller, entity_id, row)


def context(tx: Transaction, caller: Caller) -> Context:
    """What an expression is evaluated in: the transaction's instant and the acting member."""
    return Context(now=tx.now, zone=tx.zone, me=caller.member_id, team=caller.team)


def statement_key(tx: Transaction, caller: Caller) -> tuple[object, ...] | None:
    """What statements that hold the caller's row rules may be cached by; None for not at all.

    Rules may read the clock, so a key may hold the date; what reads the very instant has none,
    and what looks back holds one.
    """
    if tx.past_of is not None:
        return None
    if caller.system:
        return (*tx.tables.key, "system")
    today = moment(tx, _rules_of(tx.app, caller.roles))
    if today is None:
        return None
    return (*tx.tables.key, today, caller.member_id, caller.team, caller.roles)


def visible_app(app: App, caller: Caller) -> App:
    """The App as the caller knows it: without the fields and entities they may not read.

    Expressions from outside are compiled against it, so that a forbidden name is an unknown one.
    """
    return app if caller.system else _visible_app(app, caller.roles)


def formula(app: App, entity_id: str, field_id: str) -> Expression:
    """The expression of a formula field, in its own scale; KeyError for another field."""
    return formula_expression(app, entity_id, field_id)


def _unknown(problem_id: str, name: str, known: list[str], **params: str) -> Problem:
    """The problem of a name that means nothing, with the nearest of those that are known."""
    hint = nearest(name, known)
    if hint is None:
        listed = ", ".join(sorted(known)[:20])
        return Problem(problem_id, {"name": name, "known": listed, **params})
    return Problem(f"{problem_id}_near", {"name": name, "nearest": hint, **params})


@kept_with_app(512)
def _grants(
    app: App, roles: tuple[str, ...], entity_id: str, verb: Verb
) -> tuple[EntityAccess, ...]:
    found = []
    for role_id in roles:
        role = app.roles.get(role_id)
        access = role.access(entity_id) if role and not role.archived else None
        if access is not None and access.read and getattr(access, verb):
            found.append(access)
    return tuple(found)


@kept_with_app(512)
def _readable(app: App, system: bool, roles: tuple[str, ...], entity_id: str) -> frozenset[str]:
    entity = app.entity(entity_id)
    live = {one.id: one for one in entity.live_fields}
    if system:
        return frozenset(live)
    grants = _grants(app, roles, entity_id, "read")
    if not grants:
        return _PUBLIC_MEMBER & set(live) if entity_id == MEMBER_ENTITY else frozenset()
    hidden = frozenset.intersection(*(frozenset(one.hidden_fields) for one in grants))
    if entity_id == MEMBER_ENTITY:
        hidden -= _PUBLIC_MEMBER
    shown = {one for one in live if one not in hidden and _base(live, one) not in hidden}
    return frozenset(
        one for one in shown if _inputs_readable(app, roles, entity_id, live[one], shown)
    )


def _base(live: dict[str, Field], field_id: str) -> str:
    """The field that a companion (`stage_entered_at`) accompanies, or the field itself."""
    if live[field_id].system:
        for ending in _COMPANIONS:
            if field_id.endswith(ending) and field_id.removesuffix(ending) in live:
                return field_id.removesuffix(ending)
    return field_id


def _inputs_readable(
    app: App, roles: tuple[str, ...], entity_id: str, one: Field, shown: Iterable[str]
) -> bool:
    if one.family != "formula" or one.formula is None:
        return True
    own = frozenset(shown)
    for other_id, field_id in inputs_of(app, entity_id, one.id):
        if other_id == entity_id:
            if field_id not in own:
                return False
        elif field_id not in _plain_readable(app, roles, other_id):
            return False
    return True


@kept_with_app(512)
def _plain_readable(app: App, roles: tuple[str, ...], entity_id: str) -> frozenset[str]:
    """Readable fields by the roles' lists alone: inputs are resolved to the end already."""
    entity = app.entity(entity_id)
    grants = _grants(app, roles, entity_id, "read")
    live = {one.id: one for one in entity.live_fields}
    if not grants:
        return _PUBLIC_MEMBER & set(live) if entity_id == MEMBER_ENTITY else frozenset()
    hidden = frozenset.intersection(*(frozenset(one.hidden_fields) for one in grants))
    return frozenset(one for one in live if one not in hidden and _base(live, one) not in hidden)


@kept_with_app(512)
def inputs_of(app: App, entity_id: str, field_id: str) -> frozenset[tuple[str, str]]:
    """Every (entity, field) that a formula field is computed from, through other formulas too."""
    found: set[tuple[str, str]] = set()
    waiting = [(entity_id, field_id)]
    while waiting:
        at = waiting.pop()
        text = app.entity(at[0]).field(at[1]).formula
        if text is None:
            continue
        for use in _compiled(app, at[0], text).uses:
            if use not in found:
                found.add(use)
                waiting.append(use)
    return frozenset(found)


@kept_with_app(512)
def _writable(
    app: App, system: bool, roles: tuple[str, ...], entity_id: str, verb: Verb
) -> frozenset[str]:
    settable = {
        one.id
        for one in app.entity(entity_id).live_fields
        if not one.system and one.family not in ("formula", "auto_number")
    }
    if system:
        return frozenset(settable)
    grants = _grants(app, roles, entity_id, verb)
    if not grants:
        return frozenset()
    refused = frozenset.intersection(
        *(frozenset(one.read_only_fields) | frozenset(one.hidden_fields) for one in grants)
    )
    declared = {
        one.id for one in app.entity(entity_id).fields if one.read_only or one.family == "tier"
    }
    known = _readable(app, False, roles, entity_id)
    return frozenset(one for one in settable - refused - declared if one in known)


@kept_with_app(512)
def _row_rule(app: App, roles: tuple[str, ...], entity_id: str, verb: Verb) -> str | Nothing | None:
    if entity_id == MEMBER_ENTITY:
        return None
    grants = _grants(app, roles, entity_id, verb)
    if not grants:
        return NOTHING
    rules = {_rule_text(app.entity(entity_id), one.rows) for one in grants}
    if None in rules:
        return None
    texts = sorted(one for one in rules if one is not None)
    return texts[0] if len(texts) == 1 else " or ".join(f"({one})" for one in texts)


def _rule_text(entity: Entity, rows: str) -> str | None:
    if rows == "all":
        return None
    if rows != "own":
        return rows
    owners = [one.id for one in entity.live_fields if one.family == "owner"]
    return " or ".join(f"{one} == me()" for one in owners or ["created_by"])


@kept_with_app(64)
def _rules_of(app: App, roles: tuple[str, ...]) -> tuple[Expression, ...]:
    found = []
    for entity in app.entities.values():
        if entity.archived or entity.system:
            continue
        rule = _row_rule(app, roles, entity.id, "read")
        if isinstance(rule, str):
            found.append(_compiled(app, entity.id, rule))
    return tuple(found)


def _compiled(app: App, entity_id: str, text: str) -> Expression:
    return compile_expression(app, entity_id, text, allow_viewer=True)


@kept_with_app(32)
def _visible_app(app: App, roles: tuple[str, ...]) -> App:
    entities = {}
    for entity in app.entities.values():
        known = _readable(app, False, roles, entity.id) if not entity.archived else frozenset()
        entities[entity.id] = replace(
            entity,
            fields=tuple(one for one in entity.fields if one.id in known),
            name=entity.name if known else f"_{entity.name}",
            pipeline=entity.pipeline
            if entity.pipeline and entity.pipeline.field in known
            else None,
        )
    mask = hashlib.sha256("\n".join(roles).encode()).hexdigest()[:16]
    return replace(app, hash=f"{app.hash}~{mask}", entities=entities)
