"""The kinds of database that a test runs on."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Database:
    """Where a test's data goes: `url` is None for SQLite, whose files lie in the data folder."""

    kind: Kind
    url: str | None
