"""A route as a value: method, address, handler, the right it needs and what it reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from .asking import Answer, Ask
from .bodies import Schema
from .parameters import Parameter
from .uploads import Upload

Right = Literal["open", "member", "metadata", "members"]
"""Who may: everybody, a member (the engine judges each record), or a role's right of that name."""

Opens = Literal["nothing", "reading", "writing"]
"""The transaction that a handler finds open; "nothing" where it opens its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One line of the table of routes; `path` is under `/api/v1/{workspace}` unless `open`.

    `takes` are the parameters of its query, the schema of its body, or a file with options.
    `before` is done around the transaction that the handler finds open, for what takes long and
    must hold no lock.
    """

    method: str
    path: str
    handler: Callable[[Ask], Answer]
    right: Right
    takes: tuple[Parameter, ...] | Schema | Upload | None = None
    opens: Opens = "reading"
    before: Callable[[Ask], AbstractContextManager[None]] | None = None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The query parameters that it takes."""
        return self.takes if isinstance(self.takes, tuple) else ()

    @property
    def body(self) -> Schema | None:
        """The schema of the body that it takes, if it takes one."""
        return self.takes if isinstance(self.takes, dict) else None

    @property
    def upload(self) -> Upload | None:
        """The file that it takes, if it takes one."""
        return self.takes if isinstance(self.takes, Upload) else None

    @property
    def keeps(self) -> bool:
        """Whether it keeps its answer for a request with a key: one write, not safe by itself."""
        return self.opens == "writing" and self.method in ("POST", "PATCH")

    @property
    def name(self) -> str:
        """What the route is called in OpenAPI and in logs: `records.create`."""
        return f"{self.handler.__module__.rpartition('.')[2]}.{self.handler.__name__}"
