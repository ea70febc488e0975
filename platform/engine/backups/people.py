"""People of a restored workspace: which accounts of this installation they are."""

from __future__ import annotations

import sqlalchemy as sa

from ..members import Member, listed
from ..system_tables import MEMBER
from ..transaction import Transaction


def link_accounts(tx: Transaction) -> tuple[str, ...]:
    """Give members without an account the one that has their e-mail, mobile number or user name.

    An account is one member at most. Returns the accounts of those who are active.
    """
    waiting = [one for one in listed(tx) if one.account is None]
    names = {name for one in waiting for name in _names_of(one)}
    accounts = tx.workspace.control.accounts.known(names)
    taken: dict[str, Member] = {}
    for one in waiting:
        found = next((accounts[name] for name in _names_of(one) if name in accounts), None)
        if found is not None:
            taken.setdefault(found, one)
    if taken:
        tx.connection.execute(
            sa.update(MEMBER)
            .where(MEMBER.c.id == sa.bindparam("at"))
            .values(account=sa.bindparam("who")),
            [{"at": one.id, "who": account} for account, one in taken.items()],
        )
    return tuple(account for account, one in taken.items() if one.active)


def _names_of(member: Member) -> tuple[str, ...]:
    return tuple(one for one in (member.email, member.mobile, member.user_name) if one)
