"""Members: the people of a workspace, their roles, and who of them administers it."""

from .administrators import administrators, require_administrator
from .changing import rename, set_active, set_roles, update
from .entering import invite, set_password
from .joining import NewMember, add
from .rights import administers, has_right, require_right
from .roll import Member, find, get, listed, names, page

__all__ = [
    "Member",
    "NewMember",
    "add",
    "administers",
    "administrators",
    "find",
    "get",
    "has_right",
    "invite",
    "listed",
    "names",
    "page",
    "rename",
    "require_administrator",
    "require_right",
    "set_active",
    "set_password",
    "set_roles",
    "update",
]
