"""Conditions: which rows a request is about, as one SQL condition with the caller's rules in it."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from ...metadata.problems import Problem, ProblemsError
from ...rules import Expression, compile_expression, to_sql
from .. import access, as_of, search
from ..access import Caller
from ..errors import Malformed
from ..system_tables import IMPORT_ROW
from ..transaction import Transaction
from .paths import resolve
from .request import Brought, Pointing, Where


def from_outside(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    text: str,
    pointer: str,
    offset: int = 0,
    *,
    over_table: bool = False,
) -> Expression:
    """Compile an expression that a caller wrote, against what that caller may read.

    me() is whoever asks. Malformed with the positions in what was sent; `offset` is where the
    text began in it. `over_table` admits rank() and its kind.
    """
    app = access.visible_app(tx.app, caller)
    try:
        acting = caller.member_id is not None
        return compile_expression(
            app, entity_id, text, allow_viewer=acting, space="name", over_table=over_table
        )
    except ProblemsError as error:
        raise Malformed(_placed(one, pointer, offset) for one in error.problems) from error


def filter_of(tx: Transaction, caller: Caller, entity_id: str, text: str) -> Expression:
    """Compile a filter; Malformed if it is no condition."""
    expression = from_outside(tx, caller, entity_id, text, "/filter")
    if expression.type.kind != "boolean":
        raise Malformed(Problem("query.not_a_condition", pointer="/filter"))
    return expression


def _placed(problem: Problem, pointer: str, offset: int) -> Problem:
    moved = None if problem.position is None else problem.position + offset
    return replace(problem, pointer=pointer, position=moved)


class Conditions:
    """The conditions of one request, compiled; SQL is made of them for a given row."""

    def __init__(
        self,
        tx: Transaction,
        caller: Caller,
        entity_id: str,
        *,
        filter: str | None,
        where: tuple[Where, ...],
        q: str | None,
        deleted: bool = False,
    ) -> None:
        self.entity_id = entity_id
        self.q = (q or "").strip()
        self.deleted = deleted
        self.asked = filter_of(tx, caller, entity_id, filter) if filter else None
        self.views = tuple(
            compile_expression(tx.app, entity_id, one, allow_viewer=True)
            for one in where
            if isinstance(one, str)
        )
        self.pointing = tuple(one for one in where if isinstance(one, Pointing))
        for one in self.pointing:
            resolve(tx.app, caller, entity_id, one.field, "/where")
        self.brought = tuple(one.import_id for one in where if isinstance(one, Brought))
        self.key = (filter, where, self.q, deleted)
        if tx.past_of is not None:
            self._require_of_then(tx)

    def _require_of_then(self, tx: Transaction) -> None:
        """Malformed for what only the present can be asked."""
        if self.q:
            raise Malformed(Problem("as_of.search", pointer="/q"))
        if self.deleted:
            raise Malformed(Problem("as_of.bin", pointer="/as_of"))
        as_of.require_expressions(tx, self.expressions, "/filter")

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """What was compiled: the views' conditions and the caller's filter."""
        return (*self.views, *((self.asked,) if self.asked else ()))

    def sql(
        self, tx: Transaction, caller: Caller, row: sa.FromClause
    ) -> list[sa.ColumnElement[bool]]:
        """What rows must meet: the caller's rule, the bin, the filters and the search."""
        entity_id = self.entity_id
        found: list[sa.ColumnElement[bool]] = []
        if tx.layout.find(entity_id, "deleted_at"):
            gone = tx.tables.column(row, entity_id, "deleted_at")
            found.append(gone.is_not(None) if self.deleted else gone.is_(None))
        rule = access.row_predicate(tx, caller, entity_id, row)
        if rule is not None:
            found.append(rule)
        context = access.context(tx, caller)
        seen = access.visible(tx, caller)
        for one in self.expressions:
            found.append(sa.and_(to_sql(one, tx.tables, row, context, mode="filter", visible=seen)))
        for pointing in self.pointing:
            if "." in pointing.field:
                path = compile_expression(tx.app, entity_id, pointing.field)
                to = to_sql(path, tx.tables, row, context, mode="value", visible=seen)
            else:
                to = tx.tables.column(row, entity_id, pointing.field)
            found.append(to == pointing.record_id)
        for import_id in self.brought:
            written = sa.select(IMPORT_ROW.c.record_id).where(
                IMPORT_ROW.c.import_id == import_id,
                IMPORT_ROW.c.state.in_(("created", "updated")),
            )
            found.append(tx.tables.column(row, entity_id, "id").in_(written))
        if self.q:
            at = tx.tables.column(row, entity_id, "id")
            words = search.condition(tx, caller, entity_id, at, self.q)
            if words is not None:
                found.append(words)
        return found
