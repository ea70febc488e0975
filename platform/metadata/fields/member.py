"""A person of the workspace."""

from __future__ import annotations

from typing import ClassVar

from .base import EMPTY, EQUAL
from .reference import ReferenceType


class MemberType(ReferenceType):
    """A reference to a member."""

    name = "member"
    widget = "member"
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, "is_me", *EMPTY)
