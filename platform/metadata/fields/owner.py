"""The person who answers for a record."""

from __future__ import annotations

from .member import MemberType


class OwnerType(MemberType):
    """A reference to the responsible member; roles with the scope "own" follow it."""

    name = "owner"
    widens_to = frozenset({"member"})
