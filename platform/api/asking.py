"""What a handler is given and what it gives back: one request and one answer, as values."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from ..engine.access import Caller
from ..engine.errors import Malformed, NotFound, PreconditionRequired
from ..engine.installation import Installation
from ..engine.transaction import Transaction
from ..engine.workspaces import Workspace
from ..metadata.model import App
from ..metadata.problems import Problem

if TYPE_CHECKING:
    from .rates import Left
    from .route import Route

MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a JSON value, bytes of CSV or None for no body; a status and headers.

    `documents` says that the value holds documents, whose numbers are JSON's, digit by digit, as in
    a file; the exact numbers of records are texts.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    documents: bool = False


@dataclass(slots=True, kw_only=True)
class Ask:
    """One request, read and judged: who asks, where, and for what.

    `path` are the parts of the address, `parameters` the query's (a list where a parameter may be
    repeated), `body` the JSON value. `workspace` and `caller` are missing only where a route needs
    nobody; `tx` only where a route opens its own transactions. `routes` is the whole table.
    """

    installation: Installation
    locale: str
    path: Mapping[str, str]
    parameters: Mapping[str, Any]
    body: Any
    headers: Headers
    routes: tuple[Route, ...]
    left: tuple[Left, ...] = ()
    _workspace: Workspace | None = None
    _tx: Transaction | None = None
    _caller: Caller | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace that the token opens."""
        assert self._workspace is not None
        return self._workspace

    @property
    def tx(self) -> Transaction:
        """The transaction that the route asked for."""
        assert self._tx is not None
        return self._tx

    @property
    def caller(self) -> Caller:
        """The member that the token belongs to."""
        assert self._caller is not None
        return self._caller

    @property
    def app(self) -> App:
        """What the workspace declares now."""
        return self.tx.app

    @property
    def id(self) -> int:
        """The id in the address; what cannot be one is of nothing that is there."""
        return whole_id(self.path["id"])

    def version(self) -> int:
        """The version that a write was made from, from If-Match.

        PreconditionRequired without the header, Malformed where it is not one ETag.
        """
        header = self.headers.get("If-Match")
        if header is None:
            raise PreconditionRequired(Problem("api.if_match_missing"))
        found = header.strip().removeprefix("W/")
        if len(found) > 2 and found[0] == found[-1] == '"':
            found = found[1:-1]
        if not found.isascii() or not found.isdigit() or len(found) > 18:
            raise Malformed(Problem("api.if_match", {"header": header[:100]}))
        return int(found)

    def unchanged(self, tag: str) -> bool:
        """Whether the reader holds what `tag` names already (If-None-Match)."""
        return tag in [one.strip() for one in self.headers.get("If-None-Match", "").split(",")]


def whole_id(text: str) -> int:
    """A record's id from an address; NotFound for what cannot be one."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and 0 < int(text) <= MOST_ID:
        return int(text)
    raise NotFound(Problem("record.not_found", {"id": text[:100]}))


def version_tag(version: int) -> str:
    """The ETag of a record's version."""
    return f'"{version}"'


def content_tag(*parts: str) -> str:
    """An ETag of what a document was made from."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return f'"{base64.urlsafe_b64encode(digest[:18]).decode()}"'
