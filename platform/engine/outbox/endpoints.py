"""Endpoints: where the webhooks of a workspace go, by the names that its documents use.

Addresses are a matter of each workspace, like its members, and no part of its documents. A secret
is kept nowhere: it follows from the installation's key and what the row says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ...metadata.naming import nearest
from ...metadata.problems import Problem
from ..errors import Invalid, NotFound
from ..system_tables import ENDPOINT, ENDPOINT_REST
from ..transaction import Transaction
from .webhook import is_url

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint: its name in documents, its address, and what its secret is made of."""

    name: str
    url: str
    salt: str
    created_at: datetime

    def secret(self, workspace_id: str, key: str) -> str:
        """What its calls are signed with, under the installation's `key`."""
        text = f"webhook:{workspace_id}:{self.name}:{self.salt}"
        mac = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
        return "whsec_" + base64.urlsafe_b64encode(mac).decode().rstrip("=")


def put(tx: Transaction, name: str, url: str, *, new_secret: bool = False) -> Endpoint:
    """Set an endpoint up, or give it another address; it keeps its secret unless asked.

    Invalid for a name or an address that is none.
    """
    problems = []
    if not _NAME.fullmatch(name):
        problems.append(Problem("endpoint.name", {"name": name}, pointer="/name"))
    if not is_url(url):
        problems.append(Problem("endpoint.url", {"url": url[:200]}, pointer="/url"))
    if problems:
        raise Invalid(problems)
    known = find(tx, name)
    if known is None:
        made = Endpoint(name, url, secrets.token_hex(16), tx.now)
        values = {"name": name, "url": url, "salt": made.salt, "created_at": tx.now}
        tx.connection.execute(sa.insert(ENDPOINT).values(values))
        return made
    salt = secrets.token_hex(16) if new_secret else known.salt
    tx.connection.execute(
        sa.update(ENDPOINT).where(ENDPOINT.c.name == name).values(url=url, salt=salt)
    )
    # What is known of its health is known of the former address.
    tx.connection.execute(sa.delete(ENDPOINT_REST).where(ENDPOINT_REST.c.name == name))
    return Endpoint(name, url, salt, known.created_at)


def find(tx: Transaction, name: str) -> Endpoint | None:
    """The endpoint of that name, or None."""
    row = tx.connection.execute(sa.select(ENDPOINT).where(ENDPOINT.c.name == name)).first()
    return Endpoint(*row) if row else None


def listed(tx: Transaction) -> tuple[Endpoint, ...]:
    """All endpoints in the order of names."""
    rows = tx.connection.execute(sa.select(ENDPOINT).order_by(ENDPOINT.c.name))
    return tuple(Endpoint(*row) for row in rows)


def remove(tx: Transaction, name: str) -> None:
    """Forget an endpoint; NotFound if there is none of that name."""
    require(tx, name)
    for table in (ENDPOINT, ENDPOINT_REST):
        tx.connection.execute(sa.delete(table).where(table.c.name == name))


def require(tx: Transaction, name: str) -> Endpoint:
    """The endpoint of that name; NotFound names the nearest, or all that there are."""
    found = find(tx, name)
    if found is None:
        known = [one.name for one in listed(tx)]
        near = nearest(name, known)
        raise NotFound.because("endpoint.unknown", name=name, known=near or ", ".join(known) or "-")
    return found


def missing(tx: Transaction) -> tuple[Problem, ...]:
    """What rules want to call and nobody has set up."""
    known = {one.name for one in listed(tx)}
    return tuple(
        Problem("doctor.endpoint_missing", {"rule": rule, "name": action.endpoint})
        for rule in tx.app.rules.values()
        if rule.active and not rule.archived
        for action in rule.actions
        if action.endpoint and action.endpoint not in known
    )
