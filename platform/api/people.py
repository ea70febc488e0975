"""People: who the caller is, and the members of the workspace."""

from __future__ import annotations

from typing import Any

from ..engine import access, members
from ..engine.members import Member
from .asking import Answer, Ask


def me(ask: Ask) -> Answer:
    """The caller: name, roles and what they may do."""
    assert ask.caller.member_id is not None
    member = members.get(ask.tx, ask.caller.member_id)
    roles = [ask.app.roles[one] for one in ask.caller.roles]
    return Answer(
        {
            **_public(ask, member),
            "email": member.email,
            "mobile": member.mobile,
            "user_name": member.user_name,
            "locale": ask.locale,
            "rights": [
                right
                for right in ("metadata", "members", "imports", "import_history")
                if any(getattr(one, right) for one in roles)
            ],
            "entities": {
                entity.name: [
                    verb
                    for verb in ("read", "create", "update", "delete")
                    if access.may(ask.app, ask.caller, entity.id, verb)
                ]
                for entity in ask.app.entities.values()
                if access.may(ask.app, ask.caller, entity.id, "read")
            },
        }
    )


def listed(ask: Ask) -> Answer:
    """The members, with addresses for whoever manages them."""
    manages = any(ask.app.roles[one].members for one in ask.caller.roles)
    return Answer(
        {
            "data": [
                {
                    **_public(ask, one),
                    **({"email": one.email, "mobile": one.mobile} if manages else {}),
                }
                for one in members.listed(ask.tx)
            ],
            "next": None,
        }
    )


def _public(ask: Ask, member: Member) -> dict[str, Any]:
    return {
        "id": str(member.id),
        "name": member.name,
        "team": member.team,
        "manager": None if member.manager is None else str(member.manager),
        "active": member.active,
        "roles": [ask.app.roles[one].name for one in member.roles if one in ask.app.roles],
    }
