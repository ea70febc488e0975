"""Functions over a whole table as window functions of the statement's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..arithmetic import limit
from ..functions.numbers import exact, postgres_within, whole
from ..ir import Window
from .aggregates import Ranging, halves

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]


def windowed(compiler: Compiler, node: Window) -> Sql:
    """What a value is among those of the rows that the statement keeps (and `among` admits)."""
    value = compiler.value(node.value)
    if compiler.among is not None:
        value = sa.case((compiler.among, value))
    alike: dict[str, Any] = {}
    if node.within is not None:
        alike["partition_by"] = compiler.value(node.within)
    if node.function == "total":
        return _total(compiler, node, value, alike)
    if node.function == "count":
        return sa.func.count(value).over(**alike)
    if node.function == "rank":
        found: Sql = sa.func.rank().over(order_by=value.desc().nulls_last(), **alike)
    else:
        found = sa.func.count(value).over(order_by=value.asc(), **alike)
    return sa.case((value.is_not(None), found))


def _total(compiler: Compiler, node: Window, value: Sql, alike: dict[str, Any]) -> Sql:
    """The sum over the rows; on SQLite by halves, since a plain one can overflow."""
    if not compiler.sqlite:
        return postgres_within(Ranging(node.type), sa.func.sum(exact(value)).over(**alike))
    high, low = (one.over(**alike) for one in halves(value, node.value.bound))
    top = whole(limit(node.type.scale))
    total: Sql = sa.func.fs_sum_halves(high, low, top, type_=sa.BigInteger())
    return total
