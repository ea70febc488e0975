"""Scratch tables: rows that one transaction works on in several statements and then forgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from .transaction import Transaction


@contextmanager
def scratch(tx: Transaction, name: str, *columns: sa.Column[Any]) -> Iterator[sa.Table]:
    """A temporary table of this transaction; an exception leaves it to the rollback."""
    table = sa.Table(name, sa.MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(tx.connection, checkfirst=False)
    yield table
    table.drop(tx.connection, checkfirst=False)
